"""What a person missed while their line was lost is offered in the room, in real Chromium (F10)."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.async_api import Page, WebSocketRoute, expect

from apps.single import running
from tests.browser.chromium import PATIENCE_S, chromium
from tests.browser.clock import Clock
from tests.browser.visits import exchange, inside
from tests.waiting import until_async

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]

SHOTS = os.environ.get("SALA_SHOTS", "")
AWAY = timedelta(seconds=6)
"""As long as is worth a word."""
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


async def becomes(page: Page, expression: str, what: str) -> None:
    async def so() -> bool:
        return bool(await page.evaluate(expression))

    await until_async(so, timeout_s=PATIENCE_S, what=what)


async def knows_the_time(page: Page, clock: Clock) -> bool:
    """Whether a page's reckoning of the server's clock is right, which it is after the answer to its first ping."""
    before_ms = clock().timestamp() * 1000
    reckoned_ms = float(await page.evaluate("window.sala.serverMs"))
    return before_ms - 300 < reckoned_ms < clock().timestamp() * 1000 + 300


async def test_who_comes_back_is_told_what_they_missed(home: Path) -> None:
    clock, line = Clock(), Line()
    async with running(home=home, demo=True, clock=clock) as sala, chromium() as office, chromium() as train:
        room, _ = await exchange(office, sala.demo_links[MODERATOR]), await exchange(train, sala.demo_links[PAUL])
        maria, paul = await office.new_page(), await train.new_page()
        await line.lay(paul)
        for page in (maria, paul):
            await page.goto(f"{room}#listen")
            await inside(page)
        await expect(paul.locator("#catch-up")).to_be_hidden()
        await write(maria, "Before")
        await expect(paul.locator("#messages")).to_contain_text("Before")
        await until_async(lambda: knows_the_time(paul, clock), timeout_s=PATIENCE_S, what="the server's time")
        cut_s = clock().timestamp()
        await line.cut()
        await becomes(paul, "window.sala.connection !== 'open'", "a lost line")
        gone_s = clock().timestamp()
        await write(maria, "Page 4 is the one that matters")
        await maria.locator("#hand").click()
        await becomes(maria, "window.sala.state.hands.includes(window.sala.me)", "a raised hand")
        clock.ahead += AWAY
        laid_s = clock().timestamp()
        line.up = True
        await expect(paul.locator("#catch-up")).to_be_visible()
        seen_s = clock().timestamp()
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
