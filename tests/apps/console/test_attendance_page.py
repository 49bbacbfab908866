"""Attendance: read from the event log, shown as a table, handed out as a file."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pandas as pd

from apps.console.pages.attendance import AttendancePage, SessionsPage, minutes
from apps.console.store import ConsoleStore
from data import event_log, participants, queries, sessions
from data.attendance import attendance
from data.database import Database
from data.event_log import NewEvent
from data.frames import open_data
from data.ids import PersonId, RoomId, SessionId
from data.models import Room
from data.rules import judged, parse
from tests.apps.console.fakes import NOW
from tests.data.scripted_night import EXPECTED, LENGTH_MIN, OPENED_AT, night, people

NIGHT = "se_0000000000000000000000aa"


def _held(session: Any, room_id: str) -> str:
    """A session of 30 min with one person who was there for 20 of them."""
    opened = sessions.open_(session, room_id=RoomId(room_id), now=NOW)
    name = SessionId(opened.id)
    seat = participants.seat(
        session, session_id=name, person_id=PersonId("in_1"), name="Ștefan Țîrlea", email="s@example.org"
    )
    who, actor = seat.id, f"participant:{seat.id}"

    def at(minutes_later: int, *events: NewEvent) -> None:
        event_log.append(session, name, NOW + timedelta(minutes=minutes_later), list(events))

    at(
        0,
        NewEvent(
            "session_opened",
            "account:ac",
            {"room": room_id, "kind": "conference", "max_participants": 9, "record": False},
        ),
    )
    at(
        5,
        NewEvent(
            "participant_joined",
            actor,
            {"participant": who, "person": "in_1", "role": "participant", "name_commitment": "c"},
        ),
        NewEvent("connected", actor, {"participant": who, "connection": "cn_1", "device": "phone"}),
    )
    at(25, NewEvent("disconnected", "system", {"participant": who, "connection": "cn_1", "reason": "closed"}))
    at(30, NewEvent("session_closed", "account:ac", {"reason": "ended"}))
    sessions.close(session, session_id=name, now=NOW + timedelta(minutes=30))
    return opened.id


async def test_the_table_and_the_file_say_who_was_there(store: ConsoleStore, database: Database, room: Room) -> None:
    await database.run(_held, room.id)
    page = SessionsPage(store)
    await page.open(room.id, "attendance")
    [row] = page.table.rows
    assert row["cells"]["name"]["text"] == "Ștefan Țîrlea"
    assert (row["cells"]["joined"], row["cells"]["left"]) == ("09:35:00", "09:55:00")
    assert row["cells"]["present"] == {"text": "20:00", "sub": "66.6 %"}
    file = page.file()
    assert file["name"] == "attendance-2026-11-21-0930.csv"
    assert "Ștefan Țîrlea" in file["text"]
    assert file["text"].startswith("\ufeff")


async def test_a_rule_judges_everybody_and_goes_into_the_links(
    store: ConsoleStore, database: Database, room: Room
) -> None:
    session = await database.run(_held, room.id)
    store.desk.portal = "https://sala.example"
    page = SessionsPage(store)
    await page.open(room.id, "attendance")
    [row] = page.table.rows
    assert "lang" in row["actions"][0]["href"]
    await page._on_rules({"submit": {"share": "66.7", "minutes": "", "answers": ""}})
    [row] = page.table.rows
    assert row["cells"]["meets"] == "no"
    assert row["actions"] == []
    await page._on_rules({"submit": {"share": "66.6", "minutes": "20", "answers": "80"}})
    [row] = page.table.rows
    assert row["cells"]["meets"]["text"] == "yes"
    assert row["actions"][0]["href"].startswith(f"https://sala.example/api/v1/sessions/{session}/certificates/pt_")
    assert "rules=present%3E%3D66.6%25%2Cpresent%3E%3D20min%2Canswered%3E%3D80%2F100" in page.files()[0]["href"]
    await page._on_rules({"submit": {"share": "many"}})
    assert page.ruling.problems


async def test_a_conference_without_a_session_says_so(store: ConsoleStore, room: Room) -> None:
    page = SessionsPage(store)
    await page.open(room.id, "attendance")
    assert page.table.drawn["empty"] == "This conference has not been opened yet."


async def test_the_way_in_lists_the_conferences(store: ConsoleStore, room: Room) -> None:
    page = AttendancePage(store)
    await page.open()
    assert [row["cells"]["title"]["text"] for row in page.table.rows] == ["Fire safety"]


def test_lengths_are_readable() -> None:
    assert [minutes(value) for value in (0, 309, 3909.4)] == ["0:00", "5:09", "1:05:09"]


def _night(session: Any, room_id: str) -> str:
    """Keep the training that is hard to count, as the Hub would have."""
    opened = sessions.open_(session, room_id=RoomId(room_id), now=OPENED_AT, session_id=SessionId(NIGHT))
    session.add_all(people(NIGHT))
    session.flush()
    event_log.extend(
        session, SessionId(NIGHT), [(line.at, NewEvent(line.type, line.actor, line.payload)) for line in night(NIGHT)]
    )
    sessions.close(session, session_id=SessionId(NIGHT), now=OPENED_AT + timedelta(minutes=LENGTH_MIN))
    return opened.id


async def test_the_console_shows_the_numbers_that_files_and_notebooks_hold(
    store: ConsoleStore, database: Database, room: Room, home: Path
) -> None:
    await database.run(_night, room.id)
    page = SessionsPage(store)
    await page.open(room.id, "attendance")
    await page._on_rules({"submit": {"share": "85", "minutes": "", "answers": ""}})
    frame = await database.read(queries.attendance, now=NOW, session_id=SessionId(NIGHT))
    with open_data(home) as notebook:
        pd.testing.assert_frame_equal(frame, notebook.attendance(session_id=NIGHT))
    pd.testing.assert_frame_equal(frame, attendance(night(NIGHT), people(NIGHT)))  # what CSV, XLSX and PDF are made of
    shown = {row["id"]: row["cells"] for row in page.table.rows}
    assert len(shown) == len(EXPECTED)
    for row in judged(frame, parse("present>=85%")).to_dict("records"):
        cells, expected = shown[row["participant_id"]], EXPECTED[row["participant_id"]]
        assert row["present_s"] == expected[0]
        assert cells["name"]["text"] == row["name"]
        assert cells["present"] == {"text": minutes(expected[0]), "sub": f"{row['present_pct']:.1f} %"}
        assert (cells["visible"], cells["spoke"]) == (minutes(expected[2]), minutes(expected[6]))
        assert cells["checks"] == f"{expected[3]}/{expected[4]}"
        assert (cells["meets"] != "no") is row["meets"]
