"""When the days are over: exactly the right archives go, also when the sweep is killed in the middle; and a full disk."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from apps.live.hub import Hub
from apps.recording.archivist import Archivist
from apps.settings import Settings
from data import event_log, recordings, rooms, sessions
from data.database import Database, open_database
from data.ids import RoomId, SessionId
from tests.apps.live.fakes import FakeEngine
from tests.data.planned import add_account

NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)
COUNT = 200
PATIENCE_S = 20.0
YOUNG, OLD = timedelta(days=13, hours=23), timedelta(days=14, hours=1)


def fill(session: Any, home: Path) -> None:
    """Add 200 archives: of every four, two are too old, one of them kept."""
    owner = add_account(session)
    room = rooms.create(session, slug="sala", owner_id=owner.id, title="Sala", now=NOW, record=True)
    for number in range(COUNT):
        name = SessionId(f"se_{number:04x}")
        closed_at = NOW - (OLD if number % 2 else YOUNG)
        opened_at = closed_at - timedelta(hours=1)
        sessions.open_(session, room_id=RoomId(room.id), now=opened_at, session_id=name)
        sessions.close(session, session_id=name, now=closed_at)
        opened = {"room": room.id, "kind": "conference", "max_participants": 5, "record": True}
        event_log.append(session, name, opened_at, [event_log.NewEvent("session_opened", "system", opened)])
        recordings.begin_archive(session, session_id=name, room_id=room.id, now=opened_at)
        recordings.close_archive(session, session_id=name, now=closed_at)
        recordings.settle_archive(session, session_id=name, files=1, bytes_=100)
        (row,) = recordings.of_session(session, session_id=name)
        recordings.change(session, recording_id=row.id, state="ready", file=f"{row.id}.mp4", sha256="00")
        recordings.keep_archive(session, session_id=name, keep=number % 4 == 3)
        folder = home / "recordings" / name
        for path in (
            folder / "tape" / "1-a.tape",
            folder / f"{row.id}.mp4",
            folder / "work" / row.id / "piece-00000.mp4",
        ):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"x" * 50)


def archivist_of(database: Database, home: Path, **values: Any) -> Archivist:
    settings = Settings(home=home, **values)
    hub = Hub(database, FakeEngine(), settings=settings)
    return Archivist(database, hub, settings, lambda: NOW)


def expected_gone() -> set[str]:
    return {f"se_{number:04x}" for number in range(COUNT) if number % 2 and number % 4 != 3}


def test_a_sweep_that_is_killed_goes_on_and_deletes_exactly_the_right_ones(home: Path) -> None:
    home.mkdir(exist_ok=True)
    database = open_database(home)
    database.run_now(fill, home)
    database.close()
    script = f"""
import asyncio, os, signal
from pathlib import Path
from apps.recording import archivist as archiving
from data.database import open_database
from tests.apps.recording.test_retention import archivist_of
home = Path({str(home)!r})
count, delete = 0, archiving.delete_folder
def killing(folder, others):
    global count
    count += 1
    if count == 20:
        next(folder.rglob("*.tape")).unlink()
        os.kill(os.getpid(), signal.SIGKILL)
    return delete(folder, others)
archiving.delete_folder = killing
asyncio.run(archivist_of(open_database(home), home).sweep())
"""
    root = Path(__file__).parent.parent.parent.parent
    killed = subprocess.run([sys.executable, "-c", script], cwd=root, check=False, capture_output=True, timeout=60)
    assert killed.returncode == -9, killed.stderr.decode()
    database = open_database(home)
    try:
        left = {folder.name for folder in (home / "recordings").iterdir()}
        assert 0 < COUNT - len(left) < len(expected_gone())
        asyncio.run(archivist_of(database, home).sweep())
        everything = {f"se_{number:04x}" for number in range(COUNT)}
        assert {folder.name for folder in (home / "recordings").iterdir()} == everything - expected_gone()
        buried = {one.session_id for one in database.read_now(recordings.archives, states=("deleted",))}
        assert buried == expected_gone()
        for name in everything:
            (row,) = database.read_now(recordings.of_session, session_id=name)
            assert (row.state == "deleted") is (name in buried)
            lines = database.read_now(event_log.read, SessionId(name))
            assert [line.type for line in lines].count("archive_deleted") == (name in buried)
            assert event_log.verify(lines) is None
            if name not in buried:
                assert (home / "recordings" / name / row.file).exists()
    finally:
        database.close()


class Usage(NamedTuple):
    total: int
    used: int
    free: int


@pytest.fixture
def database(home: Path) -> Iterator[Database]:
    with open_database(home) as opened:
        yield opened


async def test_a_disk_that_is_almost_full_holds_the_tapes(
    database: Database, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archivist = archivist_of(database, home)
    held: list[bool] = []
    usage = [Usage(1000, used, 1000 - used) for used in (500, 920, 960, 500)]

    async def hold(wanted: bool) -> None:
        held.append(wanted)

    monkeypatch.setattr(archivist._hub, "hold_tapes", hold)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage.pop(0))
    for _ in tuple(usage):
        await archivist.watch_disk()
    assert held == [False, False, True, False]
    assert archivist.disk_pct == 50.0


async def test_an_older_look_at_the_disk_that_comes_late_stops_no_tape(
    database: Database, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archivist, held = archivist_of(database, home), list[bool]()
    usage = [Usage(1000, used, 1000 - used) for used in (960, 500)]
    asked, may = threading.Event(), threading.Event()

    async def hold(wanted: bool) -> None:
        held.append(wanted)

    def measured(_: object) -> Usage:
        found = usage.pop(0)
        if usage:  # the first one
            asked.set()
            may.wait(PATIENCE_S)
        return found

    monkeypatch.setattr(archivist._hub, "hold_tapes", hold)
    monkeypatch.setattr(shutil, "disk_usage", measured)
    looks = [asyncio.create_task(archivist.watch_disk())]
    await asyncio.to_thread(asked.wait, PATIENCE_S)
    looks.append(asyncio.create_task(archivist.watch_disk()))
    await asyncio.wait(looks, timeout=0.1)
    may.set()
    await asyncio.gather(*looks)
    assert held == [True, False]
