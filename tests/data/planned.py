"""A small world for tests of planning: accounts, a room, an invitation. Moments are fixed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlmodel import Session

from data import invitations, rooms
from data.ids import new_id
from data.models import Account, Invitation, Room

NOW = datetime(2026, 5, 4, 8, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=5)


def add_account(session: Session, *, name: str = "Maria Ionescu", role: str = "moderator") -> Account:
    """Add somebody who can sign in; the address is made from a random id."""
    account_id = new_id("ac")
    account = Account(
        id=account_id,
        email=f"{account_id}@ssm.example",
        name=name,
        role=role,
        password_hash="x",
        language="ro",
        created_at=NOW,
    )
    session.add(account)
    session.flush()
    return account


def add_room(session: Session, /, *, owner: Account | None = None, title: str = "Instruire", **values: object) -> Room:
    """Add a room of an owner, by default a new one."""
    owner_id = (owner or add_account(session)).id
    return rooms.create(session, slug=new_id("slug"), owner_id=owner_id, title=title, now=NOW, **values)  # type: ignore[arg-type]


def add_invitation(session: Session, *, room: Room | None = None, email: str = "ion@firma.example") -> Invitation:
    """Add an invitation to a room, by default a new one; its token hash is random."""
    room_id = (room or add_room(session)).id
    return invitations.create(
        session, room_id=room_id, email=email, name="Ion Țepeș", token_hash=new_id("hash"), now=NOW
    )
