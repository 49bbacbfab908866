"""Contacts, and the lists they are kept in."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Session, col, delete, func, select

from data.ids import new_id
from data.models import Contact, ContactList


def create_list(session: Session, *, owner_id: str, name: str, now: datetime) -> ContactList:
    """Add an empty list."""
    made = ContactList(id=new_id("cl"), owner_id=owner_id, name=name, created_at=now)
    session.add(made)
    session.flush()
    return made


def get_list(session: Session, *, list_id: str) -> ContactList | None:
    """Return a list."""
    return session.get(ContactList, list_id)


def lists_for(session: Session, *, owner_id: str | None) -> list[ContactList]:
    """Return the lists of one owner, or all (``None``, for administrators), by name."""
    query = select(ContactList)
    if owner_id is not None:
        query = query.where(ContactList.owner_id == owner_id)
    return list(session.exec(query.order_by(func.lower(ContactList.name), ContactList.id)))


def rename_list(session: Session, *, list_id: str, name: str) -> ContactList | None:
    """Give a list another name."""
    found = session.get(ContactList, list_id)
    if found is not None:
        found.name = name
        session.add(found)
        session.flush()
    return found


def delete_list(session: Session, *, list_id: str) -> None:
    """Delete a list with its contacts."""
    session.exec(delete(Contact).where(col(Contact.list_id) == list_id))
    session.exec(delete(ContactList).where(col(ContactList.id) == list_id))


def get(session: Session, *, contact_id: str) -> Contact | None:
    """Return a contact."""
    return session.get(Contact, contact_id)


def by_email(session: Session, *, list_id: str, email: str) -> Contact | None:
    """Return the contact of a list with this address (lower case)."""
    return session.exec(select(Contact).where(Contact.list_id == list_id, Contact.email == email)).one_or_none()


def of_list(session: Session, *, list_id: str) -> list[Contact]:
    """Return a list's contacts, by name and address."""
    query = select(Contact).where(Contact.list_id == list_id)
    return list(session.exec(query.order_by(func.lower(Contact.name), Contact.email)))


def counts(session: Session, *, list_ids: Iterable[str]) -> dict[str, int]:
    """Return how many contacts each of these lists has."""
    wanted = list(list_ids)
    query = select(Contact.list_id, func.count()).where(col(Contact.list_id).in_(wanted)).group_by(Contact.list_id)
    found = {list_id: count for list_id, count in session.exec(query)}
    return {list_id: found.get(list_id, 0) for list_id in wanted}


def add(
    session: Session,
    *,
    list_id: str,
    email: str,
    now: datetime,
    name: str = "",
    organisation: str = "",
    language: str = "",
) -> Contact:
    """Add a contact; the caller made sure that the address is not in the list yet."""
    contact = Contact(
        id=new_id("co"),
        list_id=list_id,
        email=email,
        name=name,
        organisation=organisation,
        language=language,
        created_at=now,
    )
    session.add(contact)
    session.flush()
    return contact


def add_many(
    session: Session, *, list_id: str, people: Iterable[tuple[str, str, str, str]], now: datetime
) -> list[Contact]:
    """Add contacts given as address, name, organisation and language, in one go; no address is in the list yet."""
    made = [
        Contact(
            id=new_id("co"),
            list_id=list_id,
            email=email,
            name=name,
            organisation=organisation,
            language=language,
            created_at=now,
        )
        for email, name, organisation, language in people
    ]
    session.add_all(made)
    session.flush()
    return made


def change(
    session: Session, *, contact_id: str, email: str, name: str, organisation: str, language: str
) -> Contact | None:
    """Replace what is known of a contact."""
    contact = session.get(Contact, contact_id)
    if contact is not None:
        contact.email = email
        contact.name = name
        contact.organisation = organisation
        contact.language = language
        session.add(contact)
        session.flush()
    return contact


def delete_one(session: Session, *, contact_id: str) -> None:
    """Delete a contact."""
    session.exec(delete(Contact).where(col(Contact.id) == contact_id))
