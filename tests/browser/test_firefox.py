"""Two Chromium and one Firefox at one table: pictures and sound all ways."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest
from playwright.async_api import Page

from media_core.webrtc.binding import local_addresses
from tests.browser.chromium import PATIENCE_S
from tests.browser.devices import Colour
from tests.browser.firefox import TONE_HZ, FirefoxPage, firefox, firefox_path
from tests.browser.table import table
from tests.browser.visits import codec_of, hears, is_colour, picture_of
from tests.sala_process import sala_process
from tests.waiting import until_async

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(400),
    pytest.mark.skipif(firefox_path() is None, reason="no Firefox is installed (tools/firefox.sh)"),
]

FRAMES_OF = """(participant) => {
  const video = document.querySelector(`#stage-area [data-participant="${participant}"] video`);
  return video && video.videoWidth ? video.getVideoPlaybackQuality().totalVideoFrames : 0;
}"""
LAYERS = """async () => [...(await window.sala.peerConnection.getStats()).values()]
  .filter((one) => one.type === 'outbound-rtp' && one.kind === 'video' && one.rid && one.framesEncoded > 0).map((one) => one.rid)"""
SCREEN_SHOWN = """(presenter) => {
  const video = document.querySelector('#stage-area [data-source="screen"] video');
  return window.sala.slots.v0?.source === 'screen' && window.sala.slots.v0.participant === presenter && video?.videoWidth > 400 && video.currentTime > 0;
}"""
ENERGIES = """async () => [...(await window.sala.peerConnection.getStats()).values()]
  .filter((one) => one.type === 'inbound-rtp' && one.kind === 'audio').map((one) => one.totalAudioEnergy ?? 0)"""
LOUD = 0.005  # of 1 for a second of the loudest sound; comfort noise stays far below
SHOWN = "!!document.querySelector('#prejoin-microphone')?.getClientRects().length"


async def enter(page: FirefoxPage, link: str) -> str:
    """Come in by a link with microphone and camera on; return the participant id."""
    await page.goto(link)
    await page.click("form[action$='/enter'] button")
    await page.until("location.pathname.startsWith('/r/') && !!document.querySelector('#set-up')")

    async def set_up() -> bool:  # a press before the page's scripts are there does nothing
        if await page.evaluate(SHOWN):
            return True
        await page.click("#set-up")
        return bool(await page.evaluate(SHOWN))

    await until_async(set_up, timeout_s=PATIENCE_S, what="the preview")
    for name in ("microphone", "camera"):
        pressed = f"document.querySelector('#prejoin-{name}').getAttribute('aria-pressed') === 'true'"
        if not await page.evaluate(pressed):
            await page.click(f"#prejoin-{name}")
        await page.until(pressed)
    await page.click("#enter")
    await page.until("!!window.sala?.me && window.sala.peerConnection?.connectionState === 'connected'")
    return str(await page.evaluate("window.sala.me"))


async def watches(page: Page, participant: str) -> None:
    """Wait until a participant's tile has shown further frames."""
    first = int(await page.evaluate(FRAMES_OF, participant))

    async def more() -> bool:
        return int(await page.evaluate(FRAMES_OF, participant)) > first + 20

    await until_async(more, timeout_s=PATIENCE_S, what=f"moving pictures of {participant}")


async def shows(page: FirefoxPage, participant: str, colour: Colour) -> None:
    """Wait until a participant's tile in Firefox shows the right colour and a moving number; it counts no frames of live pictures."""
    numbers = set[int]()

    async def moves() -> bool:
        now = await picture_of(cast(Any, page), participant)
        if now is not None and is_colour(now["colour"], colour):
            numbers.add(now["number"])
        return len(numbers) > 2

    await until_async(moves, timeout_s=PATIENCE_S, what=f"{colour.name} moving pictures of {participant}")


async def listens(page: FirefoxPage, voices: int) -> None:
    """Wait until Firefox has decoded so many voices; without a sound card its Web Audio stands still and tells no pitch."""

    async def loud() -> bool:
        energies: list[float] = await page.evaluate(ENERGIES)
        return sum(energy > LOUD for energy in energies) >= voices

    await until_async(loud, timeout_s=PATIENCE_S, what=f"{voices} voices")


async def sees_screen(page: FirefoxPage, presenter: str, codec: str) -> None:
    """Wait until Firefox shows a shared screen that came in a codec."""

    async def shown() -> bool:
        there = bool(await page.evaluate(SCREEN_SHOWN, presenter))
        return there and await codec_of(cast(Any, page), "v0") == codec

    await until_async(shown, timeout_s=PATIENCE_S, what=f"the screen in {codec}")


async def test_pictures_and_sound_go_all_ways_between_chromium_and_firefox(home: Path, tmp_path: Path) -> None:
    address = local_addresses("0.0.0.0")[0]  # Firefox has no candidates on loopback
    if address.startswith("127."):
        pytest.skip("this machine has no address but loopback")
    async with (
        sala_process(home, SALA_MEDIA_HOST=address) as sala,
        table(sala, tmp_path, people=2) as (maria, paul),
        firefox() as page,
    ):
        petra = await enter(page, sala.links[2])
        for someone in (maria, paul):
            await watches(someone.page, petra)
            await hears(someone.page, TONE_HZ)
            await shows(page, someone.id, someone.colour)
        await listens(page, voices=2)
        layers = await page.evaluate(LAYERS)
        assert set(layers) <= {"l", "m", "h"}
        assert layers, "Firefox sends simulcast layers as the server offers them"
        await page.until("window.sala.peerConnection.connectionState === 'connected'")
        await maria.page.locator("#screen").click()
        await maria.page.get_by_role("button", name="Screen, window or tab").click()
        await sees_screen(page, maria.id, "AV1")
        replaced = [line for line in sala.logged if 'reason="replaced"' in line]
        assert not replaced, "the connection was made once"
