"""The tape of a room, by the contract that both engines keep."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from threading import Timer
from typing import Any, cast

from media_core.engine import (
    EngineReady,
    MediaEngine,
    MediaEvent,
    SegmentClosed,
    Source,
    TapeLight,
    TrackRef,
    TransportConnected,
)
from media_core.ids import MemberId
from media_core.publisher import Packet, Publisher
from media_core.tape import files
from media_core.tape import format as fmt
from media_core.tape.writer import RoomTape
from media_core.transport import Transport
from tests.media_core.engines import ROOM, Events, end, linked, start_worker
from tests.media_core.raw_client import RawClient
from tests.waiting import until

ANNA, BOB = MemberId("pt_anna"), MemberId("pt_bob")
SPEAK, SHOW = frozenset({Source.MICROPHONE}), frozenset({Source.CAMERA})
VOICE = TrackRef(ANNA, Source.MICROPHONE)


def payloads(folder: Path) -> list[bytes]:
    found = []
    for path in sorted(folder.glob("*.tape")) + sorted(folder.glob("*.part")):
        found += [packet.payload for packet in fmt.packets_of(list(files.read_records(path)))]
    return found


def light_of(track: TrackRef, events: Events) -> bool | None:
    """Return what was told last of a track."""
    return next((event.on for event in reversed(events.of(TapeLight)) if event.track == track), None)


async def test_what_may_be_recorded_is_on_the_tape_and_nothing_else(
    engine: MediaEngine,
    events: Events,
    tmp_path: Path,
) -> None:
    folder = tmp_path / "tape"
    for member in (ANNA, BOB):
        await engine.set_gates(ROOM, member, SPEAK | SHOW)
    await engine.start_tape(ROOM, str(folder))
    await engine.set_tape(ROOM, ANNA, SPEAK)
    async with await RawClient.join(engine, ROOM, ANNA) as anna, await RawClient.join(engine, ROOM, BOB) as bob:
        await until(lambda: len(events.of(TransportConnected)) == 2)

        def speak() -> bool:
            anna.send_sound(b"anna speaks")
            anna.send_picture(keyframe=True, text=b"anna's picture")
            bob.send_sound(b"bob refuses")
            return TapeLight(ROOM, VOICE, True) in events

        await until(speak)
        refused = {
            TapeLight(ROOM, TrackRef(BOB, Source.MICROPHONE), False),
            TapeLight(ROOM, TrackRef(ANNA, Source.CAMERA), False),
        }
        await until(lambda: speak() and refused <= set(events.of(TapeLight)))
        assert b"anna speaks" in payloads(folder)  # while it runs, within a flush

        await engine.set_tape(ROOM, ANNA, frozenset())
        await until(lambda: speak() and light_of(VOICE, events) is False)
        await engine.stop_tape(ROOM)
        await until(lambda: events.of(SegmentClosed))

    assert set(payloads(folder)) == {b"anna speaks"}
    told = {event.file: event for event in events.of(SegmentClosed)}
    kept = {segment.file: segment for segment in files.closed_segments(folder)}
    assert told.keys() == kept.keys()
    assert all(told[file].sha256 == files.sha256_of(folder / file) for file in kept)
    assert not list(folder.glob("*.part"))


class LateThread(ThreadPoolExecutor):
    """Its thread is held up between the end of a work and telling it."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future = _ToldLate()
        future.set_result(fn(*args, **kwargs))
        return future


class _ToldLate(Future[Any]):
    _first = True

    def add_done_callback(self, fn: Callable[[Future[Any]], object]) -> None:
        if self._first:
            self._first = False
            Timer(0.05, fn, [self]).start()
        else:
            super().add_done_callback(fn)


async def test_when_a_tape_has_stopped_its_segments_were_told(tmp_path: Path) -> None:
    told: list[MediaEvent] = []
    loop = asyncio.get_running_loop()
    tape = RoomTape(ROOM, tmp_path, writer=LateThread(1), emit=told.append, now=loop.time)
    publisher = Publisher(VOICE, cast(Transport, None), ssrc=1, rtx_ssrc=None, attention=set())
    tape.allow(ANNA, SPEAK)
    tape.follow({VOICE: publisher})
    assert publisher.tape is not None
    publisher.tape.pending.append((loop.time(), Packet(1, 960, 111, b"word", None, False)))
    await tape.stop()
    assert [event.packets for event in told if isinstance(event, SegmentClosed)] == [1]


async def test_closing_the_room_closes_the_tape(engine: MediaEngine, events: Events, tmp_path: Path) -> None:
    await engine.set_gates(ROOM, ANNA, SPEAK)
    await engine.start_tape(ROOM, str(tmp_path))
    await engine.start_tape(ROOM, str(tmp_path))  # no harm
    await engine.set_tape(ROOM, ANNA, SPEAK)
    async with await RawClient.join(engine, ROOM, ANNA) as anna:
        await until(lambda: anna.send_sound(b"word") and TapeLight(ROOM, VOICE, True) in events)
        (media,) = (await engine.rooms())[ROOM]
        assert media.taped == SPEAK
        await engine.close_room(ROOM)
        await until(lambda: events.of(SegmentClosed))
    assert b"word" in payloads(tmp_path)


async def test_a_killed_worker_loses_no_closed_word(tmp_path: Path) -> None:
    folder, path = tmp_path / "tape", tmp_path / "media.sock"
    process = await start_worker(path)
    engine = linked(path)
    told = Events(engine)
    try:
        await until(lambda: told.of(EngineReady), timeout_s=60)
        await engine.open_room(ROOM)
        await engine.set_gates(ROOM, ANNA, SPEAK)
        await engine.start_tape(ROOM, str(folder))
        await engine.set_tape(ROOM, ANNA, SPEAK)
        async with await RawClient.join(engine, ROOM, ANNA) as anna:
            await until(lambda: anna.send_sound(b"first") and TapeLight(ROOM, VOICE, True) in told)
            process.kill()
            await process.wait()
        (left,) = folder.glob("*.part")
        words = payloads(folder)
        assert words

        process = await start_worker(path)
        await until(lambda: len(told.of(EngineReady)) == 2, timeout_s=60)
        await engine.open_room(ROOM)
        await engine.start_tape(ROOM, str(folder))
        await until(lambda: told.of(SegmentClosed))
        assert told.of(SegmentClosed)[0].recovered
        assert payloads(folder) == words
        assert not left.exists()
    finally:
        await engine.close()
        await end(process)
