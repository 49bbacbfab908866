"""Accounts: people who sign in with a password. Addresses are compared in lower case."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session, col, select

from data.errors import NotFound, Taken
from data.ids import AccountId, OrganisationId, new_id
from data.models import Account


def create(
    session: Session,
    *,
    email: str,
    name: str,
    role: str,
    password_hash: str,
    now: datetime,
    language: str = "en",
    organisation_id: OrganisationId | None = None,
) -> Account:
    """Add an account. Raises ``Taken`` if the address has one already, disabled ones included."""
    if by_email(session, email=email) is not None:
        raise Taken("account", email)
    account = Account(
        id=new_id("ac"),
        email=email.lower(),
        name=name,
        role=role,
        password_hash=password_hash,
        language=language,
        organisation_id=organisation_id,
        created_at=now,
    )
    session.add(account)
    session.flush()
    return account


def get(session: Session, *, account_id: AccountId) -> Account:
    """Return the account, disabled or not. Raises ``NotFound``."""
    account = session.get(Account, account_id)
    if account is None:
        raise NotFound("account", account_id)
    return account


def by_email(session: Session, *, email: str) -> Account | None:
    """Return the account of an address, disabled or not."""
    return session.exec(select(Account).where(Account.email == email.lower())).one_or_none()


def with_second_step(session: Session) -> list[Account]:
    """Return the accounts that are asked for a second step at sign-in, disabled or not."""
    return list(session.exec(select(Account).where(col(Account.totp_secret).is_not(None)).order_by(col(Account.id))))


def list_all(session: Session, *, suppliers: bool = True) -> list[Account]:
    """Return every account, by name; without ``suppliers`` those of the authority's own people."""
    query = select(Account).order_by(col(Account.name), col(Account.id))
    return list(session.exec(query if suppliers else query.where(col(Account.organisation_id).is_(None))))


def set_password_hash(session: Session, *, account_id: AccountId, password_hash: str) -> None:
    """Replace the hash of the password. Raises ``NotFound``."""
    get(session, account_id=account_id).password_hash = password_hash


def set_language(session: Session, *, account_id: AccountId, language: str) -> None:
    """Remember the language somebody chose. Raises ``NotFound``."""
    get(session, account_id=account_id).language = language


def disable(session: Session, *, account_id: AccountId, now: datetime) -> None:
    """Let nobody sign in with it any more; what it made stays. The caller deletes its sign-ins. Raises ``NotFound``."""
    account = get(session, account_id=account_id)
    account.disabled_at = account.disabled_at or now


def enable(session: Session, *, account_id: AccountId) -> None:
    """Undo ``disable``. Raises ``NotFound``."""
    get(session, account_id=account_id).disabled_at = None
