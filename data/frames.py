"""
Frames of what the database holds, for notebooks, the console and exports; nothing is started, nothing is written.

In a notebook::

    from data.frames import open_home

    home = open_home("var")
    home.attendance().groupby("person_id")["present_s"].sum()

Elsewhere ``await database.read(frames.attendance, session_id=…, now=…)``. Columns: ``data.columns`` and docs/data.md.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
from sqlmodel import Session, col, select

from data import models
from data.attendance import attendance_of_facts
from data.columns import CHAT, HANDS, QUALITY, SESSIONS, shaped
from data.database import Database, open_database
from data.facts import facts_of_rows
from data.ids import RoomId, SessionId
from data.spans import OPEN, spans


def facts(session: Session, *, session_id: SessionId | None = None, room_id: RoomId | None = None) -> pd.DataFrame:
    """Return the events of a session, of a room's sessions, or of all, as ``FACTS``."""
    line = models.Event
    query: Any = select(line.session_id, line.number, line.at, line.type, line.actor, line.payload)  # type: ignore[call-overload]
    rows: Any = session.execute(_within(query, line.session_id, session_id, room_id))
    return facts_of_rows(rows)


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
    """Return ``HANDS`` in order of raising; one that is still up has no ``lowered_at`` and counts until ``now``."""
    up = spans(facts(session, session_id=session_id, room_id=room_id), now=now).query("kind == 'hand'")
    if up.empty:
        return shaped(up, HANDS)
    query = _within(select(models.Participant), models.Participant.session_id, session_id, room_id)
    names = {person.id: person.name for person in session.exec(query)}
    frame = up.rename(columns={"started_at": "raised_at"}).assign(
        name=up["participant_id"].map(names).fillna(""),
        lowered_at=up["ended_at"].mask((up["end_reason"] == OPEN).fillna(False)),
        raised_s=(up["ended_at"] - up["started_at"]).dt.total_seconds(),
        lowered_by=_lowered_by(up),
    )
    return shaped(frame.sort_values(["raised_at", "session_id"], kind="stable"), HANDS)


def quality(session: Session, *, session_id: SessionId | None = None, room_id: RoomId | None = None) -> pd.DataFrame:
    """Return ``QUALITY`` in order of time: each row sums up 10 s."""
    row = models.Quality
    query = _within(select(row), row.session_id, session_id, room_id).order_by(col(row.at), col(row.id))
    return shaped(pd.DataFrame([line.model_dump() for line in session.exec(query)]), QUALITY)


class Home:
    """The frames of one database, opened for reading; close it, or use it in a ``with`` block."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def sessions(self, **where: Any) -> pd.DataFrame:
        """Return ``SESSIONS``; ``session_id=`` or ``room_id=`` narrows it."""
        return self.database.read_now(sessions, now=datetime.now(UTC), **where)

    def attendance(self, **where: Any) -> pd.DataFrame:
        """Return ``ATTENDANCE``; ``session_id=`` or ``room_id=`` narrows it."""
        return self.database.read_now(attendance, now=datetime.now(UTC), **where)

    def chat(self, **where: Any) -> pd.DataFrame:
        """Return ``CHAT``; ``session_id=`` or ``room_id=`` narrows it."""
        return self.database.read_now(chat, **where)

    def hands(self, **where: Any) -> pd.DataFrame:
        """Return ``HANDS``; ``session_id=`` or ``room_id=`` narrows it."""
        return self.database.read_now(hands, now=datetime.now(UTC), **where)

    def quality(self, **where: Any) -> pd.DataFrame:
        """Return ``QUALITY``; ``session_id=`` or ``room_id=`` narrows it."""
        return self.database.read_now(quality, **where)

    def close(self) -> None:
        """Close the database."""
        self.database.close()

    def __enter__(self) -> Home:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


def open_home(where: str | Path) -> Home:
    """Open a home folder, or a database by its URL, for reading; a Sala may be running there. Raises as ``open_database``."""
    return Home(open_database(where, write=False))


def _within(query: Any, column: Any, session_id: SessionId | None, room_id: RoomId | None) -> Any:
    """Narrow ``query`` to a session, or to the sessions of a room."""
    if session_id is not None:
        query = query.where(column == session_id)
    if room_id is not None:
        query = query.where(column.in_(select(models.Session.id).where(models.Session.room_id == room_id)))
    return query


def _lowered_by(up: pd.DataFrame) -> pd.Series:
    """Return ``self``, ``moderator``, ``system`` or ``ended`` (with the session); missing for a hand that is up."""
    own = (up["ended_by"] == "participant:" + up["participant_id"]).fillna(False)
    other = up["ended_by"].str.contains(":", na=False) & ~own
    closed = up["ended_by"].isna() & (up["end_reason"] == "ended").fillna(False)
    return up["ended_by"].mask(own, "self").mask(other, "moderator").mask(closed, "ended")
