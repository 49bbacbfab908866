"""Strangers who flood the port, with people talking and joining meanwhile. Nobody of them may notice."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from media_core.bots import Bot
from media_core.engine import MediaConfig, Source, TrackRef, TransportClosed, View
from media_core.ids import MemberId
from media_core.local import LocalEngine
from tests.media_core.engines import ROOM, ROOT, Events
from tests.media_core.raw_client import RawClient
from tests.waiting import until

ANNA, BOB = MemberId("pt_anna"), MemberId("pt_bob")
GARBAGE = 100_000
JOINS = 200
JOINS_AT_ONCE = 8

# Paced so that the test's own machine keeps up with its real participants; 20,000 a second is a third of a 100 Mbit/s link.
FLOOD = """
import os, random, socket, sys, time
port, count, kind = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
randomly = random.Random(7)
sockets = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(16)]
noise = os.urandom(4096)
def garbage(number):
    start = randomly.randrange(2000)
    return b"" if number % 50 == 0 else bytes([number % 256]) + noise[start : start + number % 1400]
def handshake(number):
    body = noise[number % 2000 : number % 2000 + 150]
    if number % 2:
        return b"\\x16\\xfe\\xff" + bytes(8) + len(body).to_bytes(2, "big") + b"\\x01" + body[1:]
    return b"\\x00\\x01\\x00\\x0c\\x21\\x12\\xa4\\x42" + noise[number % 99 : number % 99 + 12] + b"\\x00\\x06\\x00\\x08abcd:efg"
make = garbage if kind == "garbage" else handshake
for number in range(count):
    sockets[number % 16].sendto(make(number), ("127.0.0.1", port))
    if number % 100 == 99:
        time.sleep(0.005)
"""


@asynccontextmanager
async def flood(engine: LocalEngine, count: int, kind: str) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", FLOOD, str(engine.address[1]), str(count), kind, cwd=ROOT
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def join(engine: LocalEngine, member: MemberId, *, picture: int | None) -> Bot:
    await engine.set_gates(ROOM, member, frozenset({Source.MICROPHONE, Source.CAMERA}))
    offer = await engine.connect(ROOM, member)
    bot = Bot(offer.sdp, picture=picture, tone_hz=200)
    await bot.__aenter__()
    await engine.answer(offer.transport, bot.answer)
    await bot.connected()
    await engine.set_view(offer.transport, View(TrackRef(ANNA, Source.CAMERA)))
    return bot


async def test_garbage_from_a_stranger_during_a_call(local: LocalEngine) -> None:
    events = Events(local)
    anna, bob = await join(local, ANNA, picture=1), await join(local, BOB, picture=None)
    try:
        await until(lambda: bob.received["v0"].frames > 3 and bob.received["a0"].packets > 3)
        async with flood(local, GARBAGE, "garbage") as process:
            assert await process.wait() == 0
        frames, sounds = bob.received["v0"].frames, bob.received["a0"].packets
        await until(lambda: bob.received["v0"].frames > frames + 5 and bob.received["a0"].packets > sounds + 5)
        assert frames > 20
        assert bob.received["v0"].picture_breaks == 0
        assert not events.of(TransportClosed)
        assert sum(local.sfu.mux.dropped.values()) > GARBAGE / 2  # the kernel may drop what comes too fast
    finally:
        await anna.__aexit__(None, None, None)
        await bob.__aexit__(None, None, None)


async def test_people_join_while_strangers_begin_handshakes(local: LocalEngine) -> None:
    events = Events(local)
    gate = asyncio.Semaphore(JOINS_AT_ONCE)

    async def come_and_go(number: int) -> None:
        async with gate, await RawClient.join(local, "se_room", f"pt_{number}", publish=()):
            pass

    async with flood(local, 10_000_000, "handshake") as process:
        await asyncio.gather(*(come_and_go(number) for number in range(JOINS)))
        assert process.returncode is None
    await until(lambda: len(events.of(TransportClosed)) == JOINS)
    assert {event.reason for event in events.of(TransportClosed)} == {"closed"}
    assert local.sfu.mux.dropped["foreign"] > 100


async def test_without_batched_calls_media_flows_all_the_same() -> None:
    engine = await LocalEngine.start(MediaConfig(extra={"batched": "no"}))
    try:
        await engine.open_room(ROOM)
        assert not engine.sfu.port.batched
        anna, bob = await join(engine, ANNA, picture=1), await join(engine, BOB, picture=None)
        await until(lambda: bob.received["v0"].frames > 3 and bob.received["a0"].packets > 3)
        await anna.__aexit__(None, None, None)
        await bob.__aexit__(None, None, None)
    finally:
        await engine.close()
