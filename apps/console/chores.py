"""Work in the background that belongs to one page and ends with it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

log = logging.getLogger(__name__)


class Chores:
    """
    Named pieces of work; one of a name runs at a time. Asked for again while it runs, it runs once more after it: what was read before the
    change would be stale.
    """

    def __init__(self) -> None:
        self._running: dict[str, asyncio.Task[None]] = {}
        self._again: set[str] = set()
        self._closed = False

    def want(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        """Have ``work`` run soon. Call it on the loop."""
        if self._closed:
            return
        if name in self._running:
            self._again.add(name)
            return
        self._running[name] = asyncio.create_task(self._run(name, work), name=f"console {name}")

    async def _run(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        try:
            while True:
                self._again.discard(name)
                try:
                    await work()
                except Exception:
                    log.exception("console_chore_failed", extra={"fields": {"chore": name}})
                if name not in self._again:
                    return
        finally:
            self._running.pop(name, None)

    def runs(self, name: str) -> bool:
        """Whether work of this name is under way."""
        return name in self._running

    async def settled(self) -> None:
        """Wait until nothing runs."""
        while self._running:
            await asyncio.wait(list(self._running.values()))

    def stop(self) -> None:
        """Begin nothing more and cancel what runs; for where nothing can be awaited."""
        self._closed = True
        for task in list(self._running.values()):
            task.cancel()

    async def close(self) -> None:
        """``stop``, and wait for the end."""
        tasks = list(self._running.values())
        self.stop()
        if tasks:
            await asyncio.wait(tasks)
