from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager

import pytest

from media_core.engine import MediaEngine
from media_core.local import LocalEngine
from tests.media_core.engines import Events, local_engine, pool_engine, worker_engine
from tests.steady_loop import SteadyLoop


def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Media has many short time-outs: they go by a clock that leaves out what the machine stood still."""
    return {"steady": SteadyLoop}


@pytest.fixture
async def local() -> AsyncIterator[LocalEngine]:
    """An engine in this process, with one room open."""
    async with local_engine() as engine:
        yield engine


ENGINES: dict[str, Callable[[], AbstractAsyncContextManager[MediaEngine]]] = {
    "local": local_engine,
    "worker": worker_engine,
    "pool": pool_engine,
}


@pytest.fixture(params=ENGINES)
async def engine(request: pytest.FixtureRequest) -> AsyncIterator[MediaEngine]:
    """Each engine in turn, with one room open: they keep one contract."""
    async with ENGINES[request.param]() as made:
        yield made


@pytest.fixture
def events(engine: MediaEngine) -> Events:
    return Events(engine)
