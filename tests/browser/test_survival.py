"""What dies under a running conference is replaced, and the people in it hardly notice."""

from __future__ import annotations

import time
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page

from data.database import open_database
from data.event_log import read, verify
from data.ids import SessionId
from data.sessions import open_ones
from tests.browser.chromium import PATIENCE_S
from tests.browser.table import Someone, ask, is_on, table
from tests.browser.visits import hears, me, picture_of, sees
from tests.sala_process import SalaProcess, sala_process, standing_still
from tests.standstill import standstill
from tests.waiting import until_async

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]

BACK_AFTER_WEB_S = 10.0
PICTURES_ALONE = 60
"""Far more than a browser can have in hand: its jitter buffer holds 0.6 s at most."""
TAKEN_FOR_DEAD_S = 0.8
"""A page whose line is lost looks for a second whether anything still comes by the media's path; what stands still so long may be replaced."""

WATCH_FRAMES = """participant => {
  window.frameTimes = [];
  const watch = () => {
    const video = document.querySelector(`#stage-area [data-participant="${participant}"] video`);
    if (!video) return setTimeout(watch, 20);
    const note = () => { window.frameTimes.push(Date.now()); if (video.isConnected && video.srcObject) video.requestVideoFrameCallback(note); else watch(); };
    video.requestVideoFrameCallback(note);
    const same = video.srcObject;
    const check = setInterval(() => { if (!video.isConnected || video.srcObject !== same) { clearInterval(check); watch(); } }, 50);
  };
  watch();
}"""
WATCH_PATH = """() => {
  let [bytes, atMs] = [-1, performance.now()];
  window.longestSilenceS = 0;
  const look = async () => {
    const stats = [...((await window.sala.peerConnection?.getStats()) ?? new Map()).values()];
    const now = stats.reduce((sum, one) => sum + (one.type === 'transport' ? one.bytesReceived : 0), 0);
    window.longestSilenceS = Math.max(window.longestSilenceS, (performance.now() - atMs) / 1000);
    if (now !== bytes) [bytes, atMs] = [now, performance.now()];
    setTimeout(look, 50);
  };
  look();
}"""
"""Note for how long nothing came by the path of the media."""


async def frame_times_ms(page: Page) -> list[float]:
    """Return when frames were shown since ``WATCH_FRAMES``, in ms since 1970."""
    found: list[float] = await page.evaluate("window.frameTimes")
    return found


def events_of(sala: SalaProcess) -> list[Any]:
    """Return the open session's log."""
    database = open_database(sala.home, write=False)
    try:
        (session,) = database.read_now(open_ones)
        return database.read_now(read, SessionId(session.id))
    finally:
        database.close()


async def test_a_killed_web_process_costs_no_media_and_no_seat(home: Path, tmp_path: Path) -> None:
    async with standstill() as watch, sala_process(home) as sala, table(sala, tmp_path, people=2) as (maria, paul):
        await ask(maria, paul, "Make presenter")
        await paul.page.locator("#hand").click()
        await sees(maria.page, paul.id, paul.colour)
        await hears(maria.page, paul.tone_hz)
        for one in (maria, paul):
            await until_async(partial(is_as_left, one, paul), what="presenter and hand")
        transport = await maria.page.evaluate("window.sala.transport")
        await maria.page.evaluate(WATCH_FRAMES, paul.id)
        await maria.page.evaluate(WATCH_PATH)
        before, killed_s = len(events_of(sala)), time.time()
        sala.kill("web")
        back_s = await all_back_s(sala, before, maria, paul)
        took_s = await watch.running_s(killed_s, back_s)
        assert took_s < BACK_AFTER_WEB_S, (
            f"back after {back_s - killed_s:.1f} s, of which the machine ran {took_s:.1f} s"
        )
        print(f"web process: back after {back_s - killed_s:.1f} s")
        await everything_is_as_before(maria, paul, transport)

        before = len(events_of(sala))
        with standing_still(sala.process.pid):  # nobody starts another web process
            killed_s = time.time()
            sala.kill("web")
            pictures = partial(shown_since, maria.page, killed_s, PICTURES_ALONE)
            await until_async(pictures, timeout_s=PATIENCE_S, what="pictures while nobody is signalling")
        await all_back_s(sala, before, maria, paul)
        await everything_is_as_before(maria, paul, transport)
        await ask(maria, paul, "Switch microphone off")
        await is_on(paul.page, paul.id, "microphone", False)
        assert verify(events_of(sala)) is None


async def shown_since(page: Page, since_s: float, pictures: int) -> bool:
    """Whether so many pictures were shown since then."""
    return sum(ms / 1000 > since_s for ms in await frame_times_ms(page)) >= pictures


async def all_back_s(sala: SalaProcess, before: int, *people: Someone) -> float:
    """Wait until everybody has connected again; return when the last had, in s since 1970."""
    for one in people:
        await until_async(partial(is_back, sala, one, before), timeout_s=90, what="everybody back")
    return max(came_back_s(sala, one, before) for one in people)


async def everything_is_as_before(maria: Someone, paul: Someone, transport: str) -> None:
    for one in (maria, paul):
        await until_async(partial(is_as_left, one, paul), timeout_s=PATIENCE_S, what="presenter and hand as before")
        assert await me(one.page) == one.id
        await is_on(one.page, paul.id, "camera", True)
    silence_s = await maria.page.evaluate("window.longestSilenceS")
    same = await maria.page.evaluate("window.sala.transport") == transport
    assert same or silence_s > TAKEN_FOR_DEAD_S, "the peer connection was replaced though media came by it"


async def is_as_left(one: Someone, presenter: Someone) -> bool:
    """Whether a page knows two people, of whom one presents and has a hand up."""
    state = await one.page.evaluate(
        "({ presenter: window.sala.state.presenter, hands: window.sala.state.hands, count: window.sala.state.participants.size })"
    )
    return bool(state == {"presenter": presenter.id, "hands": [presenter.id], "count": 2})


def came_back_s(sala: SalaProcess, one: Someone, before: int) -> float:
    """Return when a person connected for the first time since, in s since 1970; 0 if they have not."""
    connected = [event for event in events_of(sala)[before:] if event.type == "connected"]
    return next((event.at.timestamp() for event in connected if event.payload["participant"] == one.id), 0.0)


async def is_back(sala: SalaProcess, one: Someone, before: int) -> bool:
    """Whether a person connected again since, and their page says so."""
    if not came_back_s(sala, one, before):
        return False
    return bool(await one.page.evaluate("window.sala.phase === 'inside' && window.sala.connection === 'open'"))


async def media_worker_killed(home: Path, folder: Path) -> list[float]:
    """Kill the media worker under a conference of two; return how long each saw no picture, in seconds. Nobody clicked, nobody left."""
    async with sala_process(home) as sala, table(sala, folder, people=2) as (maria, paul):
        for one, other in ((maria, paul), (paul, maria)):
            await sees(one.page, other.id, other.colour)
            await one.page.evaluate(WATCH_FRAMES, other.id)
        transports = {one.id: await one.page.evaluate("window.sala.transport") for one in (maria, paul)}
        killed_s, gaps = time.time(), []
        sala.kill("media")
        for one, other in ((maria, paul), (paul, maria)):
            fresh = partial(has_new, one, transports[one.id])
            await until_async(fresh, timeout_s=PATIENCE_S, what="a fresh transport")
            await sees(one.page, other.id, other.colour)
            await hears(one.page, other.tone_hz)
        for one in (maria, paul):
            await until_async(partial(shown_since, one.page, killed_s, 1), timeout_s=PATIENCE_S, what="a picture shown")
            frames = [ms / 1000 for ms in await frame_times_ms(one.page) if ms / 1000 > killed_s]
            gaps.append(max(later - earlier for earlier, later in zip([killed_s, *frames], frames, strict=False)))
            other = maria if one is paul else paul
            await until_async(partial(picture_of, one.page, other.id), what="a picture")
        happened = events_of(sala)
        assert "participant_gone" not in [event.type for event in happened]
        ended = [event.payload["reason"] for event in happened if event.type == "disconnected"]
        assert set(ended) <= {"replaced"}, "a page that hears nothing may ask for a fresh socket, nobody was lost"
        return gaps


async def test_a_killed_media_worker_costs_no_click(home: Path, tmp_path: Path) -> None:
    """Within how many seconds: ``make bench-moments``."""
    gaps = await media_worker_killed(home, tmp_path)
    print(f"media worker: longest time between two pictures {[round(gap_s, 2) for gap_s in gaps]} s")


async def has_new(one: Someone, old: str) -> bool:
    return bool(
        await one.page.evaluate(
            "old => window.sala.transport !== null && window.sala.transport !== old && window.sala.peerConnection?.connectionState === 'connected'",
            old,
        )
    )
