"""What tests of presentations share."""

from __future__ import annotations

from pathlib import Path

import pytest

from apps.documents.shelf import Shelf


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    made = Shelf(tmp_path / "documents")
    made.prepare()
    return made
