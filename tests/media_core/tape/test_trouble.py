"""The tape in trouble: a publisher's network is cut, the disk is full."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from media_core.bots import Bot
from media_core.engine import MediaConfig, Source, TapeState
from media_core.ids import MediaRoomId, MemberId
from media_core.limits import Limits
from media_core.local import LocalEngine
from media_core.tape import compose as making_of
from media_core.tape import files
from media_core.tape import format as fmt
from media_core.tape.plan import Plan, Scene, Stretch, TapedTrack
from tests.media_core.engines import ROOM, Events, local_engine
from tests.media_core.raw_client import CONNECTS_WITHIN_S, RawClient
from tests.media_core.tape.test_compose import shown
from tests.relay import Relay
from tests.small_disk import fill, small_disk
from tests.waiting import until

ANNA, BOB = MemberId("pt_anna"), MemberId("pt_bob")
ALL, SPEAK = frozenset(Source), frozenset({Source.MICROPHONE})
EVERYTHING = Limits(packets_per_s=1_000_000, bps=1_000_000_000)
"""However long the tape's thread takes to find its disk full, who fills it is no flood."""


async def test_after_a_cut_of_four_seconds_the_picture_is_back_within_three(tmp_path: Path) -> None:
    room, camera, loop = MediaRoomId("se_cut"), TapedTrack("pt_anna", "camera"), asyncio.get_running_loop()
    async with Relay(seed=4) as relay:
        engine = await LocalEngine.start(MediaConfig(announced_port=relay.port))
        relay.target = engine.address
        try:
            await engine.open_room(room)
            await engine.set_gates(room, ANNA, ALL)
            offer = await engine.connect(room, ANNA)
            async with Bot(offer.sdp, picture=7) as bot:
                await engine.answer(offer.transport, bot.answer)
                await bot.connected(CONNECTS_WITHIN_S)
                await engine.start_tape(room, str(tmp_path / "tape"))
                await engine.set_tape(room, ANNA, ALL)
                await asyncio.sleep(1.5)
                cut_s = loop.time()
                relay.cut()
                await asyncio.sleep(4.0)
                relay.cut(False)
                cut_ms = (loop.time() - cut_s) * 1000
                await asyncio.sleep(3.5)
            await engine.stop_tape(room)
        finally:
            await engine.close()
    segments = files.closed_segments(tmp_path / "tape")
    begins_ns = min(segment.start_ns for segment in segments)
    duration_ms = (max(segment.end_ns for segment in segments) - begins_ns) // 1_000_000
    scene = Scene(0, duration_ms, stage=camera)
    expected = (Stretch(camera, 0, duration_ms),)
    plan = Plan(begins_ns, duration_ms, "stage", (scene,), (TapedTrack("pt_anna", "microphone"),), expected)
    done = making_of.compose(plan, tmp_path / "tape", tmp_path / "work", tmp_path / "cut.mp4")
    ((begin, end),) = done.gaps
    assert cut_ms - 500 < end - begin < cut_ms + 1500
    seen = [moment_s for moment_s, picture, _ in shown(done.file) if picture == 7 and moment_s * 1000 > end]
    print(f"the picture is back {min(seen) * 1000 - begin - cut_ms:.0f} ms after the cut (bar 3000)")
    assert min(seen) * 1000 < begin + cut_ms + 3000


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "disk") as folder:
        yield folder


async def test_a_full_disk_stops_the_tape_and_nothing_else(disk: Path) -> None:
    async with local_engine(EVERYTHING) as engine:
        told = Events(engine)
        for member in (ANNA, BOB):
            await engine.set_gates(ROOM, member, SPEAK)
        await engine.start_tape(ROOM, str(disk / "tape"))
        await engine.set_tape(ROOM, ANNA, SPEAK)
        async with await RawClient.join(engine, ROOM, ANNA) as anna, await RawClient.join(engine, ROOM, BOB) as bob:
            await until(lambda: anna.send_sound(b"before") and bob.slot("a0"))
            await until(lambda: anna.send_sound(b"before") and TapeState(ROOM, True) in told)
            filler = disk / "filler"
            fill(filler)
            heard = len(bob.slot("a0"))

            def speak() -> bool:
                for _ in range(50):
                    anna.send_sound(b"x" * 900)
                return TapeState(ROOM, False, "disk_full") in told

            await until(speak, timeout_s=60)
            await until(lambda: anna.send_sound(b"still heard") and len(bob.slot("a0")) > heard + 20)
            filler.unlink()
            await until(lambda: anna.send_sound(b"after") and told.of(TapeState)[-1] == TapeState(ROOM, True))
            await until(lambda: anna.send_sound(b"after") and b"after" in payloads(disk / "tape"))
        await engine.stop_tape(ROOM)
    for path in (disk / "tape").glob("*.tape"):
        assert files.sound_bytes(path) == path.stat().st_size
    assert {b"before", b"after"} <= set(payloads(disk / "tape"))


def payloads(folder: Path) -> list[bytes]:
    return [
        packet.payload
        for path in sorted(folder.glob("*.tape")) + sorted(folder.glob("*.part"))
        for packet in fmt.packets_of(list(files.read_records(path)))
    ]
