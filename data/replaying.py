"""A session of one database copied, line by line and hash by hash, into another: what ``apps.replay`` plays as a live room."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlmodel import Session, col, select

from data import accounts, event_log, messages, participants, sessions
from data.errors import NotFound
from data.ids import SessionId
from data.models import Account, Event, Message, Participant, Room, Table
from data.models import Session as SessionRow

Row = TypeVar("Row", bound=Table)


@dataclass(frozen=True)
class Recorded:
    """All rows that a session's frames are made of."""

    room: Room
    session: SessionRow
    people: list[Participant]
    texts: list[Message]
    accounts: list[Account]
    events: list[Event]


def read(session: Session, *, session_id: SessionId) -> Recorded:
    """
    Read a session whole.

    Raises:
        NotFound: If there is none.
        ValueError: If its log is not as it was written.
    """
    row = sessions.get(session, session_id=session_id)
    room = session.get(Room, row.room_id)
    if room is None:
        raise NotFound("room", row.room_id)
    events = event_log.read(session, session_id)
    bad = event_log.verify(events)
    if bad is not None:
        raise ValueError(f"line {bad} of session {session_id} is not as it was written")
    return Recorded(
        room=room,
        session=row,
        people=participants.of_session(session, session_id=session_id),
        texts=messages.of_session(session, session_id=session_id),
        accounts=accounts.list_all(session),
        events=events,
    )


def begin(session: Session, recorded: Recorded) -> None:
    """
    Put everything but the log's lines where the session is to be played. Accounts come without a password; nobody signs in with them.

    Raises:
        ValueError: If this session is here already.
    """
    if session.get(SessionRow, recorded.session.id) is not None:
        raise ValueError(f"session {recorded.session.id} is here already; replay it in a fresh home")
    owner = _first_administrator(session)
    for account in recorded.accounts:
        known = session.get(Account, account.id) is not None or accounts.by_email(session, email=account.email)
        if not known:
            session.add(_copy(account, password_hash="-", disabled_at=account.created_at))
    taken = session.exec(select(Room.id).where(Room.slug == recorded.room.slug)).first() is not None
    slug = f"{recorded.room.slug}-replay" if taken else recorded.room.slug
    session.add(_copy(recorded.room, owner_id=owner, slug=slug, archived_at=None))
    session.flush()
    session.add(_copy(recorded.session, closed_at=None))
    session.flush()
    session.add_all([_copy(row) for row in (*recorded.people, *recorded.texts)])
    session.flush()


def add_lines(session: Session, *, events: Iterable[Event]) -> None:
    """Write lines as they were, hashes included."""
    session.add_all([_copy(event) for event in events])
    session.flush()


def end(session: Session, *, session_id: SessionId, closed_at: datetime | None) -> None:
    """Close the session's row, at the moment at which it was closed."""
    if closed_at is not None:
        sessions.close(session, session_id=session_id, now=closed_at)


def _first_administrator(session: Session) -> str:
    query = select(Account.id).where(Account.role == "administrator").order_by(col(Account.created_at))
    found = session.exec(query).first()
    if found is None:
        raise NotFound("account", "administrator")
    return found


def _copy(row: Row, **values: Any) -> Row:
    return type(row)(**{**row.model_dump(), **values})
