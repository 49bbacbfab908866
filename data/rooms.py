"""Rooms: the lasting places people meet in."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session as Transaction
from sqlmodel import col, or_, select

from data.ids import new_id
from data.models import Room, Session


def create(
    session: Transaction,
    *,
    slug: str,
    owner_id: str,
    title: str,
    now: datetime,
    description: str = "",
    starts_at: datetime | None = None,
    length_min: int | None = None,
    zone: str = "UTC",
    language: str = "en",
    max_participants: int = 50,
    record: bool = False,
    presence_every_min: int = 0,
    kind: str = "conference",
    suppliers_visible: bool = False,
    floor_policy: str = "arrival",
    floor_limit_s: int | None = None,
) -> Room:
    """Add a room; the caller made sure that ``slug`` is free."""
    room = Room(
        id=new_id("rm"),
        slug=slug,
        kind=kind,
        owner_id=owner_id,
        title=title,
        description=description,
        starts_at=starts_at,
        length_min=length_min,
        zone=zone,
        language=language,
        max_participants=max_participants,
        record=record,
        presence_every_min=presence_every_min,
        suppliers_visible=suppliers_visible,
        floor_policy=floor_policy,
        floor_limit_s=floor_limit_s,
        created_at=now,
    )
    session.add(room)
    session.flush()
    return room


def get(session: Transaction, *, room_id: str) -> Room | None:
    """Return a room, archived or not."""
    return session.get(Room, room_id)


def by_slug(session: Transaction, *, slug: str) -> Room | None:
    """Return the room at ``/r/<slug>``; archived rooms do not count."""
    return session.exec(select(Room).where(Room.slug == slug, col(Room.archived_at).is_(None))).one_or_none()


def slug_taken(session: Transaction, *, slug: str) -> bool:
    """Say whether any room, archived or not, has this slug."""
    return session.exec(select(Room.id).where(Room.slug == slug)).first() is not None


def list_for(session: Transaction, *, owner_id: str | None, archived: bool = False) -> list[Room]:
    """
    Return the rooms of one owner, or all (``owner_id`` is ``None``, for administrators); of tenders those that had a session.

    Those that begin last come first; those without a date stand at the end, the newest first.
    """
    query = select(Room).where(
        col(Room.archived_at).is_not(None) if archived else col(Room.archived_at).is_(None),
    )
    had_session = select(Session.id).where(Session.room_id == Room.id).correlate(Room).exists()
    query = query.where(or_(col(Room.kind) != "tender", had_session))
    if owner_id is not None:
        query = query.where(Room.owner_id == owner_id)
    return list(
        session.exec(query.order_by(col(Room.starts_at).desc().nulls_last(), col(Room.created_at).desc(), Room.id))
    )


def update(
    session: Transaction,
    *,
    room_id: str,
    title: str,
    description: str,
    starts_at: datetime | None,
    length_min: int | None,
    zone: str,
    language: str,
    max_participants: int,
    record: bool,
    presence_every_min: int = 0,
) -> Room | None:
    """Replace a room's settings and count its revision; ``None`` if there is no such room."""
    room = session.get(Room, room_id)
    if room is None:
        return None
    room.title = title
    room.description = description
    room.starts_at = starts_at
    room.length_min = length_min
    room.zone = zone
    room.language = language
    room.max_participants = max_participants
    room.record = record
    room.presence_every_min = presence_every_min
    room.revision += 1
    session.add(room)
    session.flush()
    return room


def archive(session: Transaction, *, room_id: str, now: datetime) -> Room | None:
    """Take a room out of the list; the first time counts. ``None`` if there is no such room."""
    room = session.get(Room, room_id)
    if room is None:
        return None
    if room.archived_at is None:
        room.archived_at = now
        room.revision += 1
        session.add(room)
        session.flush()
    return room


def has_open_session(session: Transaction, *, room_id: str) -> bool:
    """Say whether a session of the room is open."""
    query = select(Session.id).where(Session.room_id == room_id, col(Session.closed_at).is_(None))
    return session.exec(query).first() is not None
