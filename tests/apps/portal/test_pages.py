"""The portal's pages over HTTP: what they say, and that only a press does something."""

from __future__ import annotations

import html
import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from apps.assets import ROOM_FIRST, ROOM_REST
from apps.single import Sala
from data import accounts, invitations, rooms
from data.models import Invitation, Room
from tests.apps.visit import Visit

MARKUP = '<b onclick=x>{{7*7}}</b> "O\'Neil"'


def link_of(sala: Sala, name: str = "Paul Participant") -> str:
    return sala.demo_links[name].removeprefix(sala.url)


def demo_room(sala: Sala) -> Room:
    room = sala.database.read_now(rooms.by_slug, slug="demo")
    assert room is not None
    return room


def invitation_of(sala: Sala, name: str = "Paul Participant") -> Invitation:
    found = sala.database.read_now(invitations.of_room, room_id=demo_room(sala).id)
    return next(one for one in found if one.name == name)


async def test_the_front_page_tells_what_this_is_and_leads_on(visit: Visit) -> None:
    page = await visit.get("/")
    assert page.status_code == 200
    assert 'href="/signin"' in page.text
    assert 'action="/open"' in page.text


@pytest.mark.parametrize("before", ["https://other.example", ""])
async def test_a_pasted_link_leads_to_its_own_page(sala: Sala, visit: Visit, before: str) -> None:
    answer = await visit.post("/open", link=f"{before}{link_of(sala)}?from=mail")
    assert (answer.status_code, answer.headers["Location"]) == (303, link_of(sala))


@pytest.mark.parametrize("pasted", ["hello", "https://evil.example/", "//evil.example/j/", "/j/../signin"])
async def test_what_is_no_link_is_told_on_the_front_page(visit: Visit, pasted: str) -> None:
    answer = await visit.post("/open", link=pasted)
    assert answer.status_code == 400
    assert "This link is not valid" in answer.text


async def test_a_language_is_kept_and_leads_back(visit: Visit) -> None:
    answer = await visit.post("/language", language="ro", next="/signin")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/signin")
    page = await visit.get("/signin")
    assert '<html lang="ro"' in page.text
    assert "Autentificare" in page.text
    assert (await visit.post("/language", language="xx")).status_code == 400


async def test_a_language_chosen_while_signed_in_is_the_accounts(sala: Sala, visit: Visit) -> None:
    await visit.sign_in("admin@localhost", sala.password)
    await visit.post("/language", language="it")
    account = await sala.database.read(accounts.by_email, email="admin@localhost")
    assert account is not None
    assert account.language == "it"


def plan(sala: Sala, **changes: object) -> Room:
    """Change the demo room's settings."""
    room = demo_room(sala)
    names = ("title", "description", "starts_at", "length_min", "zone", "language", "max_participants", "record")
    settings: dict[str, Any] = {name: getattr(room, name) for name in names}
    changed = sala.database.run_now(rooms.update, room_id=room.id, **{**settings, **changes})
    assert changed is not None
    return changed


STARTS_AT = datetime(2031, 3, 4, 9, 30, tzinfo=UTC)


async def test_a_link_tells_who_invites_to_what_and_when_before_anything_is_asked(sala: Sala, visit: Visit) -> None:
    plan(sala, title=MARKUP, description=MARKUP, starts_at=STARTS_AT, length_min=90, zone="Europe/Rome", record=True)
    page = (await visit.get(link_of(sala))).text
    assert "Administrator invites you to" in page
    assert f'datetime="{STARTS_AT.isoformat()}"' in page
    assert "Tuesday 4 March 2031, 10:30 CET" in page, "without scripts, in the room's zone, named"
    assert "1 h 30 min" in page
    assert "This conference is recorded." in page
    assert "Paul Participant" in page
    assert html.escape("<b onclick=x>") in page
    assert "<b onclick" not in page
    assert "{{7*7}}" in page


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("ro", ("Acceptă", "Refuză", "Intră", "marți 4 martie 2031")),
        ("it", ("Accetta", "Rifiuta", "Entra", "martedì 4 marzo 2031")),
    ],
)
async def test_a_link_speaks_the_language_that_the_person_chose(
    sala: Sala, visit: Visit, language: str, words: tuple[str, ...]
) -> None:
    plan(sala, starts_at=STARTS_AT)
    await visit.post("/language", language=language)
    page = (await visit.get(link_of(sala))).text
    assert [word for word in words if word not in page] == []


async def test_opening_a_link_changes_nothing(sala: Sala, visit: Visit) -> None:
    for path in ("", "/enter", "/accept", "/decline"):
        await visit.get(link_of(sala) + path)
    invitation = invitation_of(sala)
    assert (invitation.answer, invitation.answered_at) == ("", None)
    assert [name for name in visit.http.cookies if name.startswith("sala_room")] == []


async def test_accepting_and_changing_ones_mind(sala: Sala, visit: Visit) -> None:
    link = link_of(sala)
    answer = await visit.post(f"{link}/accept", form=link)
    assert (answer.status_code, answer.headers["Location"]) == (303, link)
    assert invitation_of(sala).answer == "accepted"
    assert "You accepted." in (await visit.get(link)).text
    await visit.post(f"{link}/decline", form=link)
    assert invitation_of(sala).answer == "declined"


async def test_entering_takes_the_secret_out_of_the_address(sala: Sala, visit: Visit) -> None:
    link = link_of(sala)
    path = await visit.enter(link)
    assert path == "/r/demo"
    page = (await visit.get(path)).text
    assert link.rsplit("/", 1)[1] not in page
    assert "Paul Participant" in page


async def test_unknown_expired_and_revoked_links_are_told_in_words(sala: Sala, visit: Visit) -> None:
    link, paul = link_of(sala), invitation_of(sala)
    now = sala.parts.clock()
    unknown = await visit.get("/j/" + "x" * 43)
    assert unknown.status_code == 404
    assert "This link is not valid" in unknown.text
    sala.database.run_now(invitations.set_expiry, room_id=paul.room_id, expires_at=now - timedelta(seconds=1))
    expired = await visit.get(link)
    assert expired.status_code == 410
    assert "This link has expired" in expired.text
    sala.database.run_now(invitations.set_expiry, room_id=paul.room_id, expires_at=None)
    sala.database.run_now(invitations.revoke, invitation_id=paul.id, now=now)
    revoked = await visit.get(link)
    assert revoked.status_code == 410
    assert "has been withdrawn" in revoked.text
    for page in (unknown, expired, revoked):
        assert "This link does not work" in page.text
        assert "Demo conference" not in page.text


async def test_who_was_removed_is_told_so_by_the_link(sala: Sala, visit: Visit) -> None:
    sala.database.run_now(invitations.ban, invitation_id=invitation_of(sala).id, now=sala.parts.clock())
    page = await visit.get(link_of(sala))
    assert page.status_code == 403
    assert "A moderator has removed you" in page.text
    entered = await visit.post(f"{link_of(sala)}/enter", form="/signin")
    assert entered.status_code == 403


async def test_guessing_links_is_slowed_down(sala: Sala, visit: Visit) -> None:
    statuses = [(await visit.get(f"/j/{number:043}")).status_code for number in range(21)]
    assert statuses == [404] * 20 + [429]
    assert (await visit.get(link_of(sala))).status_code == 429


async def test_the_room_page_carries_what_its_scripts_need(sala: Sala, visit: Visit) -> None:
    await visit.post("/language", language="ro")
    page = (await visit.get(await visit.enter(link_of(sala)))).text
    found = re.search(r'<script type="application/json" id="page-values"[^>]*>(.*?)</script>', page, re.S)
    assert found
    values = json.loads(found[1])
    assert (values["slug"], values["socket"], values["language"]) == ("demo", "/ws/room/demo", "ro")
    assert values["texts"]["Headphones"] == "Căști"
    for path, inside in ((ROOM_FIRST, "protocol.js"), (ROOM_REST, "room.js")):
        address = re.search(rf'src="(/assets/[0-9a-f]+/{re.escape(path)})"', page)
        assert address
        script = await visit.get(address[1])
        assert script.headers["Content-Type"].startswith("text/javascript")
        assert "immutable" in script.headers["Cache-Control"]
        assert f"modules['{inside}'] = " in script.text


async def test_nothing_on_a_page_comes_from_another_host(sala: Sala, visit: Visit) -> None:
    for path in ("/", "/signin", link_of(sala), await visit.enter(link_of(sala))):
        page = (await visit.get(path)).text
        foreign = re.findall(r'(?:src|href|action)="(?:https?:)?//[^"]*"', page)
        assert foreign == [], path
        assert "style=" not in page, f"{path}: the content policy refuses inline styles"
