"""Opening console pages is heavy work; nobody in a running conference hears it."""

from __future__ import annotations

import asyncio
import contextlib
import statistics
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from apps.bots import PortalBot
from apps.settings import Settings
from media_core.bots.receiving import Received
from tests.apps.console.serving import Console
from tests.apps.visit import Visit
from tests.sala_process import SalaProcess, sala_process
from tests.waiting import until

PAGES = 10
HEARD_S = (
    0.1  # a browser's jitter buffer covers less; one page opening on the loop of the media stops it for 0.15 to 1.35 s
)
LOOK_EVERY_S = 0.005


class Ear:
    """Notes the longest wait for a packet of sound. Where this process itself stood still, nothing is noted."""

    def __init__(self, line: Received) -> None:
        self._line = line
        self.longest_s = 0.0

    @contextlib.asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self._listen(), name="ear")
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait([task])

    async def _listen(self) -> None:
        looked_s = time.monotonic()
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            now_s = time.monotonic()
            late_s = now_s - looked_s - LOOK_EVERY_S
            looked_s = now_s
            if late_s < LOOK_EVERY_S:
                self.longest_s = max(self.longest_s, now_s - self._line.last_packet_s)

    def so_far_s(self) -> float:
        """Return the longest wait since the last call."""
        longest_s, self.longest_s = self.longest_s, 0.0
        return longest_s


def console_of(sala: SalaProcess, port: int) -> Console:
    return Console(Settings(home=sala.home, console_port=port), None)


async def test_ten_opening_console_pages_leave_the_sound_of_a_conference_untouched(home: Path) -> None:
    async with sala_process(home) as sala, Visit(sala.url) as office:
        words = sala.line("First sign-in").split()
        await office.sign_in(words[2].rstrip(","), words[4])
        port = urlsplit(sala.line("Console: ").split()[1]).port
        assert port is not None
        steady: dict[str, Any] = {"babble": False, "camera": False}
        async with PortalBot(sala.links[0], **steady) as maria, PortalBot(sala.links[1], **steady) as paul:
            await maria.seated()
            await paul.seated()
            assert maria.media is not None
            line = maria.media.received["a0"]
            await until(lambda: line.packets > 50, what="sound")
            ear, console = Ear(line), console_of(sala, port)
            lost = line.lost
            async with ear.listening():
                waits_s = []
                for _ in range(PAGES):
                    await console.open_page(office.http.cookies["sala"])
                    waits_s.append(ear.so_far_s())
            await console.leave()
            print(f"longest wait for sound while a page opened: {[round(one * 1000) for one in waits_s]} ms")
            assert line.lost == lost
            assert statistics.median(waits_s) < HEARD_S
