"""The bad network does what it is told, and the bots with the engine live through it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from media_core.bots import Bot
from media_core.engine import MediaConfig, Source, TrackRef, View
from media_core.ids import MediaRoomId, MemberId
from media_core.local import LocalEngine
from tests.media_core.raw_client import CONNECTS_WITHIN_S
from tests.relay import QUEUE_S, Direction, Relay
from tests.waiting import until


def arrivals(direction: Direction, count: int, *, every_s: float = 0.01) -> list[float | None]:
    return [direction.arrival(1000, index * every_s) for index in range(count)]


def test_a_good_network_passes_everything_at_once() -> None:
    assert arrivals(Direction(), 3) == [0.0, 0.01, 0.02]


def test_loss_is_about_what_was_asked_and_the_same_each_time() -> None:
    one, two = (arrivals(Direction(seed=7, loss=0.2), 2000) for _ in range(2))
    assert one == two
    assert 0.17 < one.count(None) / 2000 < 0.23
    assert arrivals(Direction(seed=8, loss=0.2), 2000) != one


def test_delay_and_jitter_keep_the_order() -> None:
    times = [arrival or 0 for arrival in arrivals(Direction(delay_s=0.1, jitter_s=0.05), 500)]
    assert times == sorted(times)
    assert all(arrival >= 0.1 + index * 0.01 for index, arrival in enumerate(times))


def test_with_reordering_packets_overtake() -> None:
    times = [arrival or 0 for arrival in arrivals(Direction(jitter_s=0.05, reorder=True), 500)]
    assert times != sorted(times)


def test_a_slow_link_queues_and_then_drops() -> None:
    direction = Direction(rate_bps=400_000)  # half of what is sent
    times = arrivals(direction, 1000)
    assert direction.passed == pytest.approx(500 + QUEUE_S * 50, abs=5)
    assert max((at or 0) - index * 0.01 for index, at in enumerate(times)) < QUEUE_S + 0.05


def test_an_outage_can_be_switched() -> None:
    direction = Direction()
    direction.outage = True
    assert direction.arrival(100, 0.0) is None
    direction.outage = False
    assert direction.arrival(100, 1.0) == 1.0
    assert (direction.passed, direction.dropped) == (1, 1)


def bound_udp() -> socket.socket:
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.setblocking(False)
    udp.bind(("127.0.0.1", 0))
    return udp


async def test_packets_come_back_to_the_client_that_sent_them() -> None:
    loop = asyncio.get_running_loop()
    async with AsyncExitStack() as stack:
        relay = await stack.enter_async_context(Relay())
        server, *clients = [stack.enter_context(bound_udp()) for _ in range(4)]
        relay.target = server.getsockname()
        for number, client in enumerate(clients):
            await loop.sock_sendto(client, b"%d" % number, ("127.0.0.1", relay.port))
        seen = set()
        for _ in clients:
            data, address = await asyncio.wait_for(loop.sock_recvfrom(server, 100), 30)
            seen.add(address)
            await loop.sock_sendto(server, b"answer to " + data, address)
        for number, client in enumerate(clients):
            assert await asyncio.wait_for(loop.sock_recv(client, 100), 30) == b"answer to %d" % number
        assert len(seen) == 3


# --- bots and the engine over it --------------------------------------------------------------------------------------


@pytest.fixture
async def relay() -> AsyncIterator[Relay]:
    async with Relay(seed=5) as relay:
        yield relay


@pytest.fixture
async def engine(relay: Relay) -> AsyncIterator[LocalEngine]:
    engine = await LocalEngine.start(MediaConfig(announced_port=relay.port))
    relay.target = engine.address
    await engine.open_room(ROOM)
    yield engine
    await engine.close()


ROOM = MediaRoomId("room")


@asynccontextmanager
async def pair(engine: LocalEngine) -> AsyncIterator[tuple[Bot, Bot]]:
    """Connect a speaker, and a viewer who looks at the speaker's camera."""
    offers = []
    for name in ("speaker", "viewer"):
        offers.append(await engine.connect(ROOM, MemberId(name)))
        await engine.set_gates(ROOM, MemberId(name), frozenset({Source.CAMERA, Source.MICROPHONE}))
    async with Bot(offers[0].sdp, picture=1) as speaker, Bot(offers[1].sdp, picture=None, tone_hz=None) as viewer:
        for offer, bot in zip(offers, (speaker, viewer), strict=True):
            await engine.answer(offer.transport, bot.answer)
            await bot.connected(CONNECTS_WITHIN_S)
        await engine.set_view(offers[1].transport, View(TrackRef(MemberId("speaker"), Source.CAMERA)))
        yield speaker, viewer


async def test_loss_both_ways_is_repaired(relay: Relay, engine: LocalEngine) -> None:
    async with pair(engine) as (speaker, viewer):
        stage = viewer.received["v0"]
        await until(lambda: stage.frames > 5)
        relay.up.loss = relay.down.loss = 0.1
        relay.up.delay_s = relay.down.delay_s = 0.02
        await until(lambda: stage.repaired >= 3 and speaker.sent["cam"].repeated >= 3, timeout_s=60)
        relay.up.loss = relay.down.loss = 0.0
        before = stage.frames
        await until(lambda: stage.frames > before + 20)
        assert stage.timestamp_breaks == 0


async def test_a_slow_and_shaky_path_still_connects(relay: Relay, engine: LocalEngine) -> None:
    for direction in (relay.up, relay.down):
        direction.delay_s, direction.jitter_s, direction.reorder, direction.loss = 0.05, 0.03, True, 0.05
    async with pair(engine) as (_, viewer):
        await until(lambda: viewer.received["v0"].frames > 10, timeout_s=60)


async def test_media_goes_on_after_an_outage(relay: Relay, engine: LocalEngine) -> None:
    async with pair(engine) as (_, viewer):
        stage = viewer.received["v0"]
        await until(lambda: stage.frames > 5)
        relay.cut()
        await asyncio.sleep(0.1)
        silent = stage.packets
        for _ in range(10):
            await asyncio.sleep(0.1)
        assert stage.packets == silent
        relay.cut(False)
        keyframes = stage.keyframes
        await until(lambda: stage.frames > 20 and stage.keyframes > keyframes)
