"""From the console's *Invite* through a mail server and the person's press to *Accepted* in the console, in real Chromium."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.async_api import APIRequestContext, Page, expect

from tests.apps.mail.mail_server import MailServer, mail_server
from tests.browser.chromium import PATIENCE_S, chromium
from tests.browser.console import press_twice, row, sign_in
from tests.sala_process import sala_process
from tests.waiting import until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]

TITLE = "Ședință <b>SSM</b> & apărare"
ADDRESS = "ion@firma.example"


async def test_an_invited_person_accepts_and_the_console_shows_it_live(home: Path) -> None:
    async with (
        mail_server() as post,
        sala_process(
            home, SALA_SMTP_URL=f"smtp://127.0.0.1:{post.port}", SALA_MAIL_FROM="Sala <sala@sala.example>"
        ) as sala,
    ):
        async with chromium() as office, chromium(locale="ro-RO") as home_of_ion:
            console = await sign_in(office, sala)
            await plan(console)
            await invite(console)
            await until(lambda: post.received, timeout_s=PATIENCE_S, what="the message")
            await expect(row(console, ADDRESS)).to_contain_text("Sent")
            await console.evaluate("window.neverReloaded = true")
            link = link_in(post)
            await a_scanner_looks(home_of_ion.request, link)
            ion = await home_of_ion.new_page()
            await ion.goto(link)
            await expect(ion.get_by_role("heading", name=TITLE)).to_be_visible()
            await expect(row(console, ADDRESS)).to_contain_text("Sent")
            await ion.locator("form[action$='/accept'] button").click()
            await expect(row(console, ADDRESS)).to_contain_text("Accepted")
            await expect(console.get_by_text("1 of 1 accepted")).to_be_visible()
            await ion.locator("form[action$='/decline'] button").click()
            await expect(row(console, ADDRESS)).to_contain_text("Declined")
            assert await console.evaluate("window.neverReloaded") is True
            await withdraw(console, ion, link)
        assert "Traceback" not in "\n".join(sala.logged), "\n".join(sala.logged)


async def plan(console: Page) -> None:
    """Add a conference and go to its invitations."""
    await console.get_by_role("button", name="Add conference").click()
    await console.get_by_label("Title").fill(TITLE)
    await console.get_by_label("Date", exact=True).fill("2031-05-06")
    await console.get_by_label("Time", exact=True).fill("10:00")
    await console.get_by_label("Language of the invitations").select_option("ro")
    await console.get_by_role("button", name="Save").click()
    await row(console, TITLE).get_by_role("link", name="Invitations").click()


async def invite(console: Page) -> None:
    await console.get_by_label("E-mail addresses of others").fill(f"Ion Țepeș <{ADDRESS}>")
    await console.get_by_role("button", name="Invite", exact=True).click()
    await expect(row(console, ADDRESS)).to_contain_text("Ion Țepeș")


def link_in(post: MailServer) -> str:
    """Return the link in the newest message."""
    found = re.search(r"https?://\S+/j/[\w-]+", post.received[-1].text())
    assert found
    return found[0]


async def a_scanner_looks(request: APIRequestContext, link: str) -> None:
    """Fetch the link and what its buttons lead to, as mail scanners do before the person sees the message."""
    for address in (link, f"{link}/accept", f"{link}/decline", f"{link}/enter"):
        assert (await request.head(link)).status == 200
        assert (await request.get(address)).status == 200


async def withdraw(console: Page, ion: Page, link: str) -> None:
    """Revoke the invitation; its link then says so, in the person's language."""
    assert await press_twice(row(console, ADDRESS).locator("[data-action=revoke]")) == "Press again to revoke"
    await expect(row(console, ADDRESS)).to_contain_text("Revoked")
    answer = await ion.goto(link)
    assert answer is not None
    assert answer.status == 410
    await expect(ion.get_by_text("Această invitație a fost retrasă")).to_be_visible()
