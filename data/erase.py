"""
Erasing a person: their rows stay, empty of what is personal, and every session's log still verifies.

The log holds ids and salted commitments. With name, text and salt gone a commitment tells nothing, and what is left, "somebody was
here from nine to ten", is what the other participants' attendance needs.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, delete, select

from data import participants, sign_ins
from data.ids import AccountId, InvitationId, PersonId
from data.models import Account, AccountToken, Contact, Invitation, Mail, Message, Readiness, RecoveryCode


@dataclass(frozen=True, slots=True)
class Erased:
    """How many rows were emptied or deleted."""

    people: int = 0
    participants: int = 0
    messages: int = 0
    contacts: int = 0


def erase_person(session: Session, *, person_id: PersonId, now: datetime) -> Erased:
    """Erase an account or an invitation with all that hangs on it: seats, messages, mail, sign-ins. Unknown: nothing."""
    seats = participants.of_person(session, person_id=person_id)
    for seat in seats:
        seat.name = seat.email = seat.organisation = seat.salt = ""
        seat.erased_at = now
    written = _erase_messages(session, [seat.id for seat in seats], person_id, now)
    session.exec(delete(Readiness).where(col(Readiness.person_id) == person_id))
    people = _erase_invitation(session, person_id, now) + _erase_account(session, person_id, now)
    session.flush()
    return Erased(people=people, participants=len(seats), messages=written)


def erase_address(session: Session, *, email: str, now: datetime) -> Erased:
    """Erase everybody of an e-mail address, in all rooms, and the contacts with it in everybody's lists."""
    address = email.lower()
    found: list[str] = [*session.exec(select(Invitation.id).where(Invitation.email == address))]
    found += session.exec(select(Account.id).where(Account.email == address))
    parts = [erase_person(session, person_id=PersonId(person), now=now) for person in found]
    contacts = session.exec(delete(Contact).where(col(Contact.email) == address)).rowcount
    return Erased(
        people=sum(part.people for part in parts),
        participants=sum(part.participants for part in parts),
        messages=sum(part.messages for part in parts),
        contacts=contacts,
    )


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
