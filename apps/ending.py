"""How a process of Sala learns that it is to end."""

from __future__ import annotations

import asyncio
import contextlib
import signal


async def told_to_end() -> None:
    """Wait for SIGTERM. Outside the main thread, where no signal comes, it waits for ever: whoever owns the task cancels it."""
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    with contextlib.suppress(ValueError, NotImplementedError, RuntimeError):
        loop.add_signal_handler(signal.SIGTERM, stop.set)
    await stop.wait()
