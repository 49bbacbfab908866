"""Who is told of media events, in either engine."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from media_core.engine import EngineLost, EngineReady, Listener, MediaEvent

log = logging.getLogger(__name__)


class Listeners:
    """Tells events to everybody; who comes while the engine is ready is told ``EngineReady`` too, on the next turn of the loop."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._listeners: list[Listener] = []
        self._ready: EngineReady | None = None

    def add(self, listener: Listener) -> Callable[[], None]:
        """Return the function that ends it."""
        self._listeners.append(listener)
        if self._ready is not None:
            self._loop.call_soon(self._tell_one, listener, self._ready)

        def end() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return end

    def ready(self, *, fresh: bool) -> None:
        self._ready = EngineReady(fresh)
        self.tell(self._ready)

    def lost(self, reason: str) -> None:
        self._ready = None
        self.tell(EngineLost(reason))

    def tell(self, event: MediaEvent) -> None:
        for listener in tuple(self._listeners):
            self._tell_one(listener, event)

    def _tell_one(self, listener: Listener, event: MediaEvent) -> None:
        if listener not in self._listeners:
            return
        try:
            listener(event)
        except Exception:  # a listener's fault must not stop the media
            log.exception("listener_failed", extra={"fields": {"event": type(event).__name__}})
