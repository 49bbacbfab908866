"""Tenders and suppliers in the database: who finds what, at thousands of rows."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session

from data import organisations, rooms, sessions, tenders
from data.database import Database
from data.errors import Taken
from data.ids import RoomId, new_id
from data.models import Tender
from data.tenders import TenderQuery
from data.text import folded
from tests.data.planned import NOW, add_account


class Register:
    """An authority with two suppliers."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.owner = database.run_now(add_account).id
        self.mine = database.run_now(organisations.create, name="Edil Città", tax_code="IT1", now=NOW).id
        self.other = database.run_now(organisations.create, name="Altra", tax_code="IT2", now=NOW).id

    def tender(
        self, number: str, subject: str = "Lavori", *, admitted: bool = True, offer: str = "submitted", **values: Any
    ) -> Tender:
        return self.database.run_now(_tender, self.owner, self.mine, number, subject, admitted, offer, values)

    def found(self, **values: Any) -> list[str]:
        query = TenderQuery(organisation_id=self.mine, sort="number", **values)
        rows, total = self.database.read_now(tenders.page, query=query, now=NOW)
        assert total >= len(rows)
        return [row.tender.number for row in rows]


def _tender(session: Session, owner: str, mine: str, number: str, subject: str, admitted: bool, offer: str, values: dict[str, Any]) -> Tender:  # fmt: skip
    room = rooms.create(session, slug=new_id("g"), kind="tender", owner_id=owner, title=subject, now=NOW)
    given = {"procedure": "open", "deadline": NOW + timedelta(days=1), **values}
    tender = tenders.create(session, room_id=room.id, owner_id=owner, number=number, subject=subject, now=NOW, **given)
    tenders.set_supplier(session, tender_id=tender.id, organisation_id=mine, offer_state=offer, admitted=admitted, now=NOW)  # fmt: skip
    return tender


@pytest.fixture
def register(database: Database) -> Register:
    return Register(database)


def test_only_what_the_supplier_is_admitted_to_exists(register: Register) -> None:
    seen, hidden = register.tender("A"), register.tender("B", admitted=False)
    assert register.found() == ["A"]
    read = register.database.read_now
    assert read(tenders.seen_by, tender_id=seen.id, organisation_id=register.mine) is not None
    assert read(tenders.seen_by, tender_id=hidden.id, organisation_id=register.mine) is None
    assert read(tenders.seen_by, tender_id=seen.id, organisation_id=register.other) is None
    assert read(tenders.is_admitted, room_id=seen.room_id, organisation_id=register.mine)
    assert not read(tenders.is_admitted, room_id=hidden.room_id, organisation_id=register.mine)
    assert read(tenders.admitted_organisations, room_id=seen.room_id) == {register.mine}
    register.database.run_now(tenders.remove_supplier, tender_id=seen.id, organisation_id=register.mine)
    assert register.found() == []


def test_search_and_filters(register: Register) -> None:
    register.tender("CIG 1", "Rete idrica di Forlì", base_amount_cents=5, offer="draft")
    register.tender("CIG 2", "Mensa 100% bio", procedure="restricted", deadline=NOW - timedelta(days=1))
    assert register.found(search="FORLI rete") == ["CIG 1"]
    assert register.found(search="cig 2") == ["CIG 2"]
    assert register.found(search="%") == ["CIG 2"]
    assert register.found(search="_") == []
    assert register.found(procedure="restricted") == ["CIG 2"]
    assert register.found(offer_state="draft") == ["CIG 1"]
    assert register.found(deadline="past") == ["CIG 2"]
    assert register.found(deadline="open") == ["CIG 1"]


def test_order_and_pages(register: Register) -> None:
    for place in range(7):
        register.tender(f"N{place}", base_amount_cents=None if place == 3 else (7 - place) * 100)
    query = TenderQuery(organisation_id=register.mine, sort="amount", limit=3)
    read = register.database.read_now
    pages = [read(tenders.page, query=replace(query, offset=offset), now=NOW)[0] for offset in (0, 3, 6)]
    assert [row.tender.number for page in pages for row in page] == ["N6", "N5", "N4", "N2", "N1", "N0", "N3"]
    last = read(tenders.page, query=replace(query, descending=True, limit=9), now=NOW)[0][-1]
    assert last.tender.number == "N3"  # without an amount it stands last either way


def test_what_goes_on_now(register: Register) -> None:
    tender = register.tender("A")
    register.tender("B")
    assert register.found(live=True) == []
    opened = register.database.run_now(sessions.open_, room_id=RoomId(tender.room_id), now=NOW)
    assert register.found(live=True) == ["A"]
    live = register.database.read_now(tenders.live_for, organisation_id=register.mine)
    assert live == [(tender.id, tender.room_id)]
    assert [one.id for one in register.database.read_now(tenders.sessions_of, tender_id=tender.id)] == [opened.id]


def test_a_number_belongs_to_one_tender(register: Register) -> None:
    register.tender("A")
    second = register.tender("B")
    with pytest.raises(Taken):
        register.tender("A")
    with pytest.raises(Taken):
        register.database.run_now(tenders.change, tender_id=second.id, number="A")
    changed = register.database.run_now(tenders.change, tender_id=second.id, subject="Più verde")
    assert changed.search == folded("B Più verde")


def test_suppliers_are_found_by_name_and_code(register: Register) -> None:
    page = register.database.read_now(organisations.page, search="citta")
    assert [row.organisation.name for row in page[0]] == ["Edil Città"]
    assert register.database.read_now(organisations.page, search="it2")[1] == 1
