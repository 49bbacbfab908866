"""Real Chromium and the media engine with a bad network between them: a seeded relay that loses packets or holds them back."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from media_core.engine import MediaConfig
from media_core.local import LocalEngine
from tests.browser.calls import ROOM, Call, call, write_busy_camera
from tests.relay import Relay
from tests.waiting import until_async

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

HEIGHT_PX = 540
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


async def _hears(bob: Call) -> bool:
    return bool((await bob.received("a0")).get("packetsReceived"))


async def speech(bob: Call, seconds: int) -> list[float]:
    """Return for each second which share of the sound was real, and not made up for what did not come."""
    shares, before = list[float](), await bob.received("a0")
    for _ in range(seconds):
        await asyncio.sleep(1)  # a second of sound is what is measured
        now = await bob.received("a0")
        samples = now["totalSamplesReceived"] - before["totalSamplesReceived"]
        heard = {name: now[name] - before[name] for name in ("concealedSamples", "silentConcealedSamples")}
        made_up = heard["concealedSamples"] - heard["silentConcealedSamples"]
        shares.append(1 - made_up / samples if samples else 0.0)
        before = now
    return shares


async def test_pictures_wait_for_lost_packets_where_packets_are_lost(camera: Path) -> None:
    """How many are shown then is told by ``make bench-loss``."""
    async with Relay(seed=5) as relay, two_people(relay, camera) as (_, bob):
        assert not await bob.page.evaluate(PATIENT)
        relay.up.loss = relay.down.loss = 0.05
        await bob.page.wait_for_function(PATIENT, timeout=30_000)  # the page noticed what kind of line it is
        await bob.decodes("v0", frames=60)
        relay.up.loss = relay.down.loss = 0.0
        await bob.page.wait_for_function(f"!({PATIENT})", timeout=60_000)
        await bob.decodes("v0", frames=30)


async def test_with_one_packet_in_five_lost_people_come_in_and_are_heard(camera: Path) -> None:
    async with Relay(seed=20) as relay, engine_behind(relay) as engine:
        relay.up.loss = relay.down.loss = 0.2
        async with (
            call(engine, "pt_anna", camera=camera, port=relay.port) as anna,
            call(engine, "pt_bob", sending=False, port=relay.port) as bob,
        ):
            began_s = asyncio.get_running_loop().time()
            await until_async(lambda: _hears(bob), timeout_s=5, what="sound")
            heard_s = bob.joined_s + asyncio.get_running_loop().time() - began_s
            shares = await speech(bob, 10)
    print(
        f"20 % loss: joined in {anna.joined_s:.1f} and {bob.joined_s:.1f} s, heard after {heard_s:.1f} s, speech {[round(share, 2) for share in shares]}"
    )
    assert max(anna.joined_s, heard_s) <= 5
    assert min(shares) > 0.4
    assert sum(shares) / len(shares) > 0.6


@pytest.mark.parametrize("way", ["down", "up"])
async def test_a_line_that_narrows_costs_size_and_not_speech(camera: Path, way: str) -> None:
    async with Relay(seed=3) as relay, two_people(relay, camera) as (_, bob):

        async def height() -> int:
            return int((await bob.received("v0")).get("frameHeight", 0))

        async def smaller() -> bool:
            return 0 < await height() < HEIGHT_PX

        async def whole() -> bool:
            return await height() == HEIGHT_PX

        loop = asyncio.get_running_loop()
        await until_async(whole, timeout_s=20, what="the whole picture")
        await bob.decodes("v0", frames=60)
        narrow = relay.down if way == "down" else relay.up
        narrow.rate_bps = 500_000
        began_s = loop.time()
        listening = asyncio.create_task(speech(bob, 12))
        await until_async(smaller, timeout_s=10, what="a smaller picture")
        smaller_s = loop.time() - began_s
        shares = await listening
        narrow.rate_bps = math.inf
        began_s = loop.time()
        listening = asyncio.create_task(speech(bob, 5))
        await until_async(whole, timeout_s=30, what="the whole picture again")
        back_s = loop.time() - began_s
        shares += await listening
    print(
        f"500 kbit/s {way}: smaller after {smaller_s:.1f} s, back after {back_s:.1f} s, speech {[round(s, 2) for s in shares]}"
    )
    assert min(shares) > 0.3  # it never stops
    assert sorted(shares)[len(shares) // 4] > 0.9
