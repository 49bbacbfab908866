"""One writer, some readers, one place that commits."""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlmodel import Session, select

from data import accounts
from data.database import Database, open_database
from data.engines import url_of
from data.errors import (
    DatabaseClosed,
    DatabaseDamaged,
    DatabaseInUse,
    DatabaseMissing,
    DatabaseReadOnly,
    NotFound,
)
from data.ids import AccountId
from data.models import Account, SignIn
from tests.data.conftest import NOW

ROOT = Path(__file__).resolve().parents[2]


def add_account(session: Session, *, email: str = "ana@example.org") -> Account:
    return accounts.create(session, email=email, name="Ana", role="moderator", password_hash="-", now=NOW)


def emails(session: Session) -> list[str]:
    return sorted(session.exec(select(Account.email)))


async def test_what_run_wrote_is_read_and_keeps_its_values(database: Database) -> None:
    account = await database.run(add_account)
    found = await database.read(accounts.get, account_id=AccountId(account.id))
    assert (found.email, found.created_at, account.email) == ("ana@example.org", NOW, "ana@example.org")


def test_another_program_sees_it_as_soon_as_run_returned(sqlite: Database, tmp_path: Path) -> None:
    sqlite.run_now(add_account)
    other = sqlite3.connect(tmp_path / "sala.db")
    assert other.execute("SELECT email FROM account").fetchall() == [("ana@example.org",)]
    other.close()


async def test_an_error_reaches_the_caller_and_nothing_is_written(database: Database) -> None:
    def fail(session: Session) -> None:
        add_account(session)
        raise NotFound("room", "rm_none")

    with pytest.raises(NotFound, match="rm_none"):
        await database.run(fail)
    assert await database.read(emails) == []


def test_readers_cannot_write(database: Database) -> None:
    with pytest.raises(DBAPIError):
        database.read_now(add_account)


async def test_read_modify_write_loses_nothing(database: Database) -> None:
    await database.run(add_account)

    def count_up(session: Session) -> None:
        account = session.exec(select(Account)).one()
        account.name = str(int(account.name) + 1) if account.name.isdecimal() else "1"

    await asyncio.gather(*(database.run(count_up) for _ in range(200)))
    assert (await database.read(lambda session: session.exec(select(Account.name)).one())) == "200"


async def test_a_caller_that_goes_away_disturbs_nobody(database: Database) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def slowly(session: Session) -> None:
        begun.set()
        go_on.wait(60)
        add_account(session)

    going = asyncio.ensure_future(database.run(slowly))
    waiting = asyncio.ensure_future(database.run(add_account, email="second@example.org"))
    staying = asyncio.ensure_future(database.run(add_account, email="third@example.org"))
    await asyncio.to_thread(begun.wait, 60)
    going.cancel()
    waiting.cancel()
    await asyncio.wait([going, waiting])
    go_on.set()
    await staying
    assert await database.read(emails) == ["ana@example.org", "third@example.org"]  # what began was finished


def test_foreign_keys_are_enforced(database: Database) -> None:
    orphan = SignIn(id_hash="0", account_id="ac_none", created_at=NOW, seen_at=NOW, expires_at=NOW)
    with pytest.raises(IntegrityError):
        database.run_now(lambda session: session.add(orphan))


@pytest.mark.parametrize(
    ("pragma", "value"),
    [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("busy_timeout", 5000), ("trusted_schema", 0)],
)
def test_sqlite_is_set_for_safety(sqlite: Database, pragma: str, value: object) -> None:
    def ask(session: Session) -> object:
        return session.connection().execute(text(f"PRAGMA {pragma}")).scalar_one()

    assert sqlite.run_now(ask) == sqlite.read_now(ask) == value


def test_close_ends_the_threads_and_finishes_what_was_handed_over(tmp_path: Path) -> None:
    before = set(threading.enumerate())
    database = open_database(tmp_path)

    async def hand_over_and_close() -> None:
        tasks = [asyncio.ensure_future(database.run(add_account, email=f"{number}@example.org")) for number in range(9)]
        await asyncio.sleep(0)
        database.close()
        await asyncio.gather(*tasks)

    asyncio.run(hand_over_and_close())
    database.close()
    assert set(threading.enumerate()) <= before  # one of an earlier test may have ended only now
    with open_database(tmp_path) as again:
        assert len(again.read_now(emails)) == 9


async def test_a_closed_database_says_so(tmp_path: Path) -> None:
    database = open_database(tmp_path)
    database.close()
    with pytest.raises(DatabaseClosed):
        await database.run(emails)
    with pytest.raises(DatabaseClosed):
        await database.read(emails)


def test_a_second_sala_on_the_same_home_is_refused(sqlite: Database, tmp_path: Path) -> None:
    with pytest.raises(DatabaseInUse, match="end the other Sala"):
        open_database(tmp_path)
    program = "import sys; from data.database import open_database; open_database(sys.argv[1])"
    other = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert "DatabaseInUse" in other.stderr
    sqlite.run_now(add_account)  # the first goes on


def test_a_sala_that_was_killed_leaves_no_lock_and_what_it_wrote(tmp_path: Path) -> None:
    program = (
        "import sys, time; from data.database import open_database; from tests.data.test_database import add_account\n"
        "database = open_database(sys.argv[1]); database.run_now(add_account); print('written', flush=True); time.sleep(60)"
    )
    command = [sys.executable, "-c", program, str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "written\n"
        with pytest.raises(DatabaseInUse, match=str(other.pid)):
            open_database(tmp_path)
        other.kill()
    with open_database(tmp_path) as database:
        assert database.read_now(emails) == ["ana@example.org"]


def test_nobody_else_may_read_the_files(sqlite: Database, tmp_path: Path) -> None:
    sqlite.run_now(add_account)
    files = {file.name: file.stat().st_mode & 0o777 for file in tmp_path.iterdir()}
    assert set(files) >= {"sala.db", "sala.db-wal", "sala.db.lock"}
    assert set(files.values()) == {0o600}


def test_connections_that_a_server_dropped_come_back(database: Database) -> None:
    if database.url.get_backend_name() == "sqlite":
        pytest.skip("SQLite has no server")

    def drop(session: Session) -> None:
        mine = "FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()"
        session.connection().execute(text(f"SELECT pg_terminate_backend(pid) {mine}"))

    database.run_now(add_account)
    database.read_now(drop)
    database.run_now(add_account, email="ion@example.org")
    database.run_now(drop)
    assert len(database.read_now(emails)) == 2
    with pytest.raises(DatabaseInUse):
        open_database(database.url.render_as_string(hide_password=False))


def test_the_lock_is_free_after_close_and_after_a_failed_start(tmp_path: Path) -> None:
    open_database(tmp_path).close()
    (tmp_path / "sala.db").write_bytes(b"this is not a database, but it is long enough to be looked at" * 99)
    for _ in range(2):
        with pytest.raises(DatabaseDamaged, match="restore"):
            open_database(tmp_path)


def test_a_damaged_file_is_noticed_at_start(tmp_path: Path) -> None:
    with open_database(tmp_path) as database:
        for number in range(300):
            database.run_now(add_account, email=f"{number}@example.org")
    file = tmp_path / "sala.db"
    pages = bytearray(file.read_bytes())
    pages[-4096 * 3 :] = b"\xff" * (4096 * 3)
    file.write_bytes(pages)
    with pytest.raises(DatabaseDamaged):
        open_database(tmp_path)


def test_a_reader_opens_while_a_sala_runs_and_follows_it(sqlite: Database, tmp_path: Path) -> None:
    with open_database(tmp_path, write=False) as reader:
        assert reader.read_now(emails) == []
        sqlite.run_now(add_account)
        assert reader.read_now(emails) == ["ana@example.org"]
        with pytest.raises(DatabaseReadOnly):
            reader.run_now(emails)


def test_a_reader_opens_after_sala_ended(tmp_path: Path) -> None:
    with open_database(tmp_path) as database:
        database.run_now(add_account)
    with open_database(tmp_path, write=False) as reader:
        assert reader.read_now(emails) == ["ana@example.org"]


def test_a_reader_of_nothing_is_told_so_and_makes_nothing(tmp_path: Path) -> None:
    with pytest.raises(DatabaseMissing, match="start Sala"):
        open_database(tmp_path / "none", write=False)
    assert list(tmp_path.iterdir()) == []


def test_a_home_with_odd_letters_works(tmp_path: Path) -> None:
    home = tmp_path / "sală #1 50% ?x"
    with open_database(home) as database:
        database.run_now(add_account)
        assert database.read_now(emails) == ["ana@example.org"]


def test_urls(tmp_path: Path) -> None:
    assert url_of(tmp_path) == url_of(str(tmp_path)) == url_of(f"sqlite:///{tmp_path}/sala.db")
    assert url_of("postgresql://sala@host/sala").drivername == "postgresql+psycopg"
    for refused in ("mysql://host/sala", "sqlite://", "sqlite:///:memory:"):
        with pytest.raises(ValueError, match="neither"):
            url_of(refused)
