"""Real Chromium in networks of its own: no UDP, IPv6 only, behind address translation, behind a relay."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from media_core.engine import MediaConfig, TransportClosed
from media_core.local import LocalEngine
from tests.browser.apart import chromium_in
from tests.browser.calls import ROOM, Call, call
from tests.browser.chromium import PATIENCE_S
from tests.browser.test_bad_networks import engine_behind
from tests.media_core.engines import Events
from tests.netns import Link, Namespace, link, namespace, why_not
from tests.relay import Relay
from tests.standstill import standstill
from tests.waiting import until_async

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]

HEIGHT_PX = 360
OUTSIDE, OUTSIDE_PORT = "203.0.113.7", 17_000


@asynccontextmanager
async def running(config: MediaConfig) -> AsyncIterator[LocalEngine]:
    engine = await LocalEngine.start(config)
    try:
        await engine.open_room(ROOM)
        yield engine
    finally:
        await engine.close()


async def hears(one: Call) -> bool:
    return float((await one.received("a0")).get("totalAudioEnergy", 0)) > 0


async def talk(engine: LocalEngine, network: Namespace, folder: Path, *, by: str) -> None:
    """Have Anna, in that network, seen and heard by Bob beside her, who both come by one way, such as ``tcp4``."""
    async with chromium_in(network, folder) as context:
        anna = Call(await context.new_page(), engine, "pt_anna", None)
        bob = Call(await context.new_page(), engine, "pt_bob", None)
        await anna.join(sending=True, height_px=HEIGHT_PX)
        await bob.join(sending=False, height_px=HEIGHT_PX)
        print(f"joined in {anna.joined_s:.2f} and {bob.joined_s:.2f} s")
        await bob.show(stage=anna.camera, stage_height_px=HEIGHT_PX)
        await bob.decodes("v0", frames=20)
        await until_async(lambda: hears(bob), timeout_s=PATIENCE_S, what="sound")

        async def both() -> bool:  # a browser may take a second best way until the best has answered
            return (await engine.metrics())["paths"] == {by: 2}

        await until_async(both, timeout_s=PATIENCE_S, what=f"both by {by}, not by {(await engine.metrics())['paths']}")


@pytest.fixture
def network() -> Iterator[tuple[Namespace, Link]]:
    if reason := why_not():
        pytest.skip(reason)
    with namespace() as made, link(made) as cable:
        yield made, cable


async def test_where_udp_is_blocked_media_come_by_tcp(network: tuple[Namespace, Link], tmp_path: Path) -> None:
    here, cable = network
    here.block_udp()
    async with running(MediaConfig("0.0.0.0", announced=(cable.here,))) as engine:
        await talk(engine, here, tmp_path, by="tcp4")


async def test_people_with_ipv6_only_are_there_too(network: tuple[Namespace, Link], tmp_path: Path) -> None:
    here, cable = network
    here.ip("-4", "addr", "flush", "dev", cable.there_name)
    async with running(MediaConfig("::", announced=(cable.here, cable.here6))) as engine:
        await talk(engine, here, tmp_path, by="udp6")


@pytest.mark.parametrize("protocol", ["udp", "tcp"])
async def test_behind_address_translation_the_outside_address_and_port_are_announced(
    network: tuple[Namespace, Link], tmp_path: Path, protocol: str
) -> None:
    """The kernel rewrites what goes to the outside address and port, as the router in front of a server does."""
    if reason := why_not(nat=True):
        pytest.skip(reason)
    here, cable = network
    if protocol == "tcp":
        here.block_udp()
    async with running(MediaConfig("0.0.0.0", announced=(OUTSIDE,), announced_port=OUTSIDE_PORT)) as engine:
        here.translate(OUTSIDE, OUTSIDE_PORT, to=cable.here, to_port=engine.address[1])
        await talk(engine, here, tmp_path, by=f"{protocol}4")


async def test_a_new_outside_port_in_a_call_costs_less_than_five_seconds() -> None:
    """What a router does that forgets: the browser notices nothing, its packets come from elsewhere at once."""
    async with standstill() as watch, Relay(seed=1) as relay, engine_behind(relay) as engine:
        events = Events(engine)
        async with (
            call(engine, "pt_anna", port=relay.port) as anna,
            call(engine, "pt_bob", sending=False, port=relay.port) as bob,
        ):
            await bob.show(stage=anna.camera, stage_height_px=HEIGHT_PX)
            await bob.decodes("v0", frames=20)
            looking = asyncio.create_task(bob.page.evaluate("gaps('v0', 10)"))
            await asyncio.sleep(0.1)
            relay.rebind()
            gap_s = max([await watch.running_s(*gap) for gap in await looking])
            print(f"the picture stood still for {gap_s:.1f} s")
            assert gap_s < 5
        assert all(event.reason == "closed" for event in events.of(TransportClosed))
