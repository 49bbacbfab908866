"""Signed-in browsers. The database holds the SHA-256 of a cookie's value, never the value."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select
from sqlmodel import delete as delete_rows

from data.ids import AccountId, InvitationId
from data.models import SignIn


def create(
    session: Session,
    *,
    secret_hash: str,
    now: datetime,
    expires_at: datetime,
    account_id: AccountId | None = None,
    invitation_id: InvitationId | None = None,
) -> SignIn:
    """Remember a browser of an account, or of an invitation. Raises ``ValueError`` unless exactly one is given."""
    if (account_id is None) == (invitation_id is None):
        raise ValueError("a sign-in belongs to an account or to an invitation")
    sign_in = SignIn(
        id_hash=secret_hash,
        account_id=account_id,
        invitation_id=invitation_id,
        created_at=now,
        seen_at=now,
        expires_at=expires_at,
    )
    session.add(sign_in)
    session.flush()
    return sign_in


def find(session: Session, *, secret_hash: str, now: datetime) -> SignIn | None:
    """Return the sign-in unless it has expired. Whether its account or invitation still holds is for the caller to ask."""
    query = select(SignIn).where(SignIn.id_hash == secret_hash, col(SignIn.expires_at) > now)
    return session.exec(query).one_or_none()


def touch(session: Session, *, secret_hash: str, now: datetime, expires_at: datetime) -> None:
    """Note that the browser was seen, and until when it stays signed in; nothing if it is signed out."""
    sign_in = session.get(SignIn, secret_hash)
    if sign_in is not None:
        sign_in.seen_at, sign_in.expires_at = now, expires_at


def delete(session: Session, *, secret_hash: str) -> None:
    """Sign a browser out; nothing if it is already."""
    _delete(session, col(SignIn.id_hash) == secret_hash)


def delete_of_account(session: Session, *, account_id: AccountId) -> int:
    """Sign all browsers of an account out; return how many there were."""
    return _delete(session, col(SignIn.account_id) == account_id)


def delete_of_invitation(session: Session, *, invitation_id: InvitationId) -> int:
    """Sign all browsers of an invitation out (it was revoked); return how many there were."""
    return _delete(session, col(SignIn.invitation_id) == invitation_id)


def delete_expired(session: Session, *, now: datetime) -> int:
    """Forget sign-ins that ended; return how many there were."""
    return _delete(session, col(SignIn.expires_at) <= now)


def _delete(session: Session, condition: Any) -> int:
    return session.exec(delete_rows(SignIn).where(condition)).rowcount
