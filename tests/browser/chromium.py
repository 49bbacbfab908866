"""Real Chromium with file-fed devices; one browser a person, because devices belong to the browser."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, BrowserContext, Playwright, async_playwright, expect

PATIENCE_S = 60.0
"""How long a page may take for anything: Playwright's own 5 s are soon over where several browsers share a busy machine."""
expect.set_options(timeout=PATIENCE_S * 1000)

PLAYS_AT_ONCE = "--autoplay-policy=no-user-gesture-required"
PLAYS_AFTER_A_PRESS = "--autoplay-policy=document-user-activation-required"
"""What Chromium does for people; without a window it is not the default."""
FLAGS = (
    "--no-sandbox",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--allow-loopback-in-peer-connection",
    PLAYS_AT_ONCE,
    "--auto-select-desktop-capture-source=Entire screen",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
    "--disable-features=WebRtcHideLocalIpsWithMdns",
)


REMEMBERS_NOTES = """{
  window.told = [];
  new MutationObserver((changes) => {
    for (const { addedNodes } of changes)
      for (const node of addedNodes)
        for (const text of node.querySelectorAll?.('.toast-text') ?? []) window.told.push(text.textContent);
  }).observe(document, { childList: true, subtree: true });
}"""
"""For ``add_init_script``: the notes that a page shows for some seconds, also those that are gone when a test looks."""
WITHOUT_AV1 = """{
  const answer = RTCPeerConnection.prototype.setLocalDescription;
  RTCPeerConnection.prototype.setLocalDescription = function (...description) {
    for (const line of this.getTransceivers()) {
      if (line.receiver.track.kind !== 'video') continue;
      const known = RTCRtpReceiver.getCapabilities('video').codecs;
      line.setCodecPreferences(known.filter((codec) => codec.mimeType !== 'video/AV1'));
    }
    return answer.apply(this, description);
  };
}"""
"""For ``add_init_script``: the browser knows no AV1, neither to send nor to receive."""


def chromium_path() -> str | None:
    """Return the installed Chromium, or ``None`` for Playwright's own."""
    for name in ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"):
        if path := shutil.which(name):
            return path
    return None


async def launch(
    playwright: Playwright,
    *,
    camera: Path | None = None,
    microphone: Path | None = None,
    more: Sequence[str] = (),
    without: Collection[str] = (),
) -> Browser:
    """Start a Chromium whose fake devices play these files (else its own green picture and beep), with more flags or without some."""
    extra = list(more)
    if camera:
        extra.append(f"--use-file-for-fake-video-capture={camera}")
    if microphone:
        extra.append(f"--use-file-for-fake-audio-capture={microphone}")
    return await playwright.chromium.launch(
        executable_path=chromium_path(),
        args=[flag for flag in (*FLAGS, *extra) if flag not in without],
        timeout=PATIENCE_S * 1000,
    )


async def patient(browser: Browser, **settings: Any) -> BrowserContext:
    """Return a new context whose pages may take their time and remember what they told."""
    context = await browser.new_context(**settings)
    context.set_default_timeout(PATIENCE_S * 1000)
    await context.add_init_script(REMEMBERS_NOTES)
    return context


@contextlib.asynccontextmanager
async def chromium(
    *, camera: Path | None = None, microphone: Path | None = None, **context: Any
) -> AsyncIterator[BrowserContext]:
    """One person's browser: a context with device permissions, 1280 x 800 unless told otherwise."""
    settings: Mapping[str, Any] = {"viewport": {"width": 1280, "height": 800}, "locale": "en-GB", **context}
    async with async_playwright() as playwright:
        browser = await launch(playwright, camera=camera, microphone=microphone)
        try:
            yield await patient(browser, permissions=["camera", "microphone"], **settings)
        finally:
            await browser.close()
