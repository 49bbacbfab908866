"""
Pictures and sound on a line that loses packets: two Chromium pages, a camera of 540 lines, 5 % of all packets lost each way. ``make bench-loss``.

The same on a path of 160 ms there and back, where what is asked for again comes late; this has no bar.

With 20 % lost each way, prints how much of the sound was real, and not made up for what did not come.

Prints the share of the sender's pictures that the receiver decoded in 20 s, and the longest gap between two that were shown; the same with nothing
lost goes before, so that a machine that is too slow for its own sake can be told from a bad network. Then the line is cut to 500 kbit/s, one way and
the other: after how long the picture is smaller, and the share of real sound in each second. Ends with 1 if a bar is missed.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.browser.calls import Call, write_busy_camera
from tests.browser.chromium import PATIENCE_S
from tests.browser.test_bad_networks import HEIGHT_PX, PATIENT, narrowed, speech, two_people, whole
from tests.relay import Relay
from tests.waiting import until, until_async

LOSS = 0.05
FAR_S = 0.08
"""One way."""
SHARE_BAR, GAP_BAR_S = 0.95, 0.5
MEASURED_S = 20
HEAVY_LOSS, HEARD_BAR = 0.2, 0.9
SETTLED_S = 5
"""Then the player has learned how long to wait for sound."""
SPEECH_BAR = 0.25  # of each second of sound on a line that has just become too narrow
SMALLER_BAR_S, BACK_BAR_S = 10.0, 20.0


@dataclass(frozen=True, slots=True)
class Found:
    share: float
    pictures: int
    gap_s: float


async def measure(anna: Call, bob: Call) -> Found:
    sent, shown = await anna.sent(), await bob.received("v0")
    gap_s = max(to_s - from_s for from_s, to_s in await bob.page.evaluate(f"gaps('v0', {MEASURED_S})"))
    sent_then, shown_then = await anna.sent(), await bob.received("v0")
    made = max(each["framesEncoded"] - sent[rid]["framesEncoded"] for rid, each in sent_then.items())
    return Found((shown_then["framesDecoded"] - shown["framesDecoded"]) / made, made, gap_s)


async def run(camera: Path, loss: float, delay_s: float = 0.0) -> Found:
    relay = Relay(seed=5)
    relay.up.delay_s = relay.down.delay_s = delay_s
    async with relay, two_people(relay, camera) as (anna, bob):
        if loss:
            relay.up.loss = relay.down.loss = loss
            await bob.page.wait_for_function(PATIENT, timeout=30_000)
        # its line is known once the picture is whole
        await until_async(lambda: whole(bob), timeout_s=PATIENCE_S, what="the whole picture")
        await bob.decodes("v0", frames=45)
        return await measure(anna, bob)


async def listen(camera: Path, loss: float) -> float:
    """Return the share of the sound that was real."""
    async with Relay(seed=20) as relay, two_people(relay, camera) as (_, bob), speech(bob) as shares:
        relay.up.loss = relay.down.loss = loss
        await until(lambda: len(shares) >= SETTLED_S + MEASURED_S, timeout_s=60, what="seconds of sound")
        return sum(shares[SETTLED_S:]) / len(shares[SETTLED_S:])


async def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        camera = write_busy_camera(Path(folder) / "busy.y4m", height=HEIGHT_PX)
        clean, lossy, far = await run(camera, 0.0), await run(camera, LOSS), await run(camera, LOSS, FAR_S)
        heard = await listen(camera, HEAVY_LOSS)
        down, up = await narrowed(camera, "down"), await narrowed(camera, "up")
    for name, found in (("nothing lost", clean), ("5 % lost each way", lossy), ("the same on a long path", far)):
        print(f"{name}: {found.share:.1%} of {found.pictures} pictures, longest gap {found.gap_s:.2f} s")
    print(f"500 kbit/s down: {down}\n500 kbit/s up: {up}")
    worst = min(*down.shares, *up.shares)
    smaller_s, back_s = max(down.smaller_s, up.smaller_s), max(down.back_s, up.back_s)
    print(f"{HEAVY_LOSS:.0%} lost each way: {heard:.1%} of the sound was real (bar {HEARD_BAR:.0%})")
    print(
        f"loss: {lossy.share:.1%} of the pictures (bar {SHARE_BAR:.0%}), far away {far.share:.1%}, longest gap {lossy.gap_s:.2f} s (bar {GAP_BAR_S}),"
        f" {lossy.share / clean.share:.2f} of a line without loss; speech {worst:.0%} of its worst second (bar {SPEECH_BAR:.0%}),"
        f" smaller after {smaller_s:.1f} s (bar {SMALLER_BAR_S:.0f}), back after {back_s:.1f} s (bar {BACK_BAR_S:.0f})"
    )
    narrow = worst >= SPEECH_BAR and smaller_s <= SMALLER_BAR_S and back_s <= BACK_BAR_S
    return 0 if lossy.share >= SHARE_BAR and lossy.gap_s <= GAP_BAR_S and narrow and heard >= HEARD_BAR else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
