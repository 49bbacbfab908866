"""Ends a process whose event loop hangs, so that whoever started it starts another."""

from __future__ import annotations

import asyncio
import faulthandler
import os
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

HANG_S = 5.0
"""A room that hears nothing for so long is better off with a new worker, which takes a second."""
SIGN_OF_LIFE_S = 1.0
LOOKS = 10
"""In each ``hang_s``. A machine that stood still, however long, costs one look: that is no hang, and its end would cost everybody their connection."""
LAST_RESORT = 4
"""After so many ``hang_s`` without a single look the system ends the process: a library hangs that lets no thread of Python run."""


@asynccontextmanager
async def watched(*, hang_s: float = HANG_S) -> AsyncIterator[None]:
    """
    While the ``async with`` block runs, end the process with code 1 if its loop does not turn for ``hang_s`` seconds.

    Where every thread stood is written to standard error.
    """
    turns = 0

    async def live() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(min(SIGN_OF_LIFE_S, hang_s / 4))

    over = threading.Event()
    watch = threading.Thread(target=_watch, args=(lambda: turns, hang_s, over), name="watchdog", daemon=True)
    living = asyncio.create_task(live(), name="watchdog")
    watch.start()
    try:
        yield
    finally:
        over.set()
        watch.join()
        faulthandler.cancel_dump_traceback_later()
        living.cancel()
        with suppress(asyncio.CancelledError):
            await living


def _watch(turns: Callable[[], int], hang_s: float, over: threading.Event) -> None:
    """Look again and again whether the loop has turned, until ``over``."""
    seen, in_vain = turns(), 0
    while in_vain < LOOKS:
        faulthandler.dump_traceback_later(hang_s * LAST_RESORT, exit=True)  # instead of the one before
        if over.wait(hang_s / LOOKS):
            return
        now = turns()
        seen, in_vain = now, 0 if now != seen else in_vain + 1
    faulthandler.dump_traceback(all_threads=True)
    os._exit(1)
