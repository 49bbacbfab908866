"""The jobs process works locked up; killed in the middle of its work, it goes on with the piece it was at."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from apps.recording.places import FOLDER
from apps.recording.spool import Spool
from media_core.tape.files import sha256_of
from media_core.tape.plan import Plan, Scene, TapedTrack
from tests.media_core.tape.making import BEGIN_S, write_picture, write_tone
from tests.media_core.tape.test_compose import expected_code, loudness, shown, sound
from tests.waiting import until

ROOT = Path(__file__).parent.parent.parent.parent
SCRIPT = """
import sys, time
from pathlib import Path
from apps.recording.apart import confine
confine(Path(sys.argv[1]))
from apps.recording.jobs import run_jobs
from media_core.tape import compose
compose.PIECE_S = 2
encode, whole = compose._encode, int(sys.argv[2])

def encode_so_many(plan, painter, file, first, count):
    global whole
    if whole == 0:  # half of the next one, and then it waits to be killed
        encode(plan, painter, file, first, count // 2)
        time.sleep(3600)
    whole -= 1
    encode(plan, painter, file, first, count)

compose._encode = encode_so_many
run_jobs(Path(sys.argv[1]))
"""
SECONDS = 20
PIECES, MADE = 10, 3
WORK_LIMIT_S = 90.0


@asynccontextmanager
async def jobs(home: Path, *, whole: int) -> AsyncIterator[None]:
    """The jobs process; it makes so many pieces and a half, and is killed at the end of the block."""
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", SCRIPT, str(home), str(whole), cwd=ROOT)
    try:
        yield
    finally:
        process.kill()
        await process.wait()


async def test_work_that_was_killed_goes_on_with_the_piece_it_was_at(home: Path) -> None:
    tape, work, file = (home / FOLDER / "se_1" / name for name in ("tape", "work", "one.mp4"))
    tape.mkdir(parents=True)
    write_picture(tape, "ana", 6, to_s=SECONDS)
    write_tone(tape, "ana", 500.0, to_s=SECONDS)
    scenes = (Scene(0, SECONDS * 1000, stage=TapedTrack("ana", "camera")),)
    plan = Plan(int(BEGIN_S * 1e9), SECONDS * 1000, "stage", scenes, (TapedTrack("ana", "microphone"),))
    spool = Spool.of(home)
    places = {"tape": tape, "work": work, "file": file}
    spool.put("rc_1", {"plan": plan.to_json(), **{name: str(path) for name, path in places.items()}})

    def pieces() -> dict[Path, int]:
        return {path: path.stat().st_mtime_ns for path in work.glob("piece-*.mp4")}

    async with jobs(home, whole=MADE):
        await until(lambda: list(work.glob(f"making-{MADE:05d}.mp4")), timeout_s=WORK_LIMIT_S)
        assert (spool.progress("rc_1") or {}).get("remaining_s") is not None
    kept = pieces()
    assert len(kept) == MADE
    assert spool.result("rc_1") is None
    async with jobs(home, whole=PIECES):
        await until(lambda: spool.result("rc_1"), timeout_s=WORK_LIMIT_S)
    result = spool.result("rc_1") or {}
    assert {path: pieces()[path] for path in kept} == kept
    assert result["sha256"] == sha256_of(file)
    for moment_s, picture, code in shown(file):
        assert picture == 6 or moment_s < 0.3
        late = (expected_code(moment_s) - code) % 90
        assert min(late, 90 - late) <= 1 or moment_s < 0.3
    assert loudness(sound(file), 500.0, 1.0, SECONDS - 1.0) > 0.1
