"""Waiting for a condition in tests, with a generous limit."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

Value = TypeVar("Value")


async def until(condition: Callable[[], Value], *, timeout_s: float = 15.0, what: str = "") -> Value:
    """Return the first true value of ``condition``, asked every 20 ms; fail after ``timeout_s`` seconds."""
    deadline_s = time.monotonic() + timeout_s
    while not (value := condition()):
        if time.monotonic() > deadline_s:
            raise AssertionError(f"waited {timeout_s} s in vain for {what or condition}")
        await asyncio.sleep(0.02)
    return value


async def until_async(condition: Callable[[], Awaitable[Value]], *, timeout_s: float = 15.0, what: str = "") -> Value:
    """Like ``until`` for a condition that must be awaited."""
    deadline_s = time.monotonic() + timeout_s
    while not (value := await condition()):
        if time.monotonic() > deadline_s:
            raise AssertionError(f"waited {timeout_s} s in vain for {what or condition}")
        await asyncio.sleep(0.05)
    return value
