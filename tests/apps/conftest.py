"""A real Sala on a free port for the tests of the apps, and a browser-like client for it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from apps.single import Sala
    from tests.apps.visit import Visit


@pytest.fixture
async def sala(home: Path) -> AsyncIterator[Sala]:
    """Sala with its demo room."""
    from apps.single import running  # brings the media core, which most tests below do not need

    async with running(home=home, demo=True) as started:
        yield started


@pytest.fixture
async def visit(sala: Sala) -> AsyncIterator[Visit]:
    """A browser that has visited nothing yet."""
    from tests.apps.visit import Visit

    async with Visit(sala.url) as client:
        yield client
