"""Organisations of suppliers, and the accounts of their people."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, func, select

from data.errors import Taken
from data.ids import OrganisationId, new_id
from data.models import Account, Organisation
from data.text import contains, folded


@dataclass(frozen=True, slots=True)
class OrganisationRow:
    """An organisation with how many people it has, and how many of them have activated their account."""

    organisation: Organisation
    people: int
    active: int


def create(session: Session, *, name: str, tax_code: str, now: datetime) -> Organisation:
    """Add an organisation. Raises ``Taken`` if the tax code has one already, disabled ones included."""
    if by_tax_code(session, tax_code=tax_code) is not None:
        raise Taken("organisation", tax_code)
    made = Organisation(
        id=new_id("og"), name=name, tax_code=tax_code, search=folded(f"{name} {tax_code}"), created_at=now
    )
    session.add(made)
    session.flush()
    return made


def get(session: Session, *, organisation_id: str) -> Organisation | None:
    """Return an organisation, disabled or not."""
    return session.get(Organisation, organisation_id)


def by_tax_code(session: Session, *, tax_code: str) -> Organisation | None:
    """Return the organisation of a tax code (upper case, no spaces)."""
    return session.exec(select(Organisation).where(Organisation.tax_code == tax_code)).one_or_none()


def by_tax_codes(session: Session, *, tax_codes: Iterable[str]) -> dict[str, Organisation]:
    """Return the organisations that have one of these tax codes."""
    query = select(Organisation).where(col(Organisation.tax_code).in_(list(tax_codes)))
    return {found.tax_code: found for found in session.exec(query)}


def names(session: Session, *, organisation_ids: Iterable[str]) -> dict[str, str]:
    """Return the names of organisations by their ids."""
    query = select(Organisation.id, Organisation.name).where(col(Organisation.id).in_(list(organisation_ids)))
    return dict(session.exec(query).all())


def page(session: Session, *, search: str = "", offset: int = 0, limit: int = 50) -> tuple[list[OrganisationRow], int]:
    """Return some of the organisations whose name or tax code contains ``search``, by name, and how many there are."""
    wanted: list[Any] = [col(Organisation.erased_at).is_(None)]
    if search:
        wanted.append(contains(col(Organisation.search), folded(search)))
    total = session.exec(select(func.count()).select_from(Organisation).where(*wanted)).one()
    query = select(Organisation).where(*wanted).order_by(func.lower(Organisation.name), Organisation.id)
    found = session.exec(query.offset(offset).limit(limit)).all()
    counts = _people_counts(session, [organisation.id for organisation in found])
    return [OrganisationRow(each, *counts.get(each.id, (0, 0))) for each in found], total


def _people_counts(session: Session, organisation_ids: Sequence[str]) -> dict[str, tuple[int, int]]:
    query = (
        select(Account.organisation_id, func.count(), func.count(col(Account.activated_at)))
        .where(col(Account.organisation_id).in_(organisation_ids), col(Account.erased_at).is_(None))
        .group_by(col(Account.organisation_id))
    )
    return {str(organisation_id): (people, active) for organisation_id, people, active in session.exec(query)}


def people(session: Session, *, organisation_id: str) -> list[Account]:
    """Return the accounts of an organisation's people, by name; erased ones do not count."""
    query = select(Account).where(Account.organisation_id == organisation_id, col(Account.erased_at).is_(None))
    return list(session.exec(query.order_by(func.lower(Account.name), Account.id)))


def rename(session: Session, *, organisation_id: OrganisationId, name: str) -> Organisation | None:
    """Give an organisation another name."""
    found = session.get(Organisation, organisation_id)
    if found is not None:
        found.name, found.search = name, folded(f"{name} {found.tax_code}")
        session.flush()
    return found


def set_disabled(session: Session, *, organisation_id: OrganisationId, disabled_at: datetime | None) -> None:
    """Let nobody of the organisation in, or (``None``) let them in again."""
    found = session.get(Organisation, organisation_id)
    if found is not None:
        found.disabled_at = disabled_at
        session.flush()
