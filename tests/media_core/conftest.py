from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from media_core.engine import MediaEngine
from media_core.local import LocalEngine
from tests.media_core.engines import Events, local_engine, worker_engine


@pytest.fixture
async def local() -> AsyncIterator[LocalEngine]:
    """An engine in this process, with one room open."""
    async with local_engine() as engine:
        yield engine


@pytest.fixture(params=["local", "worker"])
async def engine(request: pytest.FixtureRequest) -> AsyncIterator[MediaEngine]:
    """Each engine in turn, with one room open: they keep one contract."""
    async with local_engine() if request.param == "local" else worker_engine() as made:
        yield made


@pytest.fixture
def events(engine: MediaEngine) -> Events:
    return Events(engine)
