"""The log page: lines as sentences, and a changed line is named."""

from __future__ import annotations

from typing import Any

from apps.console.pages.log import LogPage
from apps.console.store import ConsoleStore
from data import event_log, sessions
from data.database import Database
from data.event_log import NewEvent
from data.ids import RoomId, SessionId
from data.models import Event, Room
from tests.apps.console.fakes import NOW


def _hold(session: Any, *, room: str) -> str:
    made = sessions.open_(session, room_id=RoomId(room), now=NOW)
    payload = {"room": room, "kind": "conference", "max_participants": 5, "record": False}
    events = [NewEvent("session_opened", "system", payload), NewEvent("microphones_locked", "system", {"locked": True})]
    event_log.append(session, SessionId(made.id), NOW, events)
    return made.id


def _forge(session: Any, *, session_id: str) -> None:
    line = session.get(Event, (session_id, 2))
    line.payload = {"locked": False}
    session.add(line)


async def test_a_log_is_readable_and_checked(store: ConsoleStore, database: Database, room: Room) -> None:
    session = database.run_now(_hold, room=room.id)
    page = LogPage(store)
    await page.open()
    assert [row["id"] for row in page.table.rows] == [session]
    await page.open(session)
    assert page.bad is None
    assert [row["cells"]["number"] for row in page.table.rows] == ["1", "2"]
    assert "microphones_locked" in page.table.rows[1]["cells"]["what"]["sub"]
    database.run_now(_forge, session_id=session)
    await page.open(session)
    assert page.bad == 2
    assert page.bar.drawn["boxes"][0]["text"] == "Line 2 is not as it was written."


async def test_a_log_of_somebody_elses_is_not_there(store: ConsoleStore) -> None:
    page = LogPage(store)
    await page.open("se_unknown")
    assert page.table.rows == []
    assert page.bar.drawn["title"] == "Not found"
