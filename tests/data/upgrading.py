"""A database as an older Sala left it, with rows in every table, and what must be true of it after the upgrade."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from alembic import command
from sqlalchemy import Column, Connection, Engine, MetaData, create_engine, inspect, types
from sqlalchemy import Table as SqlTable
from sqlmodel import Session, select

from data import engines, schema
from data.database import open_database
from data.models import Table

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
EACH = 2  # rows in every table: one would tell nothing of unique columns

Rows = Mapping[str, Sequence[tuple[Any, ...]]]


def older_revisions() -> list[str]:
    """Return all revisions but the newest, the oldest first."""
    return sorted(file.name[:4] for file in (schema.MIGRATIONS / "versions").glob("[0-9]*.py"))[:-1]


def upgrade_keeps_rows(where: str, revision: str) -> None:
    """Fill an empty database of an older schema, open it with this Sala, and require that every row is there as it was."""
    engine = create_engine(engines.url_of(where))
    with engine.connect() as connection:
        _migrate(connection, revision)
        before = _fill(connection)
        connection.commit()
    open_database(where).close()
    with engine.connect() as connection:
        schema.expect_head(connection, where)
        assert _read(connection, {name: columns for name, (columns, _) in before.items()}) == {
            name: rows for name, (_, rows) in before.items()
        }
    _is_whole(engine)
    engine.dispose()


def _migrate(connection: Connection, revision: str) -> None:
    configuration = schema.configuration()
    configuration.attributes["connection"] = connection
    command.upgrade(configuration, revision)
    connection.commit()


def _fill(connection: Connection) -> Mapping[str, tuple[Sequence[str], Sequence[tuple[Any, ...]]]]:
    found = MetaData()
    found.reflect(connection)
    kept = {}
    for table in found.sorted_tables:
        if table.name == "alembic_version":
            continue
        rows = [{column.name: _value(table, column, number) for column in table.columns} for number in range(EACH)]
        connection.execute(table.insert(), rows)
        columns = [column.name for column in table.columns]
        kept[table.name] = (columns, _read(connection, {table.name: columns})[table.name])
    return kept


def _value(table: SqlTable, column: Column[Any], number: int) -> Any:
    """Return something that fits: what a foreign key leads to exists, whatever is unique differs."""
    for key in column.foreign_keys:
        return _value(key.column.table, key.column, number)
    match column.type:
        case types.JSON():
            return {"row": number}
        case types.DateTime():
            return NOW
        case types.Boolean():
            return bool(number)
        case types.Integer():
            return number + 1
        case types.Float() | types.Numeric():
            return number + 0.5
        case types.LargeBinary():
            return bytes([number])
        case _:
            return f"{table.name}.{column.name}.{number}"


def _read(connection: Connection, wanted: Mapping[str, Sequence[str]]) -> Rows:
    """Return these columns of these tables, in an order that does not depend on the database."""
    now = MetaData()
    now.reflect(connection)
    return {
        name: sorted((tuple(row) for row in connection.execute(now.tables[name].select().with_only_columns(*(now.tables[name].c[column] for column in columns)))), key=repr)
        for name, columns in wanted.items()
    }  # fmt: skip


def _is_whole(engine: Engine) -> None:
    """Every model reads its rows, and no foreign key leads nowhere."""
    names = set(inspect(engine).get_table_names())
    with Session(engine) as session:
        for mapper in Table._sa_registry.mappers:
            assert mapper.local_table.name in names  # type: ignore[attr-defined]
            session.exec(select(mapper.class_)).all()
        if engine.dialect.name == "sqlite":
            assert session.connection().exec_driver_sql("PRAGMA foreign_key_check").all() == []
