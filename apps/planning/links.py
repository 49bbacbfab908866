"""
Personal links ``/j/<secret>``: what they open, until when, and how an invitation is answered.

Finding changes nothing, so that a mail scanner's GET does nothing (AB-04); ``answer`` is called by POST handlers only, best through
``Planner.answer``, which also tells the console.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

from data import invitations
from data.models import Invitation, Room

if TYPE_CHECKING:
    from sqlmodel import Session

Answer = Literal["accepted", "declined"]

SECRET_BYTES = 32  # 256 random bits (safety.md asks for 128 at least)
LINK_AFTER_END = timedelta(days=1)  # a session may run late, and people come back for what was said
LENGTH_UNKNOWN = timedelta(days=1)  # a conference without a length is taken for a whole day
LIFE_WITHOUT_DATE = timedelta(days=90)  # of links to rooms that have no date


@dataclass(frozen=True, slots=True)
class LinkProblem:
    """
    Why a link opens nothing: ``link_unknown``, ``link_expired``, ``link_revoked`` or ``removed``; each has a sentence.

    ``language`` is that of the invitation, to say it in; empty for an unknown link.
    """

    code: str
    language: str = field(default="", compare=False)


def new_secret() -> str:
    """Return the secret of a new link: 43 characters that can stand in an address."""
    return secrets.token_urlsafe(SECRET_BYTES)


def hash_of(secret: str) -> str:
    """Return what is kept of a secret. It is random and long, so one plain SHA-256 is enough."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def expiry_of(room: Room, *, now: datetime) -> datetime:
    """Return until when a link to a room works if it is sent, or the room was moved, at ``now``."""
    if room.starts_at is None:
        return now + LIFE_WITHOUT_DATE
    return max(planned_end(room) or now, now) + LINK_AFTER_END


def planned_end(room: Room) -> datetime | None:
    """Return when the room's conference should be over; ``None`` without a date."""
    if room.starts_at is None:
        return None
    return room.starts_at + (timedelta(minutes=room.length_min) if room.length_min else LENGTH_UNKNOWN)


def find(session: Session, secret: str, *, now: datetime) -> Invitation | LinkProblem:
    """Return the invitation that a link belongs to, or why it opens nothing. A wrong secret costs the same as a right one."""
    found = invitations.with_room(session, token_hash=hash_of(secret))
    if found is None:
        return LinkProblem("link_unknown")
    invitation, room = found
    return problem_of(invitation, room, now=now) or invitation


def problem_of(invitation: Invitation, room: Room, *, now: datetime) -> LinkProblem | None:
    """Return why an invitation lets nobody in any more; ``None``: it does."""
    if invitation.erased_at is not None:
        return LinkProblem("link_unknown")
    if invitation.banned_at is not None:
        return LinkProblem("removed", invitation.language)
    if invitation.revoked_at is not None:
        return LinkProblem("link_revoked", invitation.language)
    if room.archived_at is not None or (invitation.expires_at is not None and invitation.expires_at <= now):
        return LinkProblem("link_expired", invitation.language)
    return None


def answer(session: Session, secret: str, answer: Answer, *, now: datetime) -> Invitation | LinkProblem:
    """Keep what an invited person answered; answering again changes it. For POST handlers only."""
    found = find(session, secret, now=now)
    if isinstance(found, LinkProblem):
        return found
    return _kept(invitations.set_answer(session, invitation_id=found.id, answer=answer, now=now))


def answer_as(session: Session, invitation_id: str, answer: Answer, *, now: datetime) -> Invitation | LinkProblem:
    """Like ``answer``, for a browser whose cookie stands for the invitation."""
    invitation = invitations.get(session, invitation_id=invitation_id)
    if invitation is None:
        return LinkProblem("link_unknown")
    room = session.get(Room, invitation.room_id)
    problem = problem_of(invitation, room, now=now) if room else LinkProblem("link_unknown")
    if problem is not None:
        return problem
    return _kept(invitations.set_answer(session, invitation_id=invitation.id, answer=answer, now=now))


def _kept(invitation: Invitation | None) -> Invitation | LinkProblem:
    return invitation or LinkProblem("link_unknown")
