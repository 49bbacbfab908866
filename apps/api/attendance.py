"""``/api/v1/sessions/<id>/attendance.csv``: who attended, for the room's owner and administrators."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from apps.handlers import ApiHandler, Problem
from data import event_log, participants, rooms, sessions
from data.errors import NotFound
from data.ids import RoomId, SessionId

if TYPE_CHECKING:
    from sqlmodel import Session

    from data.models import Account


class AttendanceCsv(ApiHandler):
    """In the account's language; a session that runs still is counted until now."""

    async def get(self, session_id: str) -> None:
        account = self.require_account()
        csv = await self.parts.database.read(
            attendance_csv,
            session_id=SessionId(session_id),
            account=account,
            language=self.language,
            now=self.parts.clock(),
        )
        if csv is None:
            raise Problem(404, "not_found")
        self.set_header("Content-Type", "text/csv; charset=utf-8")
        self.set_header("Content-Disposition", f'attachment; filename="attendance-{session_id}.csv"')
        self.finish(csv)


def attendance_csv(
    session: Session, *, session_id: SessionId, account: Account, language: str, now: datetime
) -> bytes | None:
    """Return the file; ``None`` where there is no such session or it is not this account's."""
    from data.attendance import attendance, to_csv  # brings pandas, which the web process needs for nothing else

    try:
        opened = sessions.get(session, session_id=session_id)
    except NotFound:
        return None
    room = rooms.get(session, room_id=RoomId(opened.room_id))
    if room is None or not (account.role == "administrator" or room.owner_id == account.id):
        return None
    events = event_log.read(session, session_id)
    people = participants.of_session(session, session_id=session_id)
    return to_csv(attendance(events, people, now=opened.closed_at or now), language=language)
