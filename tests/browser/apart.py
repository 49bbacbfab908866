"""Real Chromium in a network of its own (``tests/netns.py``), where a test can cut links and block protocols."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from playwright.async_api import BrowserContext, async_playwright

from tests.browser.chromium import FLAGS, PATIENCE_S, chromium_path, patient
from tests.netns import Namespace


@contextlib.asynccontextmanager
async def chromium_in(
    network: Namespace,
    folder: Path,
    *,
    camera: Path | None = None,
    microphone: Path | None = None,
    origin: str = "http://localhost",
) -> AsyncIterator[BrowserContext]:
    """
    One person's browser whose packets go by this network only.

    Args:
        folder: Where the script that starts it is written.
        origin: Gets camera and microphone although it is neither https nor this machine.
    """
    program = chromium_path()
    assert program is not None, "a browser of Playwright's own cannot be started in a namespace"
    flags = [*FLAGS, f"--unsafely-treat-insecure-origin-as-secure={origin}"]
    for flag, file in (("video", camera), ("audio", microphone)):
        if file is not None:
            flags.append(f"--use-file-for-fake-{flag}-capture={file}")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=network.command(folder, program), args=flags, timeout=PATIENCE_S * 1000
        )
        try:
            devices = ["camera", "microphone"]
            yield await patient(browser, permissions=devices, viewport={"width": 1280, "height": 800}, locale="en-GB")
        finally:
            await browser.close()
