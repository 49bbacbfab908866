"""A Hub over a real database and a small engine, and a room with an owner."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from apps.live import room_media, room_tape
from apps.live.attachment import Attachment
from apps.live.hub import Hub
from apps.live.person import Person
from apps.service import Notice
from apps.settings import Settings
from data import accounts, invitations, rooms
from data.database import Database, open_database
from data.ids import AccountId, PersonId, RoomId
from tests.apps.live.fakes import FakeBrowser, FakeEngine
from tests.steady_loop import on_steady_loops as pytest_asyncio_loop_factories

__all__ = ["pytest_asyncio_loop_factories"]

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


@dataclass
class Tab:
    """A person's browser in the room."""

    browser: FakeBrowser
    attachment: Attachment
    count: int = 0

    @property
    def me(self) -> str:
        return str(self.browser.last("welcome")["you"])

    @property
    def snapshot(self) -> dict[str, Any]:
        return dict(self.browser.last("welcome")["snapshot"])

    async def ask(self, type_: str, **values: object) -> dict[str, Any]:
        """Ask for something and return the answer, ``done`` or ``denied``."""
        self.count += 1
        await self.say({"type": "command", "id": self.count, "command": {"type": type_, **values}})
        return dict(next(m for m in reversed(self.browser.messages) if m.get("id") == self.count))

    async def done(self, type_: str, **values: object) -> dict[str, Any]:
        answer = await self.ask(type_, **values)
        assert answer["type"] == "done", answer
        return answer

    async def say(self, message: dict[str, Any]) -> None:
        await self.attachment.receive(message)


@dataclass
class House:
    """Everything a test of the Hub needs."""

    database: Database
    settings: Settings
    engine: FakeEngine
    room: RoomId
    slug: str
    owner: AccountId
    hub: Hub
    notices: list[Notice] = field(default_factory=list)
    now: datetime = NOW
    seconds: float = 1000.0
    """Of the clock for durations, which stands still until the test moves it: a slow machine loses nobody."""

    def clock(self) -> datetime:
        self.now += timedelta(milliseconds=1)
        return self.now

    def monotonic(self) -> float:
        return self.seconds

    def another_hub(self) -> Hub:
        return Hub(self.database, self.engine, settings=self.settings, clock=self.clock, monotonic=self.monotonic)

    def person(self, name: str, role: str = "participant", **values: Any) -> Person:
        """Return an invited person; each name is one invitation."""
        id_ = f"in_{name}" if "id" not in values else values.pop("id")
        return Person(id=PersonId(id_), role=role, name=name, email=f"{name}@example.org", **values)  # type: ignore[arg-type]

    async def enter(
        self, name: str, role: str = "participant", *, browser: FakeBrowser | None = None, **hello: object
    ) -> Tab:
        return await self.enter_as(self.person(name, role), browser=browser, **hello)

    async def enter_as(self, person: Person, *, browser: FakeBrowser | None = None, **hello: object) -> Tab:
        browser = browser or FakeBrowser()
        greeting = {"type": "hello", "device": "desktop", "tab": "t1", **hello}
        return Tab(browser, await self.hub.attach(self.room, person, browser, greeting))

    async def restart(self) -> None:
        """End the Hub as a crash would, and start another on the same database and engine."""
        await self.hub.close()
        self.hub = self.another_hub()
        await self.hub.start()
        self.hub.listen(self.notices.append)


@pytest.fixture
def settings(home: Path) -> Settings:
    return Settings(home=home)


@pytest.fixture(autouse=True)
def engine_gets_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """A command waits for the engine until it has done what it was told, also where the whole machine stands still meanwhile."""
    monkeypatch.setattr(room_media, "SETTLE_LIMIT_S", 30.0)
    monkeypatch.setattr(room_tape, "SETTLE_LIMIT_S", 30.0)


@pytest.fixture
def database(home: Path) -> Iterator[Database]:
    opened = open_database(home)
    yield opened
    opened.close()


@pytest.fixture
async def house(database: Database, settings: Settings) -> AsyncIterator[House]:
    account = database.run_now(
        accounts.create, email="chair@example.org", name="Elena Chair", role="moderator", password_hash="x", now=NOW
    )
    room = database.run_now(
        rooms.create, slug="ssm-2026", owner_id=account.id, title="Instruire SSM", now=NOW, max_participants=4
    )
    engine = FakeEngine()
    hub = Hub(database, engine, settings=settings)
    made = House(database, settings, engine, RoomId(room.id), room.slug, AccountId(account.id), hub)
    made.hub = made.another_hub()
    await made.hub.start()
    made.hub.listen(made.notices.append)
    yield made
    await made.hub.close()


def invite(house: House, name: str) -> Person:
    """Return a person with a real invitation."""
    invitation = house.database.run_now(
        invitations.create, room_id=house.room, email=f"{name}@example.org", name=name, token_hash=name, now=NOW
    )
    return house.person(name, id=invitation.id)
