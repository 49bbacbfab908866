"""The console in real Chromium: signing in, and what its parts show."""

from __future__ import annotations

import re

from playwright.async_api import BrowserContext, Locator, Page

from tests.sala_process import SalaProcess

PASSWORD = re.compile(r"First sign-in: (\S+), password (\S+) ")


def first_password(sala: SalaProcess) -> tuple[str, str]:
    """Return e-mail address and password of the first administrator, as the first start printed them."""
    line = sala.line("First sign-in")
    found = PASSWORD.search(line)
    assert found, line
    return found[1], found[2]


async def sign_in(context: BrowserContext, sala: SalaProcess) -> Page:
    """Sign in as the first administrator; return the console's first page."""
    email, password = first_password(sala)
    page = await context.new_page()
    await page.goto(f"{sala.url}/signin?next=/console/")
    await page.locator("[name=email]").fill(email)
    await page.locator("[name=password]").fill(password)
    await page.get_by_role("button", name="Sign in").click()
    await page.get_by_role("heading", name="Conferences").wait_for()
    return page


STAMPS = "all => all.map((one) => [one.dataset.decidedAt, one.dataset.renderedAt])"


async def reactions_s(page: Page) -> list[float]:
    """
    Return how long after their decision in the web process the newest changes of tables were drawn; one machine, one clock.

    What came while a page was still being filled is drawn with the rest of it, and is not there.
    """
    stamps: list[list[str]] = await page.locator("[data-decided-at]").evaluate_all(STAMPS)
    return [float(rendered) - float(decided) for decided, rendered in stamps]


PRESS_TWICE = "button => { button.click(); const asked = button.textContent; button.click(); return asked; }"


async def press_twice(button: Locator) -> str:
    """Press a button that asks to be pressed again, both within the 5 s that it waits; return what it asked."""
    return str(await button.evaluate(PRESS_TWICE)).strip()


def row(page: Page, text: str) -> Locator:
    """Return the table row that holds a text."""
    return page.locator("tr[data-row]").filter(has_text=text)
