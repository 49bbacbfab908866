"""
The reserved part of a tender's session in real Chromium (F4), in Italian: the authority chooses who stays, lets one in, sends another
out; whoever is out gets the notice and 0 bytes. Nor is anything of it in the recording that suppliers watch when the authority releases it.
"""

from __future__ import annotations

import asyncio
import json
import os
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from playwright.async_api import BrowserContext, Page, expect

from apps.live.state import Denied
from apps.recording.commands import ReleaseRecording
from apps.single import Sala, running
from data import event_log, recordings
from data.ids import RecordingId, SessionId
from data.models import Recording, Tender
from tests.apps.tenders.authority import PASSWORD, Authority
from tests.browser.chromium import chromium, patient
from tests.browser.devices import RED, write_camera, write_microphone
from tests.browser.test_tender_session import (
    CHAIR_HZ,
    ITALIAN,
    Supplier,
    follow,
    media_room,
    sent_bytes,
    speak_italian,
    the_bidders,
    told,
    was_put_out,
)
from tests.browser.visits import hears, inside, is_colour
from tests.waiting import until, until_async

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]

SHOTS = os.environ.get("SALA_SHOTS", "")
"""Where pictures go, wide and narrow, light and dark, for people to look at."""
REASON = "Verifica di un’offerta anomala"
PUBLIC = "Benvenuti alla seduta"
PICTURE_AT = """
async (player, seconds) => {
  const sought = new Promise((done) => player.addEventListener('seeked', done, { once: true }))
  player.currentTime = seconds
  await sought
  const canvas = Object.assign(document.createElement('canvas'), { width: player.videoWidth, height: player.videoHeight })
  const context = canvas.getContext('2d')
  context.drawImage(player, 0, 0)
  return [...context.getImageData(canvas.width / 2, canvas.height / 4, 1, 1).data.slice(0, 3)]
}
"""


async def looks(page: Page, name: str) -> None:
    for width, scheme in ((1440, "light"), (1440, "dark"), (360, "light"), (360, "dark")) if SHOTS else ():
        before = page.viewport_size
        await page.set_viewport_size({"width": width, "height": 900 if width > 400 else 780})
        await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        await page.screenshot(path=f"{SHOTS}/{name}-{width}-{scheme}.png", animations="disabled")
        await page.set_viewport_size(before or {"width": 1280, "height": 800})
        await page.emulate_media(color_scheme="light")


async def bring(context: BrowserContext, sala: Sala, email: str, account: str) -> Supplier:
    """Sign a supplier in, in a browser of their own but for its process."""
    assert context.browser
    page = await (await patient(context.browser, viewport={"width": 1280, "height": 800}, **ITALIAN)).new_page()
    found = Supplier(page, email, account)  # type: ignore[arg-type]
    page.on("websocket", lambda socket: socket.on("framereceived", lambda data: found.frames.append(str(data))))
    await page.goto(f"{sala.url}/supplier")
    await page.locator("[name=email]").fill(email)
    await page.locator("[name=password]").fill(PASSWORD)
    await page.get_by_role("button", name="Accedi").click()
    await page.wait_for_url("**/tenders")
    return found


async def lead(context: BrowserContext, sala: Sala, slug: str) -> Page:
    page = await context.new_page()
    await page.goto(f"{sala.url}/signin")
    await page.locator("[name=email]").fill("admin@localhost")
    await page.locator("[name=password]").fill(sala.password)
    await page.locator("form[action='/signin'] button").click()
    await page.wait_for_url(lambda url: "/signin" not in url)
    await page.goto(f"{sala.url}/r/{slug}")
    await page.locator("#set-up").click()
    await expect(page.locator("#prejoin-microphone")).to_have_attribute("aria-pressed", "true")
    await page.locator("#enter").click()
    await inside(page)
    return page


async def write(chair: Page, text: str) -> None:
    await chair.locator("#chat-text").fill(text)
    await chair.locator("#chat-text").press("Enter")
    await expect(chair.locator("#messages")).to_contain_text(text)


async def is_out(sala: Sala, who: Supplier, *secrets: str) -> None:
    """The notice is the last word: no message and no packet after it."""
    await expect(who.page.locator("#reserved")).to_be_visible()
    await expect(who.page.locator("#reserved-time")).to_contain_text("La ripresa è prevista alle")
    await expect(who.page.locator("#reserved-why")).to_have_text(f"Motivo: {REASON}")
    member = await who.id()
    await until(lambda: member not in media_room(sala).members)
    await until(lambda: was_put_out(who), what="the notice as the last word")
    for secret in secrets:
        assert secret not in json.dumps(told(who))


async def test_the_authority_chooses_who_stays(tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        sala = await stack.enter_async_context(running(home=tmp_path / "home", jobs=True))
        authority = Authority(sala)
        sala.database.run_now(speak_italian, authority.account.id)
        people = await the_bidders(authority)
        tender = await authority.tender(*(one for one, _, _ in people), record=True)
        devices = {
            "camera": write_camera(tmp_path / "chair.y4m", RED),
            "microphone": write_microphone(tmp_path / "chair.wav", CHAIR_HZ),
        }
        context = await stack.enter_async_context(
            chromium(**devices, locale="it-IT", timezone_id="Europe/Rome", viewport={"width": 1440, "height": 900})
        )
        chair = await lead(context, sala, authority.room(tender).slug)
        anna, beppe = [await bring(context, sala, email, account) for _, email, account in people[:2]]
        for one in (anna, beppe):
            await one.page.goto(f"{sala.url}/tenders/{tender.id}")
            await follow(one)
        await hears(anna.page, CHAIR_HZ)
        await write(chair, PUBLIC)
        await somebody_stays(sala, chair, anna, beppe)
        await somebody_is_let_in(chair, beppe)
        await the_room_sends_somebody_out(sala, chair, anna, beppe)
        await chair.locator("#reserved-open").click()
        await inside(anna.page)
        await hears(anna.page, CHAIR_HZ)
        await expect(anna.page.locator("#messages")).to_contain_text("Apriamo la busta")  # what was theirs stays theirs
        assert "Ora senza Alfa" not in json.dumps(told(anna))
        await authority.end(tender)
        await anna.page.wait_for_url(f"**/tenders/{tender.id}")
        await who_is_admitted_watches_what_was_released(sala, authority, tender, anna.page)


async def somebody_stays(sala: Sala, chair: Page, anna: Supplier, beppe: Supplier) -> None:
    """Nobody by default; by organisation, with a time and a reason."""
    await chair.locator("#reserved-open").click()
    await expect(chair.locator("#reserved-count")).to_have_text("Resta solo la stazione appaltante.")
    groups = chair.locator("#reserved-people .reserved-group")
    await expect(groups.locator("h4")).to_have_text(["Alfa Costruzioni S.r.l.", "Beta Impianti S.r.l."])
    await expect(chair.locator("#reserved-people input:checked")).to_have_count(0)
    await chair.get_by_label("Motivo (facoltativo)").fill(REASON)
    await chair.get_by_role("checkbox", name="Anna Neri").check()
    await expect(chair.locator("#reserved-count")).to_have_text("1 persona resta oltre alla stazione appaltante.")
    await looks(chair, "1-choice")
    await chair.locator("#reserved-begin").click()
    await is_out(sala, beppe)
    await expect(chair.locator("#reserved-inside")).to_contain_text("Anna Neri")
    await write(chair, "Apriamo la busta")
    await expect(anna.page.locator("#messages")).to_contain_text("Apriamo la busta")
    await expect(anna.page.locator("#reserved-in")).to_have_text("Parte riservata: Lei partecipa, il pubblico no.")
    await is_out(sala, beppe, "Apriamo")
    assert sent_bytes(sala, await beppe.id()) == 0
    inside_id = await anna.id()
    await until(lambda: sent_bytes(sala, inside_id) > 0, what="media for who stays")
    await looks(chair, "2-lead")
    await looks(anna.page, "3-inside")
    await looks(beppe.page, "4-notice")


async def somebody_is_let_in(chair: Page, beppe: Supplier) -> None:
    """From here on they see and hear it; what was before stays unknown."""
    await chair.locator("#reserved-let-in summary").click()
    await looks(chair, "5-let-in")
    await chair.get_by_role("button", name="Ammetti Beppe Rossi alla parte riservata").click()
    await inside(beppe.page)
    await hears(beppe.page, CHAIR_HZ)
    assert "Apriamo" not in json.dumps(told(beppe))
    await expect(chair.locator("#reserved-inside .reserved-row")).to_have_count(2)


async def the_room_sends_somebody_out(sala: Sala, chair: Page, anna: Supplier, beppe: Supplier) -> None:
    await chair.get_by_role("button", name="Fai uscire Anna Neri dalla parte riservata").click()
    await is_out(sala, anna)
    await write(chair, "Ora senza Alfa")
    await expect(beppe.page.locator("#messages")).to_contain_text("Ora senza Alfa")
    await asyncio.sleep(0.1)
    await is_out(sala, anna, "Ora senza Alfa")
    assert sent_bytes(sala, await anna.id()) == 0


async def who_is_admitted_watches_what_was_released(
    sala: Sala, authority: Authority, tender: Tender, page: Page
) -> None:
    """The public parts in picture and words; of the reserved part a card."""

    def ready() -> list[Recording]:
        rows = sala.database.read_now(recordings.of_rooms, room_ids=[tender.room_id])
        return [row for row in rows if row.state == "ready" and not row.reserved]

    (row,) = await until(ready, timeout_s=180.0, what="the recording")
    link = page.locator(f"a[href='/recordings/{row.id}']")
    await page.reload()
    await expect(page.get_by_role("heading", level=1)).to_be_visible()
    await expect(link).to_have_count(0)
    release = ReleaseRecording(recording=RecordingId(row.id), released=True)
    assert not isinstance(await sala.parts.registrar.execute(authority.account, release), Denied)
    await page.reload()
    await looks(page, "6-released")
    await link.click()
    await expect(page.locator("#beside")).to_contain_text(PUBLIC)
    for secret in ("Apriamo la busta", "Ora senza Alfa", REASON):
        assert secret not in await page.content()
    player = page.locator("#player")
    await expect(player).to_have_js_property("readyState", 4)
    events = sala.database.read_now(event_log.read, SessionId(row.session_id))
    begun, ended = [
        (next(event.at for event in events if event.type == kind) - row.begins_at).total_seconds()
        for kind in ("reserved_begun", "reserved_ended")
    ]
    public_s = [begun * share for share in (0.3, 0.5, 0.7, 0.9)]
    reserved_s = [begun + (ended - begun) * share for share in (0.2, 0.5, 0.8)]
    public, reserved = [
        [is_colour(await player.evaluate(PICTURE_AT, at_s), RED) for at_s in moments]
        for moments in (public_s, reserved_s)
    ]
    assert any(public)
    assert not any(reserved)
    await player.evaluate("player => { player.muted = true; return player.play() }")
    here_s = await player.evaluate("player => player.currentTime")
    await until_async(lambda: player.evaluate(f"player => player.currentTime > {here_s} + 0.2"))
    await looks(page, "7-watched")
