"""A worker and its client when one of them dies."""

from __future__ import annotations

import asyncio
import stat
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from media_core.engine import EngineLost, EngineReady, Source, TransportClosed, TransportConnected
from media_core.errors import EngineUnavailable
from media_core.ids import MemberId
from media_core.remote import read_message
from media_core.signaling.messages import frame
from media_core.worker import Service, WorkerEngine
from tests.media_core.engines import PATIENCE_S, ROOM, Events, end, linked, local_engine, start_worker
from tests.media_core.raw_client import RawClient
from tests.waiting import until

ANNA, BOB = MemberId("pt_anna"), MemberId("pt_bob")
SPEAK = frozenset({Source.MICROPHONE})
Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def serving(serve: Serve, *, call_limit_s: float = PATIENCE_S) -> AsyncIterator[tuple[WorkerEngine, str]]:
    """Let ``serve`` stand for a worker in this process; yields an engine that is linked to it, and a folder."""
    with TemporaryDirectory(prefix="sala-") as folder:
        path = Path(folder) / "media.sock"
        server = await asyncio.start_unix_server(serve, path)
        engine = WorkerEngine(path, call_limit_s=call_limit_s)
        events = Events(engine)
        await until(lambda: events.of(EngineReady))
        yield engine, folder
        await engine.close()
        server.close()


async def test_media_goes_on_while_the_client_is_away() -> None:
    with TemporaryDirectory(prefix="sala-") as folder:
        path = Path(folder) / "media.sock"
        worker = await start_worker(path)
        first = linked(path)
        events = Events(first)
        await until(lambda: EngineReady(fresh=True) in events, timeout_s=60)
        await first.open_room(ROOM)
        await first.set_gates(ROOM, ANNA, SPEAK)
        anna, bob = await RawClient.join(first, ROOM, ANNA), await RawClient.join(first, ROOM, BOB)
        try:
            await until(lambda: anna.send_sound(b"before") and bob.slot("a0"))
            await first.close()
            await until(lambda: anna.send_sound(b"alone") and bob.slot("a0")[-1].payload == b"alone")

            second = linked(path)
            later = Events(second)
            await until(lambda: EngineReady(fresh=False) in later)
            members = {each.member: each for each in (await second.rooms())[ROOM]}
            assert members[ANNA].gates == SPEAK
            assert members[BOB].transports == (bob.transport,)
            await second.set_gates(ROOM, ANNA, frozenset())
            await second.disconnect(ROOM, BOB)
            await until(lambda: TransportClosed(ROOM, BOB, bob.transport, "closed") in later)
            await second.close()
        finally:
            await anna.close()
            await bob.close()
            await end(worker)


async def test_a_killed_worker_is_told_and_its_successor_is_found() -> None:
    with TemporaryDirectory(prefix="sala-") as folder:
        path = Path(folder) / "media.sock"
        engine = linked(path)
        events = Events(engine)
        with pytest.raises(EngineUnavailable):
            await engine.open_room(ROOM)
        worker = await start_worker(path)
        try:
            await until(lambda: events.of(EngineReady), timeout_s=60)
            await engine.open_room(ROOM)
            worker.kill()
            await worker.wait()
            await until(lambda: events.of(EngineLost))
            with pytest.raises(EngineUnavailable):
                await engine.rooms()

            worker = await start_worker(path)
            await until(lambda: events[-1] == EngineReady(fresh=True), timeout_s=60)
            await engine.open_room(ROOM)
            async with await RawClient.join(engine, ROOM, ANNA):
                await until(lambda: events.of(TransportConnected))
        finally:
            await engine.close()
            await end(worker)


async def test_what_a_call_does_is_told_before_its_answer() -> None:
    with TemporaryDirectory(prefix="sala-") as folder:
        path = Path(folder) / "media.sock"
        worker = await start_worker(path)
        try:
            engine = linked(path)
            events = Events(engine)
            await until(lambda: events.of(EngineReady), timeout_s=60)
            reader, writer = await asyncio.open_unix_connection(path)
            assert await read_message(reader) == {"hello": {"fresh": True}}
            calls: list[tuple[str, dict[str, object]]] = [
                ("open_room", {"room": ROOM}),
                ("connect", {"room": ROOM, "member": ANNA, "sends": True}),
                ("connect", {"room": ROOM, "member": BOB, "sends": True}),
                ("close_room", {"room": ROOM}),
            ]
            for number, (method, arguments) in enumerate(calls):
                writer.write(frame({"call": number, "method": method, "arguments": arguments}))
            told: list[object] = []
            while 3 not in told:
                message = await read_message(reader)
                told += [event["event"] for event in message["events"]] if "events" in message else [message["result"]]
            assert told == [0, 1, 2, "TransportClosed", "TransportClosed", 3]
            writer.close()
            await engine.close()
        finally:
            await end(worker)


async def test_a_call_under_way_fails_when_the_worker_dies() -> None:
    """A worker that takes calls and never answers stands for one that dies in the middle."""

    async def mute(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with closing(writer), suppress(asyncio.IncompleteReadError):  # it links anew, and is not asked any more
            writer.write(b"\0\0\0\x18" + b'{"hello":{"fresh":true}}')
            await reader.readexactly(4)

    async with serving(mute) as (engine, _):
        with pytest.raises(EngineUnavailable):
            await engine.rooms()


async def test_a_worker_that_hangs_is_not_waited_for_forever() -> None:
    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with closing(writer):
            writer.write(b"\0\0\0\x18" + b'{"hello":{"fresh":true}}')
            await reader.read()

    async with serving(hang, call_limit_s=0.1) as (engine, _):
        with pytest.raises(EngineUnavailable):
            await engine.rooms()


async def test_a_worker_that_waits_for_its_disk_is_waited_for() -> None:
    """Its segments are on the disk when the call returns; who went on without would not find them."""

    async def slow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with closing(writer), suppress(asyncio.IncompleteReadError):
            writer.write(frame({"hello": {"fresh": True}}))
            while True:
                message = await read_message(reader)
                await asyncio.sleep(0.1)
                writer.write(frame({"result": message["call"], "value": None}))

    async with serving(slow, call_limit_s=0.05) as (engine, folder):
        with pytest.raises(EngineUnavailable):
            await engine.set_gates(ROOM, ANNA, SPEAK)
        await engine.start_tape(ROOM, folder)
        await engine.stop_tape(ROOM)


async def test_while_a_tape_waits_for_its_disk_gates_are_set() -> None:
    async with local_engine() as local, serving(Service(local).serve) as (engine, folder):
        disk = threading.Event()
        try:
            local.sfu._tape_writer.submit(disk.wait)
            starting = asyncio.create_task(engine.start_tape(ROOM, folder))
            await until(lambda: local.sfu.rooms[ROOM].tape is not None, what="the tape to wait")
            await engine.set_gates(ROOM, ANNA, SPEAK)
            assert not starting.done()
        finally:
            disk.set()
        await starting


async def test_sigterm_ends_a_worker_cleanly_with_its_calls() -> None:
    with TemporaryDirectory(prefix="sala-") as folder:
        path = Path(folder) / "media.sock"
        worker = await start_worker(path)
        engine = linked(path)
        events = Events(engine)
        await until(lambda: events.of(EngineReady), timeout_s=60)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        await engine.open_room(ROOM)
        anna = await RawClient.join(engine, ROOM, ANNA)
        assert await end(worker) == 0
        await until(lambda: anna._dtls.state == "closed", what="the goodbye")
        assert not path.exists()
        await anna.close()
        await engine.close()


@pytest.mark.parametrize(
    "bytes_", [b"\xff\xff\xff\xff", b"\0\0\0\x02[]", b"\0\0\0\x02{}", b"\0\0\0\x04\xff\xff\xff\xff"]
)
async def test_nonsense_on_the_socket_ends_that_client_only(bytes_: bytes) -> None:
    with TemporaryDirectory(prefix="sala-") as folder:
        path = Path(folder) / "media.sock"
        worker = await start_worker(path)
        engine = linked(path)
        events = Events(engine)
        try:
            await until(lambda: events.of(EngineReady), timeout_s=60)
            reader, writer = await asyncio.open_unix_connection(path)
            writer.write(bytes_)
            await asyncio.wait_for(reader.read(), PATIENCE_S)
            writer.close()
            await engine.open_room(ROOM)
            assert await engine.rooms() == {ROOM: ()}
        finally:
            await engine.close()
            await end(worker)
