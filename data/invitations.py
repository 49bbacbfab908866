"""Invitations: who may enter which room, what they answered, what became of the mail."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session, col, func, select

from data.ids import new_id
from data.models import Invitation, Room


def create(
    session: Session,
    *,
    room_id: str,
    email: str,
    name: str,
    token_hash: str,
    now: datetime,
    role: str = "participant",
    language: str = "en",
    expires_at: datetime | None = None,
) -> Invitation:
    """Add an invitation; the caller made sure that the address is not invited to the room yet."""
    invitation = Invitation(
        id=new_id("in"),
        room_id=room_id,
        email=email,
        name=name,
        role=role,
        language=language,
        token_hash=token_hash,
        invited_at=now,
        expires_at=expires_at,
    )
    session.add(invitation)
    session.flush()
    return invitation


def get(session: Session, *, invitation_id: str) -> Invitation | None:
    """Return an invitation, also a revoked one."""
    return session.get(Invitation, invitation_id)


def by_token_hash(session: Session, *, token_hash: str) -> Invitation | None:
    """Return the invitation whose current link's secret has this hash, also a revoked one."""
    return session.exec(select(Invitation).where(Invitation.token_hash == token_hash)).one_or_none()


def with_room(session: Session, *, token_hash: str) -> tuple[Invitation, Room] | None:
    """Like ``by_token_hash``, with its room, in one query: a wrong link costs the same time as a right one."""
    query = select(Invitation, Room).join(Room, col(Room.id) == Invitation.room_id)
    return session.exec(query.where(Invitation.token_hash == token_hash)).one_or_none()


def by_email(session: Session, *, room_id: str, email: str) -> Invitation | None:
    """Return the invitation of an address (lower case) to a room, also a revoked one."""
    query = select(Invitation).where(Invitation.room_id == room_id, Invitation.email == email)
    return session.exec(query).one_or_none()


def of_room(session: Session, *, room_id: str) -> list[Invitation]:
    """Return a room's invitations, revoked ones too: moderators first, then by name and address."""
    query = select(Invitation).where(Invitation.room_id == room_id)
    return list(session.exec(query.order_by(Invitation.role, func.lower(Invitation.name), Invitation.email)))


def renew(
    session: Session, *, invitation_id: str, token_hash: str, now: datetime, expires_at: datetime | None
) -> Invitation | None:
    """Give an invitation a new link; the old one is dead, and revocation and ban are lifted."""
    invitation = session.get(Invitation, invitation_id)
    if invitation is not None:
        invitation.token_hash = token_hash
        invitation.invited_at = now
        invitation.expires_at = expires_at
        invitation.revoked_at = None
        invitation.banned_at = None
        invitation.mail_state = "pending"
        invitation.mail_error = ""
        session.add(invitation)
        session.flush()
    return invitation


def revoke(session: Session, *, invitation_id: str, now: datetime) -> Invitation | None:
    """Make the link stop working; the first time counts."""
    invitation = session.get(Invitation, invitation_id)
    if invitation is not None and invitation.revoked_at is None:
        invitation.revoked_at = now
        session.add(invitation)
        session.flush()
    return invitation


def ban(session: Session, *, invitation_id: str, now: datetime) -> Invitation | None:
    """Keep somebody out who was removed from a session; the first time counts. ``None``: no such invitation."""
    invitation = session.get(Invitation, invitation_id)
    if invitation is not None and invitation.banned_at is None:
        invitation.banned_at = now
        session.add(invitation)
        session.flush()
    return invitation


def set_role(session: Session, *, invitation_id: str, role: str) -> Invitation | None:
    """Make the invited person ``moderator`` or ``participant``."""
    invitation = session.get(Invitation, invitation_id)
    if invitation is not None:
        invitation.role = role
        session.add(invitation)
        session.flush()
    return invitation


def set_answer(session: Session, *, invitation_id: str, answer: str, now: datetime) -> Invitation | None:
    """Keep the newest answer, ``accepted`` or ``declined``."""
    invitation = session.get(Invitation, invitation_id)
    if invitation is not None:
        invitation.answer = answer
        invitation.answered_at = now
        session.add(invitation)
        session.flush()
    return invitation


def set_expiry(session: Session, *, room_id: str, expires_at: datetime | None) -> int:
    """Move the end of all links of a room, when its date was moved; return how many there are."""
    invitations = of_room(session, room_id=room_id)
    for invitation in invitations:
        invitation.expires_at = expires_at
        session.add(invitation)
    session.flush()
    return len(invitations)
