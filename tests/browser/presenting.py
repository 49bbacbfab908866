"""People before one presentation: real Chromium pages that only listen, and what each of them shows."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page, ViewportSize, async_playwright, expect

from tests.browser.chromium import PATIENCE_S, PLAYS_AFTER_A_PRESS, PLAYS_AT_ONCE, launch, patient
from tests.browser.visits import exchange, inside
from tests.sala_process import SalaProcess
from tests.waiting import until_async

IN_STEP_S = 0.5
STEADY_TIMES = 10  # looks, 50 ms apart, at which a film must be there before it counts
PLAYER = Path(__file__).with_name("player.html")
PHONE: ViewportSize = {"width": 360, "height": 740}
WIDE: ViewportSize = {"width": 1440, "height": 900}


@dataclass(slots=True)
class Audience:
    """One browser with a context for each person; ``wrong``: errors, broken policies and requests to other hosts."""

    browser: Browser
    sala: SalaProcess
    wrong: list[str]

    async def comes(self, link: str, *, phone: bool = False) -> Page:
        """Come in by a link, only to listen."""
        page = await self.arrives(link, phone=phone)
        await inside(page)
        return page

    async def arrives(self, link: str, *, phone: bool = False) -> Page:
        """Open the room by a link, only to listen; nothing was pressed there yet, nor asked of the page."""
        context = await patient(
            self.browser,
            viewport=PHONE if phone else WIDE,
            locale="en-GB",
            has_touch=phone,
            color_scheme="dark" if phone else "light",
            reduced_motion="reduce",
        )
        address = await exchange(context, link)
        page = await context.new_page()
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        page.on(
            "console", lambda line: self.wrong.append(line.text) if "security policy" in line.text.lower() else None
        )
        page.on("request", lambda asked: self._asked(asked.url))
        await page.goto(f"{address}#listen")
        return page

    def _asked(self, url: str) -> None:
        if not url.startswith((self.sala.url, "blob:", "https://www.youtube-nocookie.com/embed/")):
            self.wrong.append(url)


@contextlib.asynccontextmanager
async def audience(sala: SalaProcess) -> AsyncIterator[Audience]:
    async with async_playwright() as playwright:
        browser = await launch(playwright, more=[PLAYS_AFTER_A_PRESS], without={PLAYS_AT_ONCE})
        try:
            yield Audience(browser, sala, [])
        finally:
            await browser.close()


async def prepared(page: Page, name: str, content: bytes) -> None:
    """Upload a file behind the button *Present*, wait until it is ready, and show it to everybody."""
    await page.locator("#screen").click()
    await expect(page.get_by_role("button", name="Files from this computer")).to_be_visible()
    files: Any = [{"name": name, "mimeType": "application/octet-stream", "buffer": content}]
    await page.locator("#present input[type=file]").set_input_files(files)
    row = page.locator(".present-item[data-state=ready]", has_text=name.partition(".")[0])
    await expect(row).to_be_visible()


async def shown(page: Page, name: str) -> None:
    """Press *Show to everybody* for something that is ready."""
    await page.get_by_role("button", name=f"Show to everybody: {name}").click()
    await expect(page.locator("#present")).to_be_hidden()


async def presented(page: Page) -> dict[str, Any]:
    found: dict[str, Any] = await page.evaluate("window.sala.presented")
    return found


async def has_page(page: Page, number: int) -> float:
    """Wait until a page shows this page of the presentation; return since when, in ms since 1970."""

    async def there() -> bool:
        return (await presented(page)).get("page") == number

    await until_async(there, timeout_s=PATIENCE_S, what=f"page {number}")
    return float((await presented(page))["atMs"])


async def film_is(state: str, *pages: Page) -> None:
    """Wait until these pages know that the film is ``playing`` or ``paused``."""
    for page in pages:
        await expect(page.locator(".film")).to_have_attribute("data-state", state)


async def in_step(page: Page, *, within_s: float = IN_STEP_S) -> float:
    """Wait until a film has been in step with the server's clock for half a second; return how far it then is."""
    good: list[float] = []

    async def steady() -> bool:
        drift_s = (await presented(page))["drift_s"]
        if drift_s is not None and abs(drift_s) < within_s:
            good.append(drift_s)
        else:
            good.clear()
        return len(good) >= STEADY_TIMES

    await until_async(steady, timeout_s=PATIENCE_S, what="a film in step")
    return good[-1]


async def glanced(page: Page, expression: str) -> Any:
    """Return what an expression is on a page, without touching it: what Playwright asks counts as a press of the person."""
    session = await page.context.new_cdp_session(page)
    try:
        answer = await session.send("Runtime.evaluate", {"expression": expression, "returnByValue": True})
        return answer["result"].get("value")
    finally:
        await session.detach()
