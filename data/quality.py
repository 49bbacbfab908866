"""Rows of media quality: each sums up 10 s of one participant."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Session, col, delete, select

from data.ids import SessionId
from data.models import Quality


def add_all(session: Session, *, rows: Iterable[Quality]) -> None:
    """Store rows; their ids are given by the database."""
    session.add_all(rows)
    session.flush()


def of_session(session: Session, *, session_id: SessionId, since: datetime | None = None) -> list[Quality]:
    """Return a session's rows in order of time, those from ``since`` on if given."""
    query = select(Quality).where(Quality.session_id == session_id)
    if since is not None:
        query = query.where(col(Quality.at) >= since)
    return list(session.exec(query.order_by(col(Quality.at), col(Quality.id))))


def delete_before(session: Session, *, moment: datetime) -> int:
    """Delete rows older than ``moment``; return how many there were."""
    return session.exec(delete(Quality).where(col(Quality.at) < moment)).rowcount
