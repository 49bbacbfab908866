"""Waiting for a condition in tests, with a generous limit."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

Value = TypeVar("Value")

STEADY_LOOK_S = 0.02


def _now_s() -> float:
    """Return the time of the loop, which for tests on a ``SteadyLoop`` stands still while the machine does."""
    return asyncio.get_running_loop().time()


async def until(condition: Callable[[], Value], *, timeout_s: float = 30.0, what: str = "") -> Value:
    """Return the first true value of ``condition``, asked every 20 ms; fail after ``timeout_s`` seconds."""
    deadline_s = _now_s() + timeout_s
    while not (value := condition()):
        if _now_s() > deadline_s:
            raise AssertionError(f"waited {timeout_s} s in vain for {what or condition}")
        await asyncio.sleep(0.02)
    return value


async def until_async(condition: Callable[[], Awaitable[Value]], *, timeout_s: float = 30.0, what: str = "") -> Value:
    """Like ``until`` for a condition that must be awaited."""
    deadline_s = _now_s() + timeout_s
    while not (value := await condition()):
        if _now_s() > deadline_s:
            raise AssertionError(f"waited {timeout_s} s in vain for {what or condition}")
        await asyncio.sleep(0.05)
    return value


async def until_steady(
    value: Callable[[], Value], *, for_s: float = 0.3, timeout_s: float = 30.0, what: str = ""
) -> Value:
    """
    Return the value once it has been the same for ``for_s`` seconds; fail after ``timeout_s``.

    It counts how often was looked, not the time: a process that stood still for a second has seen nothing in it.
    """
    deadline_s = _now_s() + timeout_s
    last, left = value(), max(1, round(for_s / STEADY_LOOK_S))
    looks = left
    while left:
        await asyncio.sleep(STEADY_LOOK_S)
        left -= 1
        if (now := value()) != last:
            last, left = now, looks
        if _now_s() > deadline_s:
            raise AssertionError(f"waited {timeout_s} s in vain for {what or value} to stay as it is")
    return last
