"""What tests of presentations share."""

from __future__ import annotations

from pathlib import Path

import pytest

from apps.documents.shelf import Shelf
from tests.steady_loop import on_steady_loops as pytest_asyncio_loop_factories

__all__ = ["pytest_asyncio_loop_factories"]


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    made = Shelf(tmp_path / "documents")
    made.prepare()
    return made
