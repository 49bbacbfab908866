"""Suppliers in real Chromium: signing in, the list, the yellow button on open pages, entering, the check, and what is nobody's to see."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from apps.single import Sala, running
from data import readiness
from tests.apps.tenders.authority import PASSWORD, Authority
from tests.browser.chromium import chromium
from tests.browser.soundness import ANY, becomes_sound
from tests.waiting import until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]

FIRM, RIVAL = "giulia@edil.example", "marco@rivale.example"
SUBJECT = "Adeguamento sismico della scuola media"
BUTTON = "Partecipa alla seduta"
NO_RELOAD = "window.untouched = true"


@contextlib.asynccontextmanager
async def supplier(sala: Sala, email: str, *, width: int = 1280) -> AsyncIterator[Page]:
    """Somebody's browser, signed in at *Accesso fornitori*."""
    async with chromium(locale="it-IT", timezone_id="Europe/Rome", viewport={"width": width, "height": 800}) as context:
        page = await context.new_page()
        await page.goto(f"{sala.url}/")
        await page.get_by_role("link", name="Accesso fornitori").click()
        await page.get_by_label("E-mail").fill(email)
        await page.get_by_label("Password").fill(PASSWORD)
        await page.get_by_role("button", name="Accedi").click()
        await expect(page.get_by_role("heading", name="Gare")).to_be_visible()
        yield page


async def listens(page: Page) -> None:
    """Wait until the page's socket is open; from then on nothing may load it anew."""
    await page.wait_for_function("document.documentElement.dataset.bell === 'on'")
    await page.evaluate(NO_RELOAD)


async def test_the_button_comes_and_goes_on_open_pages_and_leads_in(home: Path) -> None:
    async with running(home=home) as sala:
        authority = Authority(sala)
        firm, rival = await authority.organisation(), await authority.organisation("Rivale S.p.A.")
        await authority.supplier(firm, FIRM)
        await authority.supplier(rival, RIVAL, "Marco Neri")
        tender = await authority.tender(firm, subject=SUBJECT)
        slug = authority.room(tender).slug
        async with supplier(sala, FIRM) as gare, supplier(sala, RIVAL, width=360) as other:
            details = await gare.context.new_page()
            await details.goto(f"{sala.url}/tenders/{tender.id}")
            for page in (gare, details, other):
                await listens(page)
                await expect(page.get_by_role("link", name=BUTTON)).to_be_hidden()
            await becomes_sound(details, impacts=ANY)
            await authority.start(tender)
            for page in (gare, details):
                await expect(page.get_by_role("link", name=BUTTON)).to_be_visible()
            await authority.end(tender)
            for page in (gare, details):
                await expect(page.get_by_role("link", name=BUTTON)).to_be_hidden()
                assert await page.evaluate("window.untouched")
            await authority.start(tender)
            await details.get_by_role("link", name=BUTTON).click()
            await details.wait_for_url(f"**/r/{slug}")
            assert SUBJECT in await details.title()
            await expect(other.get_by_text("Qui non c’è ancora nessuna gara")).to_be_visible()
            await expect(other.get_by_role("link", name=BUTTON)).to_be_hidden()
            for path in (f"/tenders/{tender.id}", f"/r/{slug}", f"/r/{slug}/check"):
                answer = await other.goto(f"{sala.url}{path}")
                assert answer is not None
                assert answer.status == 404
                assert SUBJECT not in await other.content()
            await becomes_sound(other)


async def test_the_check_asks_only_on_a_press_and_tells_the_authority(home: Path) -> None:
    async with running(home=home) as sala:
        authority = Authority(sala)
        firm = await authority.organisation()
        giulia = await authority.supplier(firm, FIRM)
        tender = await authority.tender(firm, subject=SUBJECT)
        async with supplier(sala, FIRM) as page:
            await page.add_init_script(
                "const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices); window.asked = 0;"
                "navigator.mediaDevices.getUserMedia = (wish) => { window.asked += 1; return ask(wish); };"
            )
            await page.goto(f"{sala.url}/tenders/{tender.id}")
            await page.get_by_role("link", name="Verifica questo computer").click()
            await page.get_by_role("button", name="Avvia la verifica").wait_for()
            assert await page.evaluate("window.asked") == 0
            await page.get_by_role("button", name="Avvia la verifica").click()
            await expect(page.get_by_role("heading", name="Pronto: può seguire la seduta e parlare.")).to_be_visible()
            assert await page.evaluate("window.asked") >= 1
            await expect(page.get_by_text("Diretta, come deve essere", exact=True)).to_be_visible()
        kept = await until(
            lambda: sala.database.read_now(readiness.of_person, room_id=tender.room_id, person_id=giulia)
        )
        assert kept is not None
        assert (kept.path, kept.verdict, kept.microphone, kept.camera) == ("udp", "ready", "works", "works")
