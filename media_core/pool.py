"""
Several media workers as one engine: a room lives in one of them, the least loaded when it was opened.

A worker that dies costs its rooms their transports, as one alone does; here they are opened again at once in another. What its
successor finds, or what it kept while only the link was broken, is closed if it lives elsewhere by then.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from media_core.engine import (
    Accepted,
    EngineLost,
    EngineReady,
    Listener,
    MediaEngine,
    MediaEvent,
    MemberMedia,
    Offer,
    Source,
    TransportClosed,
    View,
)
from media_core.errors import EngineUnavailable, MediaError, UnknownMediaRoom, UnknownTransport
from media_core.figures import Figures, Measured
from media_core.ids import MediaRoomId, MemberId, TransportId
from media_core.listeners import Listeners

log = logging.getLogger(__name__)

READ_LOAD_EVERY_S = 2.0
SHARE_OF_A_ROOM = 0.05
"""What a room that was just opened is taken for, as a share of a core, until it shows what it costs."""
SHARE_OF_A_TRANSPORT = 0.001
"""Tells workers apart that have nothing to do yet."""


class Worker(MediaEngine, Measured, Protocol):
    """What the pool needs of each."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a worker stands: ``cpu_share`` of one core over the last two seconds or so."""

    name: str
    up: bool
    rooms: int
    transports: int
    cpu_share: float


@dataclass(slots=True)
class _Held:
    """A worker and what is known of it."""

    name: str
    engine: Worker
    up: bool = False
    cpu_share: float = 0.0
    transports: int = 0
    rooms: set[MediaRoomId] = field(default_factory=set)
    given: int = 0
    """Rooms that it was given since its load was read."""
    _read: tuple[float, float] | None = None
    """When its CPU time was read, and what it was, in seconds."""

    @property
    def load(self) -> float:
        return self.cpu_share + self.given * SHARE_OF_A_ROOM + self.transports * SHARE_OF_A_TRANSPORT

    def measured(self, figures: Figures, now_s: float) -> None:
        cpu_s, transports = figures["cpu_seconds"], figures["transports"]
        assert isinstance(cpu_s, int | float)
        assert isinstance(transports, int | float)
        if self._read is not None and now_s > self._read[0] and cpu_s >= self._read[1]:
            self.cpu_share = (cpu_s - self._read[1]) / (now_s - self._read[0])
            self.given = 0
        self._read = now_s, cpu_s
        self.transports = int(transports)

    def lost(self) -> None:
        self.up, self.cpu_share, self.transports, self.given, self._read = False, 0.0, 0, 0, None


class WorkerPool:
    """
    A ``MediaEngine`` over workers by name. Make it on the running loop; ``close`` ends it, and its links.

    ``EngineLost`` tells which rooms are gone; ``EngineReady`` follows as long as any worker answers, so that they are opened anew.
    """

    def __init__(self, workers: Mapping[str, Worker], *, read_load_every_s: float = READ_LOAD_EVERY_S) -> None:
        if not workers:
            raise ValueError("a pool needs a worker")
        self._workers = {name: _Held(name, engine) for name, engine in workers.items()}
        self._place: dict[MediaRoomId, _Held] = {}
        self._owner: dict[TransportId, _Held] = {}
        self._listeners = Listeners()
        self._tasks: set[asyncio.Task[None]] = set()
        self._every_s = read_load_every_s
        for held in self._workers.values():
            held.engine.listen(self._listener(held))
        self._start(self._read_loads(), "media-loads")

    # --- MediaEngine --------------------------------------------------------------------------------------------------

    def listen(self, listener: Listener) -> Callable[[], None]:
        return self._listeners.add(listener)

    async def rooms(self) -> Mapping[MediaRoomId, tuple[MemberMedia, ...]]:
        up = [held for held in self._workers.values() if held.up]
        if not up:
            raise EngineUnavailable("no worker answers")
        found: dict[MediaRoomId, tuple[MemberMedia, ...]] = {}
        for held, answer in zip(
            up, await asyncio.gather(*(one.engine.rooms() for one in up), return_exceptions=True), strict=True
        ):
            if isinstance(answer, EngineUnavailable):
                continue  # it died this very moment; the others' rooms are none the worse
            if isinstance(answer, BaseException):
                raise answer
            found |= {room: members for room, members in answer.items() if self._place.get(room) is held}
        return found

    async def open_room(self, room: MediaRoomId) -> None:
        held = self._place.get(room)
        if held is None or not held.up:
            held = self._least_loaded()
            self._give(room, held)
            held.given += 1
            log.info("room_placed", extra={"fields": {"room": room, "worker": held.name}})
        await held.engine.open_room(room)

    async def close_room(self, room: MediaRoomId) -> None:
        held = self._place.get(room)
        if held is not None:
            await held.engine.close_room(room)
            self._take(room)

    async def connect(self, room: MediaRoomId, member: MemberId, *, sends: bool = True) -> Offer:
        held = self._of(room)
        offer = await held.engine.connect(room, member, sends=sends)
        self._owner[offer.transport] = held
        return offer

    async def accept(self, room: MediaRoomId, member: MemberId, sdp: str) -> Accepted:
        held = self._of(room)
        accepted = await held.engine.accept(room, member, sdp)
        self._owner[accepted.transport] = held
        return accepted

    async def answer(self, transport: TransportId, sdp: str) -> None:
        await self._of_transport(transport).answer(transport, sdp)

    async def set_gates(self, room: MediaRoomId, member: MemberId, gates: frozenset[Source]) -> None:
        await self._of(room).engine.set_gates(room, member, gates)

    async def set_view(self, transport: TransportId, view: View) -> None:
        await self._of_transport(transport).set_view(transport, view)

    async def set_downlink(self, transport: TransportId, bps: int) -> None:
        await self._of_transport(transport).set_downlink(transport, bps)

    async def disconnect(self, room: MediaRoomId, member: MemberId) -> None:
        held = self._place.get(room)
        if held is not None:
            await held.engine.disconnect(room, member)

    async def start_tape(self, room: MediaRoomId, folder: str) -> None:
        await self._of(room).engine.start_tape(room, folder)

    async def set_tape(self, room: MediaRoomId, member: MemberId, sources: frozenset[Source]) -> None:
        await self._of(room).engine.set_tape(room, member, sources)

    async def stop_tape(self, room: MediaRoomId) -> None:
        held = self._place.get(room)
        if held is not None:
            await held.engine.stop_tape(room)

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)
        await asyncio.gather(*(held.engine.close() for held in self._workers.values()))

    # --- what is told of the workers ----------------------------------------------------------------------------------

    def standings(self) -> tuple[Standing, ...]:
        """Return how each worker stood when its load was read last."""
        return tuple(
            Standing(held.name, held.up, len(held.rooms), held.transports, round(held.cpu_share, 3))
            for held in self._workers.values()
        )

    async def metrics_by_worker(self) -> Mapping[str, Figures]:
        """Return what ``/metrics`` tells, of each worker that answers."""
        up = [held for held in self._workers.values() if held.up]
        answers = await asyncio.gather(*(held.engine.metrics() for held in up), return_exceptions=True)
        return {
            held.name: answer for held, answer in zip(up, answers, strict=True) if not isinstance(answer, BaseException)
        }

    async def _read_loads(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            for held in self._workers.values():
                if held.up:
                    try:
                        held.measured(await held.engine.metrics(), loop.time())
                    except MediaError as error:
                        log.debug("load_not_read", extra={"fields": {"worker": held.name, "reason": error.code}})
            await asyncio.sleep(self._every_s)

    # --- who has what -------------------------------------------------------------------------------------------------

    def _least_loaded(self) -> _Held:
        up = [held for held in self._workers.values() if held.up]
        if not up:
            raise EngineUnavailable("no worker answers")
        return min(up, key=lambda held: (held.load, len(held.rooms)))

    def _give(self, room: MediaRoomId, held: _Held) -> None:
        self._take(room)
        self._place[room] = held
        held.rooms.add(room)

    def _take(self, room: MediaRoomId) -> None:
        held = self._place.pop(room, None)
        if held is not None:
            held.rooms.discard(room)

    def _of(self, room: MediaRoomId) -> _Held:
        held = self._place.get(room)
        if held is None:
            raise UnknownMediaRoom(room)
        return held

    def _of_transport(self, transport: TransportId) -> Worker:
        held = self._owner.get(transport)
        if held is None:
            raise UnknownTransport(transport)
        return held.engine

    # --- workers come and go ------------------------------------------------------------------------------------------

    def _listener(self, held: _Held) -> Listener:
        def take(event: MediaEvent) -> None:
            match event:
                case EngineReady():
                    self._start(self._take_up(held), f"media-worker-{held.name}")
                case EngineLost():
                    self._lost(held, event.reason)
                case _:
                    if self._place.get(event.room, held) is held:  # also the last words of a room that was closed
                        self._listeners.tell(event)
                    if isinstance(event, TransportClosed):
                        self._owner.pop(event.transport, None)

        return take

    def _lost(self, held: _Held, reason: str) -> None:
        held.lost()
        for transport in [transport for transport, owner in self._owner.items() if owner is held]:
            del self._owner[transport]
        rooms = tuple(held.rooms)
        for room in rooms:
            self._take(room)
        if not any(other.up for other in self._workers.values()):
            self._listeners.lost(reason)
            return
        log.warning("worker_lost", extra={"fields": {"worker": held.name, "rooms": len(rooms)}})
        self._listeners.tell(EngineLost(reason, rooms))
        self._listeners.ready(fresh=False)

    async def _take_up(self, held: _Held) -> None:
        """A worker answers: what it has is its own, unless that lives elsewhere by now."""
        try:
            kept = await held.engine.rooms()
            for room, members in kept.items():
                if self._place.get(room, held) is not held:
                    await held.engine.close_room(room)
                    continue
                self._give(room, held)
                for media in members:
                    self._owner.update(dict.fromkeys(media.transports, held))
        except MediaError as error:
            log.warning("worker_not_taken_up", extra={"fields": {"worker": held.name, "reason": error.code}})
            return
        held.up = True
        self._listeners.ready(fresh=not kept)

    def _start(self, work: Coroutine[Any, Any, None], name: str) -> None:
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
