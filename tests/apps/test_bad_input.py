"""What people get wrong or try on: each time a sentence in their language, nothing changed, nothing in the log that calls for an engineer."""

from __future__ import annotations

import base64
import csv
import html
import io
import logging
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from apps.live.state import Denied
from apps.planning import commands
from apps.sentences import sentence
from apps.service import Done
from apps.single import Sala
from data import accounts, contacts, invitations, rooms
from data.ids import ContactListId, RoomId
from data.models import Invitation
from tests.apps.visit import Visit

LANGUAGES = ("en", "ro", "it")
DEMO = ("Maria Moderator", "Paul Participant", "Petra Participant")
MARKUP = '<img src=x onerror=alert(1)> {{7*7}} & "O\'Neil"'


@pytest.fixture(autouse=True)
def nothing_failed_inside(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """A refusal is an answer, never an error of the program."""
    with caplog.at_level(logging.INFO):
        yield
    failed = [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR or record.exc_info]
    assert failed == []


def invitation_of(sala: Sala, name: str) -> Invitation:
    room = sala.database.read_now(rooms.by_slug, slug="demo")
    assert room is not None
    return next(
        one for one in sala.database.read_now(invitations.of_room, room_id=room.id) if one.email.startswith(name)
    )


async def speak(visit: Visit, language: str) -> None:
    await visit.post("/language", form="/", language=language)


# --- links ----------------------------------------------------------------------------------------------------------------


async def test_a_link_that_opens_nothing_says_why_in_three_languages(sala: Sala, visit: Visit) -> None:
    expired, revoked = (sala.demo_links[name].removeprefix(sala.url) for name in DEMO[1:])
    now = sala.parts.clock()
    petra = invitation_of(sala, "participant-2")
    sala.database.run_now(invitations.revoke, invitation_id=petra.id, now=now)
    sala.database.run_now(invitations.set_expiry, room_id=petra.room_id, expires_at=now - timedelta(seconds=1))
    unknown = f"/j/{'x' * 43}"
    for language in LANGUAGES:
        await speak(visit, language)
        for link, status, code in (
            (unknown, 404, "link_unknown"),
            (expired, 410, "link_expired"),
            (revoked, 410, "link_revoked"),
        ):
            for answer in (await visit.get(link), await visit.post(f"{link}/enter", form="/signin")):
                assert (answer.status_code, sentence(language, code) in answer.text) == (status, True), (language, code)
                assert "Demo conference" not in answer.text


# --- a full room ------------------------------------------------------------------------------------------------------------


async def test_a_full_room_says_so_in_the_persons_language(sala: Sala) -> None:
    room = invitation_of(sala, "moderator").room_id
    held = sala.database.read_now(rooms.get, room_id=RoomId(room))
    assert held is not None
    names = ("title", "description", "starts_at", "length_min", "zone", "language", "record")
    settings = {name: getattr(held, name) for name in names}
    sala.database.run_now(rooms.update, room_id=RoomId(room), **settings, max_participants=2)
    async with Visit(sala.url) as maria, Visit(sala.url) as paul, Visit(sala.url) as petra:
        for visit, name in ((maria, DEMO[0]), (paul, DEMO[1]), (petra, DEMO[2])):
            await visit.enter(sala.demo_links[name])
        await speak(petra, "ro")
        for visit in (maria, paul):
            assert (await (await visit.socket()).hello())["type"] == "welcome"
        answer = await (await petra.socket()).hello()
        assert (answer["type"], answer["code"]) == ("refused", "room_full")
        assert answer["message"] == sentence("ro", "room_full", {"limit": 2})
        assert "2" in answer["message"]


# --- names ------------------------------------------------------------------------------------------------------------------


@pytest.fixture
async def secret(sala: Sala) -> str:
    """The administrator's sign-in, as the console holds it."""
    (admin,) = sala.database.read_now(accounts.list_all)
    found = await sala.parts.auth.sign_in(admin.email, sala.password, "127.0.0.1")
    assert isinstance(found, str)
    return found


async def invite(sala: Sala, secret: str, name: str) -> Done | Denied:
    room = RoomId(invitation_of(sala, "moderator").room_id)
    invitee = commands.Invitee(email="ion@firma.example", name=name, language="it")
    return await sala.parts.service.command(secret, commands.Invite(room=room, invitees=(invitee,)))


async def test_a_name_of_markup_stays_what_was_typed_on_the_page_on_the_wire_and_in_the_file(
    sala: Sala, secret: str
) -> None:
    paul = invitation_of(sala, "participant-1")
    sala.database.run_now(_rename, invitation_id=paul.id, name=MARKUP)
    async with Visit(sala.url) as maria, Visit(sala.url) as visit, Visit(sala.url) as office:
        await maria.enter(sala.demo_links[DEMO[0]])
        chair = await maria.socket()
        await chair.hello()
        page = await visit.get(sala.demo_links[DEMO[1]])
        assert html.escape("<img src=x") in page.text
        assert "<img" not in page.text
        assert "{{7*7}}" in page.text
        room = await visit.get(await visit.enter(sala.demo_links[DEMO[1]]))
        assert "<img" not in room.text
        snapshot = (await (await visit.socket()).hello())["snapshot"]
        assert MARKUP in {one["name"] for one in snapshot["participants"]}
        await office.sign_in("admin@localhost", sala.password)
        file = await office.get(f"/api/v1/sessions/{snapshot['session']}/attendance.csv")
        assert MARKUP in {cell for row in csv.reader(io.StringIO(file.text)) for cell in row}


def _rename(session: Any, *, invitation_id: str, name: str) -> None:
    held = invitations.get(session, invitation_id=invitation_id)
    assert held is not None
    held.name = name


HIDING = (
    ("Ana\u202egro.live", "text_invisible", {"text": "Ana gro.live"}),
    ("Ana\u200b", "text_invisible", {"text": "Ana"}),
    ("Ana\r\nBcc: all@firma.example", "text_invisible", {"text": "Ana Bcc: all@firma.example"}),
    ("\ufdfa" * 50, "name_too_long", {"limit": 120}),
)


async def test_a_name_that_hides_something_or_is_too_long_is_refused(sala: Sala, secret: str) -> None:
    for name, code, values in HIDING:
        denied = await invite(sala, secret, name)
        assert denied == Denied(code, values)
        assert len({sentence(language, code, values) for language in LANGUAGES}) == 3, "each language has its own"


# --- files of contacts ------------------------------------------------------------------------------------------------------


NO_CONTACTS = (
    (b"Nume;Telefon\nAna;0740\n", "csv_without_email_column"),
    (b"E-mail;Email\na@b.example;c@d.example\n", "csv_column_twice"),
    (b"E-mail;Nume\na@b.example;Ana;more\n", "csv_row_cells"),
    (b"E-mail\nnobody\n", "csv_row_email"),
    ("E-mail\na@b.example\n".encode("utf-32"), "csv_not_text"),
    (b"PK\x03\x04\x14\x00\x06\x00" + bytes(range(256)) * 4, "csv_not_text"),  # a spreadsheet itself
    (b"", "csv_empty"),
)


async def test_a_file_that_is_no_list_of_contacts_is_refused_and_changes_nothing(sala: Sala, secret: str) -> None:
    made = await sala.parts.service.command(secret, commands.CreateContactList(name="Depozit"))
    assert isinstance(made, Done)
    list_id = ContactListId(made.values["list"])
    for content, code in NO_CONTACTS:
        file = base64.b64encode(content).decode()
        denied = await sala.parts.service.command(secret, commands.ImportContacts(list=list_id, content=file))
        assert isinstance(denied, Denied), content
        assert denied.code == code
        sentences = {sentence(language, code, denied.values) for language in LANGUAGES}
        assert len(sentences) == 3
        assert not any("{" in one for one in sentences), "every place is filled"
    assert sala.database.read_now(contacts.of_list, list_id=list_id) == []


# --- messages -------------------------------------------------------------------------------------------------------------------


async def test_a_message_that_is_too_long_is_refused_in_the_persons_language_and_the_rest_goes_on(sala: Sala) -> None:
    async with Visit(sala.url) as maria:
        await maria.enter(sala.demo_links[DEMO[0]])
        await speak(maria, "it")
        tab = await maria.socket()
        await tab.hello()
        for text in ("x" * 2001, "x" * 60_000):
            await tab.send({"type": "command", "id": 1, "command": {"type": "send_message", "text": text}})
            denied = await tab.until("denied")
            assert denied["code"] == "message_too_long"
            assert denied["message"] == sentence("it", "message_too_long", {"limit": 2000})
        await tab.send({"type": "command", "id": 2, "command": {"type": "send_message", "text": "x" * 2000}})
        assert (await tab.until("done"))["id"] == 2
        await tab.send("x" * 300_000)
        assert await tab.closed() in (1009, None)
        again = await maria.socket()
        assert (await again.hello())["type"] == "welcome", "the seat is still there"


@pytest.mark.parametrize("depth", [500, 30_000], ids=["read and refused", "too deep to read"])
async def test_json_that_goes_deep_is_refused_with_a_sentence(sala: Sala, visit: Visit, depth: int) -> None:
    await visit.sign_in("admin@localhost", sala.password)
    headers = {"X-Xsrftoken": await visit.token("/"), "Content-Type": "application/json"}
    deep = b'{"email": ' + b"[" * depth + b"]" * depth + b"}"
    answer = await visit.http.post("/api/v1/erasures", content=deep, headers=headers)
    assert (answer.status_code, answer.json()["error"]) == (400, "bad_request")
    assert answer.json()["message"] == sentence("en", "bad_request", {})


async def test_a_form_that_is_too_large_is_refused_with_a_sentence(sala: Sala, visit: Visit) -> None:
    await speak(visit, "ro")
    answer = await visit.post("/open", form="/", link="x" * 20_000)
    assert (answer.status_code, sentence("ro", "too_large") in answer.text) == (400, True)
