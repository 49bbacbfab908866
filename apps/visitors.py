"""
Who somebody is: looking the secret of a cookie up. Reads only; the console process does it too, with its own connection.

A browser holds a random secret in a cookie; the database holds its hash. Every request, and every command of a console, looks it up
again, so that a right that was taken away is gone at once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from apps.live.person import Person
from apps.planning import links
from data import accounts, invitations, organisations, rooms, sign_ins, tenders
from data.ids import AccountId, OrganisationId, PersonId
from data.models import Account, Invitation, Organisation, Room, SignIn

if TYPE_CHECKING:
    from sqlmodel import Session

SECRET_MAX_CHARACTERS = 128  # a cookie may hold anything; longer ones are not looked up


@dataclass(frozen=True, slots=True)
class Visitor:
    """A browser whose secret was found: of an account, or of an exchanged invitation; exactly one of both is set."""

    secret: str
    account: Account | None = None
    invitation: Invitation | None = None
    organisation: Organisation | None = None
    """The supplier that the account belongs to."""

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
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def person_of(visitor: Visitor, room: Room, now: datetime) -> Person | None:
    """Return who a visitor is in a room; ``None`` if nothing gives them a right to it."""
    if visitor.account is not None:
        return _account_in(visitor.account, room)
    if visitor.invitation is not None:
        return _invited_in(visitor.invitation, room, now)
    return None


def person_in(session: Session, visitor: Visitor, room: Room, now: datetime) -> Person | None:
    """As ``person_of``, for suppliers too: what they may attend stands in the database."""
    if visitor.organisation is None:
        return person_of(visitor, room, now)
    return _supplier_in(session, visitor, visitor.organisation, room)


def _supplier_in(session: Session, visitor: Visitor, organisation: Organisation, room: Room) -> Person | None:
    account = visitor.account
    if account is None or not tenders.is_admitted(session, room_id=room.id, organisation_id=organisation.id):
        return None
    return Person(
        id=PersonId(account.id),
        role="supplier",
        name=account.name,
        email=account.email,
        organisation=organisation.name,
        organisation_id=OrganisationId(organisation.id),
        language=account.language,
    )


def _account_in(account: Account, room: Room) -> Person | None:
    if account.disabled_at is not None or account.role not in ("administrator", "moderator"):
        return None
    if account.role != "administrator" and room.owner_id != account.id:
        return None
    return Person(
        id=PersonId(account.id),
        role="moderator",
        name=account.name,
        email=account.email,
        language=account.language,
        account="administrator" if account.role == "administrator" else "moderator",
    )


def _invited_in(invitation: Invitation, room: Room, now: datetime) -> Person | None:
    if invitation.room_id != room.id or links.problem_of(invitation, room, now=now) is not None:
        return None
    return Person(
        id=PersonId(invitation.id),
        role="moderator" if invitation.role == "moderator" else "participant",
        name=invitation.name or invitation.email,
        email=invitation.email,
        language=invitation.language,
    )


def organisation_of(session: Session, account: Account) -> Organisation | None:
    """Return the supplier that an account belongs to; ``None`` for the authority's own people."""
    if account.organisation_id is None:
        return None
    return organisations.get(session, organisation_id=account.organisation_id)


def is_active(account: Account, organisation: Organisation | None) -> bool:
    """Say whether an account may be signed in: neither it nor its organisation is disabled, and a supplier has an organisation."""
    if account.disabled_at is not None or (account.role == "supplier") != (organisation is not None):
        return False
    return organisation is None or organisation.disabled_at is None


def find_visitor(session: Session, *, secret: str, now: datetime) -> tuple[Visitor, SignIn] | None:
    """Look a secret up. The console process, which only reads, calls this too."""
    if not secret or len(secret) > SECRET_MAX_CHARACTERS:
        return None
    sign_in = sign_ins.find(session, secret_hash=secret_hash(secret), now=now)
    if sign_in is None:
        return None
    if sign_in.account_id is not None:
        account = accounts.get(session, account_id=AccountId(sign_in.account_id))
        organisation = organisation_of(session, account)
        if not is_active(account, organisation):
            return None
        return Visitor(secret, account=account, organisation=organisation), sign_in
    invitation = invitations.get(session, invitation_id=sign_in.invitation_id or "")
    return (Visitor(secret, invitation=invitation), sign_in) if invitation else None


def find_admission(
    session: Session, *, slug: str, held: Iterable[str], now: datetime
) -> tuple[Admission, SignIn] | None:
    """Return the first of the secrets that gives a right to the room; the same answer for an unknown room and a stranger."""
    room = rooms.by_slug(session, slug=slug)
    for secret in held:
        found = find_visitor(session, secret=secret, now=now)
        person = person_in(session, found[0], room, now) if found and room else None
        if found and room and person:
            return Admission(room, person, found[0]), found[1]
    return None


def find_lost_right(session: Session, *, slug: str, held: Iterable[str], now: datetime) -> str:
    """Return why the secrets no longer give the right to a room that one of them gave; empty if none ever did."""
    room = rooms.by_slug(session, slug=slug)
    for secret in held:
        found = find_visitor(session, secret=secret, now=now)
        invitation = found[0].invitation if found else None
        if room is not None and invitation is not None and invitation.room_id == room.id:
            problem = links.problem_of(invitation, room, now=now)
            return problem.code if problem else ""
    return ""
