"""Events and snapshots as they go to browsers (docs/protocol.md): the log's ids, with names and texts added."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from apps.live import presenting
from apps.live.chat import SNAPSHOT_CHARACTERS, SNAPSHOT_MESSAGES, Chat
from apps.live.events import LiveEvent, MessageSent, ParticipantJoined, SessionClosed, payload_of
from apps.live.events_presenting import PresentationStarted
from apps.live.events_tender import FloorPolicy
from apps.live.grants_tender import supplier_numbers
from apps.live.roster import Roster
from apps.live.state import Seat, SessionState
from apps.live.visibility import Viewer, sees_message
from apps.live.visibility_tender import hides_name_of, sees_seat, was_said_apart
from apps.live.wire_presence import NOTHING, presence
from data.ids import MessageId, ParticipantId, RoomId


@dataclass(frozen=True, slots=True)
class RoomFacts:
    """What everybody in a room may know of it, and who owns it."""

    id: RoomId
    slug: str
    title: str
    kind: str
    record: bool
    max_participants: int
    starts_at: datetime | None
    owner: str
    presence_every_min: int = 0
    floor_policy: FloorPolicy = "arrival"
    floor_limit_s: int | None = None
    suppliers_visible: bool = False
    tender: str = ""
    """Id of the tender whose room it is."""

    def public(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "slug": self.slug,
            "title": self.title,
            "kind": self.kind,
            "record": self.record,
            "max_participants": self.max_participants,
        }


def nowhere(room: RoomId) -> RoomFacts:
    """Return what is known of a room that does not exist: nothing."""
    return RoomFacts(id=room, slug="", title="", kind="", record=False, max_participants=0, starts_at=None, owner="")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the log."""

    number: int
    at: datetime
    actor: str
    event: LiveEvent


def moment(at: datetime) -> str:
    """Return ISO 8601 in UTC with milliseconds and ``Z``."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def event_message(line: Line, roster: Roster, chat: Chat) -> dict[str, Any]:
    """Return an event as a moderator sees it; ``visibility`` takes from it what others may not see."""
    event = line.event
    message = {"number": line.number, "at": moment(line.at), "type": event.type, "actor": line.actor}
    message |= payload_of(event)
    if isinstance(event, ParticipantJoined):
        entry = roster.entries.get(event.participant)
        if entry is not None:
            message |= {"name": entry.name, "badge": entry.badge, "guest": entry.guest, "firm": entry.firm}
    elif isinstance(event, MessageSent):
        text = chat.get(event.message)
        message |= {"name": text.name, "text": text.text}
    elif isinstance(event, SessionClosed):
        message["by"] = roster.name_of_actor(line.actor)
    elif isinstance(event, PresentationStarted):
        message["title"] = presenting.title_of(roster, event.presentation)
    return message


def snapshot(state: SessionState, room: RoomFacts, roster: Roster, chat: Chat, viewer: Viewer) -> dict[str, Any]:
    """Return the whole of a session as a viewer may see it; ``tender`` is added by who knows it."""
    numbers = supplier_numbers(state)
    return {
        "session": state.session,
        "room": room.public(),
        "number": state.number,
        "phase": state.phase,
        "opened_at": moment(state.opened_at) if state.opened_at else None,
        "microphones_locked": state.microphones_locked,
        "presenter": state.presenter,
        "presentation": presenting.on_stage(state, roster),
        "hands": [hand for hand in state.hands if not hides_name_of(state, hand, viewer)],
        "recording": _recording(state, viewer),
        "presence": presence(state, viewer),
        "participants": [
            _participant(seat, roster, hides_name_of(state, seat.participant, viewer), numbers.get(seat.participant))
            for seat in state.seats.values()
            if sees_seat(state, seat, viewer)
        ],
        "messages": _messages(state, chat, viewer, numbers),
    }


def empty_snapshot(room: RoomFacts) -> dict[str, Any]:
    """Return the snapshot of a room that is not open."""
    return {
        "session": None,
        "room": room.public(),
        "number": 0,
        "phase": "new",
        "opened_at": None,
        "microphones_locked": False,
        "presenter": None,
        "presentation": None,
        "hands": [],
        "recording": {"tape": False, "reason": "", "running": None, "consents": {}},
        "presence": dict(NOTHING),
        "participants": [],
        "messages": [],
        "tender": None,
    }


def _recording(state: SessionState, viewer: Viewer) -> Mapping[str, Any]:
    recording = state.recording
    running = recording.running
    seen = {who: choice for who, choice in recording.consents.items() if viewer.moderates or who == viewer.participant}
    return {
        "tape": recording.tape,
        "reason": recording.reason,
        "running": None
        if running is None
        else {
            "recording": running.recording,
            "name": running.name,
            "takes": running.takes,
            "at": moment(running.started_at),
        },
        "consents": seen,
    }


def _participant(seat: Seat, roster: Roster, hidden: bool, supplier: int | None) -> Mapping[str, Any]:
    entry = None if hidden else roster.entries.get(seat.participant)
    return {
        "participant": seat.participant,
        "name": entry.name if entry else "",
        "badge": entry.badge if entry else "",
        "guest": entry.guest if entry else False,
        "firm": entry.firm if entry else "",
        "supplier": supplier,
        "role": seat.role,
        "presence": seat.presence.value,
        "device": next(iter(seat.connections.values()), "unknown"),
        "joined_at": moment(seat.joined_at),
        "microphone": seat.microphone,
        "camera": seat.camera,
        "screen": seat.screen,
        "microphone_locked": seat.microphone_locked,
    }


def _messages(
    state: SessionState, chat: Chat, viewer: Viewer, numbers: Mapping[ParticipantId, int]
) -> Sequence[Mapping[str, Any]]:
    """Return the newest messages for these eyes, in order, as many as a welcome can carry."""
    found: list[Mapping[str, Any]] = []
    characters = 0
    for message, head in reversed(list(state.messages.items())):
        if not sees_message(head, viewer) or was_said_apart(head, state, viewer):
            continue
        hidden = hides_name_of(state, head.sender, viewer)
        text = chat.get(message)
        characters += len(text.text)
        if len(found) == SNAPSHOT_MESSAGES or characters > SNAPSHOT_CHARACTERS:
            break
        found.append(
            {
                "message": MessageId(message),
                "participant": None if hidden else head.sender,
                "name": "" if hidden else text.name,
                "supplier": numbers.get(head.sender) if hidden and head.sender else None,
                "to": head.to,
                "at": moment(head.at),
                "text": "" if head.deleted else text.text,
                "deleted": head.deleted,
            }
        )
    return found[::-1]
