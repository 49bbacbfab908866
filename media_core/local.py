"""The media engine in this process, on the running loop: for notebooks, tests, and inside a worker."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from media_core.engine import Accepted, Listener, MediaConfig, MemberMedia, Offer, Source, View
from media_core.errors import EngineUnavailable
from media_core.figures import Figures
from media_core.ids import MediaRoomId, MemberId, TransportId
from media_core.limits import DEFAULT_LIMITS, Limits
from media_core.listeners import Listeners
from media_core.sfu import Sfu


class LocalEngine:
    """A ``MediaEngine`` (see ``media_core.engine``). Make it with ``await LocalEngine.start(config)``."""

    def __init__(self) -> None:
        self._listeners = Listeners()
        self._sfu: Sfu | None = None

    @classmethod
    async def start(cls, config: MediaConfig, *, limits: Limits = DEFAULT_LIMITS) -> LocalEngine:
        """Bind the port and begin; raises ``OSError`` if the port is taken."""
        engine = cls()
        engine._sfu = Sfu(config, engine._listeners.tell, limits=limits)
        engine._listeners.ready(fresh=True)
        return engine

    @property
    def sfu(self) -> Sfu:
        if self._sfu is None:
            raise EngineUnavailable("it is closed or was never started")
        return self._sfu

    @property
    def address(self) -> tuple[str, int]:
        """Host and UDP port that are bound."""
        return self.sfu.port.address

    def listen(self, listener: Listener) -> Callable[[], None]:
        return self._listeners.add(listener)

    async def rooms(self) -> Mapping[MediaRoomId, tuple[MemberMedia, ...]]:
        return self.sfu.media()

    async def metrics(self) -> Figures:
        """Return what ``/metrics`` tells of this engine."""
        return self.sfu.metrics()

    async def open_room(self, room: MediaRoomId) -> None:
        self.sfu.open_room(room)

    async def close_room(self, room: MediaRoomId) -> None:
        self.sfu.close_room(room)

    async def connect(self, room: MediaRoomId, member: MemberId, *, sends: bool = True) -> Offer:
        return self.sfu.connect(room, member, sends=sends)

    async def accept(self, room: MediaRoomId, member: MemberId, sdp: str) -> Accepted:
        return self.sfu.accept(room, member, sdp)

    async def answer(self, transport: TransportId, sdp: str) -> None:
        self.sfu.answer(transport, sdp)

    async def set_gates(self, room: MediaRoomId, member: MemberId, gates: frozenset[Source]) -> None:
        self.sfu.set_gates(room, member, gates)

    async def set_view(self, transport: TransportId, view: View) -> None:
        self.sfu.set_view(transport, view)

    async def set_downlink(self, transport: TransportId, bps: int) -> None:
        self.sfu.set_downlink(transport, bps)

    async def disconnect(self, room: MediaRoomId, member: MemberId) -> None:
        self.sfu.disconnect(room, member)

    async def start_tape(self, room: MediaRoomId, folder: str) -> None:
        await self.sfu.start_tape(room, Path(folder))

    async def set_tape(self, room: MediaRoomId, member: MemberId, sources: frozenset[Source]) -> None:
        self.sfu.set_tape(room, member, sources)

    async def stop_tape(self, room: MediaRoomId) -> None:
        await self.sfu.stop_tape(room)

    async def close(self) -> None:
        if self._sfu is not None:
            await self._sfu.close()
            self._sfu = None
