"""Lists of contacts, and the contacts in them."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import TYPE_CHECKING

from apps.planning.asking import Asking, Outcome, changed
from apps.planning.commands import (
    CreateContactList,
    DeleteContact,
    DeleteContactList,
    ImportContacts,
    RenameContactList,
    SaveContact,
)
from apps.planning.contacts_csv import ContactRow, read_contacts
from apps.planning.errors import Refused
from apps.planning.people import NAME_MAX_CHARACTERS
from apps.planning.texts import clean_email, clean_line
from data import contacts
from data.models import Contact, ContactList

if TYPE_CHECKING:
    from sqlmodel import Session

LIST_NAME_MAX_CHARACTERS = 200
CONTACTS_PER_LIST = 10_000  # two full files; a page can still show it


@dataclass(frozen=True, slots=True)
class RowsOfFile:
    """``ImportContacts`` after its file was read."""

    list_id: str
    rows: tuple[ContactRow, ...]


def rows_of(command: ImportContacts) -> RowsOfFile:
    """Read the file of a command; takes a while for a large one, so call it in a thread. Raises ``Refused``."""
    try:
        content = base64.b64decode(command.content, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Refused("csv_not_text") from error
    return RowsOfFile(command.list, read_contacts(content))


def create_list(session: Session, asking: Asking, command: CreateContactList) -> Outcome:
    """Add an empty list of the account that asks."""
    made = contacts.create_list(session, owner_id=asking.account.id, name=_list_name(command.name), now=asking.now)
    return _of_list(made)


def rename_list(session: Session, asking: Asking, command: RenameContactList) -> Outcome:
    """Give a list another name."""
    found = asking.contact_list(session, command.list)
    contacts.rename_list(session, list_id=found.id, name=_list_name(command.name))
    return _of_list(found)


def delete_list(session: Session, asking: Asking, command: DeleteContactList) -> Outcome:
    """Delete a list with its contacts; invitations already sent stay."""
    found = asking.contact_list(session, command.list)
    contacts.delete_list(session, list_id=found.id)
    return _of_list(found)


def save(session: Session, asking: Asking, command: SaveContact) -> Outcome:
    """Add a contact, or change one (which may also move it to another list)."""
    target = asking.contact_list(session, command.list)
    email, name = clean_email(command.email), _name(command.name, "name")
    organisation = _name(command.organisation, "organisation")
    known = contacts.by_email(session, list_id=target.id, email=email)
    if known is not None and known.id != command.contact:
        raise Refused("contact_exists", email=email)
    if command.contact is None:
        _refuse_full(session, target, 1)
        saved = contacts.add(
            session,
            list_id=target.id,
            email=email,
            name=name,
            organisation=organisation,
            language=command.language,
            now=asking.now,
        )
        return _of_contact(saved)
    saved = asking.contact(session, command.contact)
    saved.list_id = target.id
    contacts.change(
        session, contact_id=saved.id, email=email, name=name, organisation=organisation, language=command.language
    )
    return _of_contact(saved)


def delete(session: Session, asking: Asking, command: DeleteContact) -> Outcome:
    """Delete a contact."""
    found = asking.contact(session, command.contact)
    contacts.delete_one(session, contact_id=found.id)
    return _of_contact(found)


def import_rows(session: Session, asking: Asking, command: RowsOfFile) -> Outcome:
    """Add the contacts of a file, and bring those that are in the list up to date; answers with the counts."""
    target = asking.contact_list(session, command.list_id)
    known = {contact.email: contact for contact in contacts.of_list(session, list_id=target.id)}
    rows: dict[str, ContactRow] = {}
    for row in command.rows:
        rows.setdefault(row.email, row)  # of two rows with one address the first counts
    new = [row for row in rows.values() if row.email not in known]
    _refuse_full(session, target, len(new))
    updated = sum(_brought_up_to_date(known[row.email], row) for row in rows.values() if row.email in known)
    people = [(row.email, row.name, row.organisation, row.language) for row in new]
    contacts.add_many(session, list_id=target.id, people=people, now=asking.now)
    values = {
        "list": target.id,
        "added": len(new),
        "updated": updated,
        "skipped": len(command.rows) - len(new) - updated,
    }
    return Outcome(values, (changed("contact_list", target.id),))


def _brought_up_to_date(contact: Contact, row: ContactRow) -> bool:
    """Take over what the row says; an empty cell says nothing. Return whether anything changed."""
    before = (contact.name, contact.organisation, contact.language)
    after = (row.name or before[0], row.organisation or before[1], row.language or before[2])
    contact.name, contact.organisation, contact.language = after
    return before != after


def _refuse_full(session: Session, target: ContactList, more: int) -> None:
    if contacts.counts(session, list_ids=[target.id])[target.id] + more > CONTACTS_PER_LIST:
        raise Refused("contact_list_full", limit=CONTACTS_PER_LIST)


def _list_name(name: str) -> str:
    cleaned = clean_line(name, field="name", max_characters=LIST_NAME_MAX_CHARACTERS)
    if not cleaned:
        raise Refused("name_missing")
    return cleaned


def _name(text: str, field: str) -> str:
    return clean_line(text, field=field, max_characters=NAME_MAX_CHARACTERS)


def _of_list(found: ContactList) -> Outcome:
    return Outcome({"list": found.id}, (changed("contact_list", found.id),))


def _of_contact(found: Contact) -> Outcome:
    return Outcome({"contact": found.id, "list": found.list_id}, (changed("contact", found.id),))
