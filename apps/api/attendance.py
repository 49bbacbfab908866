"""
``/api/v1/sessions/<id>/attendance.{csv,xlsx,pdf,json}`` and ``/certificates/<participant>.pdf``: for the room's owner and administrators.

``?language=`` chooses the file's language (else the account's), ``?rules=present>=85%,answered>=2/3`` judges everybody by rules.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from apps.evidence.attendance_report import Report, report
from apps.evidence.codes import code_of
from apps.handlers import ApiHandler, Problem
from apps.i18n import LANGUAGES
from apps.keys import kept_key
from data.ids import ParticipantId, SessionId

if TYPE_CHECKING:
    from data.rules import Rule

RULES_MAX_CHARACTERS = 200
KEY = "certificate"


class _Attendance(ApiHandler):
    async def report(self, session_id: str) -> Report:
        account = self.require_account()
        made = await self.parts.database.read(
            report, session_id=SessionId(session_id), account=account, now=self.parts.clock(), rules=self._rules()
        )
        if made is None:
            raise Problem(404, "not_found")
        return made

    def _rules(self) -> tuple[Rule, ...]:
        from data.rules import RuleError, parse

        try:
            return parse(self.get_query_argument("rules", "")[:RULES_MAX_CHARACTERS])
        except RuleError as error:
            raise Problem(400, error.code) from error

    @property
    def file_language(self) -> str:
        asked = self.get_query_argument("language", self.language)
        return asked if asked in LANGUAGES else self.language

    def send(self, content: bytes, mime: str, name: str) -> None:
        self.set_header("Content-Type", mime)
        self.set_header("Content-Disposition", f'attachment; filename="{name}"')
        self.finish(content)


class AttendanceFile(_Attendance):
    """A session that runs still is counted until now."""

    async def get(self, session_id: str, kind: str) -> None:
        from apps.evidence.attendance_files import FORMATS, MIME

        made = await self.report(session_id)
        if kind == "json":
            self.set_header("Content-Type", "application/json; charset=utf-8")
            self.finish(await asyncio.to_thread(_json, made))
            return
        content = await asyncio.to_thread(FORMATS[kind], made, self.file_language)
        self.send(content, MIME[kind], f"attendance-{made.opening.opened_at:%Y-%m-%d-%H%M}.{kind}")


class CertificateFile(_Attendance):
    """Only for a session that has ended, and for who meets the rules asked for."""

    async def get(self, session_id: str, participant: str) -> None:
        from apps.evidence.attendance_files import MIME, certificate

        made = await self.report(session_id)
        row = made.row(ParticipantId(participant))
        if row is None:
            raise Problem(404, "not_found")
        if made.opening.closed_at is None:
            raise Problem(409, "certificate_too_early")
        code = code_of(kept_key(self.parts.settings.home, KEY), ParticipantId(participant))
        address = f"{self.parts.settings.public_url}/verify/{code}"
        content = await asyncio.to_thread(
            certificate, made, row, language=self.file_language, code=code, address=address
        )
        if content is None:
            raise Problem(409, "certificate_rule_not_met")
        self.send(content, MIME["pdf"], f"certificate-{made.opening.opened_at:%Y-%m-%d}-{participant[3:11]}.pdf")


def _json(made: Report) -> str:
    """Return the frame as JSON: moments in ISO 8601, seconds as numbers, what is missing as null."""
    rows: Any = made.frame
    for column in ("first_joined_at", "last_left_at"):
        rows = rows.assign(
            **{
                column: rows[column]
                .map(lambda at: at.isoformat().replace("+00:00", "Z"), na_action="ignore")
                .astype("object")
            }
        )
    text: str = rows.to_json(orient="records", force_ascii=False)
    session = {"session": made.opening.id, "room": made.room.id, "rules": [str(rule) for rule in made.rules]}
    import json

    return json.dumps(session)[:-1] + f', "attendance": {text}}}'
