"""A console without a web process: a small database, a fake service, a moderator at a desk."""

from __future__ import annotations

import warnings
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from apps.console.desk import Desk
from apps.console.server import serving
from apps.console.store import ConsoleStore
from apps.settings import Settings
from apps.single import free_port
from apps.visitors import secret_hash
from data import accounts, contacts, invitations, rooms, sign_ins
from data.database import Database, open_database
from data.ids import AccountId
from data.models import Account, Contact, ContactList, Invitation, Room
from tests.apps.console.fakes import NOW, FakeService
from tests.apps.console.serving import SECRET, Console

MODERATOR_SECRET = "the-moderators-secret"


@pytest.fixture(autouse=True)
def bokeh_is_quiet() -> Iterator[None]:
    """BokehJS names a model in full in its first message about it; Bokeh warns that it knows it already."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="reference already known")
        yield


@pytest.fixture
def database(home: Path) -> Iterator[Database]:
    with open_database(home) as opened:
        yield opened


def _account(session: Any, email: str, name: str, role: str, secret: str) -> Account:
    made = accounts.create(session, email=email, name=name, role=role, password_hash="-", now=NOW)
    sign_ins.create(
        session,
        secret_hash=secret_hash(secret),
        account_id=AccountId(made.id),
        now=NOW,
        expires_at=NOW + timedelta(days=36500),
    )
    return made


@pytest.fixture
def administrator(database: Database) -> Account:
    return database.run_now(_account, "admin@example.org", "Alice Admin", "administrator", SECRET)


@pytest.fixture
def moderator(database: Database) -> Account:
    return database.run_now(_account, "mod@example.org", "Mihai Moderator", "moderator", MODERATOR_SECRET)


@pytest.fixture
def room(database: Database, administrator: Account) -> Room:
    return database.run_now(
        rooms.create,
        slug="fire",
        owner_id=administrator.id,
        title="Fire safety",
        starts_at=NOW + timedelta(days=1),
        length_min=90,
        zone="Europe/Bucharest",
        now=NOW,
    )


@pytest.fixture
def contact_list(database: Database, administrator: Account) -> ContactList:
    return database.run_now(contacts.create_list, owner_id=administrator.id, name="Depozit", now=NOW)


@pytest.fixture
def contact(database: Database, contact_list: ContactList) -> Contact:
    return database.run_now(
        contacts.add, list_id=contact_list.id, email="ana@example.org", name="Ana Pop", language="ro", now=NOW
    )


@pytest.fixture
def invitation(database: Database, room: Room) -> Invitation:
    return database.run_now(
        invitations.create, room_id=room.id, email="ion@example.org", name="Ion", token_hash="h", now=NOW
    )


@pytest.fixture
def service() -> FakeService:
    return FakeService()


@pytest.fixture
def desk(service: FakeService, database: Database, administrator: Account) -> Desk:
    return Desk(service, database, administrator, SECRET, portal="http://127.0.0.1:8000", clock=lambda: NOW)


@pytest.fixture
async def store(desk: Desk) -> Any:
    made = ConsoleStore(desk)
    made.start()
    yield made
    await made.chores.close()
    made.stop()
    desk.pulse.close()


@pytest.fixture
async def console(
    home: Path, database: Database, service: FakeService, administrator: Account, room: Room
) -> AsyncIterator[Console]:
    settings = Settings(home=home, port=8000, console_port=free_port("127.0.0.1"))
    async with serving(settings, service) as server:
        made = Console(settings, server)
        yield made
        await made.leave()
