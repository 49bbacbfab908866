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
    await page.get_by_role("heading", name="Conferences").wait_for(timeout=30_000)
    return page


def row(page: Page, text: str) -> Locator:
    """Return the table row that holds a text."""
    return page.locator("tr[data-row]").filter(has_text=text)
