"""docs/data.md names every table and every column of a frame."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from data import columns
from data.models import Table

DOCUMENT = (Path(__file__).resolve().parents[2] / "docs" / "data.md").read_text()
NAMES = set(re.findall(r"`(\w+)`", DOCUMENT))
SCHEMAS = {
    name: schema
    for name, schema in vars(columns).items()
    if name.isupper() and isinstance(schema, dict) and name != "SCHEMAS"
}


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_frame_and_column_is_in_the_data_dictionary(name: str) -> None:
    assert {name.lower(), *SCHEMAS[name]} <= NAMES


def test_every_table_is_described() -> None:
    assert set(Table.metadata.tables) <= NAMES
