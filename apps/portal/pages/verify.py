"""Verifying a certificate: whoever has its code sees what it is for, and nobody's name."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from apps.evidence.attendance_report import report
from apps.evidence.codes import participant_of
from apps.handlers import PageHandler
from apps.keys import kept_key
from data import participants
from data.ids import SessionId

if TYPE_CHECKING:
    from apps.evidence.attendance_report import Report
    from data.ids import ParticipantId


class Verify(PageHandler):
    """``/verify/`` asks for a code, ``/verify/<code>`` answers."""

    async def get(self, code: str = "") -> None:
        code = code or self.text("code")
        if not code:
            self.page("verify.html", code="", genuine=False, facts=[], room="")
            return
        made, participant = await self._report(code[:100])
        row = made.row(participant) if made is not None and participant is not None else None
        if made is None or row is None:
            self.page("verify.html", status=404, code=code[:100], genuine=False, facts=[], room="")
            return
        from apps.evidence.attendance_files import certificate_facts

        facts = await asyncio.to_thread(certificate_facts, made, row, self.language)
        self.page("verify.html", code=code, genuine=True, facts=facts, room=made.room.title)

    async def _report(self, code: str) -> tuple[Report | None, ParticipantId | None]:
        participant = participant_of(kept_key(self.parts.settings.home, "certificate"), code)
        if participant is None:
            return None, None
        seat = await self.parts.database.read(participants.get, participant_id=participant)
        if seat is None:
            return None, None
        made = await self.parts.database.read(
            report, session_id=SessionId(seat.session_id), account=None, now=self.parts.clock()
        )
        return made, participant
