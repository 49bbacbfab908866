"""*Are you there?* in real Chromium: by the keyboard, while typing and with nothing in focus; and a page that nobody sees."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.async_api import BrowserContext, Page, expect

from apps.single import Sala, running
from data.attendance import attendance
from data.event_log import read
from data.ids import SessionId
from data.models import Event
from tests.browser.chromium import chromium
from tests.browser.clock import Clock
from tests.browser.visits import exchange, inside, me, was_told
from tests.waiting import until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]


async def listening(context: BrowserContext, link: str) -> Page:
    """Come in by a join link without devices."""
    address = await exchange(context, link)
    page = await context.new_page()
    await page.goto(f"{address}#listen")
    await inside(page)
    return page


def log_of(sala: Sala, session: str) -> list[Event]:
    return sala.database.read_now(read, SessionId(session))


def media_flow(log: list[Event], *, people: int) -> bool:
    """Whether the log says of so many people that media reach them."""
    flowing = {line.payload["participant"]: line.payload["flowing"] for line in log if line.type == "media_flowing"}
    return list(flowing.values()) == [True] * people


async def test_a_presence_check_is_answered_by_the_keyboard(home: Path) -> None:
    clock = Clock()
    async with (
        running(home=home, demo=True, clock=clock) as sala,
        chromium() as one,
        chromium() as two,
        chromium() as three,
    ):
        maria = await listening(one, sala.demo_links["Maria Moderator"])
        paul = await listening(two, sala.demo_links["Paul Participant"])
        petra = await listening(three, next(link for name, link in sala.demo_links.items() if name.startswith("Petra")))
        session = str(sala.hub.live_rooms()[0]["session"])
        await expect(paul.locator("#presence-checks")).to_be_hidden()
        await until(lambda: media_flow(log_of(sala, session), people=3), what="media of all")
        await switch_on(maria)
        await somebody_who_types_is_not_disturbed(sala, clock, session, paul, petra)
        await a_hidden_page_is_noted(sala, session, paul)
        await maria.locator("#presence-checks").click()
        await until(
            lambda: any(line.type == "presence_checks_off" for line in log_of(sala, session)),
            what="the end of the checks",
        )
        rows = attendance(log_of(sala, session)).set_index("participant_id")
        for page in (paul, petra):
            asked, answered = rows.loc[await me(page), ["checks_asked", "checks_answered"]]
            assert (asked, answered) == (1, 1)
        assert rows.loc[await me(maria), "checks_asked"] == 0
        assert rows["flowing_s"].gt(0).all()


async def switch_on(maria: Page) -> None:
    await maria.locator("#presence-checks").focus()
    await maria.keyboard.press("Enter")
    await maria.locator("#presence-mean").select_option("5")
    await maria.get_by_role("button", name="Switch on").press("Enter")
    await expect(maria.locator("#presence-checks")).to_have_attribute("aria-pressed", "true")


async def somebody_who_types_is_not_disturbed(sala: Sala, clock: Clock, session: str, paul: Page, petra: Page) -> None:
    await paul.locator("#chat-text").fill("I am typ")
    await petra.evaluate("document.activeElement?.blur()")
    clock.ahead += timedelta(minutes=15)  # three means: the first check is due by then
    clock.stop()  # and no other
    for page in (paul, petra):
        await expect(page.locator("#presence")).to_be_visible()
        await expect(page.get_by_role("alert").filter(has_text="Are you there?")).to_have_count(1)
    await expect(paul.locator("#chat-text")).to_be_focused()
    await paul.keyboard.type("ing")
    await expect(petra.locator("#presence-yes")).to_be_focused()
    await petra.keyboard.press("Enter")
    await paul.keyboard.press("Alt+Shift+H")
    for page in (paul, petra):
        await expect(page.locator("#presence")).to_be_hidden()
        await was_told(page, "Your presence was noted")
    await expect(paul.locator("#chat-text")).to_have_value("I am typing")
    await expect(paul.locator("#chat-text")).to_be_focused()
    answers = [line.payload for line in log_of(sala, session) if line.type == "presence_checked"]
    assert {(answer["participant"], answer["answered"]) for answer in answers} == {
        (await me(paul), True),
        (await me(petra), True),
    }


async def a_hidden_page_is_noted(sala: Sala, session: str, page: Page) -> None:
    """Headless Chromium keeps every page visible, so the page is told otherwise."""
    for state in ("hidden", "visible"):
        await page.evaluate(
            """state => {
              Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => state });
              document.dispatchEvent(new Event('visibilitychange'));
            }""",
            state,
        )
        wanted = state == "visible"
        await until(
            lambda wanted=wanted: (
                [line.payload["visible"] for line in log_of(sala, session) if line.type == "visibility_changed"][-1:]
                == [wanted]
            ),  # type: ignore[misc]
            what=f"a {state} page",
        )
