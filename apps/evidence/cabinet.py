"""Evidence for those who lead a session: read once, made in a thread, and the head of the log noted before it is given out."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from apps.evidence.attendance_report import may_read
from apps.evidence.dossier import Files
from apps.evidence.seal import open_seal
from apps.i18n import LANGUAGES
from data import event_log, heads, records
from data.errors import NotFound
from data.ids import SessionId
from data.models import Account
from data.records import Record

if TYPE_CHECKING:
    from sqlmodel import Session

    from apps.evidence.parcel import Parcel
    from data.database import Database


@dataclass(frozen=True, slots=True)
class Cabinet:
    """``address`` is this Sala's, as people reach it."""

    database: Database
    home: Path
    address: str

    async def minutes(self, record: Record, language: str, *, now: datetime) -> bytes:
        """Return the minutes as PDF."""
        await self._note(record, now)
        return await asyncio.to_thread(self._minutes, record, language)

    async def dossier(self, record: Record, include: Iterable[Files], *, now: datetime) -> Parcel:
        """Return the dossier, ready to be sent."""
        await self._note(record, now)
        return await asyncio.to_thread(self._parcel, record, include)

    async def _note(self, record: Record, now: datetime) -> None:
        session_id = SessionId(record.opening.id)
        await self.database.run(heads.note, session_id=session_id, head=record.head, now=now)

    def _minutes(self, record: Record, language: str) -> bytes:
        from apps.evidence.minutes import minutes

        return minutes(record, language=language, address=self.address, key=open_seal(self.home).fingerprint)

    def _parcel(self, record: Record, include: Iterable[Files]) -> Parcel:
        from apps.evidence.dossier import make

        made = {language: self._minutes(record, language) for language in LANGUAGES}
        return make(
            record, minutes=made, home=self.home, seal=open_seal(self.home), address=self.address, include=include
        )


def record_for(session: Session, *, session_id: SessionId, account: Account) -> Record | None:
    """Return what is kept of a session that is this account's business; else ``None``, as for one that does not exist."""
    try:
        found = records.whole(session, session_id=session_id)
    except NotFound:
        return None
    return found if may_read(found.room, account) else None


def broken_line(record: Record) -> int | None:
    """Return the number of the first line of the log that is not as it was written; ``None`` if all are. Blocks."""
    return event_log.verify(record.events)
