"""The migrations make exactly the models' tables, on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, create_engine, text

from data import engines, schema
from data.database import open_database
from data.errors import SchemaOutdated, SchemaUnknown
from data.models import Table
from tests.data.conftest import POSTGRESQL, emptied
from tests.data.upgrading import older_revisions, upgrade_keeps_rows


@pytest.fixture(params=["sqlite", "postgresql"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database."""
    if request.param == "sqlite":
        yield str(tmp_path)
        return
    if not POSTGRESQL:
        pytest.skip("SALA_TEST_POSTGRES names no PostgreSQL server")
    yield emptied(POSTGRESQL)


def engine_of(where: str) -> Engine:
    return create_engine(engines.url_of(where))


def test_the_migrated_schema_equals_the_models(where: str) -> None:
    open_database(where).close()
    engine = engine_of(where)
    with engine.connect() as connection:
        options = {"compare_type": True, "compare_server_default": True}
        differences = compare_metadata(MigrationContext.configure(connection, opts=options), Table.metadata)
    engine.dispose()
    assert differences == []


def test_opening_again_changes_nothing(where: str) -> None:
    open_database(where).close()
    open_database(where).close()
    open_database(where, write=False).close()


def test_it_works_from_any_folder(where: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    open_database(where).close()
    assert list(elsewhere.iterdir()) == []


def test_a_database_of_a_newer_sala_is_left_alone(where: str) -> None:
    open_database(where).close()
    engine = engine_of(where)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    for write in (True, False):
        with pytest.raises(SchemaUnknown, match="9999"):
            open_database(where, write=write)


def test_a_reader_does_not_migrate(where: str) -> None:
    engine = engine_of(where)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE old (id INTEGER)"))
    engine.dispose()
    with pytest.raises(SchemaOutdated, match="start Sala"):
        open_database(where, write=False)


def test_one_line_of_versions() -> None:
    """Two migrations made side by side would leave two heads, and no database could be opened."""
    names = sorted(file.name[:4] for file in (schema.MIGRATIONS / "versions").glob("[0-9]*.py"))
    assert names == [f"{number:04d}" for number in range(1, len(names) + 1)]


@pytest.mark.parametrize("revision", older_revisions())
def test_what_stands_in_a_database_of_an_older_sala_survives_the_upgrade(where: str, revision: str) -> None:
    upgrade_keeps_rows(where, revision)
