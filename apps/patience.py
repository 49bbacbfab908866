"""Waiting for the other end, in time in which this process ran."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

STEPS = 5  # a process that stood still for longer than a fifth of the time does not count it


class Patience:
    """
    Calls ``run_out`` after ``limit_s`` seconds in which the running event loop ran, unless ``cancel`` is called before.

    A host may stop a machine for seconds. What the other end sent meanwhile lies unread in the kernel when the process goes on, and
    a plain timer would be first: it would end a connection for a silence that was this process's own.
    """

    def __init__(self, limit_s: float, run_out: Callable[[], object]) -> None:
        self._loop = asyncio.get_running_loop()
        self._step_s, self._left, self._run_out = limit_s / STEPS, STEPS, run_out
        self._wait()

    def _wait(self) -> None:
        self._due_s = self._loop.time() + self._step_s
        self._timer = self._loop.call_at(self._due_s, self._step)

    def _step(self) -> None:
        if self._loop.time() - self._due_s <= self._step_s:
            self._left -= 1
        if self._left:
            self._wait()
        else:
            self._run_out()

    def cancel(self) -> None:
        self._timer.cancel()
