"""Run by alembic: applies migrations on the connection that ``data.schema`` hands over in ``attributes``."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlmodel.sql.sqltypes import AutoString

from data.models import Table, UTCDateTime


def render(kind: str, item: Any, autogenerate: AutogenContext) -> str | Literal[False]:
    """A migration is history: it names SQLAlchemy's own types, never classes that may change or go."""
    if kind == "type" and isinstance(item, UTCDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, AutoString):
        return "sa.String()"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Table.metadata,
    render_as_batch=True,  # SQLite changes a table by rebuilding it
    render_item=render,
    compare_server_default=True,
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
