"""Merging updates: at most ten a second reach one browser page, and none a page whose browser left."""

from __future__ import annotations

import asyncio
import contextvars
import time
from collections.abc import Coroutine
from typing import Any, Protocol

INTERVAL_S = 0.1  # ten updates a second are as many as an eye follows


class Flushable(Protocol):
    def flush(self, decided_at_s: float) -> None:
        """Send what changed to the browser; ``decided_at_s`` is the newest event's wall clock, or 0."""


class Pulse:
    """
    The rhythm of one browser page. Parts say ``touch`` when they changed; the first change goes out at once, those within the next
    ``interval_s`` together.

    ``doc`` is the Bokeh document, or ``None`` in a notebook or test, where parts are flushed directly.
    """

    def __init__(
        self, doc: Any = None, *, loop: asyncio.AbstractEventLoop | None = None, interval_s: float = INTERVAL_S
    ) -> None:
        self.doc, self._loop, self._interval_s = doc, loop, interval_s
        self._tasks: set[asyncio.Task[None]] = set()
        self._dirty: dict[int, Flushable] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._next_s = 0.0
        self._decided_at_s = 0.0
        self.closed = False
        self.hidden = False
        """Another tab is in front: nothing is sent until somebody looks, and then all at once."""

    @property
    def connected(self) -> bool:
        """Whether a browser looks at the page now. A page that keeps scheduling for nobody would never be discarded."""
        if self.doc is None:
            return True
        session = getattr(self.doc.session_context, "session", None)
        return session is not None and session.connection_count > 0

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """
        Have ``work`` run on the loop; it ends with the page. Call it from any thread.

        It runs in a context of its own, in which Panel knows no current document: so Panel applies every change of a parameter under the
        document's lock. What it would send without the lock may be held back until the next change (Panel 1.9.4, ``_dispatch_msgs``).
        """
        loop = self._loop or asyncio.get_running_loop()
        loop.call_soon_threadsafe(self._begin, work, context=contextvars.Context())

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        if self.closed:
            work.close()
            return
        task = asyncio.get_running_loop().create_task(work, name="console message")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def touch(self, part: Flushable) -> None:
        """Have ``part.flush`` called soon. Call it on the loop."""
        self._dirty[id(part)] = part
        self._arm()

    def decided(self, at_s: float) -> None:
        """Note when the change that is being drawn was decided, for measuring."""
        self._decided_at_s = max(self._decided_at_s, at_s)

    def resume(self) -> None:
        """The browser is there again: send what waited."""
        if self._dirty:
            self._arm()

    def seen(self, visible: bool) -> None:
        """The page came to the front, or went behind another."""
        self.hidden = not visible
        self.resume()

    def close(self) -> None:
        """The page is gone; nothing is sent any more."""
        self.closed = True
        self._dirty.clear()
        if self._timer is not None:
            self._timer.cancel()
        for task in self._tasks:
            if task is not _current_task():
                task.cancel()

    def _arm(self) -> None:
        if self._timer is not None or self.closed:
            return
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:  # built in a notebook or test without a loop
            self._flush()
            return
        self._timer = loop.call_later(max(0.0, self._next_s - time.monotonic()), self._fire)

    def _fire(self) -> None:
        self._timer = None
        self._next_s = time.monotonic() + self._interval_s
        if self.closed or self.hidden or not self.connected:
            return  # what is dirty waits for ``resume``
        if self.doc is None or self.doc.session_context is None:
            self._flush()
        else:
            self.doc.add_next_tick_callback(self._flush_locked)

    async def _flush_locked(self) -> None:
        """Async, so that Bokeh runs it on the loop and not in a worker thread."""
        if not self.closed:
            self._flush()

    def _flush(self) -> None:
        dirty, self._dirty = self._dirty, {}
        decided_at_s, self._decided_at_s = self._decided_at_s, 0.0
        for part in dirty.values():
            part.flush(decided_at_s)


def _current_task() -> asyncio.Task[Any] | None:
    try:
        return asyncio.current_task()
    except RuntimeError:  # no loop runs: a notebook's cell, a test
        return None
