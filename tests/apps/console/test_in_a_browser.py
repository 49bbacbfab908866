"""The console in real Chromium against a fake web process: what a moderator sees and presses."""

from __future__ import annotations

import asyncio
import gc
import re
import statistics
from collections.abc import AsyncIterator
from typing import Any

import pytest
from bokeh.document import Document
from playwright.async_api import BrowserContext, Page, expect

from apps.service import LinkNotice, QualityNotice
from data import accounts
from data.database import Database
from data.ids import RoomId
from data.models import Account, Contact, Invitation, Room
from tests.apps.console.fakes import FakeService, event, person, snapshot
from tests.apps.console.serving import SECRET, Console
from tests.browser.chromium import PATIENCE_S, chromium
from tests.browser.console import press_twice, reactions_s
from tests.browser.soundness import becomes_sound
from tests.waiting import until, until_async

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]

PEOPLE = 200


@pytest.fixture
async def browser(console: Console) -> AsyncIterator[BrowserContext]:
    async with chromium() as context:
        await context.add_cookies([{"name": "sala", "value": SECRET, "url": console.url}])
        yield context


def crowd(service: FakeService, room: Room, count: int = PEOPLE) -> None:
    """Open the room with many people in it."""
    people = [person(number, f"Person {number:03}") for number in range(1, count)]
    service.snapshots[room.id] = snapshot(person(0, "Maria", role="moderator"), *people, number=10)


LACKS = re.compile(r"(Error: )?reference \S+ isn't known")
"""Of this a page heals itself, by loading anew."""


async def show(browser: BrowserContext, console: Console, place: str) -> Page:
    page = await browser.new_page()
    await page.goto(f"{console.url}/console#/{place}")
    await page.get_by_role("heading", level=1).wait_for()
    return page


def row(page: Page, who: str) -> Any:
    return page.locator(f"tr[data-row={who}]").first


async def test_the_roster_follows_events_at_once(
    browser: BrowserContext,
    console: Console,
    service: FakeService,
    room: Room,
) -> None:
    crowd(service, room)
    page = await show(browser, console, f"conferences/{room.id}/live")
    await expect(row(page, "pt_7")).to_contain_text("Person 007")
    delays: list[float] = []
    for number in range(11, 31):
        kind = "hand_raised" if number % 2 else "hand_lowered"
        service.happened(room.id, event(number, kind, participant="pt_7"))
        await expect(row(page, "pt_7").locator("td").nth(5)).to_have_text("1" if number % 2 else "")
        delays += await reactions_s(page)
    print(
        f"roster: {statistics.median(delays) * 1000:.0f} ms, worst {max(delays) * 1000:.0f} ms"
    )  # bar: `make bench-console`
    assert min(delays) > 0


async def test_actions_are_pressed_and_removing_asks_twice(
    browser: BrowserContext,
    console: Console,
    service: FakeService,
    room: Room,
) -> None:
    crowd(service, room, 5)
    page = await show(browser, console, f"conferences/{room.id}/live")
    service.happened(room.id, event(11, "microphone_on", participant="pt_2"))
    await page.get_by_role("button", name="Switch off the microphone of Person 002").click()
    await until(lambda: [command.type for _, command, _ in service.commands] == ["mute_microphone"])
    remove = row(page, "pt_2").locator("[data-action=remove]")
    assert await remove.evaluate("button => { button.click(); return button.textContent; }") == "Press again to remove"
    await asyncio.sleep(0.1)
    assert len(service.commands) == 1
    await press_twice(remove)  # one of them counts, whether 5 s passed meanwhile or not
    await until(lambda: [command.type for _, command, _ in service.commands[1:]] == ["remove_participant"])
    await page.get_by_label("Message to everyone").fill("Hello <b>all</b>")
    await page.keyboard.press("Enter")
    await until(lambda: service.commands[-1][1].type == "send_message")
    text = event(
        12, "message_sent", message="ms_1", participant=None, to="everyone", text="Hello <b>all</b>", name="Alice"
    )
    service.happened(room.id, text)
    await expect(page.get_by_text("Hello <b>all</b>")).to_be_visible()


async def test_pages_change_every_time_and_back_works(
    browser: BrowserContext,
    console: Console,
    contact: Contact,
) -> None:
    page = await show(browser, console, "conferences")
    for _ in range(4):
        for name in ("Contacts", "People", "Attendance", "Conferences"):
            await page.get_by_role("link", name=name, exact=True).click()
            await expect(page.get_by_role("heading", level=1)).to_have_text(name)
    await page.go_back()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Attendance")


async def test_while_the_web_process_is_away_a_banner_says_so(
    browser: BrowserContext,
    console: Console,
    service: FakeService,
    room: Room,
) -> None:
    page = await show(browser, console, "conferences")
    await until(lambda: service.listeners)
    service.tell(LinkNotice(up=False))
    await expect(page.get_by_text("The connection to the server is being restored.")).to_be_visible()
    await expect(page.get_by_role("button", name="Add conference")).to_be_disabled()
    service.tell(LinkNotice(up=True))
    await expect(page.get_by_text("The connection to the server is being restored.")).to_be_hidden()
    await expect(page.get_by_role("button", name="Add conference")).to_be_enabled()


async def test_what_is_typed_stays_when_the_lists_change(
    browser: BrowserContext,
    console: Console,
    service: FakeService,
    database: Database,
    room: Room,
    contact: Contact,
) -> None:
    from data import contacts
    from tests.apps.console.fakes import NOW

    page = await show(browser, console, f"conferences/{room.id}/invitations")
    await page.locator(f"[data-person={contact.id}]").check()
    await page.get_by_label("E-mail addresses of others").fill("x@example.org")
    await database.run(contacts.add, list_id=contact.list_id, email="new@example.org", name="Newcomer", now=NOW)
    service.changed("contact", "co_new")
    await expect(page.get_by_text("Newcomer")).to_be_visible()
    await expect(page.locator(f"[data-person={contact.id}]")).to_be_checked()
    await expect(page.get_by_label("E-mail addresses of others")).to_have_value("x@example.org")


async def test_keys_lead_a_conference_and_rest_while_somebody_types(
    browser: BrowserContext, console: Console, service: FakeService, room: Room
) -> None:
    crowd(service, room, 5)
    page = await show(browser, console, f"conferences/{room.id}/live")
    service.happened(room.id, event(11, "hand_raised", participant="pt_3"))
    lower = page.get_by_role("button", name="Lower", exact=True)
    await expect(lower).to_be_visible()
    await page.keyboard.press("h")
    await expect(lower).to_be_focused()
    await page.keyboard.press("Enter")
    await until(lambda: [command.type for _, command, _ in service.commands] == ["lower_hand"])
    await page.keyboard.press("m")
    await until(lambda: service.commands[-1][1].type == "lock_microphones")
    await page.keyboard.press("/")
    write = page.get_by_label("Message to everyone")
    await expect(write).to_be_focused()
    await page.keyboard.type("hm/")
    await expect(write).to_have_value("hm/")
    assert len(service.commands) == 2


async def test_signing_out_ends_the_sign_in_and_leaves(
    browser: BrowserContext, console: Console, service: FakeService
) -> None:
    page = await show(browser, console, "conferences")
    await page.route("**/signin**", lambda route: route.fulfill(body="signed out"))  # the portal is not running here
    await page.get_by_role("button", name="Sign out").click()
    await page.wait_for_url("**/signin**")
    await until(lambda: service.signed_out == [SECRET])


async def test_a_large_table_makes_the_buttons_of_rows_that_come_into_sight(
    browser: BrowserContext, console: Console, service: FakeService, room: Room
) -> None:
    crowd(service, room)
    page = await show(browser, console, f"conferences/{room.id}/live")
    last = row(page, "pt_199")
    await expect(last).to_contain_text("Person 199")
    await expect(row(page, "pt_1").get_by_role("button")).to_have_count(8)
    await last.scroll_into_view_if_needed()
    await expect(last.get_by_role("button")).to_have_count(8)
    await last.get_by_role("button", name="Lock the microphone of Person 199").click()
    await until(lambda: [command.type for _, command, _ in service.commands] == ["lock_microphone"])
    service.happened(room.id, event(11, "hand_raised", participant="pt_199"))
    await until_async(lambda: page.evaluate(PLACE, "pt_199"))  # behind the moderator
    await page.get_by_role("searchbox", name="Search").first.fill("person 05")
    await expect(page.get_by_role("row", name="Person 057").first).to_be_visible()
    await expect(row(page, "pt_7")).to_be_hidden()


async def test_a_large_table_has_its_buttons_on_a_phone(console: Console, service: FakeService, room: Room) -> None:
    crowd(service, room)
    async with chromium(viewport={"width": 360, "height": 740}) as phone:
        await phone.add_cookies([{"name": "sala", "value": SECRET, "url": console.url}])
        page = await show(phone, console, f"conferences/{room.id}/live")
        line = row(page, "pt_20")
        await line.scroll_into_view_if_needed()
        await line.get_by_role("button", name="Lock the microphone of Person 020").click()
        await until(lambda: [command.type for _, command, _ in service.commands] == ["lock_microphone"])
        await becomes_sound(page)


PLACE = """(who) => {
  const roots = [document];
  for (const root of roots) for (const element of root.querySelectorAll("*")) if (element.shadowRoot) roots.push(element.shadowRoot);
  const line = roots.map((root) => root.querySelector(`tr[data-row=${who}]`)).find(Boolean);
  return line?.parentElement.children[1] === line;
}"""


async def test_the_overviews_curves_grow(
    browser: BrowserContext, console: Console, service: FakeService, room: Room
) -> None:
    service.live = [{"room": room.id, "session": "se_1", "opened_at": "2026-11-21T09:00:00Z", "present": 3, "publishing": 1, "recording": True}]  # fmt: skip
    page = await show(browser, console, "overview")
    sample = {"level": "good", "up_bps": 800_000, "down_bps": 2_400_000, "up_loss_pct": 0.4, "down_loss_pct": 0.1}

    async def points() -> bool:
        service.tell(QualityNotice(RoomId(room.id), {"pt_1": sample, "pt_2": sample}))
        return bool(await page.evaluate(POINTS))

    await until_async(points, timeout_s=PATIENCE_S)
    await expect(row(page, room.id)).to_contain_text("1.6 / 4.8")


POINTS = """() => window.Bokeh.documents.flatMap((one) => [...one._all_models.values()])
  .filter((one) => one.type === "ColumnDataSource").filter((one) => one.get_length() >= 2).length === 3"""


PLACES = ("conferences", "overview", "contacts", "contacts/{list}", "people", "attendance", "recordings", "log", "settings", "conferences/{room}/attendance", "conferences/{room}/live", "conferences/{room}/invitations", "conferences/{room}/settings")  # fmt: skip


@pytest.mark.parametrize("language", ["en", "ro", "it"])
async def test_every_page_fits_a_phone_and_a_screen_reader(
    console: Console,
    service: FakeService,
    database: Database,
    administrator: Account,
    room: Room,
    contact: Contact,
    invitation: Invitation,
    language: str,
) -> None:
    await database.run(accounts.set_language, account_id=administrator.id, language=language)  # type: ignore[arg-type]
    crowd(service, room, 5)
    scheme = "dark" if language == "ro" else "light"
    async with chromium(viewport={"width": 360, "height": 740}, color_scheme=scheme) as phone:
        await phone.add_cookies([{"name": "sala", "value": SECRET, "url": console.url}])
        outside: list[str] = []
        errors: list[str] = []
        phone.on("request", lambda request: outside.append(request.url))
        page = await phone.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        for place in PLACES:
            await page.goto("about:blank")
            await page.goto(f"{console.url}/console#/{place.format(room=room.id, list=contact.list_id)}")
            await page.get_by_role("heading", level=1).wait_for()
            await becomes_sound(page, place)
        here = (console.url, "data:", "blob:", "about:")
        assert [url for url in outside if not url.startswith(here)] == []
        assert [error for error in errors if not LACKS.fullmatch(error)] == []


async def test_a_page_that_lacks_what_a_change_builds_on_is_loaded_anew(
    browser: BrowserContext, console: Console, contact: Contact
) -> None:
    """Bokeh drops changes that come between its reading of a document and its first message about it."""
    page = await show(browser, console, "conferences")
    async with page.expect_event("load"):
        await page.evaluate("""void Promise.reject(new Error("reference p4142 isn't known"))""")
    await expect(page.get_by_role("heading", level=1)).to_be_visible()


BOARD = 1  # the console process itself listens for the curves of its overview, whoever looks
FEED = 1  # and once for all pages of a room


async def test_ten_console_pages_leave_nothing_behind(
    console: Console,
    service: FakeService,
    room: Room,
) -> None:
    crowd(service, room, 30)
    gc.collect()
    before = sum(isinstance(one, Document) for one in gc.get_objects())
    async with chromium() as context:
        await context.add_cookies([{"name": "sala", "value": SECRET, "url": console.url}])
        for _ in range(10):
            await show(context, console, f"conferences/{room.id}/live")
        await until(
            lambda: len(service.listeners) == 10 + FEED + BOARD, timeout_s=PATIENCE_S, what="ten pages that listen"
        )
    await until(lambda: all(session.connection_count == 0 for session in console.sessions))
    service.happened(room.id, event(11, "hand_raised", participant="pt_7"))  # must not keep them alive
    await console.forget()
    assert len(service.listeners) == BOARD

    def documents() -> int:
        gc.collect()
        return sum(isinstance(one, Document) for one in gc.get_objects())

    await until(lambda: documents() <= before + 1, timeout_s=PATIENCE_S, what="the documents' release")
