"""A person's visit to a room in real Chromium: coming in, and reading what the page shows and plays."""

from __future__ import annotations

from typing import Any

from playwright.async_api import BrowserContext, Page, expect

from tests.browser.chromium import PATIENCE_S
from tests.browser.devices import CODE_BITS, Colour
from tests.waiting import until_async


async def exchange(context: BrowserContext, link: str) -> str:
    """Open a join link and press *Enter* on it; return the room's address (the page itself is closed again)."""
    page = await context.new_page()
    await page.goto(link)
    await page.locator("form[action$='/enter'] button").click()
    await page.wait_for_url("**/r/**")
    address = page.url.partition("#")[0]
    await page.close()
    return address


async def enter_with_devices(page: Page, link: str) -> None:
    """Come in by a join link with camera and microphone switched on before the door."""
    await page.goto(link)
    await page.locator("form[action$='/enter'] button").click()
    await page.wait_for_url("**/r/**")
    await page.locator("#set-up").click()
    for name in ("microphone", "camera"):
        button = page.locator(f"#prejoin-{name}")
        await expect(button).to_be_visible()
        if await button.get_attribute("aria-pressed") != "true":
            await button.click()
        await expect(button).to_have_attribute("aria-pressed", "true")
    await page.locator("#enter").click()
    await inside(page)


async def inside(page: Page) -> None:
    """Wait until the page is in the conference."""
    await expect(page.locator("#conference")).to_be_visible()


async def me(page: Page) -> str:
    """Return the participant id of the page's person."""
    return str(await page.evaluate("window.sala.me"))


async def person(page: Page, participant: str) -> dict[str, Any]:
    """Return a participant as the page's state has it."""
    found: dict[str, Any] = await page.evaluate("id => window.sala.state.participants.get(id) ?? {}", participant)
    return found


async def was_told(page: Page, words: str) -> None:
    """Wait until a note with these words was shown; it may be gone again."""

    async def told() -> bool:
        return any(words in note for note in await page.evaluate("window.told"))

    await until_async(told, timeout_s=PATIENCE_S, what=f"the note {words!r}")


PICTURE_OF = """([participant, bits]) => {
  const tile = document.querySelector(`#stage-area [data-participant="${participant}"]`);
  const video = tile?.querySelector('video');
  if (!video || video.readyState < 2 || !video.videoWidth) return null;
  const canvas = new OffscreenCanvas(video.videoWidth, video.videoHeight);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  context.drawImage(video, 0, 0);
  const at = (x, y) => [...context.getImageData(Math.floor(x * canvas.width), Math.floor(y * canvas.height), 1, 1).data.slice(0, 3)];
  let number = 0;
  for (let bit = 0; bit < bits; bit++) if (at((bit + 0.5) / bits, 0.5)[1] > 127) number |= 1 << bit;
  return { colour: at(0.5, 0.1), number, frames: video.getVideoPlaybackQuality().totalVideoFrames };
}"""


CODEC_OF = """async mid => {
  const stats = await window.sala.peerConnection.getStats();
  const line = [...stats.values()].find((one) => one.type === 'inbound-rtp' && one.mid === mid);
  return stats.get(line?.codecId)?.mimeType.split('/')[1] ?? '';
}"""


async def codec_of(page: Page, mid: str) -> str:
    """Return the codec in which something comes on a receive line, such as ``AV1``; empty while nothing does."""
    return str(await page.evaluate(CODEC_OF, mid))


async def picture_of(page: Page, participant: str) -> dict[str, Any] | None:
    """Return colour, running number and frames decoded of a participant's tile, or ``None`` while it shows nothing."""
    found: dict[str, Any] | None = await page.evaluate(PICTURE_OF, [participant, CODE_BITS])
    return found


def is_colour(found: list[int], wanted: Colour) -> bool:
    """Whether a read-back pixel is this colour and no other of ours (encoding shifts it a little)."""
    return all(abs(have - want) < 90 for have, want in zip(found, wanted.rgb, strict=True))


async def sees(page: Page, participant: str, colour: Colour, *, frames: int = 10) -> None:
    """
    Wait until a participant's tile has shown ``frames`` further frames in the right colour, with a moving number.

    Who speaks moves onto the stage and back, where another video element begins to count anew.
    """
    shown, last_frames, numbers = 0, 0, set[int]()

    async def moves() -> bool:
        nonlocal shown, last_frames
        now = await picture_of(page, participant)
        if now is None:
            return False
        if not is_colour(now["colour"], colour):
            shown, last_frames = 0, now["frames"]
            numbers.clear()
            return False
        shown += now["frames"] - last_frames if now["frames"] >= last_frames and numbers else 0
        last_frames = now["frames"]
        numbers.add(now["number"])
        return shown >= frames and len(numbers) > 1

    await until_async(moves, timeout_s=PATIENCE_S, what=f"{colour.name} moving pictures of {participant}")


LISTEN = """() => {
  if (window.ears) return;
  const context = new AudioContext();
  window.ears = new Map();
  window.loudness = () => {
    const heard = {};
    for (const [mid, track] of window.sala.tracks) {
      if (!mid.startsWith('a')) continue;
      let ear = window.ears.get(mid);
      if (!ear || ear.track !== track) {
        const analyser = context.createAnalyser();
        analyser.fftSize = 8192;
        analyser.smoothingTimeConstant = 0;
        context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
        ear = { track, analyser };
        window.ears.set(mid, ear);
      }
      const bins = new Float32Array(ear.analyser.frequencyBinCount);
      ear.analyser.getFloatFrequencyData(bins);
      let best = 0;
      for (let bin = 1; bin < bins.length; bin++) if (bins[bin] > bins[best]) best = bin;
      heard[mid] = { hz: best * context.sampleRate / ear.analyser.fftSize, db: bins[best] };
    }
    return heard;
  };
}"""
AUDIBLE_DB = -60.0
TOLERANCE_HZ = 15.0


async def heard(page: Page) -> dict[str, dict[str, float]]:
    """Return the strongest frequency of each receive line of sound, in Hz, with its strength in dB."""
    await page.evaluate(LISTEN)
    found: dict[str, dict[str, float]] = await page.evaluate("window.loudness()")
    return found


async def hears(page: Page, *tones_hz: int) -> None:
    """Wait until the page has received each of these tones."""
    missing = set(tones_hz)

    async def all_there() -> bool:
        for line in (await heard(page)).values():
            if line["db"] is not None and line["db"] > AUDIBLE_DB:
                missing.difference_update({tone for tone in missing if abs(tone - line["hz"]) < TOLERANCE_HZ})
        return not missing

    await until_async(all_there, timeout_s=PATIENCE_S, what=f"the tones {tones_hz} Hz")


async def silent(page: Page, tone_hz: int) -> bool:
    """Whether no receive line plays this tone at this moment."""
    return not any(
        line["db"] is not None and line["db"] > AUDIBLE_DB and abs(tone_hz - line["hz"]) < TOLERANCE_HZ
        for line in (await heard(page)).values()
    )


async def received_packets(page: Page) -> int:
    """Return how many media packets the page's peer connection has received."""
    return int(
        await page.evaluate(
            """async () => {
              let packets = 0;
              for (const report of (await window.sala.peerConnection.getStats()).values())
                if (report.type === 'inbound-rtp') packets += report.packetsReceived;
              return packets;
            }"""
        )
    )
