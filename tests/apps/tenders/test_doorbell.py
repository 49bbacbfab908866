"""Pages of suppliers are told what is so now, also where what was looked up first comes last."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from types import SimpleNamespace
from typing import Any

import pytest

from apps.service import RecordsNotice
from apps.tenders.doorbell import Doorbell
from data import tenders
from data.ids import PersonId, RoomId

ROOM = RoomId("rm_1")
EDIL = "og_1"
NOTICE = RecordsNotice("session", (), ROOM)


class Authority:
    """Stands for the database, the Hub and the register of sockets: one tender, and answers that may be kept back."""

    def __init__(self) -> None:
        self.live, self.admitted = False, True
        self.hear: Callable[[Any], None] = lambda _: None
        self.kept_back: list[asyncio.Event] = []
        """For each of the next reads: when its answer, which is looked up at once, comes."""
        self.tasks: list[asyncio.Task[None]] = []

    async def read(self, query: Any, **_: Any) -> Any:
        answers: dict[Any, Any] = {
            tenders.live_for: [("td_1", ROOM)] if self.live and self.admitted else [],
            tenders.of_room: SimpleNamespace(id="td_1"),
            tenders.admitted_organisations: {EDIL} if self.admitted else set(),
        }
        if self.kept_back:
            await self.kept_back.pop(0).wait()
        return answers[query]

    def listen(self, hear: Callable[[Any], None]) -> Callable[[], None]:
        self.hear = hear
        return lambda: None

    def streams_to(self, room: RoomId, person: PersonId) -> bool:
        return self.live

    def spawn(self, work: Coroutine[None, None, None], name: str) -> None:
        self.tasks.append(asyncio.create_task(work, name=name))

    async def done(self) -> None:
        await asyncio.wait_for(asyncio.gather(*self.tasks), 20.0)


class Page:
    person, organisation = PersonId("ac_1"), EDIL

    def __init__(self) -> None:
        self.told: set[str] = set()
        self.live: set[str] = set()
        """What the page shows after all that it heard."""

    def send(self, message: Mapping[str, Any]) -> None:
        if message["type"] == "sessions":
            self.live = set(message["live"])
        else:
            (self.live.add if message["live"] else self.live.discard)(message["tender"])


@pytest.fixture
def authority() -> Authority:
    return Authority()


@pytest.fixture
def doorbell(authority: Authority) -> Doorbell:
    return Doorbell(authority, authority, authority)  # type: ignore[arg-type]


async def turns() -> None:
    """Let what was begun go on until it waits."""
    for _ in range(5):
        await asyncio.sleep(0)


async def test_a_session_that_begins_while_a_page_is_being_opened_is_shown(
    authority: Authority, doorbell: Doorbell
) -> None:
    page, slowly = Page(), asyncio.Event()
    authority.kept_back = [slowly]
    opening = asyncio.create_task(doorbell.add(page))
    await asyncio.sleep(0)
    authority.live = True
    authority.hear(NOTICE)
    await turns()
    slowly.set()
    await opening
    await authority.done()
    assert page.live == {"td_1"}


async def test_of_two_changes_the_later_counts(authority: Authority, doorbell: Doorbell) -> None:
    page, slowly, at_once = Page(), asyncio.Event(), asyncio.Event()
    authority.live = True
    await doorbell.add(page)
    assert page.live == {"td_1"}
    at_once.set()
    authority.kept_back = [at_once, slowly]
    authority.hear(NOTICE)
    await turns()
    authority.admitted = False
    authority.hear(NOTICE)
    await turns()
    slowly.set()
    await authority.done()
    assert page.live == set()
