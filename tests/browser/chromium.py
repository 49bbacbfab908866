"""Real Chromium with file-fed devices; one browser a person, because devices belong to the browser."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, BrowserContext, Playwright, async_playwright

FLAGS = (
    "--no-sandbox",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--allow-loopback-in-peer-connection",
    "--autoplay-policy=no-user-gesture-required",
    "--auto-select-desktop-capture-source=Entire screen",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
    "--disable-features=WebRtcHideLocalIpsWithMdns",
)


def chromium_path() -> str | None:
    """Return the installed Chromium, or ``None`` for Playwright's own."""
    for name in ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"):
        if path := shutil.which(name):
            return path
    return None


async def launch(playwright: Playwright, *, camera: Path | None = None, microphone: Path | None = None) -> Browser:
    """Start a Chromium whose fake devices play these files (else its own green picture and beep)."""
    extra = []
    if camera:
        extra.append(f"--use-file-for-fake-video-capture={camera}")
    if microphone:
        extra.append(f"--use-file-for-fake-audio-capture={microphone}")
    return await playwright.chromium.launch(executable_path=chromium_path(), args=[*FLAGS, *extra])


@contextlib.asynccontextmanager
async def chromium(
    *, camera: Path | None = None, microphone: Path | None = None, **context: Any
) -> AsyncIterator[BrowserContext]:
    """One person's browser: a context with device permissions, 1280 x 800 unless told otherwise."""
    settings: Mapping[str, Any] = {"viewport": {"width": 1280, "height": 800}, "locale": "en-GB", **context}
    async with async_playwright() as playwright:
        browser = await launch(playwright, camera=camera, microphone=microphone)
        try:
            yield await browser.new_context(permissions=["camera", "microphone"], **settings)
        finally:
            await browser.close()
