"""A moderator prepares presentations before the conference opens, in real Chromium."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import FilePayload, Locator, Page, Route, expect

from tests.apps.documents import files
from tests.browser.chromium import chromium
from tests.browser.soundness import becomes_sound
from tests.browser.visits import exchange, inside
from tests.sala_process import sala_process
from tests.waiting import until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]


def items(page: Page) -> Locator:
    return page.locator(".present-item[data-presentation]")


async def titles(page: Page) -> list[str]:
    return await items(page).locator(".present-title").all_text_contents()


async def test_presentations_are_prepared_before_the_conference(home: Path) -> None:
    async with sala_process(home) as sala, chromium(viewport={"width": 360, "height": 740}) as maria:
        room = await exchange(maria, sala.links[0])
        page = await maria.new_page()
        await page.goto(room)
        await page.get_by_role("link", name="Prepare presentations").click()
        await expect(page.get_by_role("heading", name="Presentations", level=1)).to_be_visible()
        await files_become_presentations(page)
        await they_are_put_in_order_and_deleted(page)
        await becomes_sound(page)
        await page.get_by_role("link", name="To the conference").click()
        await page.locator("#enter").click()
        await inside(page)
        await page.locator("#screen").click()
        await expect(items(page)).to_have_count(2)
        assert await titles(page) == ["second", "3 pictures"]
        await an_older_listing_hides_no_upload(page)
        await page.get_by_role("button", name="Show to everybody: 3 pictures").click()
        await expect(page.locator(".page-picture")).to_have_attribute("alt", "Page 1 of 3")
    assert "Traceback" not in "\n".join(sala.logged)


async def files_become_presentations(page: Page) -> None:
    pictures = [("a.png", "image/png", files.picture()), ("b.png", "image/png", files.picture())]
    chosen: list[Any] = [
        {"name": name, "mimeType": kind, "buffer": content}
        for name, kind, content in [
            ("first.pdf", "application/pdf", files.pdf(2)),
            ("second.pdf", "application/pdf", files.pdf(3)),
            ("nothing.pdf", "application/pdf", b""),
            *pictures,
            ("c.jpg", "image/jpeg", files.picture("JPEG")),
        ]
    ]
    await page.locator("#shelf input[type=file]").set_input_files(chosen)
    await expect(page.locator(".present-item", has_text="This file is empty.")).to_be_visible()
    await expect(page.locator(".present-item[data-state=ready]")).to_have_count(3)
    await expect(page.locator(".present-item", has_text="3 pictures").locator("img")).to_have_js_property(
        "naturalWidth", 320
    )


async def they_are_put_in_order_and_deleted(page: Page) -> None:
    assert await titles(page) == ["first", "second", "3 pictures"]
    await page.get_by_role("button", name="More about first").click()
    await page.get_by_role("menuitem", name="Move down").click()
    await expect(items(page).first).to_contain_text("second")
    await page.reload()
    await expect(items(page)).to_have_count(3)
    assert await titles(page) == ["second", "first", "3 pictures"]
    await page.get_by_role("button", name="More about first").click()
    await page.get_by_role("menuitem", name="Delete…").click()
    await page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    await expect(items(page)).to_have_count(2)


async def an_older_listing_hides_no_upload(page: Page) -> None:
    """A listing that the server made before an upload comes back after it: the page looks again."""
    made, go_on, listed = asyncio.Event(), asyncio.Event(), 0

    async def late(route: Route) -> None:
        nonlocal listed
        if route.request.method != "GET":
            await route.fallback()
            return
        listed += 1
        answer = await route.fetch()
        if listed == 1:
            made.set()
            await go_on.wait()
        await route.fulfill(response=answer)

    await page.locator("#present-close").click()
    await page.route("**/presentations", late)
    await page.locator("#screen").click()
    await made.wait()
    third: FilePayload = {"name": "third.pdf", "mimeType": "application/pdf", "buffer": files.pdf(1)}
    await page.locator("#present input[type=file]").set_input_files([third])
    await expect(page.locator(".present-item[data-state=ready]", has_text="third")).to_be_visible()
    go_on.set()
    await until(lambda: listed >= 2, what="a newer listing")
    await page.unroute_all(behavior="wait")
    await expect(items(page)).to_have_count(3)
    assert await titles(page) == ["second", "3 pictures", "third"]
