"""
Who somebody is: accounts that sign in with a password, and browsers that exchanged an invitation link.

A browser holds a random secret in a cookie; the database holds its hash. Every request and every message of a console looks it up
again, so that a right that was taken away is gone at once.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from apps.cookies import SIGN_IN_LIFE
from apps.live.hub import Person
from apps.live.state import Denied
from apps.passwords import Passwords
from apps.ratelimit import Lockout, WindowLimit, address_key
from data import accounts, invitations, rooms, sign_ins
from data.ids import AccountId, InvitationId, PersonId
from data.models import Account, Invitation, Room, SignIn

if TYPE_CHECKING:
    from sqlmodel import Session

    from apps.parts import Clock
    from data.database import Database

SECRET_BYTES = 32
SECRET_MAX_CHARACTERS = 128  # a cookie may hold anything; longer ones are not looked up
TOUCH_EVERY = timedelta(minutes=1)  # how exactly the last use is known; each costs a write

SIGN_IN_FAILURES = 5  # of one account within SIGN_IN_WINDOW_S, then waiting
SIGN_IN_WINDOW_S = 15 * 60.0
SIGN_IN_FIRST_DELAY_S = 60.0
SIGN_INS_PER_ADDRESS = 30
ADDRESS_WINDOW_S = 10 * 60.0
WRONG_LINKS_PER_ADDRESS = 20


@dataclass(frozen=True, slots=True)
class Visitor:
    """A browser whose secret was found: of an account, or of an exchanged invitation; exactly one of both is set."""

    secret: str
    account: Account | None = None
    invitation: Invitation | None = None

    @property
    def language(self) -> str:
        who = self.account or self.invitation
        return who.language if who else ""

    @property
    def name(self) -> str:
        who = self.account or self.invitation
        return who.name if who else ""


@dataclass(frozen=True, slots=True)
class Admission:
    """A browser's right to a room: the room, who the person is in it, and by which secret."""

    room: Room
    person: Person
    visitor: Visitor


def secret_hash(secret: str) -> str:
    """Return what the database keeps of a secret. It is random, so one fast hash is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()


def person_of(visitor: Visitor, room: Room, now: datetime) -> Person | None:
    """Return who a visitor is in a room; ``None`` if nothing gives them a right to it."""
    if visitor.account is not None:
        return _account_in(visitor.account, room)
    if visitor.invitation is not None:
        return _invited_in(visitor.invitation, room, now)
    return None


def _account_in(account: Account, room: Room) -> Person | None:
    if account.disabled_at is not None:
        return None
    if account.role != "administrator" and room.owner_id != account.id:
        return None
    return Person(
        id=PersonId(account.id),
        role="moderator",
        name=account.name,
        email=account.email,
        organisation="",
        guest=False,
        language=account.language,
    )


def _invited_in(invitation: Invitation, room: Room, now: datetime) -> Person | None:
    if invitation.room_id != room.id or not is_valid(invitation, now):
        return None
    return Person(
        id=PersonId(invitation.id),
        role="moderator" if invitation.role == "moderator" else "participant",
        name=invitation.name or invitation.email,
        email=invitation.email,
        organisation="",
        guest=False,
        language=invitation.language,
    )


def is_valid(invitation: Invitation, now: datetime) -> bool:
    """Say whether an invitation lets in: not revoked, not banned, not expired."""
    ended = invitation.expires_at is not None and invitation.expires_at <= now
    return invitation.revoked_at is None and invitation.banned_at is None and not ended


def find_visitor(session: Session, *, secret: str, now: datetime) -> tuple[Visitor, SignIn] | None:
    """Look a secret up. The console process, which only reads, calls this too."""
    if not secret or len(secret) > SECRET_MAX_CHARACTERS:
        return None
    sign_in = sign_ins.find(session, secret_hash=secret_hash(secret), now=now)
    if sign_in is None:
        return None
    if sign_in.account_id is not None:
        account = accounts.get(session, account_id=AccountId(sign_in.account_id))
        return (Visitor(secret, account=account), sign_in) if account.disabled_at is None else None
    invitation = invitations.get(session, invitation_id=sign_in.invitation_id or "")
    return (Visitor(secret, invitation=invitation), sign_in) if invitation else None


def find_admission(
    session: Session, *, slug: str, held: Iterable[str], now: datetime
) -> tuple[Admission, SignIn] | None:
    """Return the first of the secrets that gives a right to the room; the same answer for an unknown room and a stranger."""
    room = rooms.by_slug(session, slug=slug)
    for secret in held:
        found = find_visitor(session, secret=secret, now=now)
        person = person_of(found[0], room, now) if found and room else None
        if found and room and person:
            return Admission(room, person, found[0]), found[1]
    return None


class OpenPages(Protocol):
    """What a browser has open: sockets of the portal."""

    def end_secret(self, secret_hash: str) -> None:
        """Close what one signed-in browser has open."""

    def end_person(self, person: PersonId) -> None:
        """Close what all browsers of a person have open."""


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
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database, self._clock, self._monotonic = database, clock, monotonic
        self._idle, self._pages = idle, pages
        self._passwords = Passwords()
        self._accounts = Lockout(SIGN_IN_FAILURES, SIGN_IN_WINDOW_S, SIGN_IN_FIRST_DELAY_S)
        self._addresses = WindowLimit(SIGN_INS_PER_ADDRESS, ADDRESS_WINDOW_S)
        self._wrong_links = WindowLimit(WRONG_LINKS_PER_ADDRESS, ADDRESS_WINDOW_S)

    # --- signing in and out -------------------------------------------------------------------------------------------

    async def sign_in(self, email: str, password: str, ip: str) -> str | Denied:
        """
        Return the secret of a fresh sign-in, to be put into the cookie, or why not.

        Codes: ``sign_in_wrong`` for any wrong pair; ``too_many_attempts`` with ``minutes``. An attempt is counted before the password
        is compared, so that many at once gain nothing.
        """
        email = email.strip().lower()[:254]
        waiting_s = self._attempt(email, address_key(ip))
        if waiting_s:
            return Denied("too_many_attempts", {"minutes": max(1, round(waiting_s / 60))})
        account = await self._database.read(accounts.by_email, email=email)
        active = account if account is not None and account.disabled_at is None else None
        if not await self._passwords.match(active.password_hash if active else None, password) or active is None:
            return Denied("sign_in_wrong")
        self._accounts.succeed(email)
        return await self._create(account_id=AccountId(active.id))

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

    def wrong_link(self, ip: str) -> None:
        """Count a join link that was wrong."""
        self._wrong_links.count(address_key(ip), self._monotonic())
