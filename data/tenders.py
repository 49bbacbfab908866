"""Tenders, and which organisations take part in them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Select
from sqlmodel import Session as Transaction
from sqlmodel import col, func, select

from data.errors import Taken
from data.ids import new_id
from data.models import Account, Organisation, Room, Session, Tender, TenderSupplier
from data.text import contains, folded

Sort = Literal["deadline", "number", "subject", "amount", "procedure"]


@dataclass(frozen=True, slots=True)
class TenderQuery:
    """
    Which tenders to list, and which part of the list.

    ``organisation_id`` set: only those the organisation is admitted to. ``owner_id`` set: only those of one account.
    ``deadline`` asks for those still ``open`` for offers, or ``past``; ``live`` for those with a session going on.
    """

    organisation_id: str | None = None
    owner_id: str | None = None
    search: str = ""
    procedure: str = ""
    offer_state: str = ""
    deadline: Literal["", "open", "past"] = ""
    live: bool = False
    sort: Sort = "deadline"
    descending: bool = False
    offset: int = 0
    limit: int = 50


@dataclass(frozen=True, slots=True)
class TenderRow:
    """A tender in a list: ``offer_state`` is that of the organisation that asks, empty where the authority asks."""

    tender: Tender
    room: Room
    live: bool
    offer_state: str = ""


@dataclass(frozen=True, slots=True)
class SupplierRow:
    """An organisation's part in a tender."""

    part: TenderSupplier
    organisation: Organisation


def create(
    session: Transaction,
    *,
    room_id: str,
    owner_id: str,
    number: str,
    subject: str,
    procedure: str,
    deadline: datetime,
    now: datetime,
    base_amount_cents: int | None = None,
    currency: str = "EUR",
    description: str = "",
) -> Tender:
    """Add a tender to its room, which was made for it. Raises ``Taken`` if the number is in use, archived ones included."""
    if by_number(session, number=number) is not None:
        raise Taken("tender", number)
    tender = Tender(
        id=new_id("td"),
        room_id=room_id,
        owner_id=owner_id,
        number=number,
        subject=subject,
        procedure=procedure,
        deadline=deadline,
        base_amount_cents=base_amount_cents,
        currency=currency,
        description=description,
        search=folded(f"{number} {subject}"),
        created_at=now,
    )
    session.add(tender)
    session.flush()
    return tender


def change(session: Transaction, /, *, tender_id: str, **values: Any) -> Tender:
    """
    Replace columns of a tender that exists.

    Raises:
        Taken: If the new number belongs to another tender.
    """
    tender = session.get_one(Tender, tender_id)
    other = by_number(session, number=values.get("number", tender.number))
    if other is not None and other.id != tender.id:
        raise Taken("tender", other.number)
    for name, value in values.items():
        setattr(tender, name, value)
    tender.search = folded(f"{tender.number} {tender.subject}")
    session.flush()
    return tender


def get(session: Transaction, *, tender_id: str) -> Tender | None:
    """Return a tender, archived or not."""
    return session.get(Tender, tender_id)


def by_number(session: Transaction, *, number: str) -> Tender | None:
    """Return the tender of a number, archived or not."""
    return session.exec(select(Tender).where(Tender.number == number)).one_or_none()


def of_room(session: Transaction, *, room_id: str) -> Tender | None:
    """Return the tender that a room belongs to; ``None`` for a conference's."""
    return session.exec(select(Tender).where(Tender.room_id == room_id)).one_or_none()


def sessions_of(session: Transaction, *, tender_id: str) -> list[Session]:
    """Return a tender's sessions, the newest first."""
    query = select(Session).join(Tender, col(Tender.room_id) == Session.room_id).where(Tender.id == tender_id)
    return list(session.exec(query.order_by(col(Session.opened_at).desc(), col(Session.id))))


def page(session: Transaction, *, query: TenderQuery, now: datetime) -> tuple[list[TenderRow], int]:
    """Return a part of the tenders that a query asks for, and how many there are in all; archived ones do not count."""
    total = session.exec(_matching(select(func.count()), query, now)).one()
    offered = TenderSupplier.offer_state if query.organisation_id is not None else Tender.currency
    chosen = _matching(select(Tender, Room, _is_live().label("live"), offered), query, now)
    rows = session.exec(chosen.order_by(*_order(query)).offset(query.offset).limit(query.limit)).all()
    own = query.organisation_id is not None
    return [TenderRow(tender, room, bool(live), state if own else "") for tender, room, live, state in rows], total


def seen_by(session: Transaction, *, tender_id: str, organisation_id: str) -> TenderRow | None:
    """Return a tender as an admitted organisation sees it; ``None`` alike for an unknown one and one not admitted to."""
    query = (
        select(Tender, Room, _is_live(), TenderSupplier.offer_state)
        .join(Room, col(Room.id) == Tender.room_id)
        .join(TenderSupplier, col(TenderSupplier.tender_id) == Tender.id)
        .where(
            Tender.id == tender_id,
            col(Tender.archived_at).is_(None),
            TenderSupplier.organisation_id == organisation_id,
            col(TenderSupplier.admitted).is_(True),
        )
    )
    found = session.exec(query).one_or_none()
    return TenderRow(found[0], found[1], bool(found[2]), found[3]) if found else None


def live_for(session: Transaction, *, organisation_id: str) -> list[tuple[str, str]]:
    """Return tender and room of each tender that an organisation is admitted to and that has a session going on."""
    query = (
        select(Tender.id, Tender.room_id)
        .join(TenderSupplier, col(TenderSupplier.tender_id) == Tender.id)
        .join(Session, col(Session.room_id) == Tender.room_id)
        .where(
            col(Session.closed_at).is_(None),
            col(Tender.archived_at).is_(None),
            TenderSupplier.organisation_id == organisation_id,
            col(TenderSupplier.admitted).is_(True),
        )
    )
    return list(session.exec(query).all())


def is_admitted(session: Transaction, *, room_id: str, organisation_id: str) -> bool:
    """Say whether an organisation may attend the sessions of a tender's room."""
    query = (
        select(Tender.id)
        .join(TenderSupplier, col(TenderSupplier.tender_id) == Tender.id)
        .where(
            Tender.room_id == room_id,
            col(Tender.archived_at).is_(None),
            TenderSupplier.organisation_id == organisation_id,
            col(TenderSupplier.admitted).is_(True),
        )
    )
    return session.exec(query).first() is not None


def admitted_organisations(session: Transaction, *, room_id: str) -> frozenset[str]:
    """Return the organisations that may attend the sessions of a tender's room."""
    query = (
        select(TenderSupplier.organisation_id)
        .join(Tender, col(Tender.id) == TenderSupplier.tender_id)
        .where(Tender.room_id == room_id, col(Tender.archived_at).is_(None), col(TenderSupplier.admitted).is_(True))
    )
    return frozenset(session.exec(query))


def suppliers(session: Transaction, *, tender_id: str) -> list[SupplierRow]:
    """Return the organisations of a tender, by name."""
    query = (
        select(TenderSupplier, Organisation)
        .join(Organisation, col(Organisation.id) == TenderSupplier.organisation_id)
        .where(TenderSupplier.tender_id == tender_id)
        .order_by(func.lower(Organisation.name), Organisation.id)
    )
    return [SupplierRow(part, organisation) for part, organisation in session.exec(query)]


def supplier_counts(session: Transaction, *, tender_ids: Iterable[str]) -> dict[str, int]:
    """Return how many admitted organisations each of these tenders has; those with none are left out."""
    query = (
        select(TenderSupplier.tender_id, func.count())
        .where(col(TenderSupplier.tender_id).in_(list(tender_ids)), col(TenderSupplier.admitted).is_(True))
        .group_by(TenderSupplier.tender_id)
    )
    return dict(session.exec(query).all())


def set_supplier(
    session: Transaction, *, tender_id: str, organisation_id: str, offer_state: str, admitted: bool, now: datetime
) -> TenderSupplier:
    """Give an organisation its part in a tender, or change it."""
    part = session.get(TenderSupplier, (tender_id, organisation_id))
    if part is None:
        part = TenderSupplier(tender_id=tender_id, organisation_id=organisation_id, added_at=now)
        session.add(part)
    part.offer_state, part.admitted = offer_state, admitted
    session.flush()
    return part


def remove_supplier(session: Transaction, *, tender_id: str, organisation_id: str) -> bool:
    """Take an organisation out of a tender; say whether it was in it."""
    part = session.get(TenderSupplier, (tender_id, organisation_id))
    if part is None:
        return False
    session.delete(part)
    session.flush()
    return True


def people_of(session: Transaction, *, tender_id: str) -> list[Account]:
    """Return the accounts of the people of a tender's admitted organisations, by name."""
    query = (
        select(Account)
        .join(TenderSupplier, col(TenderSupplier.organisation_id) == Account.organisation_id)
        .where(
            TenderSupplier.tender_id == tender_id,
            col(TenderSupplier.admitted).is_(True),
            col(Account.erased_at).is_(None),
        )
    )
    return list(session.exec(query.order_by(func.lower(Account.name), Account.id)))


def _is_live() -> Any:
    is_open = select(Session.id).where(Session.room_id == Tender.room_id, col(Session.closed_at).is_(None))
    return is_open.correlate(Tender).exists()


def _matching(selected: Any, query: TenderQuery, now: datetime) -> Any:
    """Return what is selected of the tenders that a query asks for."""
    found: Select[Any] = selected.select_from(Tender).join(Room, col(Room.id) == Tender.room_id)
    found = found.where(col(Tender.archived_at).is_(None))
    if query.organisation_id is not None:
        found = found.join(TenderSupplier, col(TenderSupplier.tender_id) == Tender.id)
        found = found.where(col(TenderSupplier.organisation_id) == query.organisation_id)
        found = found.where(col(TenderSupplier.admitted).is_(True))
        if query.offer_state:
            found = found.where(col(TenderSupplier.offer_state) == query.offer_state)
    if query.owner_id is not None:
        found = found.where(col(Tender.owner_id) == query.owner_id)
    for condition in _conditions(query, now):
        found = found.where(condition)
    return found


def _conditions(query: TenderQuery, now: datetime) -> list[Any]:
    conditions = [contains(col(Tender.search), word) for word in folded(query.search).split()]
    if query.procedure:
        conditions.append(Tender.procedure == query.procedure)
    if query.deadline:
        conditions.append(col(Tender.deadline) >= now if query.deadline == "open" else col(Tender.deadline) < now)
    if query.live:
        conditions.append(_is_live())
    return conditions


def _order(query: TenderQuery) -> list[Any]:
    """Equal ones stand in the order of their numbers; those without an amount stand last either way."""
    column: Any = {
        "deadline": col(Tender.deadline),
        "number": col(Tender.number),
        "subject": func.lower(Tender.subject),
        "amount": col(Tender.base_amount_cents),
        "procedure": col(Tender.procedure),
    }[query.sort]
    ordered = column.desc() if query.descending else column.asc()
    return [ordered.nulls_last(), col(Tender.number), Tender.id]
