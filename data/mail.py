"""Messages to be sent, and what became of them."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, delete, func, select

from data.ids import new_id
from data.models import Account, Invitation, Mail, Organisation, Room

ERROR_MAX_CHARACTERS = 500  # a mail server's words, as many as a table cell can show


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message with all that its text is made of."""

    mail: Mail
    invitation: Invitation
    room: Room
    owner: Account


@dataclass(frozen=True, slots=True)
class ToAccount:
    """A message to an account, with all that its text is made of."""

    mail: Mail
    account: Account
    organisation: Organisation | None


def queue(session: Session, *, invitation_id: str, now: datetime, kind: str = "invitation", secret: str = "") -> Mail:
    """Add a message that is due now; ``secret`` is the link's, kept until the message is sent."""
    return _queued(session, invitation_id=invitation_id, kind=kind, now=now, secret=secret)


def queue_for_account(session: Session, *, account_id: str, kind: str, now: datetime, secret: str) -> Mail:
    """Add a message to an account, due now; links to it that were not sent yet are deleted. ``secret`` is the link's."""
    waiting = (col(Mail.account_id) == account_id, col(Mail.state) == "pending", col(Mail.kind) != "receipt")
    session.exec(delete(Mail).where(*waiting))
    return _queued(session, account_id=account_id, kind=kind, now=now, secret=secret)


def _queued(
    session: Session,
    *,
    invitation_id: str | None = None,
    account_id: str | None = None,
    kind: str,
    now: datetime,
    secret: str,
) -> Mail:
    mail = Mail(
        id=new_id("ml"),
        invitation_id=invitation_id,
        account_id=account_id,
        kind=kind,
        secret=secret,
        created_at=now,
        due_at=now,
        bounce_key=secrets.token_hex(8),
    )
    session.add(mail)
    session.flush()
    return mail


def due_to_accounts(session: Session, *, now: datetime, limit: int = 20) -> list[ToAccount]:
    """Return the messages to accounts that are to be sent now, those that wait longest first."""
    query = (
        select(Mail, Account, Organisation)
        .join(Account, col(Account.id) == Mail.account_id)
        .join(Organisation, col(Organisation.id) == Account.organisation_id, isouter=True)
        .where(Mail.state == "pending", col(Mail.due_at) <= now)
        .order_by(col(Mail.due_at), Mail.id)
        .limit(limit)
    )
    return [ToAccount(*row) for row in session.exec(query)]


def count_to_account(session: Session, *, account_id: str, kinds: Iterable[str], since: datetime) -> int:
    """Return how many messages of these kinds were queued for an account since then; those dropped unsent for a newer one do not count."""
    query = select(func.count()).where(
        Mail.account_id == account_id, col(Mail.kind).in_(list(kinds)), col(Mail.created_at) > since
    )
    return session.exec(query).one()


def last_to_accounts(session: Session, *, account_ids: Iterable[str]) -> dict[str, Mail]:
    """Return the newest message to each of these accounts, receipts apart; those that got none are left out."""
    query = (
        select(Mail)
        .where(col(Mail.account_id).in_(list(account_ids)), Mail.kind != "receipt")
        .order_by(col(Mail.created_at), Mail.id)
    )
    return {str(mail.account_id): mail for mail in session.exec(query)}


def due(session: Session, *, now: datetime, limit: int = 20) -> list[Outgoing]:
    """Return the messages to be sent now, those that wait longest first."""
    query = (
        select(Mail, Invitation, Room, Account)
        .join(Invitation, col(Invitation.id) == Mail.invitation_id)
        .join(Room, col(Room.id) == Invitation.room_id)
        .join(Account, col(Account.id) == Room.owner_id)
        .where(Mail.state == "pending", col(Mail.due_at) <= now)
        .order_by(col(Mail.due_at), Mail.id)
        .limit(limit)
    )
    return [Outgoing(*row) for row in session.exec(query)]


def next_due_at(session: Session) -> datetime | None:
    """Return when the next message is due; ``None``: none waits."""
    query = select(Mail.due_at).where(Mail.state == "pending").order_by(col(Mail.due_at)).limit(1)
    return session.exec(query).first()


def mark_sent(session: Session, *, mail_id: str, now: datetime) -> Invitation | None:
    """A message was handed over: forget its secret. ``None``: it was withdrawn meanwhile."""
    mail = session.get(Mail, mail_id)
    if mail is None:
        return None
    mail.state, mail.error, mail.secret = "sent", "", ""
    mail.attempts += 1
    session.add(mail)
    return _tell_invitation(session, mail, state="sent", error="", sent_at=now)


def defer(session: Session, *, mail_id: str, error: str, due_at: datetime) -> Invitation | None:
    """A message could not be sent now; try again at ``due_at``."""
    mail = session.get(Mail, mail_id)
    if mail is None or mail.state != "pending":
        return None
    mail.error = error[:ERROR_MAX_CHARACTERS]
    mail.due_at = due_at
    mail.attempts += 1
    session.add(mail)
    return _tell_invitation(session, mail, state="pending", error=mail.error)


def mark_failed(session: Session, *, mail_id: str, error: str) -> Invitation | None:
    """A message can't be sent: keep the mail server's words, forget the secret."""
    mail = session.get(Mail, mail_id)
    if mail is None:
        return None
    mail.state, mail.error, mail.secret = "failed", error[:ERROR_MAX_CHARACTERS], ""
    mail.attempts += 1
    session.add(mail)
    return _tell_invitation(session, mail, state="failed", error=mail.error)


def mark_bounced(session: Session, *, bounce_key: str = "", mail_id: str = "", error: str = "") -> Invitation | None:
    """A sent message came back, known by its bounce key or its id; ``None`` if no message has either."""
    mail = None
    if bounce_key:
        mail = session.exec(select(Mail).where(Mail.bounce_key == bounce_key)).first()
    if mail is None and mail_id:
        mail = session.get(Mail, mail_id)
    if mail is None:
        return None
    mail.state, mail.error = "failed", error[:ERROR_MAX_CHARACTERS]
    session.add(mail)
    return _tell_invitation(session, mail, state="bounced", error=mail.error)


def withdraw(session: Session, *, invitation_id: str) -> None:
    """Delete the messages of an invitation that were not sent yet."""
    session.exec(delete(Mail).where(col(Mail.invitation_id) == invitation_id, col(Mail.state) == "pending"))


def count_invitations_since(session: Session, *, owner_id: str, since: datetime) -> int:
    """Return how many invitations to an owner's rooms were queued or sent since a moment, sent again ones too."""
    query = (
        select(func.count())
        .select_from(Mail)
        .join(Invitation, col(Invitation.id) == Mail.invitation_id)
        .join(Room, col(Room.id) == Invitation.room_id)
        .where(Room.owner_id == owner_id, Mail.kind == "invitation", col(Mail.created_at) > since)
    )
    return session.exec(query).one()


def _tell_invitation(
    session: Session, mail: Mail, *, state: str, error: str, sent_at: datetime | None = None
) -> Invitation | None:
    """Only the newest message of an invitation says what its state is; a cancellation says nothing."""
    invitation = session.get(Invitation, mail.invitation_id) if mail.invitation_id else None
    if invitation is not None and mail.kind == "invitation":
        invitation.mail_state, invitation.mail_error = state, error
        invitation.sent_at = sent_at or invitation.sent_at
        session.add(invitation)
    session.flush()
    return invitation
