"""When the machine stood still: a host stops its guests for seconds, and such a time says nothing of the program that a test measures."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator

STILL_S = 0.2
"""A process that only sleeps gets its turn sooner on a machine that is merely busy."""
METRONOME = f"""
import select, sys, time
last_s = time.time()
while True:
    asked = select.select([sys.stdin], [], [], 0.02)[0]
    now_s = time.time()
    if now_s - last_s > {STILL_S}:
        print(last_s, now_s)
    last_s = now_s
    if asked:
        if not sys.stdin.readline():
            break
        print("so far", flush=True)
"""


class Standstill:
    """Knows when a process that does nothing but look at the clock could not."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self._found: list[tuple[float, float]] = []

    async def between(self, from_s: float, to_s: float) -> float:
        """Return for how long the machine stood still between two moments (``time.time()``), in seconds."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(b"?\n")
        while not (line := await self.process.stdout.readline()).startswith(b"so far"):
            begun_s, ended_s = map(float, line.split())
            self._found.append((begun_s, ended_s))
        return sum(max(0.0, min(to_s, ended_s) - max(from_s, begun_s)) for begun_s, ended_s in self._found)

    async def running_s(self, from_s: float, to_s: float) -> float:
        """Return how much of the time between two moments the machine ran."""
        return to_s - from_s - await self.between(from_s, to_s)


@contextlib.asynccontextmanager
async def standstill() -> AsyncIterator[Standstill]:
    """Watch over the clock inside the block, in a process of its own."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", METRONOME), stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    watch = Standstill(process)
    try:
        await watch.between(0.0, 0.0)  # it looks from now on
        yield watch
    finally:
        assert process.stdin is not None
        process.stdin.close()
        await process.wait()
