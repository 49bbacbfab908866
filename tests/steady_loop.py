"""
An event loop for tests whose clock counts only the time in which the loop had its turns.

A machine that is stopped by its host for three seconds, or a process that waits for the processor, would otherwise let every time-out of the
program under test expire at once, and nothing of what happened meanwhile had been read yet. On this loop a pause of any length is a few
milliseconds, so that whoever is in this process, server and clients alike, goes on as if it had not been. Time that the loop spends waiting counts in full.
"""

from __future__ import annotations

import asyncio
import selectors

LONGEST_WAIT_S = 0.005
"""So often the loop looks at the clock, also while nothing happens."""
MOST_COUNTED_S = 0.010
"""From one look to the next; a wake-up that comes a little late is no pause."""


class _ShortWaits(selectors.DefaultSelector):
    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        found: list[tuple[selectors.SelectorKey, int]] = super().select(
            LONGEST_WAIT_S if timeout is None else min(timeout, LONGEST_WAIT_S)
        )
        return found


class SteadyLoop(asyncio.SelectorEventLoop):
    """``time`` advances by ``MOST_COUNTED_S`` at most from call to call; timers go by it."""

    def __init__(self) -> None:
        self._counted_s = self._seen_s = 0.0
        super().__init__(_ShortWaits())
        self._counted_s = self._seen_s = super().time()

    def time(self) -> float:
        """Return seconds without the pauses."""
        now_s = super().time()
        self._counted_s += min(now_s - self._seen_s, MOST_COUNTED_S)
        self._seen_s = now_s
        return self._counted_s
