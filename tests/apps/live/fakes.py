"""Small real stand-ins: an engine that remembers what it was told, and a browser that remembers what it was sent."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from media_core.engine import Accepted, EngineLost, EngineReady, Listener, MediaEvent, MemberMedia, Offer, Source, View
from media_core.errors import BadDescription, EngineUnavailable, UnknownMediaRoom, UnknownTransport
from media_core.ids import MediaRoomId, MemberId, TransportId


@dataclass
class FakeMember:
    gates: frozenset[Source] = frozenset()
    transports: list[TransportId] = field(default_factory=list)


class FakeEngine:
    """Keeps rooms, gates and transports like an engine, without media. ``log`` has each call in order."""

    def __init__(self, *, up: bool = True) -> None:
        self.up = up
        self.log: list[tuple[Any, ...]] = []
        self.media: dict[MediaRoomId, dict[MemberId, FakeMember]] = {}
        self.answers: dict[TransportId, str] = {}
        self.views: dict[TransportId, View] = {}
        self.tapes: dict[MediaRoomId, str] = {}
        self.slow_tapes = 0
        """So many starts of a tape are not answered."""
        self.taped: dict[MemberId, frozenset[Source]] = {}
        self.failing = 0  # so many set_gates fail
        self.ready = asyncio.Event()  # while it is not set, set_gates waits
        self.ready.set()
        self._listeners: list[Listener] = []
        self._count = 0

    def listen(self, listener: Listener) -> Callable[[], None]:
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def tell(self, event: MediaEvent) -> None:
        for listener in list(self._listeners):
            listener(event)

    def die(self) -> None:
        self.up = False
        self.media.clear()
        self.tapes.clear()
        self.taped.clear()
        self.tell(EngineLost("killed"))

    def come_back(self) -> None:
        self.up = True
        self.tell(EngineReady(fresh=not self.media))

    def room(self) -> dict[MemberId, FakeMember]:
        """Return the members of the only room."""
        (members,) = self.media.values()
        return members

    def gates(self) -> dict[str, set[str]]:
        """Return the open gates of the only room, in words."""
        return {member: {s.value for s in m.gates} for member, m in self.room().items() if m.gates}

    async def rooms(self) -> Mapping[MediaRoomId, tuple[MemberMedia, ...]]:
        self._expect_up()
        return {
            room: tuple(
                MemberMedia(
                    member,
                    m.gates,
                    tuple(m.transports),
                    self.taped.get(member, frozenset()) if room in self.tapes else None,
                )
                for member, m in members.items()
            )
            for room, members in self.media.items()
        }

    async def open_room(self, room: MediaRoomId) -> None:
        self._expect_up()
        self.media.setdefault(room, {})

    async def close_room(self, room: MediaRoomId) -> None:
        self._expect_up()
        self.log.append(("close_room", room))
        self.media.pop(room, None)
        self.tapes.pop(room, None)

    async def connect(self, room: MediaRoomId, member: MemberId, *, sends: bool = True) -> Offer:
        self._expect_up()
        self._count += 1
        transport = TransportId(f"tr_{self._count}")
        self._member(room, member).transports.append(transport)
        self.log.append(("connect", member, transport))
        return Offer(transport, f"offer of {transport}" if sends else f"offer to only receive of {transport}")

    async def accept(self, room: MediaRoomId, member: MemberId, sdp: str) -> Accepted:
        if not sdp.startswith("v=0"):
            raise BadDescription("it does not begin with v=0")
        offer = await self.connect(room, member)
        return Accepted(offer.transport, f"answer of {offer.transport}")

    async def answer(self, transport: TransportId, sdp: str) -> None:
        self._expect_up()
        if not any(transport in m.transports for members in self.media.values() for m in members.values()):
            raise UnknownTransport(transport)
        if sdp == "bad":
            raise BadDescription("it is bad")
        self.answers[transport] = sdp

    async def set_gates(self, room: MediaRoomId, member: MemberId, gates: frozenset[Source]) -> None:
        self._expect_up()
        await asyncio.sleep(0)
        await self.ready.wait()
        if self.failing:
            self.failing -= 1
            raise RuntimeError("this engine fails")
        self._member(room, member).gates = gates
        self.log.append(("gates", member, frozenset(gate.value for gate in gates)))

    async def set_view(self, transport: TransportId, view: View) -> None:
        self._expect_up()
        self.views[transport] = view

    async def set_downlink(self, transport: TransportId, bps: int) -> None:
        self._expect_up()

    async def disconnect(self, room: MediaRoomId, member: MemberId) -> None:
        self._expect_up()
        self.log.append(("disconnect", member))
        self.media.get(room, {}).pop(member, None)

    async def start_tape(self, room: MediaRoomId, folder: str) -> None:
        self._expect_up()
        if self.slow_tapes:
            self.slow_tapes -= 1
            await asyncio.Event().wait()
        self.log.append(("start_tape", room))
        self.tapes[room] = folder

    async def set_tape(self, room: MediaRoomId, member: MemberId, sources: frozenset[Source]) -> None:
        self._expect_up()
        if room in self.tapes:
            self.taped[member] = sources
            self.log.append(("tape", member, frozenset(source.value for source in sources)))

    async def stop_tape(self, room: MediaRoomId) -> None:
        self._expect_up()
        self.log.append(("stop_tape", room))
        self.tapes.pop(room, None)

    async def close(self) -> None:
        self.up = False

    def _member(self, room: MediaRoomId, member: MemberId) -> FakeMember:
        if room not in self.media:
            raise UnknownMediaRoom(room)
        return self.media[room].setdefault(member, FakeMember())

    def _expect_up(self) -> None:
        if not self.up:
            raise EngineUnavailable("it is down")


class FakeBrowser:
    """A tab. ``broken`` ones fail at each message."""

    def __init__(self, *, broken: bool = False) -> None:
        self.messages: list[Mapping[str, Any]] = []
        self.closed: tuple[int, str] | None = None
        self._broken = broken

    def send(self, message: Mapping[str, Any]) -> None:
        if self._broken:
            raise RuntimeError("this browser fails")
        assert self.closed is None, f"{message} was sent to a closed socket"
        self.messages.append(message)

    def close(self, code: int, reason: str) -> None:
        self.closed = self.closed or (code, reason)

    def of_type(self, type_: str) -> list[Mapping[str, Any]]:
        return [message for message in self.messages if message["type"] == type_]

    def last(self, type_: str) -> Mapping[str, Any]:
        return self.of_type(type_)[-1]

    def events(self) -> list[Mapping[str, Any]]:
        return [event for message in self.of_type("events") for event in message["events"]]

    def event_types(self) -> list[str]:
        return [str(event["type"]) for event in self.events()]
