"""Tenders and suppliers in the console, with the real planner behind it: what the pages do, and what they then show."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from apps.console.desk import Desk
from apps.console.pages.invitations import InvitationsPage
from apps.console.pages.people import PeoplePage
from apps.console.pages.supplier import SupplierPage
from apps.console.pages.suppliers import SuppliersPage
from apps.console.pages.tender import TenderPage
from apps.console.pages.tenders import TendersPage
from apps.console.store import ConsoleStore
from apps.live.commands import OpenSession
from apps.live.state import Denied
from apps.planning.planner import Planner
from apps.service import Done
from apps.settings import Settings
from data import readiness, tenders
from data.database import Database
from data.models import Account, Invitation, Tender
from tests.apps.console.fakes import NOW, FakeService
from tests.waiting import until

FORM = {"number": "CIG 1", "subject": "Strade", "date": "2027-03-31", "time": "12:00", "zone": "Europe/Rome", "amount": "1.250.000,50"}  # fmt: skip


class Office(FakeService):
    """Has commands of planning carried out; those of a session it only notes."""

    planner: Planner
    account: Account

    async def command(self, secret: str, command: Any, *, room: Any = None) -> Done | Denied:
        if room is not None:
            return await super().command(secret, command, room=room)
        return await self.planner.execute(self.account, command)


@pytest.fixture
def service(database: Database, administrator: Account) -> Office:
    office = Office()
    office.account = administrator

    async def expel(person: object) -> None:
        """Nobody is here."""

    office.planner = Planner(database, lambda: NOW, Settings(), office.tell, expel)
    return office


def file_of(text: str) -> dict[str, Any]:
    return {"file": {"name": "f.csv", "size": len(text), "base64": base64.b64encode(text.encode()).decode()}}


def cells(part: Any) -> list[dict[str, Any]]:
    return [row["cells"] for row in part.drawn.get("rows", ())]


async def shown(page: Any, *place: str) -> Any:
    await page.open(*place)
    return page


async def saved(page: TendersPage, database: Database) -> Tender:
    await page.save(FORM)
    tender = database.read_now(tenders.by_number, number="CIG 1")
    assert tender is not None
    return tender


async def test_a_tender_is_added_searched_and_its_session_started(
    store: ConsoleStore, service: Office, database: Database
) -> None:
    page = await shown(TendersPage(store))
    await page.save({**FORM, "date": ""})
    assert page.form.problems == {"date": "Please fill this in."}
    await page.save({**FORM, "amount": "viel"})
    assert "not an amount" in page.form.problems["amount"]
    tender = await saved(page, database)
    assert (tender.base_amount_cents, tender.deadline.hour) == (125_000_050, 10)
    assert [cell["subject"]["text"] for cell in cells(page.table)] == ["Strade"]
    await page._on_search({"submit": {"q": "nothing like it"}})
    assert cells(page.table) == []
    await page._on_search({"submit": {"q": "strade"}})
    await page._on_table({"press": "start", "row": tender.id})
    _secret, command, room = service.commands[-1]
    assert (command, room) == (OpenSession(), tender.room_id)


async def test_a_file_of_tenders_is_taken_whole_or_not_at_all(store: ConsoleStore, database: Database) -> None:
    page = await shown(TendersPage(store))
    wrong = "numero;oggetto;scadenza;importo\nA1;Strade;31/03/2027 12:00;1.000,00\nA2;;domani;x\nA1;Ponti;2027-04-01 10:00;\n"
    await page.import_tenders(file_of(wrong))
    said = page.form.problems["file"].splitlines()
    assert said[0] == "Nothing was imported: 2 rows must be mended first."
    assert said[1].startswith("Row 3: ")
    assert said[2] == "Row 4: The number A1 stands in row 2 already."
    assert page.total == 0
    await page.import_tenders(file_of(page.template()))
    assert page.total == 1
    await page.import_tenders(file_of(page.template()))
    assert page.total == 1


async def test_suppliers_are_imported_with_their_people(store: ConsoleStore) -> None:
    page = await shown(SuppliersPage(store))
    wrong = "Ragione sociale;Codice fiscale;E-mail\nEdil;IT01;a@b.example\nEdil;IT01234567890;nobody\n"
    await page.import_suppliers(file_of(wrong))
    assert page.form.problems["file"].splitlines()[1:] == [
        "Row 2: “IT01” is not a tax code: 5 to 20 letters and digits.",
        "Row 3: “nobody” is not an e-mail address.",
    ]
    assert page.total == 0
    await page.import_suppliers(file_of(page.template()))
    people = await shown(PeoplePage(store))
    assert [cell["name"]["text"] for cell in cells(people.table)] == [
        "Alice Admin"
    ]  # suppliers have a page of their own
    (cell,) = cells(page.table)
    assert (cell["name"]["text"], cell["people"]["text"]) == ("Edil Esempio S.r.l.", "1")
    (row,) = page.table.rows
    person = await shown(SupplierPage(store), row["id"])
    (about,) = cells(person.table)
    assert about["state"]["text"] == "Link on its way"
    await person._on_bar({"press": "disable"})
    assert person.organisation is not None
    assert person.organisation.disabled_at is not None


async def test_a_supplier_is_erased_only_by_its_name_and_a_second_thought(store: ConsoleStore, desk: Desk) -> None:
    listed = await shown(SuppliersPage(store))
    await listed.import_suppliers(file_of(listed.template()))
    (row,) = listed.table.rows
    page = await shown(SupplierPage(store), row["id"])
    await page.erasing.erase({"name": "Edil", "sure": False})
    assert set(page.erasing.form.problems) == {"name", "sure"}
    await page.erasing.erase({"name": " Edil Esempio S.r.l. ", "sure": True})
    await page.again()
    assert page.bar.drawn["boxes"][0]["text"] == "There is no such supplier."
    assert page.erasing.form.drawn == {}
    assert page.people == []


async def test_who_is_admitted_and_who_is_ready(store: ConsoleStore, database: Database, desk: Desk) -> None:
    listed = await shown(TendersPage(store))
    tender = await saved(listed, database)
    await (await shown(SuppliersPage(store))).import_suppliers(file_of(SuppliersPage(store).template()))
    page = await shown(TenderPage(store), tender.id)
    await page.add({"organisation": "nobody"})
    assert "Please choose" in page.form.problems["organisation"]
    await page.add({"organisation": page._known[0], "offer_state": "submitted"})
    (cell,) = cells(page.table)
    assert (cell["offer"]["text"], cell["admitted"]["text"], cell["ready"]) == ("Offer submitted", "Admitted", "0 of 1")
    (person,) = page.people
    database.run_now(
        readiness.save,
        room_id=tender.room_id,
        person_id=person.id,
        camera="works",
        microphone="works",
        path="udp",
        uplink_bps=2_000_000,
        round_trip_ms=20,
        verdict="ready",
        now=NOW,
    )
    await page.again()
    assert cells(page.ready)[0]["path"] == {"text": "direct (UDP)", "sub": "2.0 Mbit/s · 20 ms"}
    (row,) = page.table.rows
    await page._on_table({"press": "exclude", "row": row["id"]})
    assert cells(page.table)[0]["admitted"]["text"] == "Not admitted"
    assert cells(page.ready) == []
    by_room = await shown(TenderPage(store), tender.room_id)
    assert by_room.tender is not None
    await by_room.open(tender.id, "settings")
    await by_room.save({**FORM, "subject": "Ponti", "suppliers_visible": True})
    changed = database.read_now(tenders.get, tender_id=tender.id)
    assert changed is not None
    assert changed.subject == "Ponti"
    await by_room._on_bar({"press": "archive"})
    assert by_room.bar.drawn["title"] == "Not found"


async def test_invited_people_show_whether_they_are_ready(
    store: ConsoleStore, service: Office, database: Database, invitation: Invitation
) -> None:
    page = await shown(InvitationsPage(store), invitation.room_id)
    assert cells(page.table)[0]["ready"] == ""
    found = {"camera": "missing", "microphone": "works", "path": "tcp", "uplink_bps": None, "round_trip_ms": None}
    database.run_now(readiness.save, room_id=invitation.room_id, person_id=invitation.id, verdict="limited", now=NOW, **found)  # type: ignore[arg-type]  # fmt: skip
    service.changed("readiness", invitation.id, room=invitation.room_id)
    await until(lambda: cells(page.table)[0]["ready"] != "")
    assert cells(page.table)[0]["ready"]["text"] == "With limits"
