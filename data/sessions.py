"""Sessions: the openings of a room."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session, col, select

from data import models
from data.errors import NotFound, Taken
from data.ids import RoomId, SessionId, new_id


def open_(session: Session, *, room_id: RoomId, now: datetime, session_id: SessionId | None = None) -> models.Session:
    """Open a room; ``session_id`` if the caller made one already. Raises ``Taken`` if the room is open."""
    if open_of_room(session, room_id=room_id) is not None:
        raise Taken("open session of room", room_id)
    opened = models.Session(id=session_id or new_id("se"), room_id=room_id, opened_at=now)
    session.add(opened)
    session.flush()
    return opened


def close(session: Session, *, session_id: SessionId, now: datetime) -> models.Session:
    """Close it; a closed one keeps its moment. Raises ``NotFound``."""
    closing = get(session, session_id=session_id)
    closing.closed_at = closing.closed_at or now
    session.flush()
    return closing


def get(session: Session, *, session_id: SessionId) -> models.Session:
    """Return the session. Raises ``NotFound``."""
    found = session.get(models.Session, session_id)
    if found is None:
        raise NotFound("session", session_id)
    return found


def open_ones(session: Session) -> list[models.Session]:
    """Return all sessions that are open, the oldest first: what the Hub rebuilds after a restart."""
    query = select(models.Session).where(col(models.Session.closed_at).is_(None))
    return list(session.exec(query.order_by(col(models.Session.opened_at), col(models.Session.id))))


def open_of_room(session: Session, *, room_id: RoomId) -> models.Session | None:
    """Return the room's open session; there is at most one."""
    query = select(models.Session).where(models.Session.room_id == room_id, col(models.Session.closed_at).is_(None))
    return session.exec(query).one_or_none()


def of_room(session: Session, *, room_id: RoomId) -> list[models.Session]:
    """Return the room's sessions, the newest first."""
    query = select(models.Session).where(models.Session.room_id == room_id)
    return list(session.exec(query.order_by(col(models.Session.opened_at).desc(), col(models.Session.id))))
