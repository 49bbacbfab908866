"""The portal in real Chromium: axe finds nothing serious, no page asks another host or breaks its policy, a phone needs no sideways scrolling."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from playwright.async_api import Page

from apps.single import Sala
from tests.browser.chromium import chromium
from tests.browser.soundness import becomes_sound
from tests.waiting import until_async

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]

PHONE = {"width": 360, "height": 740}
WIDE = {"width": 1440, "height": 900}
LOOKS: tuple[tuple[str, dict[str, int], str], ...] = (
    ("en", WIDE, "light"),
    ("ro", PHONE, "dark"),
    ("it", PHONE, "light"),
)


@asynccontextmanager
async def browsing(
    sala: Sala, language: str, size: dict[str, int], scheme: str
) -> AsyncIterator[tuple[Page, list[str]]]:
    """Yield a page and what went wrong on it: errors, broken policies, requests to other hosts."""
    wrong: list[str] = []
    async with chromium(viewport=size, color_scheme=scheme, reduced_motion="reduce") as context:
        await context.add_cookies([{"name": "sala_language", "value": language, "url": sala.url}])
        page = await context.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda line: wrong.append(line.text) if line.type == "error" else None)
        page.on("request", lambda asked: None if asked.url.startswith((sala.url, "blob:")) else wrong.append(asked.url))
        yield page, wrong


async def phase(page: Page) -> Any:
    return await page.evaluate("window.sala?.phase")


@pytest.mark.parametrize(("language", "size", "scheme"), LOOKS)
async def test_pages_are_sound(sala: Sala, language: str, size: dict[str, int], scheme: str) -> None:
    link = sala.demo_links["Paul Participant"]
    async with browsing(sala, language, size, scheme) as (page, wrong):
        for path in (sala.url, f"{sala.url}/signin", link):
            await page.goto(path)
            await becomes_sound(page, path)
        assert wrong == []
        await page.goto(f"{sala.url}/j/{'x' * 43}")
        await becomes_sound(page, "the problem page")
        assert all("404" in line for line in wrong)


@pytest.mark.parametrize(("language", "size", "scheme"), LOOKS)
async def test_the_room_is_sound_from_before_joining_to_the_end(
    sala: Sala, language: str, size: dict[str, int], scheme: str
) -> None:
    async with browsing(sala, language, size, scheme) as (page, wrong):
        await page.goto(sala.demo_links["Maria Moderator"])
        await page.locator("form[action$='/enter'] button").click()
        await page.wait_for_url("**/r/demo")
        await becomes_sound(page, "before joining")
        await page.locator("#set-up").click()
        await page.locator("#preview-buttons").wait_for()
        await becomes_sound(page, "before joining, with devices")
        await page.locator("#enter").click()
        await page.locator("#roster li").wait_for(state="attached")
        await page.locator("#chat-text").fill("https://example.org and <b>text</b>")
        await page.locator("#chat-text").press("Enter")
        await page.locator(".message-text a").wait_for()
        await becomes_sound(page, "the conference")
        await page.locator("#menu-button").click()
        await becomes_sound(page, "the menu")
        await page.keyboard.press("End")
        await page.keyboard.press("Enter")
        await page.locator("#over").wait_for()
        assert await phase(page) == "over"
        await becomes_sound(page, "after leaving")
        assert wrong == []


async def test_who_comes_before_the_moderator_waits_and_enters_by_itself(sala: Sala) -> None:
    async with browsing(sala, "en", WIDE, "light") as (paul, wrong):
        await paul.goto(sala.demo_links["Paul Participant"])
        await paul.get_by_role("button", name="Enter").click()
        await paul.wait_for_url("**/r/demo")
        await paul.get_by_role("button", name="Enter").click()
        await paul.get_by_text("Waiting for the moderator").wait_for()
        await becomes_sound(paul, "waiting")
        async with browsing(sala, "en", WIDE, "light") as (maria, _):
            await maria.goto(sala.demo_links["Maria Moderator"])
            await maria.get_by_role("button", name="Enter").click()
            await maria.wait_for_url("**/r/demo")
            await maria.goto(f"{sala.url}/r/demo#listen")
            await maria.reload()
            await paul.locator("#roster li").nth(1).wait_for()
            await maria.locator("#end-all").click()
            await maria.locator("#confirm .danger").click()
            await paul.get_by_text("Maria Moderator ended the conference").wait_for()
        assert wrong == []


async def test_nobody_is_asked_for_devices_before_they_act(sala: Sala) -> None:
    async with browsing(sala, "en", WIDE, "light") as (page, _):
        await page.add_init_script(
            "window.asked = 0; for (const name of ['getUserMedia', 'getDisplayMedia']) {"
            " const real = MediaDevices.prototype[name];"
            " MediaDevices.prototype[name] = function (...given) { window.asked += 1; return real.apply(this, given); }; }"
        )
        await page.goto(sala.demo_links["Maria Moderator"])
        await page.get_by_role("button", name="Enter").click()
        await page.wait_for_url("**/r/demo")
        await page.locator("#enter").click()
        await page.locator("#roster li").wait_for()
        assert await page.evaluate("window.asked") == 0
        await page.locator("#microphone").click()
        await page.locator("#microphone[data-state=on]").wait_for()
        assert await page.evaluate("window.asked") == 1


async def test_a_reload_keeps_the_seat_and_the_devices_and_a_newer_tab_takes_over(sala: Sala) -> None:
    async with browsing(sala, "en", WIDE, "light") as (page, _):
        await page.goto(sala.demo_links["Maria Moderator"])
        await page.get_by_role("button", name="Enter").click()
        await page.wait_for_url("**/r/demo")
        await page.locator("#enter").click()
        await page.locator("#microphone").click()
        await page.locator("#microphone[data-state=on]").wait_for()
        seat = await page.evaluate("window.sala.me")
        await page.reload()
        await page.locator("#microphone[data-state=on]").wait_for()
        assert await page.evaluate("window.sala.me") == seat
        newer = await page.context.new_page()
        await newer.goto(f"{sala.url}/r/demo#listen")
        await page.get_by_role("button", name="Use here").click()
        await newer.get_by_text("You are here in another window").wait_for()
        await page.locator("#roster li").wait_for()
        assert await page.evaluate("window.sala.me") == seat
        assert await page.locator("#roster li").count() == 1


async def test_the_keyboard_reaches_everything_in_the_menu_and_escape_leads_back(sala: Sala) -> None:
    async with browsing(sala, "it", WIDE, "light") as (page, _):
        await page.goto(sala.demo_links["Maria Moderator"])
        await page.locator("form[action$='/enter'] button").click()
        await page.wait_for_url("**/r/demo")
        await page.locator("#enter").focus()
        await page.keyboard.press("Enter")
        await page.locator("#roster li").wait_for()
        await page.locator("#menu-button").focus()
        await page.keyboard.press("Enter")
        labels = await page.locator("[role=menu] button").all_inner_texts()
        assert labels[0] == "Schermo intero"
        assert labels[-1] == "Disconnetti"
        await page.keyboard.press("ArrowUp")
        assert await page.evaluate("document.activeElement.textContent") == "Disconnetti"
        await page.keyboard.press("Escape")
        assert await page.evaluate("document.activeElement.id") == "menu-button"
        await page.keyboard.press("Enter")
        await page.keyboard.press("i")
        await page.keyboard.press("Enter")
        await page.locator("#settings[open]").wait_for()

        async def closed() -> bool:
            return not await page.evaluate("document.getElementById('settings').open")

        await page.keyboard.press("Escape")
        await until_async(closed, what="settings that are gone")
