"""Opening console pages is heavy work; nobody in a running conference hears it."""

from __future__ import annotations

import asyncio
import contextlib
import statistics
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
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
PACKET_EVERY_S = 0.02  # of sound: so long one waits anyway
SHARE_WAITED = 0.25  # of an opening; on one loop with the media it is nearly all
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


@dataclass(frozen=True, slots=True)
class Opening:
    """A console page that was opened: how long that took, and how long the sound let itself be waited for meanwhile."""

    took_s: float
    wait_s: float


async def openings(home: Path) -> list[Opening]:
    """Open ten console pages beside a conference that talks. No packet of its sound may be lost."""
    async with sala_process(home) as sala, Visit(sala.url) as office:
        words = sala.line("First sign-in").split()
        await office.sign_in(words[2].rstrip(","), words[4])
        port = urlsplit(sala.line("Console: ").split()[1]).port
        assert port is not None
        steady: dict[str, Any] = {"babble": False, "camera": False}
        async with PortalBot(sala.links[0], **steady) as maria, PortalBot(sala.links[1], **steady) as paul:
            await maria.seated(60.0)
            await paul.seated(60.0)
            assert maria.media is not None
            line = maria.media.received["a0"]
            await until(lambda: line.packets > 50, what="sound")
            ear, console = Ear(line), console_of(sala, port)
            lost, found = line.lost, []
            async with ear.listening():
                for _ in range(PAGES):
                    began_s = time.monotonic()
                    await console.open_page(office.http.cookies["sala"])
                    found.append(Opening(time.monotonic() - began_s, ear.so_far_s()))
            await console.leave()
            assert line.lost == lost
            return found


async def test_ten_opening_console_pages_leave_the_sound_of_a_conference_untouched(home: Path) -> None:
    """On the loop of the media an opening would stop the sound for most of its time, on any machine; how long in ms: ``make bench-moments``."""
    found = await openings(home)
    print("; ".join(f"{one.wait_s * 1000:.0f} of {one.took_s * 1000:.0f} ms" for one in found))
    assert statistics.median((one.wait_s - PACKET_EVERY_S) / one.took_s for one in found) < SHARE_WAITED
