"""The console's overview and confidence monitor beside a running conference with pictures, in real Chromium."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from apps.bots import PortalBot
from tests.browser.chromium import PATIENCE_S, chromium
from tests.browser.console import row, sign_in
from tests.sala_process import sala_process
from tests.waiting import until_async

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]

PICTURE = "e => e.videoWidth > 0 && e.getVideoPlaybackQuality().totalVideoFrames"


async def frames(page: Page) -> int:
    return int(await page.locator(".screen video").evaluate(PICTURE))


async def test_the_stage_is_shown_in_the_console_and_nobody_is_counted(home: Path) -> None:
    async with (
        sala_process(home) as sala,
        chromium() as office,
        PortalBot(sala.links[0], picture=1) as maria,
        PortalBot(sala.links[1], microphone=False, camera=False) as paul,
    ):
        page = await sign_in(office, sala)
        problems: list[str] = []
        page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
        await maria.seated(PATIENCE_S)
        await paul.seated(PATIENCE_S)
        await page.get_by_role("link", name="Overview").click()
        await expect(row(page, "Demo conference")).to_contain_text("2")
        await expect(page.get_by_text("Media workers answer")).to_be_visible()
        await expect(row(page, "Demo conference").locator("td").nth(3)).to_contain_text("/")
        await expect(page.locator(".bk-Figure canvas").first).to_be_visible()
        await page.get_by_role("link", name="Demo conference").click()
        await expect(row(page, "Maria")).to_contain_text("In the room")
        await page.get_by_role("button", name="Watch").click()

        async def plays() -> bool:
            return await frames(page) > 5

        await until_async(plays, timeout_s=PATIENCE_S)
        await expect(page.locator(".tools .who")).to_contain_text("Maria")
        await expect(page.locator("tr[data-row]").filter(has_text="In the room")).to_have_count(2)
        await page.get_by_role("button", name="Stop watching").click()
        await expect(page.get_by_role("button", name="Watch")).to_be_visible()
        assert not problems, problems
        assert "Traceback" not in "\n".join(sala.logged), "\n".join(sala.logged)
