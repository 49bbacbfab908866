"""Heads of logs that were given out, so that whoever holds one can have it confirmed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from data import event_log, models
from data.event_log import Head
from data.ids import SessionId
from data.models_evidence import NotedHead

LEAST_CHARACTERS = 12
"""Of a hash that somebody types: 48 bits, which nobody hits by guessing over a web page."""


@dataclass(frozen=True, slots=True)
class Confirmed:
    """A head that is as it was given out: ``lines`` is how many the log has now."""

    session_id: SessionId
    number: int
    hash: str
    at: datetime
    """When the line was written."""
    lines: int


def note(session: Session, *, session_id: SessionId, head: Head, now: datetime) -> None:
    """Remember a head that is about to be given out; once is enough."""
    if head.number and session.get(NotedHead, head.hash) is None:
        session.add(NotedHead(hash=head.hash, session_id=session_id, number=head.number, noted_at=now))
        session.flush()


def note_close(session: Session, *, session_id: SessionId, now: datetime) -> None:
    """Remember the head of a session that closes: every receipt holds it."""
    head = at_close(session, session_id=session_id)
    if head is not None:
        note(session, session_id=session_id, head=head, now=now)


def confirm(session: Session, *, prefix: str) -> Confirmed | None:
    """Return the one noted head that begins so, if the log still holds it at its place; ``None`` for none or several."""
    if len(prefix) < LEAST_CHARACTERS or not all(letter in "0123456789abcdef" for letter in prefix):
        return None
    beyond = prefix + "g"  # one past every hash that begins with the prefix
    query = select(NotedHead).where(col(NotedHead.hash) >= prefix, col(NotedHead.hash) < beyond).limit(2)
    found = list(session.exec(query))
    line = session.get(models.Event, (found[0].session_id, found[0].number)) if len(found) == 1 else None
    if line is None or line.hash != found[0].hash:
        return None
    session_id = SessionId(line.session_id)
    return Confirmed(session_id, line.number, line.hash, line.at, event_log.head(session, session_id).number)


def at_close(session: Session, *, session_id: SessionId) -> Head | None:
    """Return the head at the moment a session closed: the line that says so; ``None`` while it is open."""
    line = models.Event
    query = select(line.number, line.hash).where(line.session_id == session_id, line.type == "session_closed")
    row = session.exec(query.order_by(col(line.number)).limit(1)).first()
    return None if row is None else Head(*row)
