"""ICE over TCP: media both ways, a slow receiver, moving between ways, and strangers who connect."""

from __future__ import annotations

import asyncio
import math
import socket
import struct
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, contextmanager, suppress

import pytest

from media_core.engine import MediaConfig, Source, TrackRef, TransportClosed, View
from media_core.ids import MemberId
from media_core.local import LocalEngine
from media_core.rtp.framing import MOST_PICTURE_BYTES, MOST_URGENT_BYTES
from media_core.webrtc.streams import StreamLimits, StreamPort
from tests.media_core.engines import PATIENCE_S, ROOM, Events
from tests.media_core.raw_client import RawClient
from tests.media_core.stream_client import StreamClient
from tests.waiting import until

ANNA, BOB = MemberId("pt_anna"), MemberId("pt_bob")
BOTH = frozenset({Source.MICROPHONE, Source.CAMERA})


def streams(engine: LocalEngine) -> StreamPort:
    assert engine.sfu.streams is not None
    return engine.sfu.streams


async def talk(anna: RawClient, bob: RawClient, mark: bytes) -> None:
    """Wait until a picture and a sound of Anna's with this mark reached Bob."""

    def arrived() -> bool:
        anna.send_sound(mark)
        anna.send_picture(keyframe=True, text=mark)
        heard = any(each.payload == mark for each in bob.slot("a0"))
        return heard and any(each.payload.endswith(mark) for each in bob.slot("v0"))

    await until(arrived)


async def show(engine: LocalEngine, watcher: RawClient, member: MemberId) -> None:
    await engine.set_view(watcher.transport, View(TrackRef(member, Source.CAMERA)))


@pytest.mark.parametrize(("sender", "receiver"), [(StreamClient, RawClient), (RawClient, StreamClient)])
async def test_media_flows_between_tcp_and_udp(
    local: LocalEngine, sender: type[RawClient], receiver: type[RawClient]
) -> None:
    await local.set_gates(ROOM, ANNA, BOTH)
    async with await sender.join(local, ROOM, ANNA) as anna, await receiver.join(local, ROOM, BOB) as bob:
        await show(local, bob, ANNA)
        await talk(anna, bob, b"hello")
        paths = (await local.metrics())["paths"]
        assert paths == {"udp4": 1, "tcp4": 1}


async def test_a_train_of_many_packets_comes_whole(local: LocalEngine) -> None:
    await local.set_gates(ROOM, ANNA, BOTH)
    async with await RawClient.join(local, ROOM, ANNA) as anna, await StreamClient.join(local, ROOM, BOB) as bob:
        await show(local, bob, ANNA)
        await talk(anna, bob, b"begin")
        before = len(bob.slot("v0"))
        for number in range(200):
            anna.send_picture(text=b"%d " % number + bytes(1000))
            if number % 20 == 0:
                await asyncio.sleep(0.01)
        await until(lambda: len(bob.slot("v0")) >= before + 200)
        numbers = [each.header.sequence_number for each in bob.slot("v0")]
        assert len(set(numbers)) == len(numbers)


async def test_a_browser_moves_from_udp_to_tcp_and_on(local: LocalEngine) -> None:
    """UDP ends, its browser comes by TCP with the same transport, then by a second connection: nothing is negotiated anew."""
    events = Events(local)
    await local.set_gates(ROOM, ANNA, BOTH)
    async with await RawClient.join(local, ROOM, ANNA) as anna, await StreamClient.join(local, ROOM, BOB) as bob:
        await show(local, bob, ANNA)
        await talk(anna, bob, b"first")
        await bob.rebind()
        await talk(anna, bob, b"second")
        await until(lambda: len(streams(local).streams) == 1)
        assert not events.of(TransportClosed)
    await until(lambda: not streams(local).streams)


async def test_a_slow_receiver_costs_a_fixed_memory_and_hears_again(local: LocalEngine) -> None:
    await local.set_gates(ROOM, ANNA, BOTH)
    async with await RawClient.join(local, ROOM, ANNA) as anna, await StreamClient.join(local, ROOM, BOB) as bob:
        await show(local, bob, ANNA)
        await talk(anna, bob, b"before")
        (stream,) = streams(local).streams
        bob.reading.clear()

        def stuck() -> bool:
            for _ in range(100):
                anna.send_picture(text=bytes(1100))
            anna.send_sound(b"waiting")
            return stream.outbox.dropped_pictures > 1000

        await until(stuck, timeout_s=60)
        assert stream.outbox.waiting_bytes <= MOST_PICTURE_BYTES + MOST_URGENT_BYTES
        bob.reading.set()
        await talk(anna, bob, b"after")
        dropped = (await local.metrics())["dropped"]
        assert isinstance(dropped, dict)
        assert dropped["tcp_dropped_pictures"] > 1000


# --- strangers ----------------------------------------------------------------------------------------------------------


async def connect(engine: LocalEngine) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.open_connection("127.0.0.1", engine.address[1])


async def is_closed(reader: asyncio.StreamReader) -> None:
    with suppress(ConnectionError):
        assert await asyncio.wait_for(reader.read(1), PATIENCE_S) == b""


FRAMES: dict[str, Callable[[], bytes]] = {
    "http": lambda: b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
    "tls": lambda: b"\x16\x03\x01\x02\x00\x01" + bytes(500),
    "too long": lambda: struct.pack("!H", 2049),
    "much that proves nothing": lambda: (struct.pack("!H", 500) + bytes([22]) + bytes(499)) * 9,
}


@pytest.mark.parametrize("kind", FRAMES)
async def test_what_is_no_check_ends_the_connection(local: LocalEngine, kind: str) -> None:
    reader, writer = await connect(local)
    writer.write(FRAMES[kind]())
    await is_closed(reader)
    writer.close()
    assert not streams(local).streams


async def test_who_says_nothing_is_sent_away(local: LocalEngine) -> None:
    streams(local).limits = StreamLimits(unproven_s=0.2)
    reader, writer = await connect(local)
    await is_closed(reader)
    writer.close()
    assert streams(local).counters["tcp_unproven"] == 1


async def test_one_address_has_few_connections_that_prove_nothing(local: LocalEngine) -> None:
    """And people from the same address come in all the same, once those are gone."""
    streams(local).limits = StreamLimits(unproven_from_one=4, unproven_s=math.inf)
    async with AsyncExitStack() as stack:
        for _ in range(10):
            _, writer = await connect(local)
            stack.callback(writer.close)
        await until(lambda: streams(local).counters["tcp_too_many"] == 6)
        streams(local).limits = StreamLimits(unproven_from_one=4, unproven_s=0.0)
        await until(lambda: streams(local).counters["tcp_unproven"] == 4)
        streams(local).limits = StreamLimits(unproven_from_one=4)
        async with await StreamClient.join(local, ROOM, ANNA):
            assert len(streams(local).streams) == 1


async def test_of_too_many_the_oldest_that_proved_nothing_goes(local: LocalEngine) -> None:
    streams(local).limits = StreamLimits(unproven=3)
    async with await StreamClient.join(local, ROOM, ANNA) as anna:
        opened = [await connect(local) for _ in range(4)]
        await is_closed(opened[0][0])
        assert len(streams(local).streams) == 4
        assert not anna.ended.is_set()
        for _, writer in opened:
            writer.close()


async def test_a_connection_ends_with_its_transport(local: LocalEngine) -> None:
    client = await StreamClient.join(local, ROOM, ANNA)
    await local.disconnect(ROOM, ANNA)
    await asyncio.wait_for(client.ended.wait(), PATIENCE_S)
    await client.close()


async def test_without_tcp_no_candidate_says_so_and_nobody_listens() -> None:
    engine = await LocalEngine.start(MediaConfig(tcp=False))
    try:
        await engine.open_room(ROOM)
        assert " tcp " not in (await engine.connect(ROOM, ANNA)).sdp
        with pytest.raises(ConnectionRefusedError):
            await connect(engine)
    finally:
        await engine.close()


@contextmanager
def taken_in_tcp() -> Iterator[int]:
    """Take a number in TCP that is free in UDP; below those that the system hands out, so that it stays free."""
    for number in range(20_000, 30_000):
        with socket.socket() as tcp, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
            try:
                tcp.bind(("127.0.0.1", number))
                udp.bind(("127.0.0.1", number))
            except OSError:
                continue
            udp.close()
            yield number
            return
    raise AssertionError("no number is free")


async def test_a_tcp_port_that_is_taken_leaves_udp() -> None:
    with taken_in_tcp() as number:
        engine = await LocalEngine.start(MediaConfig(port=number))
        try:
            await engine.open_room(ROOM)
            async with await RawClient.join(engine, ROOM, ANNA):
                assert engine.sfu.streams is None
        finally:
            await engine.close()
