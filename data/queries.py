"""
Frames of what the database holds, as functions for ``Database.read``: ``await database.read(queries.attendance, session_id=…, now=…)``.

``data.frames`` gives notebooks the same without a loop. Columns: ``data.columns`` and docs/data.md.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import pandas as pd
from sqlalchemy import String, type_coerce
from sqlmodel import Session, col, select

from data import activity, models
from data.attendance import attendance_of_facts
from data.columns import CHAT, QUALITY, SESSIONS, shaped
from data.facts import facts_of_rows
from data.ids import RoomId, SessionId
from data.slides import CHANGES, showings
from data.slides import slides as slides_seen
from data.timeline import timeline_of_facts


def facts(session: Session, *, session_id: SessionId | None = None, room_id: RoomId | None = None) -> pd.DataFrame:
    """Return the events of a session, of a room's sessions, or of all, as ``FACTS``."""
    line = models.Event
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    at, payload = (
        (type_coerce(line.at, String), type_coerce(line.payload, String)) if is_sqlite else (line.at, line.payload)
    )
    query: Any = select(line.session_id, line.number, at, line.type, line.actor, payload)  # type: ignore[call-overload]
    rows: Any = session.execute(
        _within(query, line.session_id, session_id, room_id).order_by(line.session_id, line.number)
    )
    if not is_sqlite:
        return facts_of_rows(rows)
    # SQLite keeps both as text: moments parsed all at once, not one by one on the way
    return facts_of_rows((*row[:5], json.loads(row[5])) for row in rows)


def attendance(
    session: Session, *, now: datetime, session_id: SessionId | None = None, room_id: RoomId | None = None
) -> pd.DataFrame:
    """Return ``ATTENDANCE`` with names; sessions that are open count until ``now``."""
    query = _within(select(models.Participant), models.Participant.session_id, session_id, room_id)
    people = session.exec(query).all()
    return attendance_of_facts(facts(session, session_id=session_id, room_id=room_id), people, now=now)


def sessions(
    session: Session, *, now: datetime, session_id: SessionId | None = None, room_id: RoomId | None = None
) -> pd.DataFrame:
    """Return ``SESSIONS``, the oldest first; ``length_s`` of an open one counts until ``now``."""
    opened = models.Session
    query: Any = select(  # type: ignore[call-overload]
        opened.id, opened.room_id, models.Room.title, models.Room.kind, opened.opened_at, opened.closed_at
    ).join(models.Room, col(models.Room.id) == opened.room_id)
    rows = session.execute(_within(query, opened.id, session_id, room_id).order_by(col(opened.opened_at))).all()
    frame = pd.DataFrame(rows, columns=list(SESSIONS)[:6])
    if frame.empty:
        return shaped(frame, SESSIONS)
    for column in ("opened_at", "closed_at"):
        frame[column] = frame[column].astype(SESSIONS[column])  # type: ignore[call-overload]
    until = frame["closed_at"].fillna(pd.Timestamp(now).as_unit("us"))
    frame["length_s"] = (until - frame["opened_at"]).dt.total_seconds().clip(lower=0)
    there = attendance(session, now=now, session_id=session_id, room_id=room_id)
    sums = there.assign(participants=1).groupby("session_id")[["participants", "present_s", "messages", "hands"]].sum()
    frame = frame.join(sums, on="session_id")
    return shaped(frame.fillna(dict.fromkeys(sums.columns, 0)), SESSIONS)


def chat(session: Session, *, session_id: SessionId | None = None, room_id: RoomId | None = None) -> pd.DataFrame:
    """Return ``CHAT`` in order of time; the text of a deleted message is left out, private messages are in."""
    message = models.Message
    query: Any = select(  # type: ignore[call-overload]
        message.session_id,
        message.id.label("message_id"),  # type: ignore[attr-defined]
        message.sent_at,
        message.participant_id,
        message.account_id,
        models.Participant.name.label("participant"),  # type: ignore[attr-defined]
        models.Account.name.label("account"),  # type: ignore[attr-defined]
        message.to,
        message.text,
    )
    query = query.outerjoin(models.Participant, col(models.Participant.id) == message.participant_id)
    query = query.outerjoin(models.Account, col(models.Account.id) == message.account_id)
    query = _within(query, message.session_id, session_id, room_id).order_by(col(message.sent_at), col(message.id))
    frame = pd.DataFrame([row._asdict() for row in session.execute(query)])
    if frame.empty:
        return shaped(frame, CHAT)
    deleted = facts(session, session_id=session_id, room_id=room_id).query("type == 'message_deleted'")["message_id"]
    frame["deleted"] = frame["message_id"].isin(deleted)
    frame["name"] = frame["participant"].fillna(frame["account"]).fillna("")
    frame["text"] = frame["text"].mask(frame["deleted"], "")
    return shaped(frame, CHAT)


def hands(
    session: Session, *, now: datetime, session_id: SessionId | None = None, room_id: RoomId | None = None
) -> pd.DataFrame:
    """Return ``HANDS`` with names."""
    names = _names(session, session_id, room_id)
    return activity.hands(facts(session, session_id=session_id, room_id=room_id), names, now=now)


def speaking(
    session: Session, *, now: datetime, session_id: SessionId | None = None, room_id: RoomId | None = None
) -> pd.DataFrame:
    """Return ``SPEAKING`` with names."""
    names = _names(session, session_id, room_id)
    return activity.speaking(facts(session, session_id=session_id, room_id=room_id), names, now=now)


def checks(session: Session, *, session_id: SessionId | None = None, room_id: RoomId | None = None) -> pd.DataFrame:
    """Return ``CHECKS`` with names."""
    names = _names(session, session_id, room_id)
    return activity.checks(facts(session, session_id=session_id, room_id=room_id), names)


def slides(
    session: Session, *, now: datetime, session_id: SessionId | None = None, room_id: RoomId | None = None
) -> pd.DataFrame:
    """Return ``SLIDES`` with names."""
    line = models.Event
    query: Any = select(line.session_id, line.number, line.at, line.type, line.actor, line.payload)  # type: ignore[call-overload]
    query = query.where(col(line.type).in_(CHANGES)).order_by(col(line.session_id), col(line.number))
    rows: Any = session.execute(_within(query, line.session_id, session_id, room_id))
    there = timeline(session, now=now, session_id=session_id, room_id=room_id)
    return slides_seen(showings(rows, now=now), there, _names(session, session_id, room_id))


def timeline(
    session: Session, *, now: datetime, session_id: SessionId | None = None, room_id: RoomId | None = None
) -> pd.DataFrame:
    """Return ``TIMELINE``; sessions that are open count until ``now``."""
    return timeline_of_facts(facts(session, session_id=session_id, room_id=room_id), now=now)


def quality(session: Session, *, session_id: SessionId | None = None, room_id: RoomId | None = None) -> pd.DataFrame:
    """Return ``QUALITY`` in order of time: each row sums up 10 s."""
    row = models.Quality
    query = _within(select(row), row.session_id, session_id, room_id).order_by(col(row.at), col(row.id))
    return shaped(pd.DataFrame([line.model_dump() for line in session.exec(query)]), QUALITY)


def _names(session: Session, session_id: SessionId | None, room_id: RoomId | None) -> dict[str, str]:
    query: Any = select(models.Participant.id, models.Participant.name)
    return dict(tuple(row) for row in session.exec(_within(query, models.Participant.session_id, session_id, room_id)))


def _within(query: Any, column: Any, session_id: SessionId | None, room_id: RoomId | None) -> Any:
    """Narrow ``query`` to a session, or to the sessions of a room."""
    if session_id is not None:
        query = query.where(column == session_id)
    if room_id is not None:
        query = query.where(column.in_(select(models.Session.id).where(models.Session.room_id == room_id)))
    return query
