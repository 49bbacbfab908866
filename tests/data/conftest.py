"""A fresh database for each test, and the rows that events must refer to."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from data import accounts, sessions
from data.database import Database, open_database
from data.ids import RoomId, SessionId
from data.models import Room

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = open_database(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def room_id(database: Database) -> RoomId:
    owner = database.run_now(
        accounts.create, email="ana@example.org", name="Ana", role="moderator", password_hash="-", now=NOW
    )
    room = Room(id="rm_1", slug="training", owner_id=owner.id, title="Training", created_at=NOW)
    database.run_now(lambda session: session.add(room))
    return RoomId("rm_1")


@pytest.fixture
def session_id(database: Database, room_id: RoomId) -> SessionId:
    return SessionId(database.run_now(sessions.open_, room_id=room_id, now=NOW).id)
