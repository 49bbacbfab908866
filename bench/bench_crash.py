"""
What a crash costs a recording: ``python -m bench.bench_crash [WORKERS] [TREES]``.

First the media worker is killed (``kill -9``) at a random moment of a recording, then the whole process tree. After each restart every file must
be readable to its end, and what the tape has is compared with the moment of the kill. Of the killed trees one recording is made at the end, and decoded.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path

import av

from apps.bots import PortalBot
from apps.single import running
from data import recordings
from data.database import open_database
from data.models import Recording
from media_core.bots import Bot
from media_core.engine import EngineReady, MediaEvent, SegmentClosed, Source, TrackRef, View
from media_core.ids import MediaRoomId, MemberId
from media_core.tape import files
from media_core.tape import format as fmt
from media_core.tape.compose import compose
from media_core.tape.plan import Plan, Scene, TapedTrack
from media_core.worker import WorkerEngine
from tests.apps.recording.studio import tick_record
from tests.media_core.engines import end, start_worker
from tests.sala_process import SalaProcess, sala_process
from tests.waiting import until

BAR_S = 2.0
ROOM, ANNA = MediaRoomId("se_crash"), MemberId("pt_anna")
ALL = frozenset(Source)
dice = random.Random()  # another run, other moments


def newest_s(folder: Path) -> float:
    """Return when the newest packet on a tape arrived, as far as its files can be read; every file must be sound."""
    newest = 0.0
    for path in sorted(folder.glob("*.tape")):
        head = files.read_head(path)
        assert files.sound_bytes(path) == path.stat().st_size, f"{path} is torn"
        arrivals = [record.arrival_s for record in files.read_records(path) if isinstance(record, fmt.TapePacket)]
        assert arrivals, f"{path} holds nothing"
        newest = max(newest, head.wall_ns / 1e9 + max(arrivals))
    return newest


# --- the worker -----------------------------------------------------------------------------------------------------------


async def kill_worker(folder: Path, number: int) -> float:
    """Record, kill the worker, start another; return the seconds lost."""
    tape, path = folder / f"tape-{number}", folder / "media.sock"
    process = await start_worker(path)
    engine = WorkerEngine(path)
    told: list[MediaEvent] = []
    engine.listen(told.append)
    try:
        await until(lambda: any(isinstance(event, EngineReady) for event in told), timeout_s=60)
        await engine.open_room(ROOM)
        await engine.set_gates(ROOM, ANNA, ALL)
        offer = await engine.connect(ROOM, ANNA)
        async with Bot(offer.sdp, picture=1) as bot:
            await engine.answer(offer.transport, bot.answer)
            await bot.connected()
            await engine.set_view(offer.transport, View(TrackRef(ANNA, Source.CAMERA)))
            await engine.start_tape(ROOM, str(tape))
            await engine.set_tape(ROOM, ANNA, ALL)
            await asyncio.sleep(dice.uniform(1.5, 4.5))
            killed_s = time.time()
            process.kill()
            await process.wait()
        process = await start_worker(path)
        await until(lambda: sum(isinstance(event, EngineReady) for event in told) > 1, timeout_s=60)
        await engine.open_room(ROOM)
        await engine.start_tape(ROOM, str(tape))
        await until(lambda: any(isinstance(event, SegmentClosed) for event in told))
        assert not list(tape.glob("*.part"))
        await asyncio.to_thread(play, tape)
        return killed_s - newest_s(tape)
    finally:
        await engine.close()
        await end(process)


def play(tape: Path) -> None:
    """Make a file of what is on a tape, and decode it to its end."""
    segments = files.closed_segments(tape)
    begins_ns = min(segment.start_ns for segment in segments)
    duration_ms = (max(segment.end_ns for segment in segments) - begins_ns) // 1_000_000
    camera, voice = (TapedTrack(ANNA, source.value) for source in (Source.CAMERA, Source.MICROPHONE))
    plan = Plan(begins_ns, duration_ms, "stage", (Scene(0, duration_ms, stage=camera),), (voice,))
    done = compose(plan, tape, tape.parent / f"work-{tape.name}", tape.parent / f"{tape.name}.mp4")
    decode(done.file)


def decode(file: Path) -> None:
    with av.open(str(file)) as source:
        frames = sum(1 for _ in source.decode(video=0))
    assert frames > 10, f"{file} has {frames} pictures"


# --- everything -----------------------------------------------------------------------------------------------------------


@contextlib.asynccontextmanager
async def bots(sala: SalaProcess) -> AsyncIterator[list[PortalBot]]:
    async with contextlib.AsyncExitStack() as stack:
        found = []
        for number, link in enumerate(sala.links[:2]):
            bot = await stack.enter_async_context(PortalBot(link, picture=number, tone_hz=200 + 100 * number))
            await bot.seated()
            found.append(bot)
        yield found


def kill_tree(sala: SalaProcess) -> None:
    """``kill -9`` the supervisor and all its children at once."""
    numbers = [sala.child(name) for name in ("media", "web", "console", "jobs")]
    for number in (sala.process.pid, *numbers):
        with contextlib.suppress(ProcessLookupError):
            os.kill(number, signal.SIGKILL)


def newest_tape(home: Path) -> Path:
    return max((home / "recordings").glob("se_*/tape"), key=lambda path: path.stat().st_mtime)


async def kill_everything(home: Path) -> float:
    killed_s, tape = 0.0, Path()
    with contextlib.suppress(AssertionError):  # the clean end that is asked for at the end of the block can't be
        async with sala_process(home, SALA_ABANDON_AFTER_S="2", SALA_RECONNECT_GRACE_S="1") as sala, bots(sala):
            await asyncio.sleep(dice.uniform(2.0, 5.0))
            killed_s = time.time()
            kill_tree(sala)
            await sala.process.wait()
    tape = newest_tape(home)
    async with sala_process(home, SALA_ABANDON_AFTER_S="2", SALA_RECONNECT_GRACE_S="1"):
        await until(lambda: not list(tape.glob("*.part")), timeout_s=60)
        lost_s = killed_s - newest_s(tape)
        await until(lambda: made(home, tape.parent.name) in ("ready", "failed"), timeout_s=120)
    state = made(home, tape.parent.name)
    assert state == "ready", state
    for file in tape.parent.glob("rc_*.mp4"):
        decode(file)
    return lost_s


def made(home: Path, session: str) -> str:
    database = open_database(home, write=False)
    try:
        rows: list[Recording] = database.read_now(recordings.of_session, session_id=session)
    finally:
        database.close()
    return rows[0].state if rows else ""


async def main(workers: int, trees: int) -> int:
    worst = 0.0
    with tempfile.TemporaryDirectory(prefix="sala-") as name:
        folder = Path(name)
        for number in range(workers):
            lost_s = await kill_worker(folder, number)
            worst = max(worst, lost_s)
            print(f"worker {number + 1}: lost {lost_s:.2f} s", flush=True)
        home = folder / "home"
        async with running(home=home, demo=True) as sala:
            await tick_record(sala)
        for number in range(trees):
            lost_s = await kill_everything(home)
            worst = max(worst, lost_s)
            print(f"everything {number + 1}: lost {lost_s:.2f} s", flush=True)
    print(f"crash: worst {worst:.2f} s lost (bar {BAR_S})")
    return 0 if worst <= BAR_S else 1


if __name__ == "__main__":
    given = [int(word) for word in sys.argv[1:]]
    sys.exit(asyncio.run(main(given[0] if given else 10, given[1] if len(given) > 1 else 10)))
