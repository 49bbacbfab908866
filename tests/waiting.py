"""Waiting for a condition in tests, with a generous limit."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

Value = TypeVar("Value")


async def until(condition: Callable[[], Value], *, timeout_s: float = 30.0, what: str = "") -> Value:
    """Return the first true value of ``condition``, asked every 20 ms; fail after ``timeout_s`` seconds."""
    deadline_s = time.monotonic() + timeout_s
    while not (value := condition()):
        if time.monotonic() > deadline_s:
            raise AssertionError(f"waited {timeout_s} s in vain for {what or condition}")
        await asyncio.sleep(0.02)
    return value


async def until_async(condition: Callable[[], Awaitable[Value]], *, timeout_s: float = 30.0, what: str = "") -> Value:
    """Like ``until`` for a condition that must be awaited."""
    deadline_s = time.monotonic() + timeout_s
    while not (value := await condition()):
        if time.monotonic() > deadline_s:
            raise AssertionError(f"waited {timeout_s} s in vain for {what or condition}")
        await asyncio.sleep(0.05)
    return value


async def until_steady(
    value: Callable[[], Value], *, for_s: float = 0.3, timeout_s: float = 30.0, what: str = ""
) -> Value:
    """Return the value once it has been the same for ``for_s`` seconds; fail after ``timeout_s``."""
    deadline_s = time.monotonic() + timeout_s
    last, since_s = value(), time.monotonic()
    while time.monotonic() - since_s < for_s:
        await asyncio.sleep(0.02)
        if (now := value()) != last:
            last, since_s = now, time.monotonic()
        if time.monotonic() > deadline_s:
            raise AssertionError(f"waited {timeout_s} s in vain for {what or value} to stay as it is")
    return last
