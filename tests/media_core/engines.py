"""Engines to test: in process, and as a worker process of its own."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from media_core.engine import EngineReady, MediaConfig, MediaEngine, MediaEvent
from media_core.ids import MediaRoomId
from media_core.limits import DEFAULT_LIMITS, Limits
from media_core.local import LocalEngine
from media_core.pool import WorkerPool
from media_core.worker import WorkerEngine
from tests.waiting import until

ROOM = MediaRoomId("se_room")
ROOT = Path(__file__).parent.parent.parent
PATIENCE_S = 60.0
"""For calls to a worker process that may have no time just now; a test that is not about that limit has no other."""
Kind = TypeVar("Kind")


class Events(list[MediaEvent]):
    """All events of an engine, in order."""

    def __init__(self, engine: MediaEngine) -> None:
        super().__init__()
        engine.listen(self.append)

    def of(self, kind: type[Kind]) -> list[Kind]:
        return [event for event in self if isinstance(event, kind)]

    def last(self, kind: type[Kind]) -> Kind | None:
        return next(iter(reversed(self.of(kind))), None)


@asynccontextmanager
async def local_engine(limits: Limits = DEFAULT_LIMITS) -> AsyncIterator[LocalEngine]:
    engine = await LocalEngine.start(MediaConfig(), limits=limits)
    try:
        await engine.open_room(ROOM)
        yield engine
    finally:
        await engine.close()


@asynccontextmanager
async def pool_engine() -> AsyncIterator[WorkerPool]:
    """Two engines as one."""
    pool = WorkerPool({str(name): await LocalEngine.start(MediaConfig()) for name in range(2)})
    try:
        events = Events(pool)
        await until(lambda: len(events.of(EngineReady)) >= 2)
        await pool.open_room(ROOM)
        yield pool
    finally:
        await pool.close()


async def start_worker(path: Path, *, port: int = 0) -> asyncio.subprocess.Process:
    """Start a worker process; it may not be ready yet."""
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "media_core.worker", "--socket", str(path), "--port", str(port), cwd=ROOT
    )


def linked(path: Path) -> WorkerEngine:
    """Return an engine that links to the worker at ``path``."""
    return WorkerEngine(path, call_limit_s=PATIENCE_S)


async def end(process: asyncio.subprocess.Process) -> int:
    """Ask a process to end and wait for it."""
    if process.returncode is None:
        process.terminate()
    return await asyncio.wait_for(process.wait(), 60)


@asynccontextmanager
async def worker_engine() -> AsyncIterator[WorkerEngine]:
    with TemporaryDirectory(prefix="sala-") as folder:
        path = Path(folder) / "media.sock"
        process = await start_worker(path)
        engine = linked(path)
        try:
            events = Events(engine)
            await until(lambda: events.of(EngineReady), timeout_s=60)
            await engine.open_room(ROOM)
            yield engine
        finally:
            await engine.close()
            await end(process)
