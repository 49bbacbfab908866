"""The console's live page beside a running conference: what happens there stands in the table at once."""

from __future__ import annotations

import statistics
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import expect

from apps.bots import PortalBot
from tests.browser.chromium import PATIENCE_S, chromium
from tests.browser.console import press_twice, reactions_s, row, sign_in
from tests.sala_process import sala_process

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]

TURNS = 8
QUIET: dict[str, Any] = {"microphone": False, "camera": False}


async def test_the_live_page_follows_a_conference_and_steers_it(home: Path) -> None:
    async with (
        sala_process(home) as sala,
        chromium() as office,
        PortalBot(sala.links[0], **QUIET) as maria,
        PortalBot(sala.links[1], **QUIET) as paul,
    ):
        page = await sign_in(office, sala)
        await maria.seated(PATIENCE_S)
        await paul.seated(PATIENCE_S)
        await page.get_by_role("link", name="Demo conference").click()
        line = row(page, "Paul Participant").first
        await expect(line).to_contain_text("In the room")
        delays_s: list[float] = []
        for number in range(TURNS):
            await paul.command("set_microphone", on=number % 2 == 0)
            await expect(line.get_by_title("Microphone off" if number % 2 else "Microphone on")).to_be_visible()
            delays_s += await reactions_s(page)
        await paul.command("raise_hand")
        await expect(line.locator("td").nth(5)).to_contain_text("1")
        await page.get_by_role("button", name="Lower all hands").click()
        await expect(line.locator("td").nth(5)).to_be_empty()
        delays_s += await reactions_s(page)
        print(
            f"reaction: {statistics.median(delays_s) * 1000:.0f} ms, worst {max(delays_s) * 1000:.0f} ms"
        )  # bar: `make bench-console`
        assert min(delays_s) > 0
        await paul.say("Bună ziua <b>tuturor</b>")
        await expect(page.get_by_text("Bună ziua <b>tuturor</b>")).to_be_visible()
        assert await press_twice(page.locator("[data-action=end]")) == "Press again to end for all"
        await paul.until(lambda: paul.ended == "ended")
        await expect(page.get_by_text("The conference is not open.")).to_be_visible()
        assert "Traceback" not in "\n".join(sala.logged), "\n".join(sala.logged)
