"""How the house stands, asked for once for all pages of this process: fifty overviews would else ask the media workers fifty times a second."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from apps.service import Health, RoomService

FRESH_S = 1.0


class HouseHealth:
    """``read`` asks in the name of one page; what it was told counts for the others for a moment."""

    def __init__(self, service: RoomService, *, clock_s: Callable[[], float] = time.monotonic) -> None:
        self._service, self._clock_s = service, clock_s
        self._asking = asyncio.Lock()
        self._told: Health | None = None
        self._told_at_s = float("-inf")

    async def read(self, secret: str) -> Health | None:
        """Return it; ``None`` while it cannot be known. A refusal counts for nobody else."""
        async with self._asking:
            if self._clock_s() - self._told_at_s >= FRESH_S:
                told = await self._service.health(secret)
                if told is None:
                    return None
                self._told, self._told_at_s = told, self._clock_s()
            return self._told
