"""The event log, the migrations and the frames on a real PostgreSQL: the same numbers as from a file."""

from __future__ import annotations

import itertools
import os
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path
from threading import Timer
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import create_engine, make_url, text
from sqlmodel import Session

from data import accounts, engines, event_log, schema, sessions
from data.columns import SCHEMAS
from data.database import Database, open_database
from data.errors import DatabaseInUse
from data.event_log import NewEvent
from data.frames import open_data
from data.ids import RoomId, SessionId
from data.models import Event, Room, Table
from tests.data import postgresql
from tests.data.scripted_night import ANA, EXPECTED, LENGTH_MIN, NAMES, OPENED_AT, night, people
from tests.data.upgrading import older_revisions, upgrade_keeps_rows

pytestmark = pytest.mark.skipif(bool(postgresql.missing()), reason=postgresql.missing())

NUMBERS = itertools.count()
SESSION = SessionId("se_0000000000000000000000aa")


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="pg-", dir="/tmp") as folder, postgresql.server(Path(folder)) as url:
        yield url


@pytest.fixture
def url(server: str) -> str:
    """An empty database."""
    name = f"t_{next(NUMBERS)}"
    engine = create_engine(engines.url_of(make_url(server).set(database="postgres").render_as_string(False)), isolation_level="AUTOCOMMIT")  # fmt: skip
    with engine.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    engine.dispose()
    return make_url(server).set(database=name).render_as_string(hide_password=False)


def hold_the_night(session: Session) -> None:
    """Write the scripted night into the log, chained as a Sala does."""
    owner = accounts.create(session, email="a@example.org", name="A", role="moderator", password_hash="", now=OPENED_AT)
    session.add(Room(id="rm_1", slug="x", owner_id=owner.id, title="Formare", zone="Europe/Bucharest", created_at=OPENED_AT))  # fmt: skip
    session.flush()
    sessions.open_(session, room_id=RoomId("rm_1"), now=OPENED_AT, session_id=SESSION)
    for person in people():
        session.add(person)
    for line in night():
        event_log.append(session, SESSION, line.at, [NewEvent(line.type, line.actor, line.payload)])
    sessions.close(session, session_id=SESSION, now=night()[-1].at)


def test_the_frames_are_those_of_a_file(url: str, tmp_path: Path) -> None:
    for where in (url, tmp_path):
        with open_database(where) as database:
            database.run_now(hold_the_night)
    with open_data(url) as theirs, open_data(tmp_path) as ours:
        for name in (*SCHEMAS, "facts"):
            pd.testing.assert_frame_equal(frame(theirs, name), frame(ours, name), obj=name)
        attended = theirs.attendance().set_index("participant_id")
    assert attended.loc[ANA, "present_s"] == LENGTH_MIN * 60
    assert {who: attended.loc[who, "present_s"] for who in NAMES} == {who: EXPECTED[who][0] for who in NAMES}


def frame(home: Any, name: str) -> pd.DataFrame:
    found: pd.DataFrame = getattr(home, name)()
    by = [column for column in ("session_id", "number", "participant_id", "started_at") if column in found]
    return found.sort_values(by).reset_index(drop=True) if by else found


def test_the_chain_verifies_and_names_the_line_that_was_changed(url: str) -> None:
    with open_database(url) as database:
        database.run_now(hold_the_night)
        assert database.read_now(lambda session: event_log.verify(event_log.read(session, SESSION))) is None
        database.run_now(change, number=7)
        assert database.read_now(lambda session: event_log.verify(event_log.read(session, SESSION))) == 7


def change(session: Session, *, number: int) -> None:
    line = session.get_one(Event, (SESSION, number))
    line.payload = {**line.payload, "participant": "pt_somebody"}
    session.add(line)


def test_only_one_sala_writes(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "LEAVES_WITHIN_S", 0.1)
    with open_database(url), pytest.raises(DatabaseInUse):
        open_database(url)


def test_a_lock_that_the_server_frees_late_is_waited_for(url: str) -> None:
    """Its process for a writer that ended has no time just now; who starts next is no second Sala."""
    with open_database(url) as database:
        process = database.run_now(lambda session: session.scalar(text("SELECT pg_backend_pid()")))
        assert isinstance(process, int)
        os.kill(process, signal.SIGSTOP)
    late = Timer(0.5, os.kill, (process, signal.SIGCONT))
    late.start()
    try:
        open_database(url).close()
    finally:
        late.join()


def test_the_migrated_schema_equals_the_models(url: str) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    open_database(url).close()
    engine = create_engine(engines.url_of(url))
    with engine.connect() as connection:
        options = {"compare_type": True, "compare_server_default": True}
        assert compare_metadata(MigrationContext.configure(connection, opts=options), Table.metadata) == []
        schema.expect_head(connection, url)
    engine.dispose()


@pytest.mark.parametrize("revision", older_revisions())
def test_an_older_database_is_upgraded_with_its_rows(url: str, revision: str) -> None:
    upgrade_keeps_rows(url, revision)


def test_a_reader_cannot_write(url: str) -> None:
    open_database(url).close()
    database: Database = open_database(url, write=False)
    with database, pytest.raises(Exception, match="read"):
        database.read_now(lambda session: session.execute(text("CREATE TABLE mine (id integer)")))
