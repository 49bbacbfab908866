from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from apps.first_start import DEMO_PEOPLE, make_ready
from data import accounts
from data.database import open_database

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def test_a_home_without_an_administrator_gets_one_whoever_else_is_there(tmp_path: Path) -> None:
    database = open_database(tmp_path)
    try:
        database.run_now(
            accounts.create, now=NOW, email="mara@example.org", name="Mara", role="moderator", password_hash="x"
        )
        welcome = database.run_now(make_ready, home=tmp_path, demo=True, now=NOW)
        assert welcome.password
        assert len(welcome.demo_links) == len(DEMO_PEOPLE)
        again = database.run_now(make_ready, home=tmp_path, demo=True, now=NOW)
        assert again.password == ""
        assert again.demo_links == welcome.demo_links
    finally:
        database.close()
