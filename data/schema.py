"""Bringing a database to the schema of this Sala, with alembic, run in code: no alembic.ini, any working directory."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection
from sqlalchemy.exc import DatabaseError as SqlError

from data import engines
from data.errors import DatabaseDamaged, SchemaOutdated, SchemaUnknown

MIGRATIONS = Path(__file__).parent / "migrations"


def migrate(url: URL) -> None:
    """Apply what is missing, each migration in a transaction. Raises ``SchemaUnknown`` if a newer Sala made it."""
    where = url.render_as_string()
    engine = engines.migrator(url)
    try:
        with engine.connect() as connection:
            found = _revision(connection)
            connection.rollback()
            if found == _head():
                return
            if found and found not in _known():
                raise SchemaUnknown(where, found, _head())
            config = configuration()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            connection.commit()
    except SqlError as error:
        if "malformed" in str(error.orig) or "not a database" in str(error.orig):
            raise DatabaseDamaged(where, str(error.orig)) from error
        raise
    finally:
        engine.dispose()


def expect_head(connection: Connection, where: str) -> None:
    """Raise ``SchemaOutdated`` or ``SchemaUnknown`` unless the schema is the one this Sala uses."""
    found = _revision(connection)
    if found == _head():
        return
    if found and found not in _known():
        raise SchemaUnknown(where, found, _head())
    raise SchemaOutdated(where, found or "none", _head())


def _revision(connection: Connection) -> str:
    return MigrationContext.configure(connection).get_current_revision() or ""


def _head() -> str:
    return _scripts().get_current_head() or ""


def _known() -> frozenset[str]:
    return frozenset(script.revision for script in _scripts().walk_revisions())


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(configuration())


def configuration() -> Config:
    """Return alembic's configuration: where the migrations are, nothing else."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
