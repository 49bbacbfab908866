"""The state of one session, folded from its events by ``evolve``; plain frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Literal

from apps.live.events import Device, Role, Standing
from apps.live.state_presence import PresenceState
from apps.live.state_presenting import Showing
from apps.live.state_recording import RecordingState
from apps.live.state_tender import TenderState
from data.ids import ConnectionId, MessageId, OrganisationId, ParticipantId, PersonId, RoomId, SessionId


class Presence(StrEnum):
    """Where a participant is: only ``PRESENT`` ones count as being in the room."""

    PRESENT = "present"
    RECONNECTING = "reconnecting"  # the connection was lost; the seat waits
    GONE = "gone"  # closed the tab, or did not come back in time
    LEFT = "left"  # pressed Disconnect
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Seat:
    """One participant. ``microphone``, ``camera`` and ``screen`` are the sources that are on, and so may be forwarded."""

    participant: ParticipantId
    person: PersonId
    role: Role
    joined_at: datetime
    account: Standing = ""
    organisation: OrganisationId | None = None
    presence: Presence = Presence.PRESENT
    connections: Mapping[ConnectionId, Device] = field(default_factory=lambda: MappingProxyType({}))
    microphone: bool = False
    camera: bool = False
    screen: bool = False
    microphone_locked: bool = False


@dataclass(frozen=True, slots=True)
class MessageHead:
    """What the rules need to know of a chat message."""

    sender: ParticipantId | None
    to: str
    at: datetime
    deleted: bool = False
    part: int | None = None
    """Which reserved part it was written in, counted from 0; only those of that part see it."""


@dataclass(frozen=True, slots=True)
class SessionState:
    """``phase`` goes new → open → closed and never back."""

    session: SessionId
    phase: Literal["new", "open", "closed"] = "new"
    room: RoomId | None = None
    kind: Literal["conference", "tender"] = "conference"
    opened_at: datetime | None = None
    closed_at: datetime | None = None
    max_participants: int = 0
    record: bool = False
    seats: Mapping[ParticipantId, Seat] = field(default_factory=lambda: MappingProxyType({}))
    hands: tuple[ParticipantId, ...] = ()
    presenter: ParticipantId | None = None
    showing: Showing | None = None
    recording: RecordingState = field(default_factory=RecordingState)
    """The presentation on the stage."""
    presence: PresenceState = field(default_factory=PresenceState)
    tender: TenderState = field(default_factory=TenderState)
    microphones_locked: bool = False
    removed_people: frozenset[PersonId] = frozenset()
    messages: Mapping[MessageId, MessageHead] = field(default_factory=lambda: MappingProxyType({}))
    number: int = 0
    """Number of the last event folded in."""


@dataclass(frozen=True, slots=True)
class Actor:
    """
    Who asks, as the connection proves it.

    ``participant`` acts in the session with the role of its seat, read at each command. ``account`` acts from the console with
    its account's role. ``system`` is the Hub itself. ``role`` of a participant counts only before there is a seat: a moderator
    who opens the room by entering it.
    """

    kind: Literal["participant", "account", "system"]
    id: str = ""
    role: Literal["administrator", "moderator", ""] = ""

    @property
    def name(self) -> str:
        """What stands in the log: ``participant:<id>``, ``account:<id>`` or ``system``."""
        return f"{self.kind}:{self.id}" if self.id else self.kind


@dataclass(frozen=True, slots=True)
class Denied:
    """A refusal: ``code`` is stable and has a sentence in ``apps.sentences``; ``values`` fill that sentence."""

    code: str
    values: Mapping[str, Any] = field(default_factory=dict)
