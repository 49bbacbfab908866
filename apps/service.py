"""
``RoomService``: what the console (and notebooks, and later the REST API) hold of the live program.

Commands in; snapshots and notices out. ``apps.live.direct.DirectRoomService`` calls the Hub on the same loop;
``apps.console.remote.RemoteRoomService`` speaks to the web process over a loopback WebSocket (``/internal/console``,
``apps.api.console_socket``). Reading lists and history needs no service: the console reads the database itself.

Whoever calls names the signed-in browser by its secret (the value of the session cookie): the web process looks it up at every
command, so that a right that was taken away is gone at once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from apps.live.commands import WireCommand
from apps.live.state import Denied
from apps.planning.commands import PlanningCommand
from apps.recording.commands import ArchiveCommand
from data.ids import RoomId


@dataclass(frozen=True, slots=True)
class Done:
    """A command was carried out. ``values`` holds ids, counts or a one-time password, as the command says."""

    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SessionNotice:
    """
    Events of a room's session, as a moderator sees them (JSON values as in docs/protocol.md, names and texts filled in).

    ``decided_at_s`` is the wall clock (UTC, seconds) at which the Hub decided them, for measuring.
    """

    room: RoomId
    events: tuple[Mapping[str, Any], ...]
    decided_at_s: float


@dataclass(frozen=True, slots=True)
class RecordsNotice:
    """Rows changed: ``kind`` is ``room``, ``invitation``, ``contact_list``, ``contact``, ``account``, ``session``, ``recording`` or ``tape``."""

    kind: str
    ids: tuple[str, ...]
    room: RoomId | None = None


@dataclass(frozen=True, slots=True)
class SpeakersNotice:
    room: RoomId
    speakers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class QualityNotice:
    """The newest sample of each connected participant of a room, every 2 s: participant id to values (docs/protocol.md)."""

    room: RoomId
    samples: Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class LinkNotice:
    """The link to the web process is up or down; after it came up again, read everything anew."""

    up: bool


Notice = SessionNotice | RecordsNotice | SpeakersNotice | QualityNotice | LinkNotice


@dataclass(frozen=True, slots=True)
class Health:
    """
    How the house stands. ``media`` is ``ok`` or why the media workers do not answer; ``media_rooms`` and ``media_members`` count what they carry.

    ``disk_pct`` is the use of the disk that recordings lie on; above ``disk_warn_pct`` it is an alarm, above ``disk_stop_pct`` nothing is recorded.
    """

    media: str
    media_rooms: int
    media_members: int
    disk_pct: float
    disk_warn_pct: float
    disk_stop_pct: float
    workers: tuple[Mapping[str, Any], ...] = ()
    """Each media worker: ``name``, ``up``, ``rooms``, ``transports``, ``cpu_share`` of one core; none where the engine is in this process."""


class RoomService(Protocol):
    """Commands in, snapshot and notices out. Used on one event loop."""

    async def command(
        self, secret: str, command: PlanningCommand | WireCommand | ArchiveCommand, *, room: RoomId | None = None
    ) -> Done | Denied:
        """
        Carry out a command for the account whose browser holds ``secret``.

        ``room`` is required for the commands of ``apps.live.commands`` and ignored for others. A refusal is a value; if the web
        process cannot be reached the answer is ``Denied("service_unavailable")``.
        """

    async def snapshot(self, secret: str, room: RoomId) -> Mapping[str, Any] | Denied:
        """Return the room's live session as a moderator sees it: the ``snapshot`` of docs/protocol.md; ``phase`` is ``new`` if none is open."""

    async def live_rooms(self, secret: str) -> tuple[Mapping[str, Any], ...]:
        """
        Return ``{"room", "session", "opened_at", "present", "publishing", "recording", "unrecorded"}`` of each open session that the account may see.

        ``unrecorded`` are the names of those who agreed to be recorded, have the microphone on, and do not reach the tape.
        """

    async def monitor_ticket(self, secret: str, room: RoomId) -> str | Denied:
        """Return a ticket for one socket at ``/ws/monitor``, on which a page sees and hears the room's session without being in it."""

    async def may_watch(self, secret: str, room: RoomId) -> bool:
        """Say whether the account may still look at this room; asked by the web process itself."""

    async def sign_out(self, secret: str) -> None:
        """End this browser's sign-in; what it has open is closed."""

    async def health(self, secret: str) -> Health | None:
        """Return how the house stands; ``None`` if it is nobody's to know."""

    def listen(self, listener: Callable[[Notice], None]) -> Callable[[], None]:
        """Have ``listener`` called on this loop with each notice; the returned function ends that."""
