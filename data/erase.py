"""
Erasing a person: their rows stay, empty of what is personal, and every session's log still verifies.

The log holds ids and salted commitments. With name, text and salt gone a commitment tells nothing, and what is left, "somebody was
here from nine to ten", is what the other participants' attendance needs. Files beside the database are ``apps.evidence.traces``'s.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, delete, select

from data import participants, sign_ins
from data.ids import AccountId, InvitationId, PersonId
from data.models import (
    Account,
    AccountToken,
    Contact,
    Invitation,
    Mail,
    Message,
    Organisation,
    Participant,
    Preface,
    Readiness,
    RecoveryCode,
    Statement,
)
from data.models import Session as Opening

PLACEHOLDER = "[…]"
"""Stands in a preface where a name was."""


@dataclass(frozen=True, slots=True)
class Erased:
    """How many rows were emptied or deleted."""

    people: int = 0
    participants: int = 0
    messages: int = 0
    contacts: int = 0
    statements: int = 0
    names: frozenset[str] = frozenset()
    """What they were called, names and addresses: to be looked for in files."""
    documents: tuple[tuple[str, str], ...] = ()
    """Session and statement of each document that they filed: its file is to be deleted."""


def erase_person(session: Session, *, person_id: PersonId, now: datetime) -> Erased:
    """Erase an account or an invitation with all that hangs on it: seats, messages, mail, sign-ins. Unknown: nothing."""
    seats = participants.of_person(session, person_id=person_id)
    names = _names(session, seats, person_id)
    filed = _erase_statements(session, [seat.id for seat in seats], now)
    _scrub_prefaces(session, names)
    for seat in seats:
        seat.name = seat.email = seat.organisation = seat.salt = ""
        seat.erased_at = now
    written = _erase_messages(session, [seat.id for seat in seats], person_id, now)
    session.exec(delete(Readiness).where(col(Readiness.person_id) == person_id))
    people = _erase_invitation(session, person_id, now) + _erase_account(session, person_id, now)
    session.flush()
    return Erased(
        people=people,
        participants=len(seats),
        messages=written,
        statements=len(filed),
        names=names,
        documents=tuple((one.session_id, one.id) for one in filed if one.document_sha256),
    )


def erase_organisation(session: Session, *, organisation_id: str, now: datetime) -> Erased:
    """Erase an organisation whose name is somebody's (a sole trader), with all its people. Unknown: nothing."""
    found = session.get(Organisation, organisation_id)
    if found is None:
        return Erased()
    people = list(session.exec(select(Account.id).where(Account.organisation_id == organisation_id)))
    erased = _summed([erase_person(session, person_id=PersonId(person), now=now) for person in people])
    names = erased.names | {found.name}
    _scrub_prefaces(session, names)
    found.name, found.tax_code, found.search = "", found.id, ""
    found.disabled_at, found.erased_at = found.disabled_at or now, now
    session.flush()
    return replace(erased, names=names)


def is_in_a_session(session: Session, *, email: str) -> bool:
    """Say whether somebody of this address has a seat in a session that is open: what runs holds their name in memory."""
    people = _people_of(session, email.lower())
    query = select(Participant.id).join(Opening, col(Opening.id) == col(Participant.session_id))
    return (
        session.exec(query.where(col(Participant.person_id).in_(people), col(Opening.closed_at).is_(None))).first()
        is not None
    )


def erase_address(session: Session, *, email: str, now: datetime) -> Erased:
    """Erase everybody of an e-mail address, in all rooms, and the contacts with it in everybody's lists."""
    address = email.lower()
    erased = _summed([erase_person(session, person_id=PersonId(who), now=now) for who in _people_of(session, address)])
    listed = session.exec(select(Contact).where(col(Contact.email) == address)).all()
    if not (erased.people or listed):
        return erased
    names = erased.names | {address} | {contact.name for contact in listed if contact.name}
    for contact in listed:
        session.delete(contact)
    session.flush()
    return replace(erased, contacts=len(listed), names=names)


def _people_of(session: Session, address: str) -> list[str]:
    found: list[str] = [*session.exec(select(Invitation.id).where(Invitation.email == address))]
    found += session.exec(select(Account.id).where(Account.email == address))
    return found


def _summed(parts: Sequence[Erased]) -> Erased:
    return Erased(
        people=sum(part.people for part in parts),
        participants=sum(part.participants for part in parts),
        messages=sum(part.messages for part in parts),
        statements=sum(part.statements for part in parts),
        names=frozenset().union(*(part.names for part in parts)),
        documents=tuple(document for part in parts for document in part.documents),
    )


def _names(session: Session, seats: Sequence[Participant], person_id: PersonId) -> frozenset[str]:
    called = {text for seat in seats for text in (seat.name, seat.email)}
    for row in (session.get(Invitation, person_id), session.get(Account, person_id)):
        if row is not None and row.erased_at is None:
            called |= {row.name, row.email}
    return frozenset(called - {""})


def _erase_statements(session: Session, seats: list[str], now: datetime) -> list[Statement]:
    """Empty what they put on the record, with the reasons of its answers; answers and hashes stay, as in the log."""
    filed = list(session.exec(select(Statement).where(col(Statement.participant_id).in_(seats))))
    for one in filed:
        one.text = one.salt = one.reason = one.reason_salt = ""
        one.document_name = None
        one.erased_at = now
    return filed


def _scrub_prefaces(session: Session, names: Iterable[str]) -> None:
    """Take names out of what others wrote in front of minutes; every version keeps its place."""
    for name in sorted(names, key=len, reverse=True):
        for preface in session.exec(select(Preface).where(col(Preface.text).contains(name, autoescape=True))):
            preface.text = preface.text.replace(name, PLACEHOLDER)


def _erase_messages(session: Session, seats: list[str], person_id: PersonId, now: datetime) -> int:
    own: Any = col(Message.participant_id).in_(seats) | (col(Message.account_id) == person_id)
    messages = session.exec(select(Message).where(own)).all()
    for message in messages:
        message.text = message.salt = ""
        message.erased_at = now
    return len(messages)


def _erase_invitation(session: Session, person_id: PersonId, now: datetime) -> int:
    invitation = session.get(Invitation, person_id)
    if invitation is None:
        return 0
    invitation.name = invitation.mail_error = ""
    invitation.email = f"{invitation.id}@erased.invalid"  # one row an address and room, so it can't be empty
    invitation.token_hash = invitation.id  # no secret hashes to it
    invitation.revoked_at = invitation.revoked_at or now
    invitation.erased_at = now
    for mail in session.exec(select(Mail).where(Mail.invitation_id == person_id)):
        mail.secret = mail.error = ""
        mail.state = "failed" if mail.state == "pending" else mail.state
    sign_ins.delete_of_invitation(session, invitation_id=InvitationId(person_id))
    return 1


def _erase_account(session: Session, person_id: PersonId, now: datetime) -> int:
    account = session.get(Account, person_id)
    if account is None:
        return 0
    account.name = account.password_hash = ""
    account.email = f"{account.id}@erased.invalid"
    account.totp_secret = None
    account.disabled_at = account.disabled_at or now
    account.erased_at = now
    session.exec(delete(AccountToken).where(col(AccountToken.account_id) == person_id))
    session.exec(delete(RecoveryCode).where(col(RecoveryCode.account_id) == person_id))
    for mail in session.exec(select(Mail).where(Mail.account_id == person_id)):
        mail.secret = mail.error = ""
        mail.state = "failed" if mail.state == "pending" else mail.state
    sign_ins.delete_of_account(session, account_id=AccountId(person_id))
    return 1
