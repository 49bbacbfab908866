"""What a person missed while their line was lost is offered in the room, in real Chromium (F10)."""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path

import pytest
from playwright.async_api import Page, WebSocketRoute, expect

from apps.single import running
from tests.browser.chromium import chromium
from tests.browser.visits import exchange, inside

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

SHOTS = os.environ.get("SALA_SHOTS", "")
AWAY_S = 6.0
MODERATOR, PAUL = "Maria Moderator", "Paul Participant"


class Line:
    """A page's way to the server, which can be cut."""

    def __init__(self) -> None:
        self.up = True
        self._open: list[WebSocketRoute] = []

    async def lay(self, page: Page) -> None:
        await page.route_web_socket("**/ws/room/**", self._take)

    async def _take(self, socket: WebSocketRoute) -> None:
        if not self.up:
            await socket.close(code=1012)
            return
        socket.connect_to_server()
        self._open.append(socket)

    async def cut(self) -> None:
        self.up = False
        for socket in self._open:
            await socket.close(code=1012)
        self._open.clear()


async def write(page: Page, text: str) -> None:
    await page.locator("#chat-text").fill(text)
    await page.locator("#chat-text").press("Enter")
    await expect(page.locator("#messages")).to_contain_text(text)


async def test_who_comes_back_is_told_what_they_missed(home: Path) -> None:
    async with running(home=home, demo=True) as sala, chromium() as office, chromium() as train:
        maria = await office.new_page()
        await maria.goto(f"{await exchange(office, sala.demo_links[MODERATOR])}#listen")
        await inside(maria)
        paul, line = await train.new_page(), Line()
        await line.lay(paul)
        await paul.goto(f"{await exchange(train, sala.demo_links[PAUL])}#listen")
        await inside(paul)
        await expect(paul.locator("#catch-up")).to_be_hidden()
        await write(maria, "Before")
        await expect(paul.locator("#messages")).to_contain_text("Before")
        cut_s = time.time()
        await line.cut()
        gone_s = time.time()
        await write(maria, "Page 4 is the one that matters")
        await maria.locator("#hand").click()
        await asyncio.sleep(AWAY_S - (time.time() - cut_s))  # away for as long as is worth a word
        line.up = True
        laid_s = time.time()
        await expect(paul.locator("#catch-up")).to_be_visible(timeout=30_000)
        seen_s = time.time()
        missed = await paul.evaluate("window.sala.missed")
        assert cut_s - 1.0 < missed["fromMs"] / 1000 < gone_s + 1.0
        assert laid_s - 1.0 < missed["toMs"] / 1000 < seen_s + 1.0
        assert (len(missed["messages"]), missed["hands"]) == (1, 1)
        await expect(paul.locator("#catch-up-title")).to_contain_text("You missed")
        await expect(paul.locator("#catch-up-text")).to_have_text("1 message · 1 raised hand")
        for width, dark in ((1440, False), (360, True)) if SHOTS else ():
            await paul.set_viewport_size({"width": width, "height": 800})
            await paul.emulate_media(color_scheme="dark" if dark else "light")
            await paul.screenshot(path=f"{SHOTS}/catch-up-{width}.png", animations="disabled")
        await paul.locator("#catch-up-show").click()
        await paul.locator("#catch-up-close").click()
        await expect(paul.locator("#catch-up")).to_be_hidden()
