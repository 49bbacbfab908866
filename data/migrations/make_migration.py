"""Write the migration from the newest one to today's models: ``python -m data.migrations.make_migration "Add what"``."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from alembic import command
from alembic.script import Script

from data import engines, schema


def make(message: str) -> str:
    """Compare a database made by the migrations with the models; return the path of the new file."""
    with tempfile.TemporaryDirectory() as folder:
        url = engines.url_of(Path(folder))
        schema.migrate(url)
        engine = engines.migrator(url)
        with engine.connect() as connection:
            configuration = schema.configuration()
            configuration.attributes["connection"] = connection
            script = command.revision(configuration, message, autogenerate=True, rev_id=_next_number())
        engine.dispose()
    assert isinstance(script, Script)
    return script.path


def _next_number() -> str:
    numbers = [int(file.name[:4]) for file in (schema.MIGRATIONS / "versions").glob("[0-9]*.py")]
    return f"{max(numbers, default=0) + 1:04d}"


if __name__ == "__main__":
    print(make(" ".join(sys.argv[1:])))
