"""
A whole session of a tender in real Chromium, in Italian: an authority and three suppliers, from the hidden button to the return to the details.

The session's media run in this process, so that what the SFU forwarded is counted packet by packet.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import re
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, async_playwright, expect
from sqlmodel import Session

from apps.single import Sala, running
from apps.tenders import commands
from data import event_log, sessions, statements
from data.ids import AccountId, RoomId, SessionId
from data.models import Account, Tender
from media_core.engine import SoundHeard
from media_core.ids import MemberId
from media_core.local import LocalEngine
from media_core.room import Room as MediaRoom
from tests.apps.tenders.authority import PASSWORD, Authority
from tests.browser.chromium import chromium, launch, patient
from tests.browser.devices import BLUE, RED, write_camera, write_microphone
from tests.browser.visits import hears, inside, me, silent
from tests.waiting import until, until_async

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]

SHOTS = os.environ.get("SALA_SHOTS", "")
"""Where pictures of each step go, for people to look at."""
COUNTING = """() => {
  window.asked = [];
  const answered = new Promise((resolve) => { window.answer = resolve; });
  const real = navigator.mediaDevices?.getUserMedia.bind(navigator.mediaDevices);
  if (real) navigator.mediaDevices.getUserMedia = async (wanted) => { window.asked.push(wanted); await answered; return real(wanted); };
}"""
"""Counts what the page asks for; the person answers the browser's question when ``window.answer`` is called."""
PERMISSION = "navigator.permissions.query({ name: 'microphone' }).then((one) => one.state)"
ITALIAN: dict[str, Any] = {"locale": "it-IT", "timezone_id": "Europe/Rome"}
TONE_HZ, CHAIR_HZ = 660, 440


@dataclass
class Supplier:
    """Somebody of a bidder, at the tender's page or in its session."""

    page: Page
    email: str
    account: AccountId
    frames: list[str] = field(default_factory=list)

    async def asked(self) -> list[Any]:
        return list(await self.page.evaluate("window.asked"))

    async def id(self) -> MemberId:
        return MemberId(await me(self.page))


async def shot(page: Page, name: str) -> None:
    if SHOTS:
        await page.screenshot(path=f"{SHOTS}/{name}.png")


async def bring(stack: AsyncExitStack, sala: Sala, email: str, account: AccountId, **devices: Path) -> Supplier:
    """Sign a supplier in, in a browser that has granted nothing yet."""
    playwright = await stack.enter_async_context(async_playwright())
    browser = await launch(
        playwright,
        camera=devices.get("camera"),
        microphone=devices.get("microphone"),
        without={"--use-fake-ui-for-media-stream"},
    )
    stack.push_async_callback(browser.close)
    context = await patient(browser, viewport={"width": 1280, "height": 800}, **ITALIAN)
    await context.add_init_script(f"({COUNTING})()")
    page = await context.new_page()
    found = Supplier(page, email, account)
    page.on("websocket", lambda socket: socket.on("framereceived", lambda data: found.frames.append(str(data))))
    await page.goto(f"{sala.url}/supplier")
    await page.get_by_label("E-mail").fill(email)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Accedi").click()
    await page.wait_for_url("**/tenders")
    return found


async def lead(stack: AsyncExitStack, sala: Sala, slug: str, folder: Path) -> Page:
    """Bring the authority's chair to the door of the room."""
    devices = {
        "camera": write_camera(folder / "chair.y4m", RED),
        "microphone": write_microphone(folder / "chair.wav", CHAIR_HZ),
    }
    context = await stack.enter_async_context(
        chromium(**devices, locale="it-IT", viewport={"width": 1440, "height": 900})
    )
    page = await context.new_page()
    await page.goto(f"{sala.url}/signin")
    await page.get_by_label("E-mail").fill("admin@localhost")
    await page.get_by_label("Password").fill(sala.password)
    await page.locator("form[action='/signin'] button").click()
    await page.wait_for_url(lambda url: "/signin" not in url)
    await page.goto(f"{sala.url}/r/{slug}")
    return page


async def follow(supplier: Supplier, *, shot_as: str = "") -> None:
    """Press the yellow button, and enter."""
    await supplier.page.get_by_role("link", name="Partecipa alla seduta").click()
    await supplier.page.wait_for_url("**/r/**")
    if shot_as:
        await shot(supplier.page, shot_as)
    await supplier.page.locator("#enter").click()
    await inside(supplier.page)


def media_room(sala: Sala) -> MediaRoom:
    assert isinstance(sala.engine, LocalEngine)
    (room,) = sala.engine.sfu.rooms.values()
    return room


def sent_bytes(sala: Sala, member: MemberId) -> int:
    """Return how much media the SFU has sent to somebody's open transports; 0 where there are none."""
    there = media_room(sala).members.get(member)
    return 0 if there is None else sum(transport.sent_bytes for transport in there.transports)


def told(supplier: Supplier) -> list[dict[str, Any]]:
    """Return what the room's socket said, but the answers to pings."""
    messages = [json.loads(frame) for frame in supplier.frames if frame.startswith("{")]
    return [message for message in messages if message["type"] != "pong"]


def was_put_out(supplier: Supplier) -> bool:
    """Whether the notice of a reserved part, or the welcome of a socket that had to be opened anew, was the last word: 0 bytes since."""
    last = told(supplier)[-1]
    tender = last.get("tender") or last.get("snapshot", {}).get("tender")
    return last["type"] in ("tender", "welcome") and bool(tender and tender["apart"])


async def test_a_whole_session_of_a_tender(tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        sala = await stack.enter_async_context(running(home=tmp_path / "home"))
        authority = Authority(sala)
        sala.database.run_now(speak_italian, authority.account.id)
        people = await the_bidders(authority)
        tender = await authority.tender(*(one for one, _, _ in people), floor_limit_s=600, record=False)
        chair = await lead(stack, sala, authority.room(tender).slug, tmp_path)
        voice = {
            "microphone": write_microphone(tmp_path / "anna.wav", TONE_HZ),
            "camera": write_camera(tmp_path / "anna.y4m", BLUE),
        }
        anna, beppe, carla = [
            await bring(stack, sala, email, account, **(voice if email.startswith("anna") else {}))
            for _, email, account in people
        ]
        await the_button_appears(sala, tender, chair, anna, beppe, carla)
        await nothing_is_asked_before_the_grant(sala, anna)
        await anna_has_the_floor(sala, chair, anna, beppe)
        await everybody_may_write(chair, anna, beppe)
        await the_reserved_part_is_secret(sala, chair, anna, beppe)
        await a_statement_stands_on_the_record(sala, tender, chair, anna, beppe, tmp_path)
        await whoever_is_disabled_is_out(authority, carla)
        await the_end_leads_back(sala, tender, chair, anna, beppe)


def speak_italian(session: Session, account: str) -> None:
    session.get_one(Account, account).language = "it"


async def the_bidders(authority: Authority) -> list[tuple[Any, str, AccountId]]:
    found = []
    for name, firm in (
        ("Anna Neri", "Alfa Costruzioni"),
        ("Beppe Rossi", "Beta Impianti"),
        ("Carla Bruni", "Gamma Servizi"),
    ):
        organisation = await authority.organisation(f"{firm} S.r.l.")
        email = f"{name.split()[0].lower()}@{firm.split()[0].lower()}.example"
        found.append((organisation, email, await authority.supplier(organisation, email, name)))
    return found


async def the_button_appears(sala: Sala, tender: Tender, chair: Page, *suppliers: Supplier) -> None:
    """C3: while the authority is not streaming nobody sees a button; then all do, without loading anything again."""
    for one in suppliers:
        await one.page.goto(f"{sala.url}/tenders/{tender.id}")
        await expect(one.page.get_by_role("link", name="Partecipa alla seduta")).to_be_hidden()
    await shot(suppliers[0].page, "01-hidden-button")
    await chair.locator("#set-up").click()
    for kind in ("microphone", "camera"):
        await expect(chair.locator(f"#prejoin-{kind}")).to_have_attribute("aria-pressed", "true")
    await chair.locator("#enter").click()
    await inside(chair)
    for one in suppliers:
        await expect(one.page.get_by_role("link", name="Partecipa alla seduta")).to_be_visible()
    await shot(suppliers[0].page, "02-yellow-button")
    await follow(suppliers[0], shot_as="03-before-entering")
    for one in suppliers[1:]:
        await follow(one)


async def nothing_is_asked_before_the_grant(sala: Sala, anna: Supplier) -> None:
    """C5: no permission, no line to send on, no packet."""
    await hears(anna.page, CHAIR_HZ)
    await expect(anna.page.locator("#request-state")).to_have_text(
        "Segue come spettatore. Nessuno La vede né La sente."
    )
    await shot(anna.page, "04-viewer")
    await anna.page.get_by_role("button", name="Alza la mano per parlare").click()
    await expect(anna.page.locator("#request-state")).to_contain_text("Ha chiesto la parola: è il prossimo.")
    assert await anna.asked() == []
    assert await anna.page.evaluate(PERMISSION) == "prompt"
    directions = await anna.page.evaluate(
        "window.sala.peerConnection.getTransceivers().slice(0, 4).map((one) => one.currentDirection)"
    )
    assert directions == ["inactive"] * 4
    transports = list(media_room(sala).members[await anna.id()].transports)
    assert transports
    assert not any(transport.sends or transport.publishers for transport in transports)


async def anna_has_the_floor(sala: Sala, chair: Page, anna: Supplier, beppe: Supplier) -> None:
    heard: dict[MemberId, int] = {}
    unheard = sala.engine.listen(lambda event: heard.update(event.heard_ms) if isinstance(event, SoundHeard) else None)
    row = chair.locator(".queue-row")
    await expect(row).to_contain_text("Anna Neri")
    await expect(row).to_contain_text("Alfa Costruzioni S.r.l.")
    await shot(chair, "05-authority-queue")
    await row.get_by_role("button", name="Dai la parola a Anna Neri").click()
    await expect(anna.page.locator("#request-state")).to_have_text("Ha la parola.")
    await until_async(lambda: was_asked(anna), what="the browser's question")
    (asked,) = await anna.asked()
    assert asked["audio"]
    assert not asked.get("video")  # a microphone without a camera is fine
    assert await anna.page.evaluate(PERMISSION) == "prompt"
    await anna.page.context.grant_permissions(["microphone", "camera"])
    await anna.page.evaluate("window.answer()")
    await hears(chair, TONE_HZ)
    await hears(beppe.page, TONE_HZ)
    await expect(beppe.page.locator("#request-state")).to_have_text("Fornitore 1 ha la parola.")
    assert "Anna" not in json.dumps(told(beppe))
    await expect(anna.page.locator("#floor-left-time")).to_have_text(re.compile(r"^\d:\d\d$"))
    await shot(anna.page, "06-floor")
    await shot(chair, "07-authority-floor")
    await anna.page.locator("#camera").click()
    await until_async(lambda: has_camera(chair), what="Anna's camera")
    await shot(beppe.page, "08-other-supplier")
    member = await anna.id()
    await until(lambda: heard.get(member, 0) > 500, what="half a second of Anna's voice")
    unheard()
    await chair.get_by_role("button", name="Togli la parola").click()
    await expect(anna.page.locator("#request-state")).to_have_text(
        "Segue come spettatore. Nessuno La vede né La sente."
    )
    await until(lambda: media_room(sala).members[member].gates == frozenset(), what="shut gates")
    await until_async(lambda: silent(beppe.page, TONE_HZ), what="silence after the end")
    events = sala.database.read_now(event_log.read, sessions_open(sala))
    (ended,) = [event for event in events if event.type == "floor_ended"]
    assert ended.payload["reason"] == "moderator"
    assert ended.payload["used_ms"] > 500


async def was_asked(supplier: Supplier) -> bool:
    return bool(await supplier.asked())


async def has_camera(page: Page) -> bool:
    return bool(
        await page.evaluate(
            "[...window.sala.state.participants.values()].some((one) => one.role === 'supplier' && one.camera)"
        )
    )


def sessions_open(sala: Sala) -> SessionId:
    (session,) = sala.database.read_now(sessions.open_ones)
    return SessionId(session.id)


async def everybody_may_write(chair: Page, anna: Supplier, beppe: Supplier) -> None:
    """C6: also without devices; and the page says before who reads it."""
    await expect(beppe.page.locator("#chat-notice")).to_contain_text("Tutti nella seduta leggono ciò che scrive.")
    await beppe.page.locator("#chat-text").fill("Buongiorno a tutti")
    await beppe.page.locator("#chat-text").press("Enter")
    await expect(anna.page.locator("#messages")).to_contain_text("Buongiorno a tutti")
    await expect(anna.page.locator("#messages")).to_contain_text("Fornitore 2")
    await expect(chair.locator("#messages")).to_contain_text("Beppe Rossi")


async def the_reserved_part_is_secret(sala: Sala, chair: Page, anna: Supplier, beppe: Supplier) -> None:
    """F4: a notice with the time; 0 bytes of media and of messages."""
    await anna.page.get_by_role("button", name="Alza la mano per parlare").click()
    await expect(anna.page.locator("#request-state")).to_contain_text("è il prossimo")
    await chair.get_by_role("button", name="Sospendi per una parte riservata…").click()
    await shot(chair, "09-suspend")
    await chair.locator("#reserved-begin").click()
    for one in (anna, beppe):
        await expect(one.page.locator("#reserved")).to_be_visible()
        await expect(one.page.locator("#reserved-time")).to_contain_text("La ripresa è prevista alle")
    await shot(anna.page, "10-reserved")
    ids = [await anna.id(), await beppe.id()]
    await until(lambda: all(member not in media_room(sala).members for member in ids))
    await until(lambda: was_put_out(anna) and was_put_out(beppe), what="the notice")
    await chair.locator("#chat-text").fill("Valutiamo le offerte")
    await chair.locator("#chat-text").press("Enter")
    await expect(chair.locator("#messages")).to_contain_text("Valutiamo le offerte")
    await asyncio.sleep(0.1)
    assert was_put_out(anna)
    assert was_put_out(beppe)
    assert [sent_bytes(sala, member) for member in ids] == [0, 0]
    await chair.get_by_role("button", name="Riprendi in pubblico").click()
    for one in (anna, beppe):
        await inside(one.page)
        await hears(one.page, CHAIR_HZ)
        await expect(one.page.locator("#messages")).not_to_contain_text("Valutiamo")
        assert "Valutiamo" not in json.dumps(told(one))
    await expect(anna.page.locator("#request-state")).to_contain_text("è il prossimo")  # the place is kept
    await chair.get_by_role("button", name="Nega la parola a Anna Neri").click()
    await expect(anna.page.locator("#request-state")).to_contain_text("non Le ha dato la parola")


async def a_statement_stands_on_the_record(
    sala: Sala, tender: Tender, chair: Page, anna: Supplier, beppe: Supplier, folder: Path
) -> None:
    """F5: with a document, whose hash is the file's."""
    document = folder / "Contestazione è qui.pdf"
    document.write_bytes(b"%PDF-1.7\n" + bytes(range(256)) * 40)
    await anna.page.get_by_role("button", name="Metti a verbale").click()
    await anna.page.locator("#statement-text").fill("Chiediamo l'esclusione dell'offerta n. 2.")
    await anna.page.locator("#statement-file").set_input_files(document)
    await shot(anna.page, "11-statement")
    await anna.page.locator("#statement-submit").click()
    await expect(chair.locator("#lead-statement-list")).to_contain_text("Chiediamo l'esclusione")
    await chair.get_by_role("button", name="Respingi…").click()
    await chair.locator("#answer-reason").fill("Il termine è scaduto.")
    await chair.locator("#answer-form button[type=submit]").click()
    await expect(anna.page.locator("#statement-list")).to_contain_text("Il termine è scaduto.")
    await shot(anna.page, "12-answered")
    await shot(chair, "13-authority-statements")
    digest = hashlib.sha256(document.read_bytes()).hexdigest()
    (row,) = sala.database.read_now(statements.of_session, session_id=sessions_open(sala))
    events = sala.database.read_now(event_log.read, SessionId(row.session_id))
    (filed,) = [event for event in events if event.type == "statement_filed"]
    assert filed.payload["document_sha256"] == row.document_sha256 == digest
    kept = sala.settings.home / "statements" / row.session_id / row.id
    assert kept.read_bytes() == document.read_bytes()
    path = await anna.page.locator(".statement-file").get_attribute("href")
    assert (await anna.page.request.get(sala.url + str(path))).status == 200
    assert (await beppe.page.request.get(sala.url + str(path))).status == 404
    assert "esclusione" not in json.dumps(told(beppe))


async def whoever_is_disabled_is_out(authority: Authority, carla: Supplier) -> None:
    """No socket, no media, nothing more; how soon is measured by ``make bench-moments``."""
    member = await carla.id()
    assert member in media_room(authority.sala).members
    await authority.ask(commands.SwitchSupplierPerson(account=carla.account, enabled=False))
    await until(lambda: member not in media_room(authority.sala).members)
    await expect(carla.page.locator("#over")).to_be_visible()
    await until(lambda: told(carla)[-1]["type"] in ("closed", "refused"), what="the last word")
    said = len(told(carla))
    await shot(carla.page, "14-disabled")
    await asyncio.sleep(0.1)
    assert len(told(carla)) == said


async def the_end_leads_back(sala: Sala, tender: Tender, chair: Page, anna: Supplier, beppe: Supplier) -> None:
    """C7, C8."""
    await beppe.page.get_by_role("button", name="Esci dallo streaming").click()
    await beppe.page.wait_for_url(f"**/tenders/{tender.id}")
    await chair.locator("#end-all").click()
    await chair.locator("#confirm .danger").click()
    await expect(anna.page.locator("#over")).to_be_visible()
    await shot(anna.page, "15-ended")
    await anna.page.wait_for_url(f"**/tenders/{tender.id}")
    for one in (anna, beppe):
        await expect(one.page.get_by_role("link", name="Partecipa alla seduta")).to_be_hidden()
    await shot(anna.page, "16-back")
    await until(lambda: sala.hub.running(RoomId(tender.room_id)) is None, what="the end")
