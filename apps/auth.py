"""Signing in and out: accounts by password, guests by the exchange of their invitation link for a cookie (see ``apps.visitors``)."""

from __future__ import annotations

import secrets
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from apps.cookies import SIGN_IN_LIFE
from apps.live.state import Denied
from apps.passwords import Passwords, hash_password, new_password
from apps.ratelimit import Lockout, WindowLimit, address_key
from apps.second_step import PendingSteps, matching_step, recovery_hash
from apps.settings import Settings
from apps.vault import Vault, VaultLocked
from apps.visitors import (
    Admission,
    Visitor,
    find_admission,
    find_lost_right,
    find_visitor,
    is_active,
    organisation_of,
    person_of,
    secret_hash,
)
from data import account_tokens, accounts, sign_ins
from data.database import Database, open_database
from data.ids import AccountId, InvitationId, PersonId
from data.models import Account, Invitation, SignIn

__all__ = ["Admission", "Auth", "SecondStep", "Visitor", "find_visitor", "person_of", "reset_password", "secret_hash"]

if TYPE_CHECKING:
    from sqlmodel import Session

    from apps.parts import Clock

SECRET_BYTES = 32
TOUCH_EVERY = timedelta(minutes=1)  # how exactly the last use is known; each costs a write

SIGN_IN_FAILURES = 5  # of one account within SIGN_IN_WINDOW_S, then waiting
SIGN_IN_WINDOW_S = 15 * 60.0
SIGN_IN_FIRST_DELAY_S = 60.0
SIGN_INS_PER_ADDRESS = 30
ADDRESS_WINDOW_S = 10 * 60.0
WRONG_LINKS_PER_ADDRESS = 20
RESETS_PER_ACCOUNT = 3  # links for a new password within SIGN_IN_WINDOW_S: nobody's mailbox is filled from here
RESETS_PER_ADDRESS = 20
RESETS_PER_ACCOUNT_AND_DAY, RESETS_PER_ADDRESS_AND_DAY = 10, 60
DAY_S = 86_400.0


class OpenPages(Protocol):
    """What a browser has open: sockets of the portal."""

    def end_secret(self, secret_hash: str) -> None:
        """Close what one signed-in browser has open."""

    def end_person(self, person: PersonId) -> None:
        """Close what all browsers of a person have open."""


@dataclass(frozen=True, slots=True)
class SecondStep:
    """The password was right; ``key`` stands for that until the second step is taken."""

    key: str


class Auth:
    """
    Signing in and out, and looking secrets up.

    An account's sign-in ends ``idle`` after its last use, any sign-in ``SIGN_IN_LIFE`` after it began. What a browser has open when it is
    signed out is closed through ``pages`` at once (AB-11).
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        *,
        idle: timedelta,
        pages: OpenPages,
        vault: Vault,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database, self._clock, self._monotonic = database, clock, monotonic
        self.vault = vault
        self._idle, self._pages = idle, pages
        self._passwords = Passwords()
        self.steps = PendingSteps(monotonic)
        self._accounts = Lockout(SIGN_IN_FAILURES, SIGN_IN_WINDOW_S, SIGN_IN_FIRST_DELAY_S)
        self._addresses = WindowLimit(SIGN_INS_PER_ADDRESS, ADDRESS_WINDOW_S)
        self._wrong_links = WindowLimit(WRONG_LINKS_PER_ADDRESS, ADDRESS_WINDOW_S)
        self._resets = WindowLimit(RESETS_PER_ACCOUNT, SIGN_IN_WINDOW_S)
        self._resets_of_address = WindowLimit(RESETS_PER_ADDRESS, SIGN_IN_WINDOW_S)
        self._resets_of_day = WindowLimit(RESETS_PER_ACCOUNT_AND_DAY, DAY_S)
        self._resets_of_address_and_day = WindowLimit(RESETS_PER_ADDRESS_AND_DAY, DAY_S)

    # --- signing in and out -------------------------------------------------------------------------------------------

    async def sign_in(self, email: str, password: str, ip: str) -> str | SecondStep | Denied:
        """
        Return the secret of a fresh sign-in, to be put into the cookie; what is still to be shown; or why not.

        Codes: ``sign_in_wrong`` for any wrong pair; ``too_many_attempts`` with ``minutes``. An attempt is counted before the password
        is compared, so that many at once gain nothing.
        """
        email = email.strip().lower()[:254]
        waiting_s = self._attempt(email, address_key(ip))
        if waiting_s:
            return _too_many(waiting_s)
        active = await self._database.read(_active_account, email=email)
        if (
            not await self._passwords.match(active.password_hash or None if active else None, password)
            or active is None
        ):
            return Denied("sign_in_wrong")
        self._accounts.succeed(email)
        if active.totp_secret is not None:
            return SecondStep(self.steps.begin(active.id))
        return await self._create(account_id=AccountId(active.id))

    async def take_second_step(self, step: str, code: str, ip: str) -> str | Denied:
        """
        Return the secret of a fresh sign-in for who shows the code of their app, or a recovery code.

        Codes: ``second_step_expired``: start again; ``second_step_wrong``; ``second_step_locked``: the server lost the key to the app's
        secret, recovery codes still count; ``too_many_attempts``.
        """
        account_id = self.steps.attempt(step)
        if not account_id:
            return Denied("second_step_expired")
        waiting_s = self._attempt(f"step:{account_id}", address_key(ip))
        if waiting_s:
            return _too_many(waiting_s)
        now = self._clock()
        wrong = await self._database.run(_use_code, self.vault, account_id=AccountId(account_id), code=code, now=now)
        if wrong:
            return Denied(wrong)
        self.steps.end(step)
        self._accounts.succeed(f"step:{account_id}")
        return await self._create(account_id=AccountId(account_id))

    async def password_is(self, account: Account, password: str, ip: str) -> Denied | None:
        """Return why a signed-in person who types their password again is not believed."""
        waiting_s = self._attempt(account.email, address_key(ip))
        if waiting_s:
            return _too_many(waiting_s)
        if not await self._passwords.match(account.password_hash or None, password):
            return Denied("password_wrong")
        self._accounts.succeed(account.email)
        return None

    async def hashed(self, password: str) -> str:
        """Return what is stored of a password."""
        return await self._passwords.hash(password)

    def _attempt(self, email: str, address: str) -> float:
        """Count an attempt to sign in; return the seconds to wait if it may not be made."""
        now_s = self._monotonic()
        if not self._addresses.allows(address, now_s):
            return ADDRESS_WINDOW_S
        self._addresses.count(address, now_s)
        waiting_s = self._accounts.wait_s(email, now_s)
        if not waiting_s:
            self._accounts.fail(email, now_s)  # taken back by a success
        return waiting_s

    async def exchange(self, invitation: Invitation) -> str:
        """Return the secret of a browser that came with this invitation's link. The caller has checked the link."""
        return await self._create(invitation_id=InvitationId(invitation.id))

    async def _create(self, *, account_id: AccountId | None = None, invitation_id: InvitationId | None = None) -> str:
        secret, now = secrets.token_urlsafe(SECRET_BYTES), self._clock()
        await self._database.run(
            sign_ins.create,
            secret_hash=secret_hash(secret),
            account_id=account_id,
            invitation_id=invitation_id,
            now=now,
            expires_at=now + (min(self._idle, SIGN_IN_LIFE) if account_id else SIGN_IN_LIFE),
        )
        return secret

    async def sign_out(self, secret: str) -> None:
        """End one browser's sign-in; what it has open is closed. Does nothing for an unknown secret."""
        await self._database.run(sign_ins.delete, secret_hash=secret_hash(secret))
        self._pages.end_secret(secret_hash(secret))

    async def sign_out_everywhere(self, account: Account) -> None:
        """End all sign-ins of an account, and close what they have open."""
        await self._database.run(sign_ins.delete_of_account, account_id=AccountId(account.id))
        self._pages.end_person(PersonId(account.id))

    # --- looking up ---------------------------------------------------------------------------------------------------

    async def visitor(self, secret: str) -> Visitor | None:
        """Return whose secret this is; ``None`` for an unknown, ended, idle or disabled one."""
        now = self._clock()
        found = await self._database.read(find_visitor, secret=secret, now=now)
        if found is None:
            return None
        await self._touch(found[1], now)
        return found[0]

    async def account(self, secret: str) -> Account | None:
        """Return whose signed-in browser holds a secret; ``None`` for strangers and guests."""
        visitor = await self.visitor(secret)
        return visitor.account if visitor else None

    async def admit(self, slug: str, held: Iterable[str]) -> Admission | None:
        """
        Return the right that a browser's secrets give to the room at ``/r/<slug>``; the first that gives one counts.

        Callers put the room's own secret first: who took a personal link to this room means that one.
        """
        now = self._clock()
        held = [secret for secret in held if secret]
        found = await self._database.read(find_admission, slug=slug, held=held, now=now)
        if found is None:
            return None
        await self._touch(found[1], now)
        return found[0]

    async def lost_right(self, slug: str, held: Iterable[str]) -> str:
        """Return ``removed``, ``link_revoked`` or ``link_expired`` for a browser that was invited to this room; else empty."""
        held = [secret for secret in held if secret]
        return await self._database.read(find_lost_right, slug=slug, held=held, now=self._clock())

    async def _touch(self, sign_in: SignIn, now: datetime) -> None:
        if sign_in.seen_at + TOUCH_EVERY > now:
            return
        expires_at = sign_in.created_at + SIGN_IN_LIFE
        if sign_in.account_id is not None:
            expires_at = min(expires_at, now + self._idle)
        await self._database.run(sign_ins.touch, secret_hash=sign_in.id_hash, now=now, expires_at=expires_at)

    # --- links --------------------------------------------------------------------------------------------------------

    def link_allowed(self, ip: str) -> bool:
        """Say whether an address may try a join link; after 20 wrong ones in 10 minutes it may not (answer 429, AB-01)."""
        return self._wrong_links.allows(address_key(ip), self._monotonic())

    def reset_refusal(self, email: str, ip: str) -> Denied | None:
        """Count a wish for a new password; return why it is beyond the limits, for any address alike, whether or not it has an account."""
        now_s, key = self._monotonic(), address_key(ip)
        today = ((self._resets_of_day, email), (self._resets_of_address_and_day, key))
        lately = ((self._resets, email), (self._resets_of_address, key))
        if not all(limit.allows(who, now_s) for limit, who in today):
            return Denied("links_asked")
        if not all(limit.allows(who, now_s) for limit, who in lately):
            return _too_many(SIGN_IN_WINDOW_S)
        for limit, who in (*today, *lately):
            limit.count(who, now_s)
        return None

    def wrong_link(self, ip: str) -> None:
        """Count a join link that was wrong."""
        self._wrong_links.count(address_key(ip), self._monotonic())


def _too_many(waiting_s: float) -> Denied:
    return Denied("too_many_attempts", {"minutes": max(1, round(waiting_s / 60))})


def _active_account(session: Session, *, email: str) -> Account | None:
    account = accounts.by_email(session, email=email)
    return account if account is not None and is_active(account, organisation_of(session, account)) else None


def _use_code(session: Session, vault: Vault, *, account_id: AccountId, code: str, now: datetime) -> str:
    """Use a code up, so that nobody who saw it can use it again; return why it does not count, empty if it does."""
    account = accounts.get(session, account_id=account_id)
    if account.totp_secret is None or not is_active(account, organisation_of(session, account)):
        return "second_step_wrong"
    code_hash = recovery_hash(account_id, code)
    if account_tokens.use_recovery_code(session, account_id=account_id, code_hash=code_hash, now=now):
        return ""
    try:
        secret = vault.open(account.totp_secret, account_id=account_id)
    except VaultLocked:
        return "second_step_locked"
    step = matching_step(secret, code, now_s=now.timestamp(), after_step=account.totp_step)
    if step is None:
        return "second_step_wrong"
    account.totp_step = step
    return ""


def reset_password(settings: Settings, email: str) -> int:
    """
    Give an account a new password, print it once, end its sign-ins; return an exit code.

    For the command line while Sala is stopped: the database has one writer.
    """
    database = open_database(settings.database_url or settings.home)
    try:
        account = database.read_now(accounts.by_email, email=email.strip().lower())
        if account is None:
            print(f"There is no account {email}.", file=sys.stderr)
            return 1
        password = new_password()
        database.run_now(_set_password, AccountId(account.id), hash_password(password))
    finally:
        database.close()
    print(f"New password of {account.email}: {password}")
    return 0


def _set_password(session: Session, account_id: AccountId, password_hash: str) -> None:
    accounts.set_password_hash(session, account_id=account_id, password_hash=password_hash)
    sign_ins.delete_of_account(session, account_id=account_id)
