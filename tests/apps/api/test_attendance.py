"""Attendance as a file: for the room's owner and administrators, with the right people and times in it."""

from __future__ import annotations

import csv
import io
import re

import openpyxl
import pypdfium2

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


async def test_every_form_of_the_list_comes_with_the_same_people(sala: Sala, visit: Visit) -> None:
    session = await attended(sala)
    await visit.sign_in("admin@localhost", sala.password)
    base = f"/api/v1/sessions/{session}/attendance"
    found = (await visit.get(f"{base}.json?rules=present>=1%25")).json()
    assert found["session"] == session
    assert {row["name"] for row in found["attendance"]} == {"Maria Moderator", "Paul Participant"}
    assert {row["meets"] for row in found["attendance"]} <= {True, False}
    book = await visit.get(f"{base}.xlsx?language=ro")
    sheet = openpyxl.load_workbook(io.BytesIO(book.content)).worksheets[0]
    assert {cell.value for cell in sheet["A"]} == {"Nume", "Maria Moderator", "Paul Participant"}
    pdf = await visit.get(f"{base}.pdf?language=it")
    assert (pdf.headers["Content-Type"], pdf.content[:5]) == ("application/pdf", b"%PDF-")
    wrong = await visit.get(f"{base}.csv?rules=often")
    assert (wrong.status_code, wrong.json()["error"]) == (400, "bad_rule")


async def test_a_certificate_is_verified_by_anybody_and_without_a_name(sala: Sala, visit: Visit) -> None:
    session = await attended(sala)
    await visit.sign_in("admin@localhost", sala.password)
    rows = (await visit.get(f"/api/v1/sessions/{session}/attendance.json")).json()["attendance"]
    paul = next(row["participant_id"] for row in rows if row["name"] == "Paul Participant")
    path = f"/api/v1/sessions/{session}/certificates/{paul}.pdf"
    answer = await visit.get(path)
    assert answer.status_code == 200
    document = pypdfium2.PdfDocument(answer.content)
    text = document[0].get_textpage().get_text_range()
    document.close()
    assert "Paul Participant" in text
    [code] = set(re.findall(r"(?:[0-9A-Z]{4}-){7}[0-9A-Z]{4}", text))
    async with Visit(sala.url) as stranger:
        page = await stranger.get(f"/verify/{code.lower()}")
        assert page.status_code == 200
        assert "Paul" not in page.text
        assert "genuine" in page.text
        broken = await stranger.get(f"/verify/{code[:-1]}{'0' if code[-1] != '0' else '1'}")
        assert broken.status_code == 404
        assert (await stranger.get("/verify/")).status_code == 200
        assert (await stranger.get(path)).status_code == 401
    too_much = await visit.get(f"{path}?rules=present>=10min")
    assert (too_much.status_code, too_much.json()["error"]) == (409, "certificate_rule_not_met")
    nobody = await visit.get(path.replace(paul, "pt_0123456789abcdef01234567"))
    assert nobody.status_code == 404


async def test_there_is_no_certificate_while_the_session_is_open(sala: Sala, visit: Visit) -> None:
    async with Visit(sala.url) as maria:
        await maria.enter(sala.demo_links["Maria Moderator"])
        tab = await maria.socket()
        welcome = await tab.hello()
        await visit.sign_in("admin@localhost", sala.password)
        path = f"/api/v1/sessions/{welcome['snapshot']['session']}/certificates/{welcome['you']}.pdf"
        answer = await visit.get(path)
        assert (answer.status_code, answer.json()["error"]) == (409, "certificate_too_early")
