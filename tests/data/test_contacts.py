from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from data import contacts
from data.database import Database, open_database
from data.models import ContactList
from tests.data.planned import NOW, add_account


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with open_database(tmp_path) as database:
        yield database


def _add_list(session: Session, *, name: str = "Colegi") -> ContactList:
    return contacts.create_list(session, owner_id=add_account(session).id, name=name, now=NOW)


def test_lists_are_kept_by_owner_and_sorted_by_name(database: Database) -> None:
    second = database.run_now(_add_list, name="b")
    first = database.run_now(_add_list, name="A")
    assert [found.id for found in database.read_now(contacts.lists_for, owner_id=None)] == [first.id, second.id]
    assert [found.id for found in database.read_now(contacts.lists_for, owner_id=first.owner_id)] == [first.id]
    renamed = database.run_now(contacts.rename_list, list_id=first.id, name="z")
    assert renamed is not None
    assert [found.id for found in database.read_now(contacts.lists_for, owner_id=None)] == [second.id, first.id]
    assert database.run_now(contacts.rename_list, list_id="cl_none", name="z") is None


def test_contacts_are_added_changed_counted_deleted(database: Database) -> None:
    kept = database.run_now(_add_list)
    ana = database.run_now(contacts.add, list_id=kept.id, email="ana@x.example", name="Ana", now=NOW)
    database.run_now(contacts.add, list_id=kept.id, email="b@x.example", name="ăsta", now=NOW)
    assert database.read_now(contacts.counts, list_ids=[kept.id, "cl_none"]) == {kept.id: 2, "cl_none": 0}
    assert database.read_now(contacts.by_email, list_id=kept.id, email="ana@x.example") == ana
    changed = database.run_now(
        contacts.change, contact_id=ana.id, email="a@x.example", name="Z", organisation="ACME", language="it"
    )
    assert changed is not None
    assert (changed.email, changed.name, changed.organisation, changed.language) == ("a@x.example", "Z", "ACME", "it")
    assert database.read_now(contacts.get, contact_id=ana.id) == changed
    database.run_now(contacts.delete_one, contact_id=ana.id)
    assert [left.email for left in database.read_now(contacts.of_list, list_id=kept.id)] == ["b@x.example"]
    assert database.run_now(contacts.change, contact_id="x", email="", name="", organisation="", language="") is None


def test_an_address_stands_once_in_a_list(database: Database) -> None:
    kept = database.run_now(_add_list)
    database.run_now(contacts.add, list_id=kept.id, email="ana@x.example", now=NOW)
    with pytest.raises(IntegrityError):
        database.run_now(contacts.add, list_id=kept.id, email="ana@x.example", now=NOW)


def test_a_list_goes_with_its_contacts(database: Database) -> None:
    gone, kept = database.run_now(_add_list), database.run_now(_add_list)
    for one in (gone, kept):
        database.run_now(contacts.add, list_id=one.id, email="ana@x.example", now=NOW)
    database.run_now(contacts.delete_list, list_id=gone.id)
    assert database.read_now(contacts.get_list, list_id=gone.id) is None
    assert database.read_now(contacts.get_list, list_id=kept.id) is not None
    assert database.read_now(contacts.counts, list_ids=[gone.id, kept.id]) == {gone.id: 0, kept.id: 1}
