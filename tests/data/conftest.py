"""
A fresh database for each test, and the rows that events must refer to.

With ``SALA_TEST_POSTGRES`` (a URL whose role may create databases) each test of ``database`` runs on PostgreSQL as well.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text

from data import accounts, engines, sessions
from data.database import Database, open_database
from data.ids import RoomId, SessionId
from data.models import Room

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
POSTGRESQL = os.environ.get("SALA_TEST_POSTGRES", "")


def emptied(url: str) -> str:
    """Return the URL of an empty database on the server of ``url``; tests that run side by side get one each."""
    name = f"{make_url(url).database}_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
    engine = create_engine(engines.url_of(url), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    engine.dispose()
    return make_url(url).set(database=name).render_as_string(hide_password=False)


@pytest.fixture(params=["sqlite", *(["postgresql"] if POSTGRESQL else [])])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    opened = open_database(tmp_path if request.param == "sqlite" else emptied(POSTGRESQL))
    yield opened
    opened.close()


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Database]:
    """For what only a file has; it lies in ``tmp_path``."""
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
