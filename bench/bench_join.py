"""
How long a person waits for the first picture: page start to first decoded remote frame, in real Chromium on loopback.

Sala runs as a user starts it. One page shows its camera; ten times another person's page is opened anew (`#listen`: straight in, the link was
exchanged before) and its own clock says when the first remote frame was there. Prints each run, the share of the page's own loading
(navigation start to its script), and the median; ends with 1 above the bar.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import tempfile
from pathlib import Path

from playwright.async_api import BrowserContext, Page

from tests.browser.chromium import chromium
from tests.browser.devices import GREEN, write_camera, write_microphone
from tests.browser.visits import enter_with_devices, exchange
from tests.sala_process import sala_process

RUNS = 10
BAR_MS = 400

FIRST_FRAME = """
window.firstFrameMs = new Promise((resolve) => {
  const watch = (video) => {
    if (video.watched) return;
    video.watched = true;
    video.requestVideoFrameCallback(() => resolve(performance.now()));
  };
  new MutationObserver(() => document.querySelectorAll('video').forEach(watch))
    .observe(document, { childList: true, subtree: true });
});
"""


async def first_frame_ms(context: BrowserContext, url: str) -> tuple[float, float]:
    """Open the room in a fresh page; return when its scripts ran and when the first remote frame was decoded, in ms since its start."""
    page: Page = await context.new_page()
    try:
        await page.add_init_script(FIRST_FRAME)
        await page.goto(url, wait_until="commit")
        moment_ms = float(await page.evaluate("window.firstFrameMs"))
        loaded_ms = float(await page.evaluate("performance.getEntriesByType('navigation')[0].domInteractive"))
        return loaded_ms, moment_ms
    finally:
        await page.close()


async def main() -> int:
    """Measure, print, and return the exit code."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        camera = write_camera(place / "camera.y4m", GREEN)
        microphone = write_microphone(place / "microphone.wav", 440)
        async with (
            sala_process(place / "home") as sala,
            chromium(camera=camera, microphone=microphone) as sender,
            chromium() as receiver,
        ):
            shown = await sender.new_page()
            await enter_with_devices(shown, sala.links[0])
            room_url = await exchange(receiver, sala.links[1])
            await first_frame_ms(receiver, f"{room_url}#listen")  # fills the browser's cache, as a second visit has it
            times_ms = []
            for run in range(RUNS):
                loaded_ms, moment_ms = await first_frame_ms(receiver, f"{room_url}#listen")
                times_ms.append(moment_ms)
                print(
                    f"run {run + 1}: page read {loaded_ms:.0f} ms, first picture {moment_ms:.0f} ms, ratio {moment_ms / loaded_ms:.1f}"
                )
    median_ms = statistics.median(times_ms)
    print(f"join: {median_ms:.0f} ms (bar {BAR_MS})")
    return int(median_ms > BAR_MS)


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
