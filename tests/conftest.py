"""What every test gets: no task left behind, and a home folder of its own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("sala", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("sala")  # the machine may be busy: examples are judged, not their time


@pytest.fixture(autouse=True)
async def no_task_left() -> AsyncIterator[None]:
    """Fail a test that leaves an asyncio task running on its loop."""
    before = asyncio.all_tasks()
    yield
    left = {task for task in asyncio.all_tasks() - before - {asyncio.current_task()} if not task.done()}
    if left:  # a task that was just told to end gets the time to do so, however busy the machine is
        await asyncio.wait(left, timeout=10.0)
    left = {task for task in left if not task.done()}
    assert not left, f"tasks still running after the test: {sorted(task.get_name() for task in left)}"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A fresh home folder."""
    folder = tmp_path / "home"
    folder.mkdir(mode=0o700)
    return folder
