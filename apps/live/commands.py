"""
What can be asked of a session.

*Wire* commands come from a browser or the console and say what is wanted, never who wants it: the actor is taken from the
connection. *House* commands are made by the Hub alone, with the ids it made.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter

from apps.live.commands_presence import PresenceCommand, PresenceHouseCommand
from apps.live.commands_presenting import PresentingCommand, ShowPresentation
from apps.live.commands_recording import BeginRecording, RecordingCommand, RecordingHouseCommand
from apps.live.commands_tender import NotePolicy, TenderCommand, TenderHouseCommand
from apps.live.events import Device, Role, Standing
from data.ids import ConnectionId, MessageId, OrganisationId, ParticipantId, PersonId, RoomId

MESSAGE_MAX_CHARACTERS = 2000  # a screenful; longer texts belong into a file

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MESSAGE_MAX_CHARACTERS)]


class _Command(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")  # unknown keys are ignored (AB-37)


# --- wire: about oneself ----------------------------------------------------------------------------------------------


class SetMicrophone(_Command):
    """Microphone mode (``on``) or headphones mode."""

    type: Literal["set_microphone"] = "set_microphone"
    on: bool


class SetCamera(_Command):
    type: Literal["set_camera"] = "set_camera"
    on: bool


class SetScreen(_Command):
    """Begin or end showing one's screen, window or tab on the stage."""

    type: Literal["set_screen"] = "set_screen"
    on: bool


class RaiseHand(_Command):
    type: Literal["raise_hand"] = "raise_hand"


class LowerHand(_Command):
    """Lower one's own hand; a moderator may name another's."""

    type: Literal["lower_hand"] = "lower_hand"
    participant: ParticipantId | None = None


class Leave(_Command):
    type: Literal["leave"] = "leave"


class SendMessage(_Command):
    """``to``: ``everyone``, ``moderators``, or (for a moderator) a participant id. The Hub turns it into ``PostMessage``."""

    type: Literal["send_message"] = "send_message"
    text: Text
    to: str = "everyone"


# --- wire: for moderators -------------------------------------------------------------------------------------------


class OpenSession(_Command):
    """Open the room; a moderator who enters a closed room does this."""

    type: Literal["open_session"] = "open_session"


class CloseSession(_Command):
    """End the session for everybody."""

    type: Literal["close_session"] = "close_session"


class MuteMicrophone(_Command):
    """Switch a participant's microphone off; they may switch it on again unless it is locked."""

    type: Literal["mute_microphone"] = "mute_microphone"
    participant: ParticipantId


class LockMicrophone(_Command):
    """Lock one participant's microphone off, or unlock it. Unlocking switches nothing on."""

    type: Literal["lock_microphone"] = "lock_microphone"
    participant: ParticipantId
    locked: bool


class LockMicrophones(_Command):
    """Lock all microphones but those of moderators and the presenter, or unlock them."""

    type: Literal["lock_microphones"] = "lock_microphones"
    locked: bool


class StopCamera(_Command):
    type: Literal["stop_camera"] = "stop_camera"
    participant: ParticipantId


class StopScreen(_Command):
    type: Literal["stop_screen"] = "stop_screen"
    participant: ParticipantId


class LowerAllHands(_Command):
    type: Literal["lower_all_hands"] = "lower_all_hands"


class GivePresenter(_Command):
    type: Literal["give_presenter"] = "give_presenter"
    participant: ParticipantId


class TakePresenter(_Command):
    type: Literal["take_presenter"] = "take_presenter"


class SetRole(_Command):
    type: Literal["set_role"] = "set_role"
    participant: ParticipantId
    role: Literal["moderator", "participant"]


class RemoveParticipant(_Command):
    type: Literal["remove_participant"] = "remove_participant"
    participant: ParticipantId


class DeleteMessage(_Command):
    type: Literal["delete_message"] = "delete_message"
    message: MessageId


WireCommand = Annotated[
    SetMicrophone
    | SetCamera
    | SetScreen
    | RaiseHand
    | LowerHand
    | Leave
    | SendMessage
    | OpenSession
    | CloseSession
    | MuteMicrophone
    | LockMicrophone
    | LockMicrophones
    | StopCamera
    | StopScreen
    | LowerAllHands
    | GivePresenter
    | TakePresenter
    | SetRole
    | RemoveParticipant
    | DeleteMessage
    | PresentingCommand
    | RecordingCommand
    | PresenceCommand
    | TenderCommand,
    Field(discriminator="type"),
]

# --- house ----------------------------------------------------------------------------------------------------------


class Open(_Command):
    """From ``OpenSession``, with the room's settings."""

    type: Literal["open"] = "open"
    room: RoomId
    kind: Literal["conference", "tender"] = "conference"
    max_participants: int
    record: bool
    policy: NotePolicy | None = None
    """Of a tender: the order in which hands are served."""
    suppliers_shown: bool = False


class Join(_Command):
    """
    A person's browser connected. The same person has the same participant id throughout a session.

    ``resumes``: a page that was already in this session connects again, its devices still on; any other page starts with
    everything off. ``account`` is the standing of a person who signed in (``ParticipantJoined``).
    """

    type: Literal["join"] = "join"
    participant: ParticipantId
    person: PersonId
    role: Role
    name_commitment: str
    connection: ConnectionId
    device: Device = "unknown"
    account: Standing = ""
    organisation: OrganisationId | None = None
    resumes: bool = False


class Disconnect(_Command):
    """A connection ended: ``closed`` by the tab, or ``lost``."""

    type: Literal["disconnect"] = "disconnect"
    connection: ConnectionId
    reason: Literal["closed", "lost"]


class GiveUp(_Command):
    """A participant without a connection has been away too long."""

    type: Literal["give_up"] = "give_up"
    participant: ParticipantId


class PostMessage(_Command):
    """From ``SendMessage``: the text is stored beside the log, the log holds its commitment."""

    type: Literal["post_message"] = "post_message"
    message: MessageId
    to: str
    commitment: str


class Abandon(_Command):
    """Nobody has been there for long."""

    type: Literal["abandon"] = "abandon"


HouseCommand = (
    Open
    | Join
    | Disconnect
    | GiveUp
    | PostMessage
    | Abandon
    | ShowPresentation
    | BeginRecording
    | RecordingHouseCommand
    | PresenceHouseCommand
    | TenderHouseCommand
)
AnyCommand = WireCommand | HouseCommand

_ADAPTER: TypeAdapter[Any] = TypeAdapter(WireCommand)


def wire_command_from(values: object) -> WireCommand:
    """Parse a command from the wire. Raises ``pydantic.ValidationError``."""
    command: WireCommand = _ADAPTER.validate_python(values)
    return command
