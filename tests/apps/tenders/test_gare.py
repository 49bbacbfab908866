"""The list of tenders, a tender's page, and the yellow button that comes and goes while they are open."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from tornado.httpclient import HTTPClientError

from apps.live.commands_tender import BeginReserved, EndReserved
from apps.single import Sala
from apps.tenders import commands
from data import event_log, tenders
from data.ids import SessionId, TenderId
from data.models import Tender
from tests.apps.tenders.authority import PASSWORD, Authority, soon
from tests.apps.visit import Tab, Visit

SECRET = "Fornitura riservatissima"


async def enter(visit: Visit, email: str) -> Visit:
    answer = await visit.post("/supplier", form="/supplier", email=email, password=PASSWORD)
    assert answer.status_code == 303, answer.text
    return visit


async def bell(visit: Visit) -> Tab:
    """Open what the tenders' pages open, and say hello."""
    tab = await visit.dial("/ws/tenders")
    await tab.greet({"type": "hello"})
    return tab


def shown(tender: Tender, live: bool) -> dict[str, Any]:
    return {"type": "session", "tender": tender.id, "live": live}


async def test_the_list_is_searched_filtered_sorted_and_cut(authority: Authority, visit: Visit) -> None:
    organisation = await authority.organisation()
    await authority.supplier(organisation, "a@edil.example")
    for place in range(30):
        await authority.tender(
            organisation, number=f"G-{place:02d}", subject="Rete idrica", base_amount_cents=place * 100
        )
    past = await authority.tender(
        organisation, number="Z-1", subject="Città & strade", deadline=soon() - timedelta(days=90)
    )
    await authority.tender(number="X-1", subject=SECRET)
    await enter(visit, "a@edil.example")
    first = (await visit.get("/tenders", **{"Accept-Language": "it"})).text
    assert "Gare" in first
    assert "31 gare" in first
    assert first.count("data-tender-row") == 25
    assert SECRET not in first
    second = (await visit.get("/tenders?sort=number&page=2")).text
    assert second.count("data-tender-row") == 6
    assert "Z-1" in second
    assert (await visit.get("/tenders?page=9")).headers["Location"] == "/tenders?page=2"
    found = (await visit.get("/tenders?q=citta+STRADE")).text
    assert found.count("data-tender-row") == 1
    assert "Città &amp; strade" in found
    assert (await visit.get("/tenders?deadline=past")).text.count("data-tender-row") == 1
    assert past.number in (await visit.get("/tenders?deadline=past")).text
    assert "data-tender-row" not in (await visit.get("/tenders?offer=draft")).text
    assert "data-tender-row" not in (await visit.get("/tenders?q=%25")).text  # a sign, not a pattern
    by_amount = (await visit.get("/tenders?sort=amount&down=1")).text
    assert by_amount.index("G-29") < by_amount.index("G-28")
    assert (await visit.get("/tenders?page=x&sort=%27;drop&procedure=..")).status_code == 200


async def test_the_button_comes_and_goes_in_open_pages_of_those_who_may_attend(
    sala: Sala, authority: Authority, visit: Visit
) -> None:
    organisation, other = await authority.organisation(), await authority.organisation("Altra S.p.A.")
    await authority.supplier(organisation, "a@edil.example")
    await authority.supplier(other, "b@altra.example")
    tender = await authority.tender(organisation)
    async with Visit(sala.url) as stranger:
        await enter(visit, "a@edil.example")
        await enter(stranger, "b@altra.example")
        mine, theirs = await bell(visit), await bell(stranger)
        assert await mine.next() == {"type": "sessions", "live": []}
        assert await theirs.next() == {"type": "sessions", "live": []}
        hidden = (await visit.get(f"/tenders/{tender.id}")).text
        assert f'data-follow="{tender.id}" hidden' in hidden
        await authority.start(tender)
        assert await mine.next() == shown(tender, True)
        page = (await visit.get(f"/tenders/{tender.id}")).text
        assert f'data-follow="{tender.id}">' in page
        late = await bell(visit)
        assert await late.next() == {"type": "sessions", "live": [tender.id]}
        archiving = commands.ArchiveTender(tender=TenderId(tender.id))
        assert (await authority.refused(archiving)).code == "tender_session_open"
        await authority.end(tender)
        assert await mine.next() == shown(tender, False)
        assert await late.next() == shown(tender, False)
        await authority.start(tender)  # one tender has many sessions
        assert await mine.next() == shown(tender, True)
        part = commands.TenderPart(organisation=organisation, admitted=False)
        await authority.ask(commands.SetTenderSuppliers(tender=TenderId(tender.id), parts=(part,)))
        assert await mine.next() == shown(tender, False)
        assert theirs.messages.empty()


async def test_a_reserved_part_hides_the_button(authority: Authority, visit: Visit) -> None:
    organisation = await authority.organisation()
    await authority.supplier(organisation, "a@edil.example")
    tender = await authority.tender(organisation)
    await enter(visit, "a@edil.example")
    await authority.start(tender)
    page = await bell(visit)
    assert await page.next() == {"type": "sessions", "live": [tender.id]}
    await authority._live(tender, BeginReserved())
    assert await page.next() == shown(tender, False)
    await authority._live(tender, EndReserved())
    assert await page.next() == shown(tender, True)


async def test_for_who_is_not_admitted_a_tender_does_not_exist(sala: Sala, authority: Authority, visit: Visit) -> None:
    admitted, other = await authority.organisation(), await authority.organisation("Altra S.p.A.")
    await authority.supplier(other, "b@altra.example")
    tender = await authority.tender(admitted, subject=SECRET)
    slug = authority.room(tender).slug
    await enter(visit, "b@altra.example")
    for streaming in (False, True):
        if streaming:
            await authority.start(tender)
        for path in (f"/tenders/{tender.id}", "/tenders/td_000000000000000000000000", f"/r/{slug}", "/r/none"):
            answer = await visit.get(path)
            assert answer.status_code == 404, path
            assert SECRET not in answer.text
            assert tender.number not in answer.text
        for name in (slug, "none"):
            with pytest.raises(HTTPClientError) as refused:
                await visit.socket(name)
            assert refused.value.code == 404
        assert SECRET not in (await visit.get("/tenders")).text
    members = (await sala.engine.rooms()).values()
    assert all(not media for media in members)


async def test_an_admitted_supplier_enters_as_a_supplier(sala: Sala, authority: Authority, visit: Visit) -> None:
    organisation = await authority.organisation()
    giulia = await authority.supplier(organisation, "a@edil.example")
    tender = await authority.tender(organisation)
    await enter(visit, "a@edil.example")
    slug = authority.room(tender).slug
    assert (await visit.get(f"/r/{slug}")).headers["Location"] == f"/tenders/{tender.id}"
    early = await visit.socket(slug)
    assert (await early.hello())["code"] == "session_not_open"
    await authority.start(tender)
    assert (await visit.get(f"/r/{slug}")).status_code == 200
    tab = await visit.socket(slug)
    welcome = await tab.hello()
    assert welcome["type"] == "welcome", welcome
    (session,) = sala.database.read_now(tenders.sessions_of, tender_id=tender.id)
    lines = sala.database.read_now(event_log.read, SessionId(session.id))
    (line,) = [one.payload for one in lines if one.type == "participant_joined"]
    assert (line["role"], line["person"], line["organisation"]) == ("supplier", giulia, organisation)
    part = commands.TenderPart(organisation=organisation, admitted=False)
    await authority.ask(commands.SetTenderSuppliers(tender=TenderId(tender.id), parts=(part,)))
    assert await tab.closed() == 1008


async def test_who_signs_out_is_told_on_the_open_page(authority: Authority, visit: Visit) -> None:
    organisation = await authority.organisation()
    await authority.supplier(organisation, "a@edil.example")
    await enter(visit, "a@edil.example")
    page = await bell(visit)
    assert (await page.next())["type"] == "sessions"
    await visit.post("/signout", form="/account")
    assert (await page.next())["type"] == "refused"
    again = await bell(visit)
    assert (await again.next())["code"] == "signed_out"
