"""Attendance as a file: for the room's owner and administrators, with the right people and times in it."""

from __future__ import annotations

import csv
import io

from apps.passwords import hash_password
from apps.single import Sala
from data import accounts
from tests.apps.visit import Visit
from tests.waiting import until

PASSWORD = "correct horse battery staple"


async def attended(sala: Sala) -> str:
    """Have two people attend and leave; return the session."""
    async with Visit(sala.url) as maria, Visit(sala.url) as paul:
        await maria.enter(sala.demo_links["Maria Moderator"])
        await paul.enter(sala.demo_links["Paul Participant"])
        tab = await maria.socket()
        session: str = (await tab.hello())["snapshot"]["session"]
        other = await paul.socket()
        await other.hello(device="phone")
        await tab.send({"type": "command", "id": 1, "command": {"type": "close_session"}})
        assert (await other.until("closed"))["reason"] == "ended"
        await until(lambda: not sala.hub.live_rooms())
    return session


async def test_an_administrator_reads_who_attended(sala: Sala, visit: Visit) -> None:
    session = await attended(sala)
    await visit.sign_in("admin@localhost", sala.password)
    answer = await visit.get(f"/api/v1/sessions/{session}/attendance.csv")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer.headers["Content-Disposition"]
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert len(rows) == 3
    assert {name for row in rows for name in row} >= {"Maria Moderator", "Paul Participant"}


async def test_the_file_is_in_the_readers_language(sala: Sala, visit: Visit) -> None:
    session = await attended(sala)
    await visit.sign_in("admin@localhost", sala.password)
    path = f"/api/v1/sessions/{session}/attendance.csv"
    english = (await visit.get(path)).text
    await visit.post("/language", form="/", language="it")
    italian = (await visit.get(path)).text
    assert english.splitlines()[0] != italian.splitlines()[0]
    assert ";" in italian.splitlines()[0]


async def test_nobody_else_learns_that_there_is_such_a_session(sala: Sala, visit: Visit) -> None:
    session = await attended(sala)
    path, unknown = f"/api/v1/sessions/{session}/attendance.csv", "/api/v1/sessions/se_0123456789ab/attendance.csv"
    for address in (path, unknown):
        stranger = await visit.get(address)
        assert (stranger.status_code, stranger.json()["error"]) == (401, "sign_in_needed")
    await sala.database.run(
        accounts.create,
        email="bea@example.org",
        name="Bea",
        role="moderator",
        password_hash=hash_password(PASSWORD),
        now=sala.parts.clock(),
    )
    await visit.sign_in("bea@example.org", PASSWORD)
    answers = [await visit.get(address) for address in (path, unknown)]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].json()["error"] == answers[1].json()["error"] == "not_found"
