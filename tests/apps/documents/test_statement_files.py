"""Documents of statements over HTTP: what is taken, where it lies, and who may read it."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tests.apps.visit import Tab, Visit

if TYPE_CHECKING:
    from apps.single import Sala
    from data.models import Tender
    from tests.apps.tenders.authority import Authority

PDF = b"%PDF-1.7\n" + bytes(range(256)) * 20


class Bidder:
    """A supplier's browser with a seat in the session."""

    def __init__(self, visit: Visit, tab: Tab, base: str, token: str) -> None:
        self.visit, self.tab, self.base, self.token = visit, tab, base, token

    async def upload(self, content: bytes, name: str = "Ricorso è qui.pdf") -> httpx.Response:
        from urllib.parse import quote

        headers = {"X-Xsrftoken": self.token, "X-Sala-Name": quote(name)}
        return await self.visit.http.post(self.base, content=content, headers=headers)

    async def file(self, document: str | None) -> dict[str, Any]:
        command = {"type": "file_statement", "text": "Contestiamo", "document": document}
        await self.tab.send({"type": "command", "id": 7, "command": command})
        while (message := await self.tab.next())["type"] not in ("done", "denied"):
            pass
        return message

    async def read(self, statement: str) -> httpx.Response:
        return await self.visit.get(f"{self.base}/{statement}/document")


@pytest.fixture
async def stack() -> AsyncIterator[AsyncExitStack]:
    async with AsyncExitStack() as made:
        yield made


@pytest.fixture
async def bidders(sala: Sala, stack: AsyncExitStack) -> tuple[Bidder, Bidder]:
    """Two suppliers in an open session of one tender."""
    from tests.apps.tenders.authority import Authority  # brings the whole program

    authority = Authority(sala)
    firms = [await authority.organisation(name) for name in ("Alfa", "Beta")]
    emails = ("a@alfa.example", "b@beta.example")
    for firm, email in zip(firms, emails, strict=True):
        await authority.supplier(firm, email, email)
    tender = await authority.tender(*firms, record=False)
    await authority.start(tender)
    first, second = [await seat(stack, authority, tender, email) for email in emails]
    return first, second


async def seat(stack: AsyncExitStack, authority: Authority, tender: Tender, email: str) -> Bidder:
    from tests.apps.tenders.authority import PASSWORD

    slug = authority.room(tender).slug
    visit = await stack.enter_async_context(Visit(authority.sala.url))
    await visit.post("/supplier", form="/supplier", email=email, password=PASSWORD)
    tab = await visit.socket(slug)
    assert (await tab.hello())["type"] == "welcome"
    return Bidder(visit, tab, f"/r/{slug}/statements", await visit.token(f"/r/{slug}"))


async def test_a_document_is_kept_as_it_came_and_hashed_on_the_way(sala: Sala, bidders: tuple[Bidder, Bidder]) -> None:
    anna, beppe = bidders
    answer = await anna.upload(PDF)
    assert answer.status_code == 201, answer.text
    given = answer.json()
    assert given["sha256"] == hashlib.sha256(PDF).hexdigest()
    assert (given["name"], given["bytes"]) == ("Ricorso è qui.pdf", len(PDF))
    assert (await anna.read(given["document"])).status_code == 404  # not filed yet
    assert (await beppe.file(given["document"]))["code"] == "document_unknown"
    assert (await anna.file(given["document"]))["statement"] == given["document"]
    found = await anna.read(given["document"])
    assert found.content == PDF
    assert found.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in found.headers["Content-Security-Policy"]
    assert (await beppe.read(given["document"])).status_code == 404
    (file,) = (sala.settings.home / "statements").rglob("st_*")
    assert file.read_bytes() == PDF
    assert (await anna.file(given["document"]))["code"] == "document_unknown"  # each is filed once


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"", 400, "file_empty"),
        (b"MZ\x90" + bytes(200), 415, "statement_file_type"),
        (b"<html>", 415, "statement_file_type"),
    ],
)
async def test_what_is_not_taken(bidders: tuple[Bidder, Bidder], content: bytes, status: int, code: str) -> None:
    answer = await bidders[0].upload(content)
    assert (answer.status_code, answer.json()["error"]) == (status, code)


async def test_strangers_find_nothing_there(sala: Sala, bidders: tuple[Bidder, Bidder], visit: Visit) -> None:
    token = await visit.token()
    answer = await visit.http.post(bidders[0].base, content=PDF, headers={"X-Xsrftoken": token})
    assert answer.status_code == 404
    assert not list((sala.settings.home / "statements").rglob("*st_*"))


async def test_what_nobody_filed_goes_with_the_session(sala: Sala, bidders: tuple[Bidder, Bidder]) -> None:
    from tests.waiting import until

    anna, _ = bidders
    for _attempt in range(5):
        assert (await anna.upload(PDF)).status_code == 201
    kept = list((sala.settings.home / "statements").rglob("st_*"))
    assert len(kept) == 3  # the oldest of too many go at once
    (room,) = [room["room"] for room in sala.hub.live_rooms()]
    runner = sala.hub.running(room)
    assert runner is not None
    runner.statements.clear()
    await until(lambda: not list((sala.settings.home / "statements").rglob("st_*")))
