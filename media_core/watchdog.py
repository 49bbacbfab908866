"""Ends a process whose event loop hangs, so that whoever started it starts another."""

from __future__ import annotations

import asyncio
import faulthandler
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

HANG_S = 5.0
"""A room that hears nothing for so long is better off with a new worker, which takes a second."""
SIGN_OF_LIFE_S = 1.0


@asynccontextmanager
async def watched(*, hang_s: float = HANG_S) -> AsyncIterator[None]:
    """
    While the ``async with`` block runs, end the process with code 1 if its loop does not turn for ``hang_s`` seconds.

    Where every thread stood is written to standard error. The watch is a thread of the system's, which needs nothing of Python: it ends a process
    that hangs inside a library, too.
    """

    async def live() -> None:
        while True:
            await asyncio.sleep(min(SIGN_OF_LIFE_S, hang_s / 4))
            faulthandler.dump_traceback_later(hang_s, exit=True)  # instead of the one before

    faulthandler.dump_traceback_later(hang_s, exit=True)
    living = asyncio.create_task(live(), name="watchdog")
    try:
        yield
    finally:
        living.cancel()
        with suppress(asyncio.CancelledError):
            await living
        faulthandler.cancel_dump_traceback_later()
