from __future__ import annotations

import base64

import pytest

from apps.planning import address_book, commands
from data import contacts
from data.ids import ContactId, ContactListId
from data.models import Contact
from tests.apps.planning.conftest import Office


async def new_list(office: Office, name: str = "Colegi") -> ContactListId:
    return ContactListId((await office.done(commands.CreateContactList(name=name)))["list"])


def of(office: Office, list_id: ContactListId) -> list[Contact]:
    return office.database.read_now(contacts.of_list, list_id=list_id)


def file(list_id: ContactListId, text: str) -> commands.ImportContacts:
    return commands.ImportContacts(list=list_id, content=base64.b64encode(text.encode()).decode())


async def test_lists_are_created_renamed_deleted(office: Office) -> None:
    list_id = await new_list(office, "  Angajați   2026 ")
    (kept,) = office.database.read_now(contacts.lists_for, owner_id=office.maria.id)
    assert kept.name == "Angajați 2026"
    await office.done(commands.RenameContactList(list=list_id, name="Șantier"))
    await office.done(commands.SaveContact(list=list_id, email="a@b.example"))
    await office.done(commands.DeleteContactList(list=list_id))
    assert office.database.read_now(contacts.lists_for, owner_id=None) == []
    assert [notice.kind for notice in office.notices] == ["contact_list", "contact_list", "contact", "contact_list"]
    assert (await office.denied(commands.CreateContactList(name="a\u202eb"))).code == "text_invisible"


async def test_a_contact_is_saved_cleaned_changed_and_moved(office: Office) -> None:
    list_id, other = await new_list(office), await new_list(office, "Alții")
    saved = await office.done(
        commands.SaveContact(
            list=list_id, email="Ion@Firma.RO", name="Ion  Țepeș", organisation="S.C. X", language="ro"
        )
    )
    (contact,) = of(office, list_id)
    assert (contact.email, contact.name, contact.organisation, contact.language) == (
        "ion@firma.ro",
        "Ion Țepeș",
        "S.C. X",
        "ro",
    )
    await office.done(
        commands.SaveContact(contact=ContactId(saved["contact"]), list=other, email="ion@firma.ro", name="Ion")
    )
    assert of(office, list_id) == []
    assert [moved.name for moved in of(office, other)] == ["Ion"]
    await office.done(commands.DeleteContact(contact=ContactId(saved["contact"])))
    assert of(office, other) == []


async def test_an_address_stands_once_in_a_list(office: Office) -> None:
    list_id = await new_list(office)
    await office.done(commands.SaveContact(list=list_id, email="a@b.example"))
    second = await office.done(commands.SaveContact(list=list_id, email="c@b.example"))
    denied = await office.denied(commands.SaveContact(list=list_id, email="A@B.example"))
    assert (denied.code, denied.values) == ("contact_exists", {"email": "a@b.example"})
    again = commands.SaveContact(contact=ContactId(second["contact"]), list=list_id, email="a@b.example")
    assert (await office.denied(again)).code == "contact_exists"
    same = commands.SaveContact(contact=ContactId(second["contact"]), list=list_id, email="c@b.example", name="C")
    await office.done(same)


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"email": "nobody"}, "email_invalid"),
        ({"email": ""}, "email_missing"),
        ({"email": "a@b.example\nBcc: x"}, "email_invalid"),
        ({"email": "a@b.example", "name": "a\u202eb"}, "text_invisible"),
        ({"email": "a@b.example", "organisation": "\ufdfa" * 10}, "organisation_too_long"),
    ],
)
async def test_what_is_no_contact_is_refused(office: Office, values: dict[str, str], code: str) -> None:
    list_id = await new_list(office)
    assert (await office.denied(commands.SaveContact.model_validate({"list": list_id, **values}))).code == code
    assert of(office, list_id) == []


async def test_a_file_adds_updates_and_skips(office: Office) -> None:
    list_id = await new_list(office)
    await office.done(commands.SaveContact(list=list_id, email="same@b.example", name="Same"))
    await office.done(commands.SaveContact(list=list_id, email="old@b.example", name="Old", organisation="Kept"))
    counts = await office.done(
        file(
            list_id,
            "Nume;E-mail;Organizație\nSame;SAME@b.example;\nNew name;old@b.example;\nÎnvățător;n@b.example;Școala\nTwice;n@b.example;X\n",
        )
    )
    assert counts == {"list": list_id, "added": 1, "updated": 1, "skipped": 2}
    assert {(found.email, found.name, found.organisation) for found in of(office, list_id)} == {
        ("same@b.example", "Same", ""),
        ("old@b.example", "New name", "Kept"),
        ("n@b.example", "Învățător", "Școala"),
    }


async def test_a_file_with_one_wrong_row_changes_nothing(office: Office) -> None:
    list_id = await new_list(office)
    denied = await office.denied(file(list_id, "E-mail\na@b.example\nwrong\n"))
    assert (denied.code, denied.values) == ("csv_row_email", {"row": 3, "email": "wrong"})
    assert of(office, list_id) == []
    bad = commands.ImportContacts(list=list_id, content="no base64!")
    assert (await office.denied(bad)).code == "csv_not_text"


async def test_a_list_has_an_end(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(address_book, "CONTACTS_PER_LIST", 2)
    list_id = await new_list(office)
    assert (
        await office.denied(file(list_id, "E-mail\na@b.example\nc@b.example\nd@b.example"))
    ).code == "contact_list_full"
    await office.done(file(list_id, "E-mail\na@b.example\nc@b.example"))
    assert (await office.denied(commands.SaveContact(list=list_id, email="e@b.example"))).code == "contact_list_full"
