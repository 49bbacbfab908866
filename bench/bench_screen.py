"""
What becomes of text on a shared tab: size, pictures a second, bits a second, and how readable it arrives; ``make bench-screen``.

Sala runs as a user starts it. One Chromium shares a real tab of 1920x1080, full of text of 15 pixels; another one looks. Somebody writes in
it, pulls the page slowly, jumps by lines and keeps turning the wheel. The screen goes in AV1, which everybody there takes; with ``--vp8`` the one
who looks does not, so that it goes in VP8: that does not find the letters again where the page runs, each picture is a whole new one of a
megabit, and the bars are missed. Then whole new pages appear and rest, as slides do; what arrived of them is compared with the tab itself: PSNR of the brightness, and
how alike the edges are, beside what they are of the tab shrunk to 1280x720 and enlarged again. Ends with 1 outside a bar.
"""

from __future__ import annotations

import asyncio
import base64
import io
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from playwright.async_api import Page, async_playwright, expect

from tests.browser.chromium import FLAGS, WITHOUT_AV1, launch
from tests.browser.visits import exchange, inside
from tests.sala_process import sala_process

SIZE = (1920, 1080)
TITLE = "Text to read"
SETTLES_S = 3.0
MOVES_S = 8.0
PAGES = 3
SHARP_LIMIT_S = 10.0
PICTURES_BAR = 5.0
RATE_BAR_BPS = 1_500_000
EDGES_BAR = 0.95  # correlation; the test's own shrinking to 1280x720 and back gives about 0.9
PSNR_BAR_DB = 30.0

TEXT = """<!doctype html><meta charset="utf-8"><title>%s</title>
<style>body { font: 15px/24px sans-serif; width: 1880px; margin: 0 20px; overflow: hidden } p { margin: 0 }</style>
<body><script>
  const words = 'securitatea sănătatea muncii formare evaluare căști mănuși înălțime ancorare perché è così però contratto gara offerta 2026 17.40 €'.split(' ');
  let seed = 7;
  const word = () => words[(seed = (seed * 1103515245 + 12345) %% 2147483648) %% words.length];
  for (let line = 0; line < 1200; line++) {
    const p = document.createElement('p');
    p.textContent = line + ' ' + Array.from({ length: 24 }, word).join(' ');
    document.body.append(p);
  }
  const written = document.querySelectorAll('p')[20];
  let letters = 0;
  const scenes = {
    'writing': [100, () => { written.textContent = written.textContent.slice(0, 40 + (letters++ %% 100)) + ' x'; }],
    'reading line by line': [150, () => scrollBy(0, 24)],
    'pulling slowly': [66, () => scrollBy(0, 8)],
    'turning the wheel': [250, () => scrollBy({ top: 120, behavior: 'smooth' })],
  };
  window.move = (scene) => { clearInterval(window.moving); if (scene) window.moving = setInterval(scenes[scene][1], scenes[scene][0]); };
</script>"""

SCENES = ("writing", "pulling slowly", "reading line by line", "turning the wheel")

RECEIVED = """async () => {
  const stats = await sala.peerConnection.getStats();
  for (const one of stats.values())
    if (one.type === 'inbound-rtp' && one.kind === 'video' && one.frameWidth)
      return {
        codec: stats.get(one.codecId)?.mimeType.replace('video/', ''),
        width: one.frameWidth, height: one.frameHeight, pictures: one.framesDecoded, bytes: one.bytesReceived + one.headerBytesReceived,
      };
  return null;
}"""
SEEN = """() => {
  const video = document.querySelector('#stage-area [data-source="screen"] video');
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [video.videoWidth, video.videoHeight];
  canvas.getContext('2d').drawImage(video, 0, 0);
  return canvas.toDataURL('image/png').split(',')[1];
}"""

Brightness = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike two pictures are: PSNR in dB, and the correlation of their edges from 0 to 1."""

    psnr_db: float
    edges: float

    def __str__(self) -> str:
        return f"{self.psnr_db:.1f} dB, edges {self.edges:.3f}"


def brightness(png: bytes, size: tuple[int, int] | None = None) -> Brightness:
    """Return a picture's brightness from 0 to 255; with ``size`` shrunk to it and enlarged again."""
    picture = Image.open(io.BytesIO(png)).convert("L")
    if size is not None:
        picture = picture.resize(size, Image.Resampling.LANCZOS).resize(picture.size, Image.Resampling.BICUBIC)
    return np.asarray(picture, dtype=np.float64)


def likeness(have: Brightness, want: Brightness) -> Likeness:
    error = float(np.mean((have - want) ** 2))
    edges = [np.hypot(*np.gradient(each)).ravel() for each in (have, want)]
    return Likeness(10 * np.log10(255**2 / max(error, 1e-9)), float(np.corrcoef(*edges)[0, 1]))


@asynccontextmanager
async def tab_and_viewer(codec: str) -> AsyncIterator[tuple[Page, Page]]:
    """Give a tab with text that is shared with the conference, and the page of somebody who sees it in this codec."""
    with tempfile.TemporaryDirectory() as folder:
        async with sala_process(Path(folder) / "home") as sala, async_playwright() as playwright:
            pretended = {flag for flag in FLAGS if "fake" in flag or "desktop-capture" in flag}
            shares = await launch(
                playwright, more=[f"--auto-select-tab-capture-source-by-title={TITLE}"], without=pretended
            )
            looks = await launch(playwright)
            try:
                own = await shares.new_context(viewport={"width": SIZE[0], "height": SIZE[1]})
                tab = await own.new_page()
                await tab.set_content(TEXT % TITLE)
                presenter, viewer = await own.new_page(), await (await looks.new_context()).new_page()
                if codec == "VP8":
                    await viewer.add_init_script(WITHOUT_AV1)
                for page, link in ((presenter, sala.links[0]), (viewer, sala.links[1])):
                    await page.goto(f"{await exchange(page.context, link)}#listen")
                    await inside(page)
                await presenter.locator("#screen").click()
                await presenter.get_by_role("button", name="Screen, window or tab").click()
                await tab.bring_to_front()
                await expect(viewer.locator('#stage-area [data-source="screen"] video')).to_be_visible(timeout=30_000)
                yield tab, viewer
            finally:
                await looks.close()
                await shares.close()


@dataclass(frozen=True, slots=True)
class Arrived:
    """What came of a scene: codec, size, pictures a second and bits a second."""

    codec: str
    size: tuple[int, int]
    pictures: float
    rate_bps: float

    @property
    def good(self) -> bool:
        return self.size >= SIZE and self.pictures >= PICTURES_BAR and self.rate_bps <= RATE_BAR_BPS

    def __str__(self) -> str:
        width, height = self.size
        return (
            f"{self.codec}, {width}x{height}, {self.pictures:.1f} pictures/s (bar {PICTURES_BAR:g}), "
            f"{self.rate_bps / 1000:.0f} kbit/s (bar {RATE_BAR_BPS / 1000:.0f})"
        )


async def moving(tab: Page, viewer: Page, scene: str) -> Arrived:
    await tab.evaluate("scene => move(scene)", scene)
    await asyncio.sleep(SETTLES_S)
    begun_s, before = time.monotonic(), await viewer.evaluate(RECEIVED)
    await asyncio.sleep(MOVES_S)
    took_s, after = time.monotonic() - begun_s, await viewer.evaluate(RECEIVED)
    await tab.evaluate("move('')")
    return Arrived(
        codec=after["codec"],
        size=(after["width"], after["height"]),
        pictures=(after["pictures"] - before["pictures"]) / took_s,
        rate_bps=(after["bytes"] - before["bytes"]) * 8 / took_s,
    )


async def resting(tab: Page, viewer: Page, page: int) -> tuple[float | None, Likeness, Likeness]:
    """Show a whole new page; return seconds until it is sharp (``None``: never), how alike it then is, and what 720p would be."""
    begun_s = time.monotonic()
    await tab.evaluate("y => scrollTo(0, y)", 3000 + page * 1200)
    await tab.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    shot = await tab.screenshot()
    want = brightness(shot)
    smaller = likeness(brightness(shot, (1280, 720)), want)
    while True:
        grabbed_s = time.monotonic() - begun_s
        found: Any = await viewer.evaluate(SEEN)
        have = brightness(base64.b64decode(found))
        alike = likeness(have, want) if have.shape == want.shape else Likeness(0.0, 0.0)
        if alike.edges >= EDGES_BAR and alike.psnr_db >= PSNR_BAR_DB:
            return grabbed_s, alike, smaller
        if grabbed_s > SHARP_LIMIT_S:
            return None, alike, smaller


async def main() -> int:
    codec = "VP8" if "--vp8" in sys.argv else "AV1"
    async with tab_and_viewer(codec) as (tab, viewer):
        scenes: list[Arrived] = []
        for scene in SCENES:
            scenes.append(await moving(tab, viewer, scene))
            print(f"{scene}: {scenes[-1]}", flush=True)
        sharp_s: list[float | None] = []
        for page in range(PAGES):
            after_s, alike, smaller = await resting(tab, viewer, page)
            sharp_s.append(after_s)
            when = "never" if after_s is None else f"after {after_s:.1f} s"
            print(f"page {page + 1}: sharp {when}: {alike} (bars {PSNR_BAR_DB:g} dB, {EDGES_BAR}); 720p: {smaller}")
    slowest = min(scenes, key=lambda each: each.pictures)
    kept = [each for each in sharp_s if each is not None]
    print(f"a page full of new text is sharp after {statistics.median(kept) if kept else float('nan'):.1f} s")
    print(f"screen: {slowest}")
    return 0 if all(each.good and each.codec == codec for each in scenes) and len(kept) == PAGES else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
