"""
What proves a session, for its room's owner and administrators; see docs/evidence.md.

- ``/api/v1/sessions/<id>/minutes-{en,ro,it}.pdf``
- ``/api/v1/sessions/<id>/dossier.zip``, with ``?include=recordings,slides,tape,statements``
- ``/api/v1/sessions/<id>/connections.{csv,json}``: who came, was lost, came back, with reasons (AB-65)
- ``/api/v1/sessions/<id>/verification``: whether the log is as it was written
- ``/api/v1/sessions/<id>/prefaces``: all versions; ``PUT`` adds one
- ``/api/v1/erasures``: ``POST`` erases everybody of an address; administrators only
"""

from __future__ import annotations

import asyncio
import logging
from typing import get_args

from pydantic import ValidationError
from tornado.iostream import StreamClosedError

from apps.evidence.cabinet import Cabinet, broken_line, record_for
from apps.evidence.commands import EraseOrganisation, ErasePerson, SavePreface
from apps.evidence.dossier import Files, preface_entry
from apps.evidence.parcel import FileChanged, Parcel
from apps.handlers import ApiHandler, Problem
from apps.i18n import LANGUAGES
from apps.service import Done
from data import prefaces
from data.ids import SessionId
from data.records import Record

log = logging.getLogger(__name__)
INCLUDED: tuple[Files, ...] = get_args(Files)


class _Evidence(ApiHandler):
    @property
    def cabinet(self) -> Cabinet:
        settings = self.parts.settings
        return Cabinet(self.parts.database, settings.home, settings.public_url)

    async def record(self, session_id: str, *, closed: bool = True) -> Record:
        """Return what is kept of a session that the signed-in account may see. Raises the 404; 409 while it runs, if it must be closed."""
        account = self.require_account()
        found = await self.parts.database.read(record_for, session_id=SessionId(session_id), account=account)
        if found is None:
            raise Problem(404, "not_found")
        if closed and found.opening.closed_at is None:
            raise Problem(409, "session_still_open")
        return found

    def attach(self, mime: str, name: str) -> None:
        self.set_header("Content-Type", mime)
        self.set_header("Content-Disposition", f'attachment; filename="{name}"')

    def file_language(self) -> str:
        asked = self.get_query_argument("language", self.language)
        return asked if asked in LANGUAGES else self.language


class MinutesFile(_Evidence):
    async def get(self, session_id: str, language: str) -> None:
        record = await self.record(session_id)
        content = await self.cabinet.minutes(record, language, now=self.parts.clock())
        self.attach("application/pdf", f"minutes-{record.opening.opened_at:%Y-%m-%d-%H%M}-{language}.pdf")
        self.finish(content)


class DossierFile(_Evidence):
    """Streams: a recording is read piece by piece, as fast as the other side takes it."""

    async def get(self, session_id: str) -> None:
        record = await self.record(session_id)
        asked = set(self.get_query_argument("include", "").split(","))
        include = [name for name in INCLUDED if name in asked]
        parcel = await self.cabinet.dossier(record, include, now=self.parts.clock())
        self.attach("application/zip", f"dossier-{record.opening.opened_at:%Y-%m-%d-%H%M}.zip")
        self.set_header("Content-Length", str(parcel.length))
        await self._send(parcel)

    async def _send(self, parcel: Parcel) -> None:
        pieces = parcel.pieces()
        try:
            while (piece := await asyncio.to_thread(next, pieces, None)) is not None:
                self.write(piece)
                await self.flush()
        except StreamClosedError:
            return  # they have enough
        except FileChanged:
            log.warning("dossier_cut_off", extra={"fields": {"request": self.request_id}})
            self.detach().close()  # too short, so that nobody takes it for whole


class ConnectionsFile(_Evidence):
    """Of a session that runs still too."""

    async def get(self, session_id: str, kind: str) -> None:
        from apps.evidence import connections

        record = await self.record(session_id, closed=False)
        if kind == "json":
            rows = await asyncio.to_thread(connections.as_json, record.events, record.people)
            self.json({"session": record.opening.id, "connections": rows})
            return
        content = await asyncio.to_thread(
            connections.as_csv, record.events, record.people, language=self.file_language()
        )
        self.attach("text/csv; charset=utf-8", f"connections-{record.opening.opened_at:%Y-%m-%d-%H%M}.csv")
        self.finish(content)


class Verification(_Evidence):
    async def get(self, session_id: str) -> None:
        record = await self.record(session_id, closed=False)
        broken = await asyncio.to_thread(broken_line, record)
        head = {"number": record.head.number, "hash": record.head.hash}
        self.json({"session": record.opening.id, "sound": broken is None, "first_broken_line": broken, "head": head})


class Prefaces(_Evidence):
    VALUES_MAX_BYTES = 1024 * 1024

    async def get(self, session_id: str) -> None:
        record = await self.record(session_id, closed=False)
        versions = await self.parts.database.read(prefaces.of_session, session_id=SessionId(record.opening.id))
        self.json({"session": record.opening.id, "prefaces": [preface_entry(one) for one in versions]})

    async def put(self, session_id: str) -> None:
        """Take ``{"language", "text"}``; an empty text takes the preface away."""
        account = self.require_account()
        try:
            command = SavePreface(**{**self.values(), "type": "save_preface", "session": session_id})
        except (ValueError, TypeError, ValidationError):
            raise Problem(400, "bad_request") from None
        done = await self.parts.planner.execute(account, command)
        if not isinstance(done, Done):
            raise Problem(404 if done.code == "not_found" else 403, done.code, **done.values)
        self.json(done.values)


class Erasures(ApiHandler):
    async def post(self) -> None:
        """Take ``{"email"}``, or ``{"organisation"}`` for a supplier with its people; answer with what was erased, as counts. It can't be undone."""
        account = self.require_account()
        try:
            values = self.values()
            command: ErasePerson | EraseOrganisation = (
                EraseOrganisation(organisation=values["organisation"])
                if "organisation" in values
                else ErasePerson(email=values["email"])
            )
        except (ValueError, TypeError, KeyError, ValidationError):
            raise Problem(400, "bad_request") from None
        done = await self.parts.planner.execute(account, command)
        if not isinstance(done, Done):
            status = {"forbidden": 403, "erase_nobody": 404, "organisation_unknown": 404}.get(done.code, 409)
            raise Problem(status, done.code, **done.values)
        self.json(done.values)


SESSION = r"/api/v1/sessions/(se_[0-9a-f]{1,40})"


def routes() -> list[tuple[str, type[ApiHandler]]]:
    """Return the addresses with their handlers; each takes ``parts``."""
    languages = "|".join(LANGUAGES)
    return [
        (rf"{SESSION}/minutes-({languages})\.pdf", MinutesFile),
        (rf"{SESSION}/dossier\.zip", DossierFile),
        (rf"{SESSION}/connections\.(csv|json)", ConnectionsFile),
        (rf"{SESSION}/verification", Verification),
        (rf"{SESSION}/prefaces", Prefaces),
        (r"/api/v1/erasures", Erasures),
    ]
