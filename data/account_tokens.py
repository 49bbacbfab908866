"""Single-use links that let somebody choose a password, and the codes of the second step."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Session, col, delete, func, select

from data.models import Account, AccountToken, RecoveryCode


def create(
    session: Session, *, token_hash: str, account_id: str, kind: str, now: datetime, expires_at: datetime
) -> AccountToken:
    """Add a link; those of the account that were not used stop working."""
    session.exec(delete(AccountToken).where(col(AccountToken.account_id) == account_id))
    made = AccountToken(token_hash=token_hash, account_id=account_id, kind=kind, created_at=now, expires_at=expires_at)
    session.add(made)
    session.flush()
    return made


def find(session: Session, *, token_hash: str, now: datetime) -> AccountToken | None:
    """Return a link that can still be used."""
    query = select(AccountToken).where(
        AccountToken.token_hash == token_hash,
        col(AccountToken.used_at).is_(None),
        col(AccountToken.expires_at) > now,
    )
    return session.exec(query).one_or_none()


def use(session: Session, *, token_hash: str, now: datetime) -> AccountToken | None:
    """Use a link up; ``None`` if it is unknown, used or expired. In one transaction with what it is used for."""
    found = find(session, token_hash=token_hash, now=now)
    if found is not None:
        found.used_at = now
        session.flush()
    return found


def replace_recovery_codes(session: Session, *, account_id: str, code_hashes: Iterable[str]) -> None:
    """Give an account fresh recovery codes; the old ones stop working. No hashes: it has none."""
    session.exec(delete(RecoveryCode).where(col(RecoveryCode.account_id) == account_id))
    session.add_all(RecoveryCode(code_hash=code_hash, account_id=account_id) for code_hash in code_hashes)
    session.flush()


def use_recovery_code(session: Session, *, account_id: str, code_hash: str, now: datetime) -> bool:
    """Use a recovery code up; say whether it was right."""
    found = session.get(RecoveryCode, code_hash)
    if found is None or found.account_id != account_id or found.used_at is not None:
        return False
    found.used_at = now
    session.flush()
    return True


def recovery_codes_left(session: Session, *, account_id: str) -> int:
    """Return how many recovery codes an account has left."""
    query = select(func.count()).where(RecoveryCode.account_id == account_id, col(RecoveryCode.used_at).is_(None))
    return session.exec(query).one()


def switch_second_step_on(
    session: Session, *, account_id: str, secret: str, step: int, code_hashes: Iterable[str]
) -> None:
    """Ask for a code at sign-in from now on; ``step`` is the time step of the code that proved the set-up."""
    account = session.get_one(Account, account_id)
    account.totp_secret, account.totp_step = secret, step
    replace_recovery_codes(session, account_id=account_id, code_hashes=code_hashes)


def switch_second_step_off(session: Session, *, account_id: str) -> None:
    """Ask for the password alone."""
    session.get_one(Account, account_id).totp_secret = None
    replace_recovery_codes(session, account_id=account_id, code_hashes=())
