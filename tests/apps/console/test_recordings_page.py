"""The pages of recordings: state, days left, actions, and cutting."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from apps.console.pages.cut import CutPage, clock, seconds_of, spoke
from apps.console.pages.recordings import RecordingsPage
from apps.console.store import ConsoleStore
from data import event_log, recordings, sessions
from data.database import Database
from data.ids import RoomId, SessionId
from data.models import Room
from tests.apps.console.fakes import NOW, FakeService

SESSION = SessionId("se_1")
CLOSED = NOW - timedelta(days=2)


def record(session: Any, room_id: str) -> str:
    opened = CLOSED - timedelta(minutes=10)
    sessions.open_(session, room_id=RoomId(room_id), now=opened, session_id=SESSION)
    on = {"participant": "pt_1"}
    for minute, type_, payload in ((0, "session_opened", {}), (1, "microphone_on", on), (3, "microphone_off", on), (4, "microphone_on", on)):  # fmt: skip
        event_log.append(
            session, SESSION, opened + timedelta(minutes=minute), [event_log.NewEvent(type_, "system", payload)]
        )
    recordings.begin_archive(session, session_id=SESSION, room_id=room_id, now=opened)
    sessions.close(session, session_id=SESSION, now=CLOSED)
    recordings.close_archive(session, session_id=SESSION, now=CLOSED)
    recordings.settle_archive(session, session_id=SESSION, files=2, bytes_=5_000_000)
    return recordings.of_session(session, session_id=SESSION)[0].id


@pytest.fixture
def recording(database: Database, room: Room) -> str:
    return database.run_now(record, room.id)


def cell(page: RecordingsPage, key: str) -> Any:
    return page.table.rows[0]["cells"][key]


async def test_a_recording_shows_how_far_it_is(store: ConsoleStore, database: Database, recording: str) -> None:
    page = RecordingsPage(store)
    await page.open()
    assert cell(page, "state")["text"] == "Waiting"
    database.run_now(recordings.change, recording_id=recording, state="processing", progress=0.25, remaining_s=90)
    await page.open()
    assert (cell(page, "state")["text"], cell(page, "state")["sub"]) == ("25 %", "about 2 min left")
    database.run_now(recordings.change, recording_id=recording, state="ready", bytes=3_000_000, gaps=[[0, 1000]])
    await page.open()
    assert cell(page, "state")["sub"] == "3 MB · 1 gap"
    play = page.table.rows[0]["actions"][0]
    assert play["href"] == f"http://127.0.0.1:8000/recordings/{recording}"
    (kept,) = page.archives.rows
    assert kept["cells"]["left"] == "12"


async def test_actions_are_commands(
    store: ConsoleStore, database: Database, service: FakeService, recording: str
) -> None:
    database.run_now(recordings.change, recording_id=recording, state="ready")
    page = RecordingsPage(store)
    await page.open()
    await page._on_table({"press": "share", "row": recording})
    await page._on_table({"press": "delete", "row": recording})
    await page._on_table({"press": "rename", "row": recording})
    assert page.form.fields[0]["value"] == ""
    await page._on_form({"submit": {"name": "Deschidere"}})
    assert page.form.fields == []
    await page._on_archives({"press": "keep", "row": SESSION})
    await page._on_archives({"press": "delete", "row": SESSION})
    types = [command.type for _, command, _ in service.commands]
    assert types == ["share_recording", "delete_recording", "name_recording", "keep_archive", "delete_archive"]


async def test_another_moderator_sees_nothing(
    store: ConsoleStore, database: Database, recording: str, moderator: Any
) -> None:
    store.desk.account = moderator
    page = RecordingsPage(store)
    await page.open()
    assert page.table.rows == []
    assert page.archives.rows == []


async def test_a_part_is_cut_by_its_times(store: ConsoleStore, service: FakeService, recording: str) -> None:
    page = CutPage(store)
    await page.open(SESSION)
    assert page.length_s == 600
    assert page.form.fields[2]["value"] == "0:10:00"
    await page._on_form({"submit": {"name": "Part", "begin": "1:30", "end": "0:02:00", "takes": "stage"}})
    ((_, command, _),) = service.commands
    assert (command.from_ms, command.to_ms, command.takes, command.name) == (90_000, 120_000, "stage", "Part")
    await page._on_form({"submit": {"begin": "soon", "end": "2:00"}})
    assert "begin" in page.form.problems
    assert len(service.commands) == 1


async def test_who_spoke_when(database: Database, recording: str) -> None:
    events = database.read_now(event_log.read, SESSION)
    assert spoke(events, CLOSED) == [("pt_1", 60.0, 180.0), ("pt_1", 240.0, 600.0)]


@pytest.mark.parametrize(
    ("text", "seconds"), [("1:02:03", 3723), ("2:03", 123), (" 0:05 ", 5), ("x", None), ("5", None)]
)
def test_times_are_read(text: str, seconds: float | None) -> None:
    assert seconds_of(text) == seconds


def test_times_are_written() -> None:
    assert clock(3723.0) == "1:02:03"


async def test_in_a_tender_what_was_public_is_released_to_the_suppliers(
    store: ConsoleStore, database: Database, service: FakeService, recording: str, room: Room
) -> None:
    database.run_now(set_kind, room.id)
    database.run_now(recordings.change, recording_id=recording, state="ready")
    page = RecordingsPage(store)
    await page.open()
    names = [action["name"] for action in page.table.rows[0]["actions"]]
    assert "release" in names
    assert "share" not in names
    await page._on_table({"press": "release", "row": recording})
    asked = service.commands[-1][1].model_dump()
    assert asked == {"type": "release_recording", "recording": recording, "released": True}
    database.run_now(recordings.change, recording_id=recording, released=True)
    await page.open()
    assert "withdraw" in [action["name"] for action in page.table.rows[0]["actions"]]
    database.run_now(recordings.change, recording_id=recording, reserved=True)
    await page.open()
    assert "share" in [action["name"] for action in page.table.rows[0]["actions"]]  # those who were in it


def set_kind(session: Any, room_id: str) -> None:
    session.get_one(Room, room_id).kind = "tender"
