"""The settings page: all settings with their meaning in each language, and no password."""

from __future__ import annotations

import pytest

from apps.console.desk import Desk
from apps.console.pages.house import HousePage, rows_of
from apps.console.store import ConsoleStore
from apps.console.words import Words
from apps.settings import Settings


def test_nothing_secret_is_shown() -> None:
    settings = Settings(
        smtp_url="smtp://sala:hidden-1@mail.example.org",
        smtp_password="hidden-2",
        database_url="postgresql+psycopg://sala:hidden-3@db/sala",
        ice_servers='[{"urls": "turn:t", "credential": "hidden-4"}]',
        metrics_token="hidden-5",
    )
    rows = rows_of(settings, Words("en"))
    assert "hidden" not in str(rows)
    assert {row["id"] for row in rows} == set(Settings.model_fields)


@pytest.mark.parametrize("language", ["ro", "it"])
def test_every_meaning_is_translated(language: str) -> None:
    english = {row["id"]: row["cells"]["meaning"] for row in rows_of(Settings(), Words("en"))}
    missing = [
        row["id"] for row in rows_of(Settings(), Words(language)) if row["cells"]["meaning"] == english[row["id"]]
    ]
    assert not missing


async def test_it_is_for_administrators(store: ConsoleStore, desk: Desk) -> None:
    desk.settings = Settings()
    page = HousePage(store)
    await page.open()
    assert len(page.table.rows) == len(Settings.model_fields)
    desk.account.role = "moderator"
    await page.open()
    assert page.table.rows == []
