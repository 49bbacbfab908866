"""From the console's token to the stage: FFmpeg presents by WHIP, a person in real Chromium sees and hears it."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.browser.chromium import chromium
from tests.browser.console import press_twice, row, sign_in
from tests.browser.devices import BLUE
from tests.browser.visits import exchange, hears, inside, sees
from tests.sala_process import sala_process
from tests.whip_encoder import TONE_HZ

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]


CODECS = """async () => {
  const reports = await window.sala.peerConnection.getStats();
  return [...reports.values()].filter((one) => one.type === 'inbound-rtp' && one.framesDecoded > 0)
    .map((one) => reports.get(one.codecId)?.mimeType);
}"""
"""What the pictures that the page decodes are made with."""


@contextlib.asynccontextmanager
async def ffmpeg(address: str, token: str) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.whip_encoder",
        "--seconds",
        "240",
        "--",
        address,
        token,  # a token may begin with a dash
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()  # its connection was cut under it, and then it may wait for ever
        await process.wait()


async def enter(page: Page, address: str) -> None:
    """Come in without devices."""
    await page.goto(address)
    await page.locator("#enter").click()
    await inside(page)


async def test_obs_presents_and_everybody_sees_and_hears_it(home: Path) -> None:
    async with sala_process(home) as sala, chromium() as office, chromium() as hall:
        console = await sign_in(office, sala)
        await console.get_by_role("link", name="Demo conference").first.click()
        await console.get_by_role("link", name="Encoders").click()
        await console.locator("[name=name]").fill("Hall camera")
        await console.get_by_role("button", name="Make token").click()
        address = str(await row(console, "Server").locator(".main").text_content())
        token = str(await row(console, "Bearer Token").locator(".main").text_content())
        assert address == f"{sala.url}/whip/demo"

        maria = await hall.new_page()
        await enter(maria, await exchange(hall, sala.links[0]))
        async with ffmpeg(address, token):
            line = maria.locator("#roster .person").filter(has_text="Hall camera")
            await expect(line).to_contain_text("Encoder")
            encoder = str(await line.get_attribute("data-participant"))
            await sees(maria, encoder, BLUE, frames=25)
            await hears(maria, TONE_HZ)
            assert set(await maria.evaluate(CODECS)) == {"video/H264"}
            await expect(row(console, "Hall camera")).to_contain_text("Used")
            withdraw = row(console, "Hall camera").locator("[data-action=withdraw]")
            assert await press_twice(withdraw) == "Press again to withdraw"
            await expect(maria.locator(f"#stage-area [data-participant='{encoder}'] video")).to_have_count(0)
        await expect(console.get_by_text("No program may present yet")).to_be_visible()
        assert "Traceback" not in "\n".join(sala.logged), "\n".join(sala.logged)
