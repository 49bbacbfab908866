"""Opening console pages is heavy work; nobody in a running conference hears it. How long in ms: ``make bench-moments``."""

from __future__ import annotations

import asyncio
import contextlib
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
from tests.sala_process import SalaProcess, sala_process, standing_still
from tests.waiting import until

PAGES, PACKETS = 10, 100


@dataclass(frozen=True, slots=True)
class Beside:
    """A console beside a conference that talks: the sound one of the people hears, and who opens pages."""

    sala: SalaProcess
    sound: Received
    console: Console
    secret: str

    async def open_page(self) -> None:
        """Open one more page of the console."""
        await self.console.open_page(self.secret)

    async def hear(self, packets: int) -> None:
        """Wait for further packets of sound."""
        goal = self.sound.packets + packets
        await until(lambda: self.sound.packets >= goal, what="sound")


@contextlib.asynccontextmanager
async def console_beside_conference(home: Path) -> AsyncIterator[Beside]:
    """Start Sala, let two people talk to each other, and sign in to the console. No packet of the sound may be lost meanwhile."""
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
            console = Console(Settings(home=sala.home, console_port=port), None)
            beside = Beside(sala, maria.media.received["a0"], console, office.http.cookies["sala"])
            await beside.hear(PACKETS)
            lost = beside.sound.lost
            yield beside
            await console.leave()
            assert beside.sound.lost == lost


async def test_ten_opening_console_pages_leave_the_sound_of_a_conference_untouched(home: Path) -> None:
    """No packet is lost while they open; and while one that opens stands still in its midst, the sound comes all the same."""
    async with console_beside_conference(home) as beside:
        for _ in range(PAGES):
            await beside.open_page()
        with standing_still(beside.sala.child("console")):
            opening = asyncio.create_task(beside.open_page(), name="opening")
            await beside.hear(PACKETS)
            assert not opening.done()
        await opening
        await beside.hear(PACKETS)
