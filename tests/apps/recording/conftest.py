from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from apps.single import Sala, running
from tests.apps.recording.studio import tick_record
from tests.apps.recording.taped import Pulse, pulse


@pytest.fixture
async def recorded(home: Path) -> AsyncIterator[Sala]:
    """Sala with its demo room, which is recorded."""
    async with running(home=home, demo=True) as started:
        await tick_record(started)
        yield started


@pytest.fixture
async def felt() -> AsyncIterator[Pulse]:
    """Knows when this process stood still."""
    with pulse() as found:
        yield found
