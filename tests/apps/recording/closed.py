"""A session that was recorded and has ended."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from data import event_log, recordings, sessions
from data.ids import RoomId, SessionId


def recorded(session: Any, session_id: SessionId, room: str, opened_at: datetime, closed_at: datetime) -> None:
    """Add it to a room; its archive waits for the tape to be settled."""
    sessions.open_(session, room_id=RoomId(room), now=opened_at, session_id=session_id)
    opened = {"room": room, "kind": "conference", "max_participants": 5, "record": True}
    event_log.append(session, session_id, opened_at, [event_log.NewEvent("session_opened", "system", opened)])
    recordings.begin_archive(session, session_id=session_id, room_id=room, now=opened_at)
    sessions.close(session, session_id=session_id, now=closed_at)
    recordings.close_archive(session, session_id=session_id, now=closed_at)
