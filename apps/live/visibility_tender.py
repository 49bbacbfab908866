"""
What of a tender's session a viewer may see: asked by ``apps.live.visibility``.

Suppliers who may not see each other's names see of another supplier only what they are heard and read with: the floor, its sources, chat, under a
number. Of a reserved part nobody sees anything who was not in it, then or later.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from apps.live.grants_tender import has_floor, is_apart, supplier_number, takes_part
from data.ids import ParticipantId, StatementId

if TYPE_CHECKING:
    from apps.live.state import MessageHead, Seat, SessionState
    from apps.live.visibility import Viewer

OF_THE_FLOOR = frozenset(
    {"floor_granted", "floor_extended", "floor_ended", "microphone_on", "microphone_off", "camera_on", "camera_off"}
)
OF_CHAT = frozenset({"message_sent", "message_deleted"})
OWN_ONLY = frozenset({"floor_refused", "statement_filed"})


def is_withheld(number: int, state: SessionState, viewer: Viewer) -> bool:
    """Tell whether an event happened in a reserved part that the viewer was not in."""
    seat = _seat_of(state, viewer)
    return any(
        part.first < number and (part.last is None or number < part.last)
        for part in state.tender.parts
        if seat is None or not takes_part(part, seat)
    )


def was_said_apart(head: MessageHead, state: SessionState, viewer: Viewer) -> bool:
    """Tell whether a message was written in a reserved part that the viewer was not in."""
    if head.part is None or viewer.moderates:
        return False
    seat = _seat_of(state, viewer)
    return seat is None or not takes_part(state.tender.parts[head.part], seat)


def hides_name_of(state: SessionState, participant: str | None, viewer: Viewer) -> bool:
    """Tell whether somebody is a supplier whose name these eyes may not see."""
    if state.kind != "tender" or state.tender.suppliers_shown or viewer.moderates or participant == viewer.participant:
        return False
    seat = state.seats.get(ParticipantId(participant or ""))
    return seat is not None and seat.role == "supplier"


def sees_seat(state: SessionState, seat: Seat, viewer: Viewer) -> bool:
    """Tell whether a seat stands in the viewer's list of people."""
    if viewer.moderates or seat.participant == viewer.participant:
        return True
    own = _seat_of(state, viewer)
    if own is not None and is_apart(state, own):
        return False
    return not hides_name_of(state, seat.participant, viewer) or has_floor(state, seat)


def visible(event: Mapping[str, Any], state: SessionState, viewer: Viewer) -> Mapping[str, Any] | None:
    """Return an event as a viewer who does not lead may see it; ``None`` if not at all. Fields for the house alone are still there."""
    type_ = event["type"]
    if is_withheld(event["number"], state, viewer):
        return None
    if type_ == "statement_answered":
        head = state.tender.statements.get(StatementId(event["statement"]))
        return event if head is not None and head.participant == viewer.participant else None
    named = event.get("participant")
    if type_ in OWN_ONLY and named != viewer.participant:
        return None
    if not hides_name_of(state, named, viewer):
        return event
    if type_ not in OF_THE_FLOOR | OF_CHAT:
        return None
    hidden = {"actor": "", "name": "", "badge": "", "supplier": supplier_number(state, ParticipantId(str(named)))}
    return {**event, **hidden, **({"participant": None} if type_ in OF_CHAT else {})}


def concerned_by(events: Sequence[Mapping[str, Any]], state: SessionState) -> frozenset[ParticipantId]:
    """Return whom events of a tender concern: they see of them what other suppliers don't."""
    if state.kind != "tender":
        return frozenset()
    heads = (state.tender.statements.get(event.get("statement", "")) for event in events)
    filers = {head.participant for head in heads if head is not None}
    return frozenset(
        filers | {ParticipantId(str(event["participant"])) for event in events if event.get("participant")}
    )


def _seat_of(state: SessionState, viewer: Viewer) -> Seat | None:
    return state.seats.get(viewer.participant) if viewer.participant is not None else None
