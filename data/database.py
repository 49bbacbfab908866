"""
``Database``: the one place that opens transactions and commits.

Repository functions take a ``sqlmodel.Session`` first and never commit; ``Database.run`` calls them in the one writer thread,
inside one transaction, and ``Database.read`` in one of a few reader threads, on connections that cannot write.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import URL, Engine, text
from sqlmodel import Session

from data import engines, schema
from data.errors import DatabaseClosed, DatabaseDamaged, DatabaseMissing, DatabaseReadOnly
from data.lock import FileLock

TRUNCATE_ATTEMPTS = 3  # of emptying the write-ahead log; each waits for readers as long as a writer does
READERS = 3  # enough for a console, the portal's pages and one long report at once

Arguments = ParamSpec("Arguments")
Value = TypeVar("Value")
Function = Callable[Concatenate[Session, Arguments], Value]


class Database:
    """
    Threads and connections of one database. Make it with ``open_database``, which also migrates.

    What a function returns is detached from the database and holds its column values: nothing is loaded later, nothing
    expires. What it raises reaches the caller, and its transaction is rolled back.
    """

    def __init__(self, url: URL, *, write: bool = True, lock: FileLock | None = None) -> None:
        self.url, self._lock, self._closed = url, lock, False
        self._writing: Engine | None = engines.writer(url) if write else None
        self._reading = engines.readers(url, connections=READERS)
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="database-writer")
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="database-reader")

    @property
    def name(self) -> str:
        """Its URL without the password."""
        return self.url.render_as_string()

    async def run(self, fn: Function[Arguments, Value], *args: Arguments.args, **values: Arguments.kwargs) -> Value:
        """
        Call ``fn(session, …)`` in the writer thread in one transaction; when this returns, it is on the disk.

        A caller that is cancelled does not know whether it was carried out: what began is finished.
        """
        return await asyncio.wrap_future(self._to_writer(lambda session: fn(session, *args, **values)))

    async def read(self, fn: Function[Arguments, Value], *args: Arguments.args, **values: Arguments.kwargs) -> Value:
        """Call ``fn(session, …)`` in a reader thread; it sees one state of the database and cannot write."""
        return await asyncio.wrap_future(self._to_reader(lambda session: fn(session, *args, **values)))

    def run_now(self, fn: Function[Arguments, Value], *args: Arguments.args, **values: Arguments.kwargs) -> Value:
        """``run`` for notebooks, tests and start-up: blocks. Never call it inside a function given to ``run``."""
        return self._to_writer(lambda session: fn(session, *args, **values)).result()

    def read_now(self, fn: Function[Arguments, Value], *args: Arguments.args, **values: Arguments.kwargs) -> Value:
        """``read`` for notebooks, tests and start-up: blocks."""
        return self._to_reader(lambda session: fn(session, *args, **values)).result()

    async def forget(self) -> bool:
        """
        Leave nothing of what was erased in SQLite's write-ahead log: call it after the transaction.

        Waits for readers, each up to the busy time; ``False`` if one read on all the while, so that it must be done again. The pages themselves
        are overwritten when they are freed (``secure_delete``).
        """
        engine = self._writing
        if self._closed or engine is None:
            raise DatabaseClosed(self.name)
        return await asyncio.wrap_future(self._writer.submit(_truncate_log, engine))

    def close(self) -> None:
        """Finish what began, end the threads, close the connections, free the lock. May be called twice."""
        if self._closed:
            return
        self._closed = True
        self._readers.shutdown(wait=True)
        self._writer.shutdown(wait=True)  # what was handed over is written
        self._reading.dispose()
        if self._writing is not None:
            self._writing.dispose()
        if self._lock is not None:
            self._lock.release()

    def __enter__(self) -> Database:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _to_writer(self, work: Callable[[Session], Value]) -> Future[Value]:
        engine = self._writing
        if self._closed:
            raise DatabaseClosed(self.name)
        if engine is None:
            raise DatabaseReadOnly(self.name)
        return self._writer.submit(_write, engine, work)

    def _to_reader(self, work: Callable[[Session], Value]) -> Future[Value]:
        if self._closed:
            raise DatabaseClosed(self.name)
        return self._readers.submit(_read, self._reading, work)


def _write(engine: Engine, work: Callable[[Session], Value]) -> Value:
    """The one place that commits."""
    with Session(engine, expire_on_commit=False) as session, session.begin():
        return work(session)


def _read(engine: Engine, work: Callable[[Session], Value]) -> Value:
    with Session(engine, autoflush=False) as session:
        return work(session)


def _truncate_log(engine: Engine) -> bool:
    if engine.dialect.name != "sqlite":
        return True
    connection = engine.raw_connection()
    try:
        cursor: Any = connection.cursor()
        rows = (cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone() for _ in range(TRUNCATE_ATTEMPTS))
        return any(busy == 0 for busy, *_ in rows)
    finally:
        connection.close()


def open_database(where: str | Path, *, write: bool = True) -> Database:
    """
    Open the database of a home folder, or at an SQLAlchemy URL, and bring its schema up to date.

    ``write=False`` is for the console process and for notebooks: it takes no lock, changes nothing, and works while a Sala runs.

    Raises:
        DatabaseInUse: If another Sala writes to it.
        DatabaseMissing, SchemaOutdated: If ``write`` is false and it was not made or migrated yet.
        SchemaUnknown: If a newer Sala made it.
        DatabaseDamaged: If SQLite's own check finds something.
    """
    url = engines.url_of(where)
    return _open_to_write(url) if write else _open_to_read(url)


def _open_to_write(url: URL) -> Database:
    file = engines.file_of(url)
    lock = None
    if file is not None:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = FileLock(file.with_name(f"{file.name}.lock"))
        file.touch(mode=0o600)  # SQLite gives its other files the same mode
    database = None
    try:
        schema.migrate(url)
        database = Database(url, lock=lock)
        database.run_now(_check, url.render_as_string())
        return database
    except BaseException:
        if database is not None:
            database.close()
        elif lock is not None:
            lock.release()
        raise


def _open_to_read(url: URL) -> Database:
    file = engines.file_of(url)
    if file is not None and not file.exists():
        raise DatabaseMissing(str(file))
    database = Database(url, write=False)
    try:
        database.read_now(_expect_head, url.render_as_string())
    except BaseException:
        database.close()
        raise
    return database


def _expect_head(session: Session, where: str) -> None:
    schema.expect_head(session.connection(), where)


def _check(session: Session, where: str) -> None:
    """Have SQLite check its file; a PostgreSQL server looks after its own."""
    if session.connection().dialect.name != "sqlite":
        return
    finding = session.connection().execute(text("PRAGMA quick_check(1)")).scalar_one()
    if finding != "ok":
        raise DatabaseDamaged(where, str(finding))
    broken = session.connection().execute(text("PRAGMA foreign_key_check")).first()
    if broken is not None:
        raise DatabaseDamaged(where, f"row {broken[1]} of table {broken[0]} refers to nothing")
