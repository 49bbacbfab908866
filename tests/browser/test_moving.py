"""Somebody in a conference goes from one network to another: real Chromium, real links, the whole of Sala."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import pytest
from playwright.async_api import Page

from tests.browser.apart import chromium_in
from tests.browser.chromium import PATIENCE_S, chromium
from tests.browser.devices import GREEN, RED, write_camera, write_microphone
from tests.browser.test_survival import WATCH_FRAMES, events_of, frame_times_ms
from tests.browser.visits import enter_with_devices, hears, me, sees
from tests.netns import link, namespace, why_not
from tests.sala_process import sala_process
from tests.waiting import until_async

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]

OFFLINE_S = 0.5
WATCHED_S = 8


async def standstill_s(pages: Sequence[Page], since_s: float) -> list[float]:
    """Return how long the picture stood still on each page, at most, since then."""
    found = []
    for page in pages:
        frames = [ms / 1000 for ms in await frame_times_ms(page) if ms / 1000 > since_s]
        found.append(
            max(later - earlier for earlier, later in zip([since_s, *frames], [*frames, time.time()], strict=True))
        )
    return found


async def moves(home: Path, folder: Path) -> list[float]:
    """
    Go out of reach of the wi-fi, half a second of nothing, then mobile; and back into the wi-fi while mobile is still there.

    Returns how long pictures stood still, in seconds: of both people, at each move. Everybody is back and nobody was lost then.
    """
    with namespace() as outside, link(outside) as wifi, link(outside) as mobile:
        mobile.down()
        async with sala_process(home, "--host", "0.0.0.0", SALA_ANNOUNCE=wifi.here) as sala:
            address = f"http://{wifi.here}:{sala.url.rsplit(':', 1)[1]}"
            cameras = [write_camera(folder / f"{colour.name}.y4m", colour) for colour in (RED, GREEN)]
            sounds = [write_microphone(folder / f"{tone_hz}.wav", tone_hz) for tone_hz in (440, 660)]
            async with (
                chromium(camera=cameras[0], microphone=sounds[0]) as at_home,
                chromium_in(outside, folder, camera=cameras[1], microphone=sounds[1], origin=address) as away,
            ):
                maria, paul = await at_home.new_page(), await away.new_page()
                await enter_with_devices(maria, sala.links[0])
                await enter_with_devices(paul, sala.links[1].replace(sala.url, address))
                ids = [await me(page) for page in (maria, paul)]
                await sees(maria, ids[1], GREEN)
                await sees(paul, ids[0], RED)
                await maria.evaluate(WATCH_FRAMES, ids[1])
                await paul.evaluate(WATCH_FRAMES, ids[0])
                before = len(events_of(sala))
                stood = []
                for left, entered in ((wifi, mobile), (mobile, wifi)):
                    moved_s = time.time()
                    if entered is wifi:
                        entered.up(metric=50)
                    left.down()
                    if entered is mobile:
                        await asyncio.sleep(OFFLINE_S)
                        entered.up()
                    await asyncio.sleep(WATCHED_S)  # long enough for a second loss to show
                    for page in (maria, paul):
                        await until_async(
                            partial(shows_pictures, page, time.time()), timeout_s=PATIENCE_S, what="pictures again"
                        )
                    stood += await standstill_s((maria, paul), moved_s)
                await hears(maria, 660)
                await hears(paul, 440)
                assert await me(paul) == ids[1]
                assert await maria.evaluate("window.sala.state.participants.size") == 2
                happened = events_of(sala)[before:]
                assert not {event.type for event in happened} & {"participant_gone", "participant_left"}
                ended = [event.payload["reason"] for event in happened if event.type == "disconnected"]
                assert set(ended) <= {"replaced"}, "the socket went over to the new network, nobody was lost"
                return stood


async def shows_pictures(page: Page, since_s: float) -> bool:
    return any(ms / 1000 > since_s for ms in await frame_times_ms(page))


async def test_from_wifi_to_mobile_and_back(home: Path, tmp_path: Path) -> None:
    """Within how many seconds: ``make bench-moments``."""
    if reason := why_not():
        pytest.skip(reason)
    stood = await moves(home, tmp_path)
    print(f"\npictures stood still for {[round(gap_s, 1) for gap_s in stood]} s")
