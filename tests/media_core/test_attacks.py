"""Strangers who flood the port, with people talking and joining meanwhile. Nobody of them may notice."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from media_core.bots import Bot
from media_core.engine import MediaConfig, Source, TrackRef, TransportClosed, View
from media_core.ids import MemberId
from media_core.local import LocalEngine
from tests.media_core.engines import ROOM, ROOT, Events
from tests.media_core.raw_client import CONNECTS_WITHIN_S, RawClient
from tests.waiting import until

ANNA, BOB = MemberId("pt_anna"), MemberId("pt_bob")
GARBAGE = 100_000
JOINS = 200
JOINS_AT_ONCE = 8
AHEAD = 200
"""Datagrams of strangers that wait to be read at most: no more than any system's buffer holds, so that nothing of real participants is lost there."""
GIVEN_UP_S = 1.0
"""What was sent by then and not read was lost by the system."""

# As quick as it is read: a byte on its input is leave for ten datagrams, one on its output says that they are sent.
FLOOD = """
import os, random, socket, sys
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
    if number % 10 == 0 and not sys.stdin.buffer.read(1):
        break
    sockets[number % 16].sendto(make(number), ("127.0.0.1", port))
    if number % 10 == 9:
        os.write(1, b".")
"""


@asynccontextmanager
async def flood(engine: LocalEngine, count: int, kind: str) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        FLOOD,
        str(engine.address[1]),
        str(count),
        kind,
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    leave = asyncio.create_task(give_leave(engine, process))
    try:
        yield process
    finally:
        leave.cancel()
        await asyncio.wait([leave])
        if process.returncode is None:
            process.kill()
        await process.wait()


async def give_leave(engine: LocalEngine, process: asyncio.subprocess.Process) -> None:
    """Let strangers send on while what they sent is read."""
    loop, stdin, stdout, dropped = asyncio.get_running_loop(), process.stdin, process.stdout, engine.sfu.mux.dropped
    assert stdin is not None
    assert stdout is not None
    sent = given = 0

    async def count_sent() -> None:
        nonlocal sent
        while said := await stdout.read(4096):
            sent += 10 * len(said)

    counting = asyncio.create_task(count_sent())
    read_before, moved_s = sum(dropped.values()), loop.time()
    try:
        while True:
            read = sum(dropped.values()) - read_before
            if sent < given:  # strangers without time just now: what they did not send is not lost
                moved_s = loop.time()
            if loop.time() - moved_s > GIVEN_UP_S:  # the system has lost some; they are not waited for
                read_before, read = read_before - (given - read), given
            if given < read + AHEAD:
                tens = (read + AHEAD - given) // 10
                stdin.write(bytes(tens))
                given += 10 * tens
                moved_s = loop.time() if tens else moved_s
            await asyncio.sleep(0.001)
    finally:
        counting.cancel()
        await asyncio.wait([counting])


async def join(stack: AsyncExitStack, engine: LocalEngine, member: MemberId, *, picture: int | None) -> Bot:
    await engine.set_gates(ROOM, member, frozenset({Source.MICROPHONE, Source.CAMERA}))
    offer = await engine.connect(ROOM, member)
    bot = await stack.enter_async_context(Bot(offer.sdp, picture=picture, tone_hz=200))
    await engine.answer(offer.transport, bot.answer)
    await bot.connected(CONNECTS_WITHIN_S)
    await engine.set_view(offer.transport, View(TrackRef(ANNA, Source.CAMERA)))
    return bot


async def test_garbage_from_a_stranger_during_a_call(local: LocalEngine) -> None:
    events = Events(local)
    async with AsyncExitStack() as stack:
        await join(stack, local, ANNA, picture=1)
        bob = await join(stack, local, BOB, picture=None)
        await until(lambda: bob.received["v0"].frames > 3 and bob.received["a0"].packets > 3)
        before = bob.received["v0"].frames
        async with flood(local, GARBAGE, "garbage") as process:
            assert await process.wait() == 0
        frames, sounds = bob.received["v0"].frames, bob.received["a0"].packets
        await until(lambda: bob.received["v0"].frames > frames + 5 and bob.received["a0"].packets > sounds + 5)
        assert frames > before, "pictures went on meanwhile"
        assert bob.received["v0"].picture_breaks == 0
        assert not events.of(TransportClosed)
        assert sum(local.sfu.mux.dropped.values()) > GARBAGE / 2  # the system may have lost some all the same


async def test_people_join_while_strangers_begin_handshakes(local: LocalEngine) -> None:
    events = Events(local)
    gate = asyncio.Semaphore(JOINS_AT_ONCE)

    async def come_and_go(number: int) -> None:
        async with gate, await RawClient.join(local, "se_room", f"pt_{number}", publish=()):
            pass

    async with flood(local, 10_000_000, "handshake") as process:
        await until(lambda: local.sfu.mux.dropped["foreign"] > 100, what="the first strangers")
        await asyncio.gather(*(come_and_go(number) for number in range(JOINS)))
        assert process.returncode is None
    await until(lambda: len(events.of(TransportClosed)) == JOINS)
    assert {event.reason for event in events.of(TransportClosed)} == {"closed"}
    assert local.sfu.mux.dropped["foreign"] > 200


async def test_without_batched_calls_media_flows_all_the_same() -> None:
    engine = await LocalEngine.start(MediaConfig(extra={"batched": "no"}))
    try:
        await engine.open_room(ROOM)
        assert not engine.sfu.port.batched
        async with AsyncExitStack() as stack:
            await join(stack, engine, ANNA, picture=1)
            bob = await join(stack, engine, BOB, picture=None)
            await until(lambda: bob.received["v0"].frames > 3 and bob.received["a0"].packets > 3)
    finally:
        await engine.close()
