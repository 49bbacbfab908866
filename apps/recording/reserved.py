"""What recordings keep to themselves of a tender's session: its reserved parts, and the names of suppliers who may not see each other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from apps.live.events import ParticipantJoined
from apps.live.events_tender import ReservedBegun, ReservedChanged, ReservedEnded, SuppliersShown
from apps.live.wire import Line
from data.ids import PersonId

Say = Callable[..., str]


def admitted_throughout(lines: Sequence[Line], begins: datetime, ends: datetime) -> frozenset[PersonId]:
    """Return who was let into the reserved part that went on at a moment, and was in it until another, or until it ended; empty if none went on."""
    admitted: frozenset[PersonId] = frozenset()
    throughout: frozenset[PersonId] | None = None
    for line in lines:
        if line.at > begins and throughout is None:
            throughout = admitted
        if line.at > ends or (throughout is not None and isinstance(line.event, ReservedEnded)):
            break
        match line.event:
            case ReservedBegun(admitted=named):
                admitted = frozenset(named)
            case ReservedChanged(person=person, inside=inside):
                admitted = admitted | {person} if inside else admitted - {person}
            case ReservedEnded():
                admitted = frozenset()
        throughout = None if throughout is None else throughout & admitted
    return admitted if throughout is None else throughout


def public_lines(lines: Sequence[Line]) -> list[Line]:
    """Return the lines outside reserved parts, with those that begin and end them."""
    found, apart = [], False
    for line in lines:
        apart = apart and not isinstance(line.event, ReservedEnded)
        if not apart:
            found.append(line)
        apart = apart or isinstance(line.event, ReservedBegun)
    return found


def numbered_suppliers(lines: Sequence[Line], say: Say) -> dict[str, str]:
    """Return how suppliers are called where they never could see each other's names; empty where they could."""
    if any(isinstance(line.event, SuppliersShown) and line.event.shown for line in lines):
        return {}
    joined = [line.event for line in lines if isinstance(line.event, ParticipantJoined)]
    suppliers = [event.participant for event in joined if event.role == "supplier"]
    return {who: say("Supplier {number}", number=number) for number, who in enumerate(suppliers, start=1)}
