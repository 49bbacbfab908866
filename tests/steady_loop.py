"""
An event loop for tests whose clock counts only the time in which the loop had its turns.

A machine that is stopped by its host for three seconds, or a process that waits for the processor, would otherwise let every time-out of the
program under test expire at once, and nothing of what happened meanwhile had been read yet. On this loop a pause of any length takes no longer
than the wait that it fell into, so that whoever is in this process, server and clients alike, goes on as if it had not been.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable, Mapping

import pytest

LONGEST_WAIT_S = 0.05
"""So often the loop looks at the clock, also while nothing happens."""
MOST_COUNTED_S = 0.01
"""From one look to the next, beyond what the loop meant to wait; a wake-up that comes a little late is no pause."""


class _ShortWaits(selectors.DefaultSelector):
    meant_s = 0.0
    """The wait since the last look at the clock."""

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        self.meant_s = LONGEST_WAIT_S if timeout is None else max(0.0, min(timeout, LONGEST_WAIT_S))
        found: list[tuple[selectors.SelectorKey, int]] = super().select(self.meant_s)
        return found


class SteadyLoop(asyncio.SelectorEventLoop):
    """``time`` leaves out the pauses; timers go by it."""

    def __init__(self) -> None:
        self._counted_s = self._seen_s = 0.0
        self._waits = _ShortWaits()
        super().__init__(self._waits)
        self._counted_s = self._seen_s = super().time()

    def time(self) -> float:
        """Return seconds without the pauses."""
        now_s = super().time()
        self._counted_s += min(now_s - self._seen_s, self._waits.meant_s + MOST_COUNTED_S)
        self._seen_s, self._waits.meant_s = now_s, 0.0
        return self._counted_s


def on_steady_loops(config: pytest.Config, item: pytest.Item) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Be a conftest's ``pytest_asyncio_loop_factories``: short time-outs go by a clock that leaves out what the machine stood still."""
    return {"steady": SteadyLoop}
