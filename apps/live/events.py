"""
Everything that happens in a session, as values. An event is stored as ``type`` and ``payload`` (its other fields).

Who did it (the *actor*) and when stand in the record, not in the event. Events hold ids and commitments, never names or texts.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from apps.live.events_archive import ArchiveEvent
from apps.live.events_presence import PresenceEvent
from apps.live.events_presenting import PresentingEvent
from apps.live.events_recording import RecordingEvent
from apps.live.events_tender import TenderEvent
from data.ids import ConnectionId, MessageId, OrganisationId, ParticipantId, PersonId, RoomId

Role = Literal["moderator", "participant", "supplier", "encoder"]
"""An encoder is no person: a program such as OBS whose picture is for the stage."""
Standing = Literal["", "moderator", "administrator"]
"""The account that a person entered with; empty for those who came by an invitation."""
Device = Literal["desktop", "tablet", "phone", "unknown"]
Reason = Literal[
    "self", "moderator", "locked", "presenter", "replaced", "left", "removed", "ended", "floor", "reserved"
]
"""
Why a source went off: the person, a moderator, a lock, lost presenter role, another's screen, they are no longer there, their floor is
over, or a reserved part begins without them.
"""


class _Event(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SessionOpened(_Event):
    type: Literal["session_opened"] = "session_opened"
    room: RoomId
    kind: Literal["conference", "tender"] = "conference"
    max_participants: int
    record: bool


class SessionClosed(_Event):
    type: Literal["session_closed"] = "session_closed"
    reason: Literal["ended", "abandoned"] = "ended"
    """``ended`` by a moderator, or ``abandoned``: nobody was there any more."""


class ParticipantJoined(_Event):
    """The first time a person enters a session; later entries are only ``Connected``."""

    type: Literal["participant_joined"] = "participant_joined"
    participant: ParticipantId
    person: PersonId
    role: Role
    name_commitment: str
    account: Standing = ""
    organisation: OrganisationId | None = None
    """The supplier that they belong to."""


class Connected(_Event):
    type: Literal["connected"] = "connected"
    participant: ParticipantId
    connection: ConnectionId
    device: Device = "unknown"


class Disconnected(_Event):
    """``closed``: the tab said goodbye; ``lost``: it fell silent; ``replaced``: a newer tab of the same person took over."""

    type: Literal["disconnected"] = "disconnected"
    participant: ParticipantId
    connection: ConnectionId
    reason: Literal["closed", "lost", "replaced", "left", "removed", "ended"]


class ParticipantGone(_Event):
    """A participant without a connection did not come back in time. Seat, role and place in the queue stay theirs."""

    type: Literal["participant_gone"] = "participant_gone"
    participant: ParticipantId


class ParticipantLeft(_Event):
    """They pressed *Disconnect*."""

    type: Literal["participant_left"] = "participant_left"
    participant: ParticipantId


class ParticipantRemoved(_Event):
    """A moderator removed them; the person can't come back to this room."""

    type: Literal["participant_removed"] = "participant_removed"
    participant: ParticipantId


class MicrophoneOn(_Event):
    type: Literal["microphone_on"] = "microphone_on"
    participant: ParticipantId


class MicrophoneOff(_Event):
    type: Literal["microphone_off"] = "microphone_off"
    participant: ParticipantId
    reason: Reason = "self"


class CameraOn(_Event):
    type: Literal["camera_on"] = "camera_on"
    participant: ParticipantId


class CameraOff(_Event):
    type: Literal["camera_off"] = "camera_off"
    participant: ParticipantId
    reason: Reason = "self"


class ScreenOn(_Event):
    type: Literal["screen_on"] = "screen_on"
    participant: ParticipantId


class ScreenOff(_Event):
    type: Literal["screen_off"] = "screen_off"
    participant: ParticipantId
    reason: Reason = "self"


class HandRaised(_Event):
    type: Literal["hand_raised"] = "hand_raised"
    participant: ParticipantId


class HandLowered(_Event):
    type: Literal["hand_lowered"] = "hand_lowered"
    participant: ParticipantId


class MicrophonesLocked(_Event):
    """For everybody but moderators and the presenter."""

    type: Literal["microphones_locked"] = "microphones_locked"
    locked: bool


class MicrophoneLocked(_Event):
    type: Literal["microphone_locked"] = "microphone_locked"
    participant: ParticipantId
    locked: bool


class PresenterGiven(_Event):
    """There is at most one presenter; giving the role to another is preceded by ``PresenterTaken``."""

    type: Literal["presenter_given"] = "presenter_given"
    participant: ParticipantId


class PresenterTaken(_Event):
    type: Literal["presenter_taken"] = "presenter_taken"
    participant: ParticipantId


class RoleChanged(_Event):
    type: Literal["role_changed"] = "role_changed"
    participant: ParticipantId
    role: Role


class MessageSent(_Event):
    """``participant`` is ``None`` for a message that an account wrote in the console; ``to`` as in ``commands.SendMessage``."""

    type: Literal["message_sent"] = "message_sent"
    message: MessageId
    participant: ParticipantId | None
    to: str
    commitment: str


class MessageDeleted(_Event):
    type: Literal["message_deleted"] = "message_deleted"
    message: MessageId


LiveEvent = Annotated[
    SessionOpened
    | SessionClosed
    | ParticipantJoined
    | Connected
    | Disconnected
    | ParticipantGone
    | ParticipantLeft
    | ParticipantRemoved
    | MicrophoneOn
    | MicrophoneOff
    | CameraOn
    | CameraOff
    | ScreenOn
    | ScreenOff
    | HandRaised
    | HandLowered
    | MicrophonesLocked
    | MicrophoneLocked
    | PresenterGiven
    | PresenterTaken
    | RoleChanged
    | MessageSent
    | MessageDeleted
    | PresentingEvent
    | RecordingEvent
    | ArchiveEvent
    | PresenceEvent
    | TenderEvent,
    Field(discriminator="type"),
]

_ADAPTER: TypeAdapter[Any] = TypeAdapter(LiveEvent)


def payload_of(event: LiveEvent) -> dict[str, Any]:
    """Return what is stored beside the type: every other field, as JSON values."""
    return event.model_dump(mode="json", exclude={"type"})


def event_from(type_: str, payload: dict[str, Any]) -> LiveEvent:
    """Rebuild an event from the log. Raises ``pydantic.ValidationError`` for a type or payload it does not know."""
    event: LiveEvent = _ADAPTER.validate_python({"type": type_, **payload})
    return event
