"""Real Chromium and the media engine with a bad network between them: a seeded relay that loses packets or holds them back."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest

from media_core.engine import MediaConfig
from media_core.local import LocalEngine
from tests.browser.calls import ROOM, Call, call, write_busy_camera
from tests.browser.chromium import PATIENCE_S
from tests.relay import Relay
from tests.standstill import standstill
from tests.waiting import until, until_async

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]

HEIGHT_PX = 540
NARROW_S = 12
"""The rate is cut for at least so long."""
SECOND_SAMPLES = 48_000
"""A second of sound, however long a busy machine takes to play it."""
WHOLE_S, WHOLE_SHARE = 3, 0.9
"""Sound is whole after so many seconds in a row in which so much of it was real."""
FEW, TRIES = 15, 4
"""Of two hundred pictures so many may still wait for their packets."""
PATIENT = "media.current.pc.getReceivers().some((one) => one.jitterBufferTarget > 0)"


@pytest.fixture(scope="module")
def camera(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_busy_camera(tmp_path_factory.mktemp("camera") / "busy.y4m", height=HEIGHT_PX)


@asynccontextmanager
async def engine_behind(relay: Relay) -> AsyncIterator[LocalEngine]:
    engine = await LocalEngine.start(MediaConfig())
    relay.target = engine.address
    try:
        await engine.open_room(ROOM)
        yield engine
    finally:
        await engine.close()


@asynccontextmanager
async def two_people(relay: Relay, camera: Path) -> AsyncIterator[tuple[Call, Call]]:
    """Anna sends and Bob watches her on his stage, both through the relay."""
    async with (
        engine_behind(relay) as engine,
        call(engine, "pt_anna", camera=camera, port=relay.port) as anna,
        call(engine, "pt_bob", sending=False, port=relay.port) as bob,
    ):
        await bob.show(stage=anna.camera, stage_height_px=HEIGHT_PX)
        await bob.decodes("v0", frames=5)
        yield anna, bob


async def height_px(bob: Call) -> int:
    return int((await bob.received("v0")).get("frameHeight", 0))


async def whole(bob: Call) -> bool:
    return await height_px(bob) == HEIGHT_PX


async def _hears(bob: Call) -> bool:
    return bool((await bob.received("a0")).get("packetsReceived"))


@asynccontextmanager
async def speech(bob: Call) -> AsyncIterator[list[float]]:
    """Give a list that grows with each second of sound: which share of it was real, and not made up for what did not come."""
    shares: list[float] = []

    async def listen() -> None:
        before = await bob.received("a0")
        while True:
            await asyncio.sleep(0.1)
            now = await bob.received("a0")
            samples = now["totalSamplesReceived"] - before["totalSamplesReceived"]
            if samples < SECOND_SAMPLES:
                continue
            heard = {name: now[name] - before[name] for name in ("concealedSamples", "silentConcealedSamples")}
            made_up = heard["concealedSamples"] - heard["silentConcealedSamples"]
            shares.append(1 - made_up / samples)
            before = now

    listening = asyncio.create_task(listen())
    try:
        yield shares
    finally:
        listening.cancel()
        with suppress(asyncio.CancelledError):
            await listening


@dataclass(slots=True)
class Narrowed:
    """What a rate cut to 500 kbit/s and back did: seconds until the picture was smaller and whole again, and the shares of real sound."""

    smaller_s: float
    back_s: float
    shares: list[float]

    def __str__(self) -> str:
        shares = ", ".join(f"{share:.2f}" for share in self.shares)
        return f"smaller after {self.smaller_s:.1f} s, back after {self.back_s:.1f} s, speech {shares}"


async def narrowed(camera: Path, way: Literal["down", "up"]) -> Narrowed:
    """Cut the rate one way until the picture is smaller and three seconds of sound in a row were whole; then give it back."""
    async with Relay(seed=3) as relay, two_people(relay, camera) as (_, bob):

        async def smaller() -> bool:
            return 0 < await height_px(bob) < HEIGHT_PX

        loop = asyncio.get_running_loop()
        await until_async(lambda: whole(bob), timeout_s=PATIENCE_S, what="the whole picture")
        await bob.decodes("v0", frames=60)
        narrow = relay.down if way == "down" else relay.up
        async with speech(bob) as shares:
            narrow.rate_bps, began_s = 500_000, loop.time()
            await until_async(smaller, timeout_s=PATIENCE_S, what="a smaller picture")
            smaller_s = loop.time() - began_s
            await until(
                lambda: len(shares) >= NARROW_S and min(shares[-WHOLE_S:]) > WHOLE_SHARE,
                timeout_s=2 * PATIENCE_S,
                what="sound that is whole on the narrow line",
            )
            narrow.rate_bps, began_s = math.inf, loop.time()
            await until_async(lambda: whole(bob), timeout_s=2 * PATIENCE_S, what="the whole picture again")
            return Narrowed(smaller_s, loop.time() - began_s, shares)


async def test_pictures_wait_for_lost_packets_where_packets_are_lost(camera: Path) -> None:
    """How many are shown then is told by ``make bench-loss``."""
    async with Relay(seed=5) as relay, two_people(relay, camera) as (_, bob):
        await bob.page.wait_for_function(f"!({PATIENT})", timeout=60_000)  # the join itself may have lost some
        relay.up.loss = relay.down.loss = 0.05
        await bob.page.wait_for_function(PATIENT, timeout=60_000)  # the page noticed what kind of line it is
        await bob.decodes("v0", frames=60)
        relay.up.loss = relay.down.loss = 0.0
        await bob.page.wait_for_function(f"!({PATIENT})", timeout=60_000)
        await bob.decodes("v0", frames=30)


async def test_pictures_are_waited_for_and_not_left_out(camera: Path) -> None:
    """One that misses a packet is asked for until it is whole, whatever comes after it; how long that takes is told by ``make bench-loss``."""
    async with Relay(seed=7) as relay, two_people(relay, camera) as (anna, bob):
        slot = anna.engine.sfu.transports[bob.transport].slots["v0"]

        async def not_shown() -> int:
            slot.catch_up()
            sent = slot.pictures.pictures.next_out  # each picture has the next number
            return sent - int((await bob.received("v0"))["framesDecoded"])

        relay.up.loss = relay.down.loss = 0.1
        left_out: list[int] = []
        # A keyframe after a standstill leaves out what was before it; then the next pictures tell.
        while len(left_out) < TRIES and not any(count < FEW for count in left_out):
            before = await not_shown()
            await bob.decodes("v0", frames=200)
            left_out.append(await not_shown() - before)
        print(f"of 200 pictures on a line that loses 10 % each way, left out or still waiting: {left_out}")
        assert min(left_out) < FEW


async def test_with_one_packet_in_five_lost_people_come_in_and_are_heard(camera: Path) -> None:
    async with standstill() as watch, Relay(seed=20) as relay, engine_behind(relay) as engine:
        relay.up.loss = relay.down.loss = 0.2
        async with (
            call(engine, "pt_anna", camera=camera, port=relay.port) as anna,
            call(engine, "pt_bob", sending=False, port=relay.port) as bob,
        ):
            await until_async(lambda: _hears(bob), timeout_s=PATIENCE_S, what="sound")
            heard_s = await watch.running_s(bob.joining_s[0], time.time())
            joined_s = await watch.running_s(*anna.joining_s)
            async with speech(bob) as shares:
                await until(
                    lambda: len(shares) >= 10 and sum(shares[-10:]) > 8,
                    timeout_s=2 * PATIENCE_S,
                    what="ten seconds of speech",
                )
    print(
        f"20 % loss: joined in {joined_s:.1f} s, heard after {heard_s:.1f} s, speech {[round(share, 2) for share in shares]}"
    )
    assert max(joined_s, heard_s) <= 5


@pytest.mark.parametrize("way", ["down", "up"])
async def test_a_line_that_narrows_costs_size_and_not_speech(camera: Path, way: Literal["down", "up"]) -> None:
    """How soon, and how much of the speech is made up until then, is told by ``make bench-loss``."""
    found = await narrowed(camera, way)
    print(f"500 kbit/s {way}: {found}")
    assert min(found.shares) > 0  # it never stops
