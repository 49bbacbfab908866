"""A presentation before several people in real Chromium: the same page for all, films in step, YouTube only as a frame."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from pathlib import Path

import pytest
from playwright.async_api import Page, Route, expect

from data.database import open_database
from data.event_log import read
from data.ids import SessionId
from data.sessions import open_ones
from tests.apps.documents import files
from tests.browser.chromium import PATIENCE_S
from tests.browser.presenting import (
    IN_STEP_S,
    PLAYER,
    STEADY_TIMES,
    Audience,
    audience,
    film_is,
    glanced,
    has_page,
    in_step,
    prepared,
    presented,
    shown,
)
from tests.browser.soundness import becomes_sound
from tests.browser.visits import me, was_told
from tests.sala_process import SalaProcess, sala_process
from tests.waiting import until_async

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]

YOUTUBE = "https://www.youtube-nocookie.com/**"
SILENT = "document.querySelector('video.film-picture')?.muted"
PLACE = "document.querySelector('video.film-picture').currentTime"


def turns_of(sala: SalaProcess) -> dict[int, datetime]:
    """Return when each page was last turned to, by the event log."""
    database = open_database(sala.home, write=False)
    try:
        session = SessionId(database.read_now(open_ones)[-1].id)
        events = database.read_now(read, session)
    finally:
        database.close()
    return {int(str(event.payload["page"])): event.at for event in events if event.type == "page_turned"}


async def test_everybody_sees_the_same_page_and_the_same_moment(home: Path, tmp_path: Path) -> None:
    async with sala_process(home) as sala, audience(sala) as people:
        maria = await people.comes(sala.links[0])
        paul = await people.comes(sala.links[1], phone=True)
        await pages_turn_for_all(sala, maria, paul)
        petra = await a_late_comer_has_the_page(people, maria)
        await a_pointer_is_seen_by_all(maria, paul)
        await presenting_is_handed_over_in_two_clicks(maria, paul, petra)
        await a_film_is_in_step(maria, paul, petra, tmp_path)
        await petra.close()
        await a_late_comer_joins_the_film_and_may_hear_it(people)
        await youtube_is_only_a_frame(maria, paul)
        assert people.wrong == []
        assert "Traceback" not in "\n".join(sala.logged), "\n".join(sala.logged[-40:])


async def pages_turn_for_all(sala: SalaProcess, maria: Page, paul: Page) -> None:
    await expect(paul.locator("#screen")).to_be_hidden()
    await prepared(maria, "report.pdf", files.pdf(8))
    await becomes_sound(maria, "the sheet", iframes=False)
    await shown(maria, "report")
    seen: dict[int, list[float]] = {1: [await has_page(one, 1) for one in (maria, paul)]}
    await becomes_sound(maria, "the stage with pages", iframes=False)
    await becomes_sound(paul, "the stage with pages, on a phone", iframes=False)
    for number in range(2, 8):
        if number % 2:
            await maria.get_by_role("button", name="Next page").click()
        else:
            await maria.keyboard.press("ArrowRight")
        seen[number] = [await has_page(one, number) for one in (maria, paul)]
    turned = turns_of(sala)
    late_ms = {number: max(seen[number]) - turned[number].timestamp() * 1000 for number in turned}
    print(f"turns: {[round(ms) for ms in late_ms.values()]} ms after the event")  # bar: `make bench-moments`
    await expect(paul.locator(".page-picture")).to_have_attribute("alt", "Page 7 of 8")
    assert await paul.locator(".page-strip").is_hidden()
    await maria.get_by_role("button", name="Page 3 of 8").click()
    await has_page(paul, 3)


async def a_late_comer_has_the_page(people: Audience, maria: Page) -> Page:
    petra = await people.comes(people.sala.links[2])
    await has_page(petra, 3)
    await maria.keyboard.press("PageUp")
    await has_page(petra, 2)
    await petra.reload()
    await has_page(petra, 2)
    return petra


async def a_pointer_is_seen_by_all(maria: Page, paul: Page) -> None:
    await maria.get_by_role("button", name="Point at the page").click()
    box = await maria.locator(".page-picture").bounding_box()
    assert box is not None
    await maria.bring_to_front()  # one browser for three people: it draws, and so moves, only what is in front

    async def pointing() -> bool:
        for part in (0.3, 0.5):
            await maria.mouse.move(box["x"] + box["width"] * part, box["y"] + box["height"] / 4)
        return await paul.locator(".page-pointer i").is_visible()

    await until_async(pointing, what="the pointer")
    await expect(paul.locator(".page-pointer")).to_contain_text("Maria")
    await until_async(lambda: points_at(paul, 0.5, 0.25), what="the pointer where the presenter points")
    await maria.get_by_role("button", name="Point at the page").click()
    await expect(paul.locator(".page-pointer i")).to_be_hidden()


async def points_at(page: Page, x: float, y: float) -> bool:
    """Whether the pointer on a page stands at these parts of its width and height."""
    there = await page.evaluate(
        "() => { const [dot, sheet] = ['.page-pointer', '.page-sheet'].map((one) => document.querySelector(one).getBoundingClientRect());"
        " return [(dot.x - sheet.x) / sheet.width, (dot.y - sheet.y) / sheet.height]; }"
    )
    return bool(there == pytest.approx([x, y], abs=0.03))


async def presenting_is_handed_over_in_two_clicks(maria: Page, paul: Page, petra: Page) -> None:
    await maria.get_by_role("button", name="Hand over").click()
    await maria.get_by_role("menuitem", name="Paul").click()
    await expect(paul.get_by_role("button", name="Next page")).to_be_visible()
    await presents(petra, await me(paul))
    await was_told(paul, "You are the presenter now")
    await paul.get_by_role("button", name="Next page").click()
    for one in (maria, paul, petra):
        await has_page(one, 3)
    await expect(petra.get_by_role("button", name="Next page")).to_be_hidden()
    await paul.get_by_role("button", name="Hand over").click()
    await paul.get_by_role("menuitem", name="Petra").click()
    await expect(petra.get_by_role("button", name="Next page")).to_be_visible()
    await expect(paul.get_by_role("button", name="Next page")).to_be_hidden()
    await petra.get_by_role("button", name="Menu", exact=True).click()
    await petra.get_by_role("menuitem", name="Give up the presenter role").click()
    await expect(petra.get_by_role("button", name="Next page")).to_be_hidden()
    await presents(maria, None)
    await expect(maria.locator("#presentation")).to_be_visible()  # it is still what she, a moderator, presents


async def presents(page: Page, participant: str | None) -> None:
    """Wait until a page's state names the presenter, or nobody."""

    async def so() -> bool:
        return bool(await page.evaluate("window.sala.state.presenter") == participant)

    await until_async(so, timeout_s=PATIENCE_S, what=f"{participant} as presenter")


async def a_film_is_in_step(maria: Page, paul: Page, petra: Page, folder: Path) -> None:
    everybody = (maria, paul, petra)
    film = files.film(folder, "film.webm", seconds=60, picture_codec="libvpx", sound_codec="libopus")
    await prepared(maria, "film.webm", film)
    await shown(maria, "film")
    for one in everybody:
        await expect(one.locator("video.film-picture")).to_be_visible()
    await maria.get_by_role("button", name="Play for everybody").click()
    await film_is("playing", *everybody)
    await all_in_step("play", *everybody)
    await becomes_sound(maria, "the stage with a film", iframes=False)
    await becomes_sound(paul, "the stage with a film, on a phone", iframes=False)
    await maria.get_by_role("button", name="Pause for everybody").click()
    await film_is("paused", *everybody)
    await all_in_step("pause", *everybody)
    await until_async(lambda: at_one_place(everybody), timeout_s=PATIENCE_S, what="one place for all")
    await maria.get_by_role("slider", name="Place in the film").fill("20")
    await maria.get_by_role("button", name="Play for everybody").click()
    await film_is("playing", *everybody)
    for one in everybody:
        await until_async(partial(is_past, one, 20), timeout_s=PATIENCE_S, what="the place that was sought")
    await all_in_step("seek", *everybody)
    await petra.reload()
    await all_in_step("reload", *everybody)


async def at_one_place(pages: Sequence[Page]) -> bool:
    places = [await page.evaluate(PLACE) for page in pages]
    return bool(max(places) - min(places) < IN_STEP_S)


async def is_past(page: Page, place_s: float) -> bool:
    return bool(await page.evaluate(PLACE) >= place_s)


async def a_late_comer_joins_the_film_and_may_hear_it(people: Audience) -> None:
    """Her browser refuses sound before a press: the film runs on without, in step, and one press gives it."""
    petra = await people.arrives(people.sala.links[2])
    good: list[float] = []

    async def silent_and_in_step() -> bool:
        drift_s = await glanced(petra, f"{SILENT} && !navigator.userActivation.hasBeenActive && sala.presented.drift_s")
        if isinstance(drift_s, float) and abs(drift_s) < IN_STEP_S:
            good.append(drift_s)
        return len(good) >= STEADY_TIMES

    await until_async(silent_and_in_step, timeout_s=PATIENCE_S, what="a silent film in step")
    print(f"film after coming late: {round(good[-1] * 1000)} ms off (bar {IN_STEP_S * 1000:.0f}), silent")
    await petra.get_by_role("button", name="Tap to hear").click()
    await expect(petra.get_by_role("button", name="Tap to hear")).to_be_hidden()
    assert not await petra.evaluate(SILENT)
    await all_in_step("a press for sound", petra)
    await petra.close()


async def all_in_step(after: str, *pages: Page) -> None:
    begun_s = time.monotonic()
    drifts = await asyncio.gather(*(in_step(one) for one in pages))
    took_s = time.monotonic() - begun_s - STEADY_TIMES * 0.05
    off = [round(drift * 1000) for drift in drifts]
    print(f"film after {after}: {off} ms off (bar {IN_STEP_S * 1000:.0f}), all of them {max(0.0, took_s):.1f} s later")


async def youtube_is_only_a_frame(maria: Page, paul: Page) -> None:
    """The frame's page is ours here, and speaks the messages of YouTube's player."""

    async def play(route: Route) -> None:
        await route.fulfill(body=PLAYER.read_text(encoding="utf-8"), content_type="text/html")

    await maria.route(YOUTUBE, play)
    await paul.route(YOUTUBE, lambda route: route.abort())
    await maria.locator("#screen").click()
    await maria.locator("#present").get_by_role("button", name="YouTube", exact=True).click()
    await maria.locator("#present-link").fill("https://www.youtube.com/watch?v=dQw4w9WgXcQ&t=3")
    await maria.locator("#present-link").press("Enter")
    await maria.locator(".present-item", has_text="YouTube").get_by_role("button").first.click()
    await expect(maria.locator("iframe")).to_have_attribute("sandbox", "allow-scripts allow-same-origin")
    await maria.get_by_role("button", name="Play for everybody").click()
    await film_is("playing", maria)
    await all_in_step("play on YouTube", maria)
    await maria.get_by_role("slider", name="Place in the film").fill("100")
    await all_in_step("seek on YouTube", maria)
    await expect(paul.locator(".film-problem")).to_contain_text("YouTube could not be reached")
    await paul.unroute(YOUTUBE)
    await paul.route(YOUTUBE, play)
    await paul.get_by_role("button", name="Try again").click()
    await expect(paul.locator(".film-problem")).to_be_hidden()
    await all_in_step("coming late to YouTube", maria, paul)
    await paul.reload()
    await all_in_step("reload on YouTube", maria, paul)
    await maria.get_by_role("button", name="Pause for everybody").click()
    await film_is("paused", maria, paul)
    await all_in_step("pause on YouTube", maria, paul)
    await maria.get_by_role("button", name="Stop presenting").click()
    await expect(paul.locator("#presentation")).to_be_hidden()
    assert (await presented(paul))["drift_s"] is None
