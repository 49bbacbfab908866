"""Links that let somebody choose a password: of a new account, or one whose password is forgotten. Single use, only the hash kept."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from apps.planning.links import hash_of, new_secret
from apps.visitors import is_active, organisation_of
from data import account_tokens, accounts, mail, sign_ins
from data.ids import AccountId
from data.models import Account, AccountToken

if TYPE_CHECKING:
    from sqlmodel import Session

LIVES = {"activation": timedelta(hours=48), "reset": timedelta(minutes=30)}  # of a link, by its kind
LINKS_PER_DAY = 10  # to one account, of both kinds together: nobody's mailbox is filled from here
DAY = timedelta(days=1)


def send_link(session: Session, account: Account, kind: str, *, now: datetime) -> bool:
    """
    Make a link and queue its mail; links of the account sent before stop working.

    Says whether it did: not after ``LINKS_PER_DAY``. Who asks for their own link must not learn that, for it tells that there is an account.
    """
    if mail.count_to_account(session, account_id=account.id, kinds=LIVES, since=now - DAY) >= LINKS_PER_DAY:
        return False
    secret = new_secret()
    account_tokens.create(
        session, token_hash=hash_of(secret), account_id=account.id, kind=kind, now=now, expires_at=now + LIVES[kind]
    )
    mail.queue_for_account(session, account_id=account.id, kind=kind, now=now, secret=secret)
    return True


def send_reset(session: Session, *, email: str, now: datetime) -> bool:
    """Queue a supplier's link to a new password; one who never activated gets the link for that. Say whether there is anything to send."""
    account = accounts.by_email(session, email=email)
    if account is None or account.organisation_id is None or not is_active(account, organisation_of(session, account)):
        return False
    return send_link(session, account, "reset" if account.activated_at else "activation", now=now)


def find(session: Session, secret: str, *, now: datetime) -> tuple[AccountToken, Account] | None:
    """Return what a link is for; ``None`` alike for one that is unknown, used, expired, or of a disabled account."""
    token = account_tokens.find(session, token_hash=hash_of(secret[:200]), now=now)
    if token is None:
        return None
    account = accounts.get(session, account_id=AccountId(token.account_id))
    return None if account.disabled_at is not None else (token, account)


def choose_password(session: Session, secret: str, password_hash: str, *, now: datetime) -> Account | None:
    """Use a link up: the account has this password and is activated, and is signed out everywhere. ``None`` as in ``find``."""
    found = find(session, secret, now=now)
    if found is None or account_tokens.use(session, token_hash=found[0].token_hash, now=now) is None:
        return None
    account = found[1]
    account.password_hash = password_hash
    account.activated_at = account.activated_at or now
    sign_ins.delete_of_account(session, account_id=AccountId(account.id))
    session.flush()
    return account
