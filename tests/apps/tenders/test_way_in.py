"""Suppliers' way in: activation, sign-in, a forgotten password, the second step, and being put out."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime

import pyotp
from sqlmodel import Session

from apps.single import Sala
from apps.tenders import commands
from apps.tenders.activation import LINKS_PER_DAY
from apps.vault import SEALED
from data import accounts, mail
from data.ids import AccountId
from data.models import Account
from tests.apps.tenders.authority import PASSWORD, Authority
from tests.apps.visit import Visit
from tests.waiting import until

GIULIA = "giulia@edil.example"
CHOSEN = "un cavallo molto paziente"


async def choose(visit: Visit, link: str, password: str = CHOSEN, again: str = "") -> tuple[int, str]:
    answer = await visit.post(link, form=link, password=password, again=again or password)
    return answer.status_code, answer.text


async def enter(visit: Visit, password: str = PASSWORD, email: str = GIULIA) -> tuple[int, str]:
    answer = await visit.post("/supplier", form="/supplier", email=email, password=password)
    return answer.status_code, answer.headers.get("Location", "")


def account(sala: Sala, account_id: AccountId) -> Account:
    return sala.database.read_now(accounts.get, account_id=account_id)


async def test_an_account_is_activated_once_by_the_link_in_the_mail(
    sala: Sala, authority: Authority, visit: Visit
) -> None:
    giulia = await authority.invited(await authority.organisation(), GIULIA)
    assert await enter(visit, "") == (403, "")  # nothing to sign in with yet
    link = await authority.link(GIULIA)
    for _ in range(2):  # a scanner's GET uses nothing up
        page = await visit.get(link)
        assert "Edil Costruzioni S.r.l." in page.text
    assert (await choose(visit, link, "short"))[0] == 400
    assert (await choose(visit, link, "password1"))[0] == 400  # one of the most common
    assert (await choose(visit, link, "Giulia Verdi"))[0] == 400
    assert (await choose(visit, link, CHOSEN, "another one"))[0] == 400
    assert account(sala, giulia).activated_at is None
    assert (await choose(visit, link))[0] == 200
    assert account(sala, giulia).activated_at is not None
    assert (await visit.get(link)).status_code == 410
    assert await enter(visit, CHOSEN) == (303, "/tenders")
    assert (await visit.get("/tenders")).status_code == 200


async def test_a_wrong_password_and_an_unknown_address_look_alike(authority: Authority, visit: Visit) -> None:
    await authority.supplier(await authority.organisation(), GIULIA)
    texts = []
    for email in (GIULIA, "nobody@edil.example"):
        answer = await visit.post("/supplier", form="/supplier", email=email, password="wrong")
        assert answer.status_code == 403
        texts.append(re.sub(r'value="[^"]*"|nonce="[^"]*"', "", answer.text))
    assert texts[0] == texts[1]


async def test_a_forgotten_password_tells_nobody_who_has_an_account(
    sala: Sala, authority: Authority, visit: Visit
) -> None:
    giulia = await authority.supplier(await authority.organisation(), GIULIA)
    await authority.link(GIULIA)  # of the activation
    told = []
    for email in (GIULIA, "nobody@edil.example"):
        answer = await visit.post("/supplier/forgot", form="/supplier/forgot", email=email)
        told.append((answer.status_code, re.sub(r'value="[^"]*"|nonce="[^"]*"', "", answer.text)))
    assert told[0] == told[1]
    first = await authority.link(GIULIA, "reset")
    assert (await choose(visit, first))[0] == 200
    assert (await choose(visit, first, "noch ein Passwort"))[0] == 410
    assert (await enter(visit))[0] == 403
    assert (await enter(visit, CHOSEN))[0] == 303
    assert account(sala, giulia).totp_secret is None
    for _ in range(2):
        await visit.post("/supplier/forgot", form="/supplier/forgot", email=GIULIA)
    answer = await visit.post("/supplier/forgot", form="/supplier/forgot", email=GIULIA)
    assert answer.status_code == 429
    assert authority.mailed("nobody@edil.example") == 0


async def test_nobody_gets_more_than_ten_links_a_day(sala: Sala, authority: Authority, visit: Visit) -> None:
    giulia = await authority.invited(await authority.organisation(), GIULIA)
    await authority.link(GIULIA)
    sala.database.run_now(_sent_before, giulia, LINKS_PER_DAY - 2)
    await authority.ask(commands.SendActivation(account=giulia))
    await until(lambda: authority.mailed(GIULIA) == 2, what="the last link of the day")
    assert (await authority.refused(commands.SendActivation(account=giulia))).code == "links_of_day"
    told = []
    for email in (GIULIA, "nobody@edil.example"):
        answer = await visit.post("/supplier/forgot", form="/supplier/forgot", email=email)
        told.append((answer.status_code, re.sub(r'value="[^"]*"|nonce="[^"]*"', "", answer.text)))
    assert told[0] == told[1]
    await until(lambda: sala.database.read_now(mail.next_due_at) is None, what="everything sent that waits")
    assert authority.mailed(GIULIA) == 2
    works = sorted([(await visit.get(link)).status_code for link in authority.links(GIULIA, "activate")])
    assert works == [200, 410], "the last link still works, the one before does not"


def _sent_before(session: Session, account_id: AccountId, count: int) -> None:
    for _ in range(count):
        mail.queue_for_account(
            session, account_id=account_id, kind="activation", now=datetime.now(UTC), secret=""
        ).state = "sent"
        session.flush()


async def test_the_second_step(sala: Sala, authority: Authority, visit: Visit) -> None:
    giulia = await authority.supplier(await authority.organisation(), GIULIA)
    await enter(visit)
    wrong = await visit.post("/account/second-step", form="/account", password="wrong")
    assert wrong.status_code == 403
    page = (await visit.post("/account/second-step", form="/account", password=PASSWORD)).text
    assert "<svg" in page
    found = re.search(r'class="secret-key">([A-Z2-7]+)<', page)
    assert found is not None
    app = pyotp.TOTP(found[1])
    assert (await visit.post("/account/second-step/on", form="/account", code="000000")).status_code == 403
    assert account(sala, giulia).totp_secret is None
    first_code = app.now()
    shown = (await visit.post("/account/second-step/on", form="/account", code=first_code)).text
    codes = re.findall(r"<code>([a-z0-9]{5}-[a-z0-9]{5})</code>", shown)
    assert len(codes) == 10
    assert (account(sala, giulia).totp_secret or "").startswith(SEALED)
    await visit.post("/signout", form="/account")

    async def step(code: str) -> int:
        first = await visit.post("/supplier", form="/supplier", email=GIULIA, password=PASSWORD)
        assert first.status_code == 200, "the password alone signs nobody in"
        key = re.search(r'name="step" value="([^"]+)"', first.text)
        assert key is not None
        assert (await visit.get("/tenders")).status_code == 303
        return (await visit.post("/signin/step", form="/supplier", step=key[1], code=code)).status_code

    assert await step(first_code) == 403  # it was used to set it up
    assert await step(app.at(time.time(), counter_offset=1)) == 303
    await visit.post("/signout", form="/account")
    assert await step(codes[0].upper()) == 303
    await visit.post("/signout", form="/account")
    assert await step(codes[0]) == 403
    await authority.ask(commands.ResetSecondStep(account=giulia))
    assert (await enter(visit))[0] == 303


async def test_who_is_disabled_is_out_at_once(sala: Sala, authority: Authority, visit: Visit) -> None:
    organisation = await authority.organisation()
    giulia = await authority.supplier(organisation, GIULIA)
    tender = await authority.tender(organisation)
    await authority.start(tender)
    await enter(visit)
    slug = authority.room(tender).slug
    tab = await visit.socket(slug)
    welcome = await tab.hello()
    assert welcome["type"] == "welcome"
    await authority.ask(commands.SwitchSupplierPerson(account=giulia, enabled=False))
    assert await tab.closed() == 1008  # the promise of 1 s is measured by `make bench-moments`
    assert (await visit.get("/tenders")).status_code == 303
    assert (await enter(visit))[0] == 403
    await authority.ask(commands.SwitchSupplierPerson(account=giulia, enabled=True))
    assert (await enter(visit))[0] == 303
    await authority.ask(commands.SwitchOrganisation(organisation=organisation, enabled=False))
    assert (await visit.get("/tenders")).status_code == 303
    assert (await enter(visit))[0] == 403
    assert sala.hub.live_rooms()[0]["present"] == 0


async def test_the_authority_s_people_are_no_suppliers(sala: Sala, authority: Authority, visit: Visit) -> None:
    await visit.sign_in("admin@localhost", sala.password)
    answer = await visit.get("/tenders")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/console/")
    assert (await visit.get("/account")).status_code == 200
    denied = await authority.refused(
        commands.SwitchSupplierPerson(account=AccountId(authority.account.id), enabled=False)
    )
    assert denied.code == "account_unknown"
