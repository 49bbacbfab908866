"""Suppliers and the accounts of their people: adding, importing, switching off."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from apps.planning.asking import Asking, Outcome, changed
from apps.planning.errors import Refused
from apps.planning.texts import clean_email
from apps.tenders.activation import LINKS_PER_DAY, send_link
from apps.tenders.commands import (
    AddSupplierPerson,
    ImportSuppliers,
    ResetSecondStep,
    SaveOrganisation,
    SendActivation,
    SwitchOrganisation,
    SwitchSupplierPerson,
)
from apps.tenders.csv_table import Problems
from apps.tenders.suppliers_csv import SupplierRow, read_suppliers
from apps.tenders.words import clean_name, clean_tax_code
from data import account_tokens, accounts, organisations, sign_ins
from data.errors import Taken
from data.ids import AccountId, OrganisationId, PersonId
from data.models import Account, Organisation

if TYPE_CHECKING:
    from sqlmodel import Session


@dataclass(frozen=True, slots=True)
class SuppliersOfFile:
    """``ImportSuppliers`` after its file was read."""

    rows: tuple[SupplierRow, ...]


def content_of(base64_text: str) -> bytes:
    """Return a file sent as base64. Raises ``Refused``."""
    try:
        return base64.b64decode(base64_text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Refused("csv_not_text") from error


def rows_of(command: ImportSuppliers) -> SuppliersOfFile:
    """Read the file of a command; takes a while for a large one, so call it in a thread. Raises ``Refused``."""
    return SuppliersOfFile(read_suppliers(content_of(command.content)))


# --- organisations ------------------------------------------------------------------------------------------------------


def save_organisation(session: Session, asking: Asking, command: SaveOrganisation) -> Outcome:
    """Add a supplier, or give one another name."""
    name = clean_name(command.name, most=200)
    if command.organisation is not None:
        found = known(session, command.organisation)
        organisations.rename(session, organisation_id=OrganisationId(found.id), name=name)
        return _of(found)
    tax_code = clean_tax_code(command.tax_code)
    try:
        return _of(organisations.create(session, name=name, tax_code=tax_code, now=asking.now))
    except Taken as error:
        raise Refused("organisation_exists", tax_code=tax_code) from error


def switch_organisation(session: Session, asking: Asking, command: SwitchOrganisation) -> Outcome:
    """Disable a supplier with all its people's sign-ins, or enable it."""
    found = known(session, command.organisation)
    disabled_at = None if command.enabled else found.disabled_at or asking.now
    organisations.set_disabled(session, organisation_id=command.organisation, disabled_at=disabled_at)
    people = organisations.people(session, organisation_id=found.id)
    return _of(found, expelled=() if command.enabled else _signed_out(session, people))


def known(session: Session, organisation_id: str) -> Organisation:
    """Return a supplier. Raises ``Refused``."""
    found = organisations.get(session, organisation_id=organisation_id)
    if found is None or found.erased_at is not None:
        raise Refused("organisation_unknown")
    return found


# --- their people -------------------------------------------------------------------------------------------------------


def add_person(session: Session, asking: Asking, command: AddSupplierPerson) -> Outcome:
    """Add an account that can do nothing before its person activates it by the link mailed to them."""
    organisation = known(session, command.organisation)
    email, name = clean_email(command.email), clean_name(command.name, most=120)
    account = _added(session, organisation, email, name, command.language, asking.now)
    return _of(organisation, account, mail_queued=True)


def switch_person(session: Session, asking: Asking, command: SwitchSupplierPerson) -> Outcome:
    """Disable a person's account and end their sign-ins, or enable it."""
    account, organisation = person(session, command.account)
    if command.enabled:
        accounts.enable(session, account_id=command.account)
        return _of(organisation, account)
    accounts.disable(session, account_id=command.account, now=asking.now)
    return _of(organisation, account, expelled=_signed_out(session, [account]))


def send_activation(session: Session, asking: Asking, command: SendActivation) -> Outcome:
    """Mail a fresh link to somebody who has not activated their account, so many times a day."""
    account, organisation = person(session, command.account)
    if account.activated_at is not None:
        raise Refused("account_active")
    if not send_link(session, account, "activation", now=asking.now):
        raise Refused("links_of_day", limit=LINKS_PER_DAY)
    return _of(organisation, account, mail_queued=True)


def reset_second_step(session: Session, asking: Asking, command: ResetSecondStep) -> Outcome:
    """Take the second step of signing in away."""
    account, organisation = person(session, command.account)
    account_tokens.switch_second_step_off(session, account_id=account.id)
    return _of(organisation, account, expelled=_signed_out(session, [account]))


def person(session: Session, account_id: str) -> tuple[Account, Organisation]:
    """Return a supplier's account with its organisation; those of the authority are none. Raises ``Refused``."""
    account = session.get(Account, account_id)
    if account is None or account.organisation_id is None or account.erased_at is not None:
        raise Refused("account_unknown")
    return account, known(session, account.organisation_id)


def _added(
    session: Session, organisation: Organisation, email: str, name: str, language: str, now: datetime
) -> Account:
    try:
        account = accounts.create(
            session,
            email=email,
            name=name,
            role="supplier",
            password_hash="",
            now=now,
            language=language,
            organisation_id=OrganisationId(organisation.id),
        )
    except Taken as error:
        raise Refused("account_exists", email=email) from error
    send_link(session, account, "activation", now=now)
    return account


# --- a file -------------------------------------------------------------------------------------------------------------


def import_rows(session: Session, asking: Asking, command: SuppliersOfFile) -> Outcome:
    """Add the suppliers and people of a file, and bring those that exist up to date; with problems nothing."""
    known_ones = organisations.by_tax_codes(session, tax_codes={row.tax_code for row in command.rows})
    problems, fresh, added, updated = Problems(), 0, 0, 0
    for row in command.rows:
        organisation = known_ones.get(row.tax_code)
        if organisation is None:
            organisation = organisations.create(session, name=row.organisation, tax_code=row.tax_code, now=asking.now)
            known_ones[row.tax_code] = organisation
            fresh += 1
        account = accounts.by_email(session, email=row.email)
        if account is None:
            _added(session, organisation, row.email, row.name, row.language or "it", asking.now)
            added += 1
        elif account.organisation_id != organisation.id:
            problems.add(row.row, Refused("account_exists", email=row.email))
        elif (account.name, account.language) != (row.name, row.language or account.language):
            account.name, account.language = row.name, row.language or account.language
            updated += 1
    problems.refuse_any()
    values = {"organisations": fresh, "added": added, "updated": updated}
    return Outcome(values, (changed("organisation"), changed("account")), mail_queued=added > 0)


def _signed_out(session: Session, people: Iterable[Account]) -> tuple[PersonId, ...]:
    """End the sign-ins of people; whom to expel once that is written."""
    people = list(people)
    for account in people:
        sign_ins.delete_of_account(session, account_id=AccountId(account.id))
    return tuple(PersonId(account.id) for account in people)


def _of(
    organisation: Organisation,
    account: Account | None = None,
    *,
    expelled: tuple[PersonId, ...] = (),
    mail_queued: bool = False,
) -> Outcome:
    values = {"organisation": organisation.id} | ({"account": account.id} if account else {})
    notices = (changed("organisation", organisation.id),) + ((changed("account", account.id),) if account else ())
    return Outcome(values, notices, expelled=expelled, mail_queued=mail_queued)
