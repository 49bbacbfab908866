"""
Pictures on a line that loses packets: two Chromium pages, a camera of 540 lines, 5 % of all packets lost each way. ``make bench-loss``.

Prints the share of the sender's pictures that the receiver decoded in 20 s, and the longest gap between two that were shown; the same with nothing
lost goes before, so that a machine that is too slow for its own sake can be told from a bad network. Ends with 1 if a bar is missed.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.browser.calls import Call, write_busy_camera
from tests.browser.test_bad_networks import HEIGHT_PX, PATIENT, two_people
from tests.relay import Relay

LOSS = 0.05
SHARE_BAR, GAP_BAR_S = 0.95, 0.5
MEASURED_S = 20


@dataclass(frozen=True, slots=True)
class Found:
    share: float
    pictures: int
    gap_s: float


async def measure(anna: Call, bob: Call) -> Found:
    sent, shown = await anna.sent(), await bob.received("v0")
    gap_s = await bob.page.evaluate(f"longestGapS('v0', {MEASURED_S})")
    sent_then, shown_then = await anna.sent(), await bob.received("v0")
    made = max(each["framesEncoded"] - sent[rid]["framesEncoded"] for rid, each in sent_then.items())
    return Found((shown_then["framesDecoded"] - shown["framesDecoded"]) / made, made, gap_s)


async def run(camera: Path, loss: float) -> Found:
    async with Relay(seed=5) as relay, two_people(relay, camera) as (anna, bob):
        if loss:
            relay.up.loss = relay.down.loss = loss
            await bob.page.wait_for_function(PATIENT, timeout=30_000)
        await bob.decodes("v0", frames=45)
        return await measure(anna, bob)


async def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        camera = write_busy_camera(Path(folder) / "busy.y4m", height=HEIGHT_PX)
        clean, lossy = await run(camera, 0.0), await run(camera, LOSS)
    for name, found in (("nothing lost", clean), ("5 % lost each way", lossy)):
        print(f"{name}: {found.share:.1%} of {found.pictures} pictures, longest gap {found.gap_s:.2f} s")
    print(
        f"loss: {lossy.share:.1%} of the pictures (bar {SHARE_BAR:.0%}), longest gap {lossy.gap_s:.2f} s (bar {GAP_BAR_S}),"
        f" {lossy.share / clean.share:.2f} of a line without loss"
    )
    return 0 if lossy.share >= SHARE_BAR and lossy.gap_s <= GAP_BAR_S else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
