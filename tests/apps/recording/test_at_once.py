"""The archivist, the jobs process and people who delete come in each other's way: what is deleted stays so, and what is done is done once."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from apps.recording import jobs
from apps.recording.archivist import Archivist
from apps.recording.places import recording_file
from apps.recording.spool import Spool
from data import event_log, recordings, rooms
from data.database import Database, open_database
from data.ids import SessionId
from data.models import Recording
from media_core.tape.compose import Composed
from media_core.tape.files import sha256_of
from media_core.tape.plan import Plan
from tests.apps.recording.closed import recorded
from tests.apps.recording.test_retention import NOW, archivist_of
from tests.data.planned import add_account

SESSION = SessionId("se_0a0b")
PATIENCE_S = 20.0


@pytest.fixture
def database(home: Path) -> Iterator[Database]:
    with open_database(home) as opened:
        opened.run_now(held)
        yield opened


def held(session: Any) -> None:
    """Add a session that has ended and whose tape is whole."""
    owner, opened_at = add_account(session), NOW - timedelta(hours=1)
    room = rooms.create(session, slug="sala", owner_id=owner.id, title="Sala", now=NOW, record=True)
    recorded(session, SESSION, room.id, opened_at, NOW)
    recordings.settle_archive(session, session_id=SESSION, files=1, bytes_=100)


def only(database: Database) -> Recording:
    (row,) = database.read_now(recordings.of_session, session_id=SESSION)
    return row


@dataclass(frozen=True, slots=True)
class SlowSpool(Spool):
    """Hands a job over once it may."""

    asked: threading.Event
    may: threading.Event

    def put(self, job: str, values: dict[str, Any]) -> None:
        self.asked.set()
        self.may.wait(PATIENCE_S)
        Spool.put(self, job, values)


@pytest.mark.parametrize("whole", [False, True], ids=["one recording", "the archive"])
async def test_what_is_deleted_while_it_is_handed_over_stays_deleted(
    database: Database, home: Path, whole: bool
) -> None:
    archivist, row = archivist_of(database, home), only(database)
    slow = SlowSpool(Spool.of(home).folder, threading.Event(), threading.Event())
    archivist._spool = slow
    looking = asyncio.create_task(archivist.look())
    await asyncio.to_thread(slow.asked.wait, PATIENCE_S)
    work = archivist.delete(SESSION, row.room_id, "moderator") if whole else archivist.delete_recording(row)
    deleting = asyncio.create_task(work)
    await asyncio.wait([deleting], timeout=0.1)
    slow.may.set()
    await asyncio.gather(looking, deleting)
    await archivist.look()
    assert only(database).state == "deleted"
    assert slow.jobs() == []


async def with_a_result(archivist: Archivist, database: Database, home: Path) -> Path:
    await archivist.look()
    row = only(database)
    file = recording_file(home, SESSION, f"{row.id}.mp4")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(b"film" * 100)
    result = {"sha256": sha256_of(file), "bytes": 400, "duration_ms": 3_600_000, "gaps": [], "file": file.name}
    Spool.of(home).finish(row.id, result)
    return file


def kinds(database: Database) -> list[str]:
    return [line.type for line in database.read_now(event_log.read, SESSION)]


async def test_a_recording_becomes_ready_once_however_many_look(database: Database, home: Path) -> None:
    archivist = archivist_of(database, home)
    await with_a_result(archivist, database, home)
    await asyncio.gather(*(archivist.look() for _ in range(5)))
    assert only(database).state == "ready"
    assert kinds(database).count("recording_ready") == 1


async def test_what_becomes_ready_while_it_is_deleted_leaves_no_file(database: Database, home: Path) -> None:
    archivist = archivist_of(database, home)
    file = await with_a_result(archivist, database, home)
    before = only(database)  # as a moderator's page has it: no file yet
    await asyncio.gather(archivist.look(), archivist.delete_recording(before))
    assert only(database).state == "deleted"
    assert not file.exists()


@pytest.mark.parametrize("again", [False, True], ids=["deleted", "to be made without somebody"])
def test_what_was_taken_back_while_it_was_made_counts_for_nothing(
    home: Path, monkeypatch: pytest.MonkeyPatch, again: bool
) -> None:
    spool, file = Spool.of(home), home / "one.mp4"
    plans = [Plan(0, duration_ms, "stage", (), ()).to_json() for duration_ms in (2000, 1000)]
    job = {"tape": str(home / "tape"), "work": str(home / "work"), "file": str(file)}
    spool.put("rc_1", {**job, "plan": plans[0]})

    def compose(plan: Plan, tape: Path, work: Path, made: Path, progress: object) -> Composed:
        spool.take_back("rc_1")
        if again:
            spool.put("rc_1", {**job, "plan": plans[1]})
        made.write_bytes(b"film")
        return Composed(made, "00", 4, plan.duration_ms, (), False)

    monkeypatch.setattr(jobs, "compose", compose)
    assert jobs.work_once(spool)
    assert spool.result("rc_1") is None
    assert not file.exists()
    assert spool.waiting() == (["rc_1"] if again else [])
