"""SQLAlchemy engines for the writer, the readers and the migrations, on SQLite and PostgreSQL."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url

from data.errors import DatabaseInUse

FILE_NAME = "sala.db"
ADVISORY_LOCK = 0x53616C61  # "Sala": PostgreSQL's form of the lock file, held by the writer's connection
LEAVES_WITHIN_S = 5.0
"""A PostgreSQL server lets go of a writer's lock a moment after its connection ended, later where the server has no time: so long it is waited for."""
BUSY_MS = 5000  # a writer of another program (a backup, an analyst's tool) may hold the file this long
SYNCHRONOUS = "FULL"  # NORMAL is eight times faster and may lose the last commits when the power goes


def url_of(where: str | Path) -> URL:
    """Return the URL of a home folder (its ``sala.db``), or of an SQLAlchemy URL; PostgreSQL means psycopg 3."""
    if isinstance(where, Path) or "://" not in where:
        return URL.create("sqlite", database=str(Path(where).absolute() / FILE_NAME))
    url = make_url(where)
    if url.get_backend_name() == "postgresql":
        return url.set(drivername="postgresql+psycopg")
    if url.get_backend_name() != "sqlite" or url.database in (None, "", ":memory:"):
        raise ValueError(f"{url.render_as_string()} is neither PostgreSQL nor a file of SQLite")
    return url.set(database=str(Path(str(url.database)).absolute()))


def file_of(url: URL) -> Path | None:
    """Return the file of an SQLite URL, ``None`` for PostgreSQL."""
    return Path(str(url.database)) if url.get_backend_name() == "sqlite" else None


def writer(url: URL) -> Engine:
    """One connection for the writer thread; each transaction begins IMMEDIATE."""
    if file_of(url) is None:
        engine = _postgresql(url, connections=1, isolation_level="READ COMMITTED")
        _lock(engine)
        return engine
    engine = _engine(url, pool_size=1, max_overflow=0, connect_args=_SQLITE_ARGUMENTS)
    # secure_delete: what was erased is overwritten in the file, not only unlinked
    pragmas = ("journal_mode=WAL", f"synchronous={SYNCHRONOUS}", "secure_delete=ON")
    _settle(engine, begin="BEGIN IMMEDIATE", pragmas=pragmas)
    return engine


def readers(url: URL, *, connections: int) -> Engine:
    """Connections that cannot write; each transaction sees one state of the database."""
    file = file_of(url)
    if file is None:
        engine = _postgresql(url, connections=connections, isolation_level="REPEATABLE READ")
        _refuse_writes(engine)
        return engine
    read_only = url.set(database=f"file:{_quoted(file)}", query={"mode": "ro", "uri": "true"})
    engine = _engine(read_only, pool_size=connections, max_overflow=0, connect_args=_SQLITE_ARGUMENTS)
    _settle(engine, begin="BEGIN", pragmas=("query_only=ON",))
    return engine


def migrator(url: URL) -> Engine:
    """A connection for migrations: SQLite must not enforce foreign keys while a table is rebuilt."""
    if file_of(url) is None:
        return writer(url)
    engine = _engine(url, pool_size=1, max_overflow=0, connect_args=_SQLITE_ARGUMENTS)
    pragmas = ("journal_mode=WAL", f"synchronous={SYNCHRONOUS}", "foreign_keys=OFF")
    _settle(engine, begin="BEGIN IMMEDIATE", pragmas=pragmas)
    return engine


# The pools hand a connection to one thread at a time; close() disposes of it from another.
_SQLITE_ARGUMENTS = {"check_same_thread": False, "timeout": BUSY_MS / 1000, "cached_statements": 256}


def _engine(url: URL, **options: Any) -> Engine:
    return create_engine(url, json_serializer=_to_json, **options)


def _to_json(value: object) -> str:
    """Payloads keep their letters, so that a person reading the file can read them."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _postgresql(url: URL, *, connections: int, isolation_level: str) -> Engine:
    options: dict[str, Any] = {"pool_size": connections, "max_overflow": 0, "isolation_level": isolation_level}
    return _engine(url, pool_pre_ping=True, **options)  # a restarted server costs a reconnection, not an error


def _settle(engine: Engine, *, begin: str, pragmas: tuple[str, ...]) -> None:
    @event.listens_for(engine, "connect")
    def connected(connection: Any, record: object) -> None:
        connection.isolation_level = None  # the driver must not begin transactions by itself
        cursor = connection.cursor()
        for pragma in (f"busy_timeout={BUSY_MS}", "foreign_keys=ON", "trusted_schema=OFF", *pragmas):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        connection.exec_driver_sql(begin)


def _lock(engine: Engine) -> None:
    from psycopg.errors import LockNotAvailable  # the driver is loaded where it is used

    @event.listens_for(engine, "connect")
    def connected(connection: Any, record: object) -> None:
        connection.autocommit = True
        connection.execute(f"SET lock_timeout = {round(LEAVES_WITHIN_S * 1000)}")
        try:
            connection.execute(f"SELECT pg_advisory_lock({ADVISORY_LOCK})")
        except LockNotAvailable:
            connection.close()
            raise DatabaseInUse(engine.url.render_as_string()) from None
        connection.execute("RESET lock_timeout")
        connection.autocommit = False


def _refuse_writes(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def connected(connection: Any, record: object) -> None:
        connection.read_only = True


def _quoted(file: Path) -> str:
    """Return the path as it stands in an SQLite URI."""
    return str(file).replace("%", "%25").replace("?", "%3f").replace("#", "%23")
