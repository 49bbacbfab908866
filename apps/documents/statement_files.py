"""``/r/<slug>/statements``: the documents of what is put on the record of a tender's session (docs/protocol.md)."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from tornado.web import RequestHandler, stream_request_body

from apps.byte_ranges import RangedFile
from apps.documents import contents
from apps.documents.incoming import IncomingFile
from apps.documents.library import MIB, SPARE_BYTES
from apps.handlers import ApiHandler, Problem
from apps.live.names import clean
from apps.live.record_desk import StatementDesk, Waiting, folder_of
from data import statements
from data.ids import RoomId, StatementId, new_id
from data.models import Participant, Session, Statement

if TYPE_CHECKING:
    from sqlmodel import Session as Transaction

ROOM = r"/r/([a-z0-9-]{1,100})/statements"
_UNSAFE = re.compile(r"[^\w .()-]+")
TAKEN = contents.DOCUMENTS | contents.PICTURES


@stream_request_body
class ReceiveDocument(IncomingFile):
    """
    Takes a document as it comes, straight to the disk, and answers with its hash; ``file_statement`` then names it.

    Limits and kinds are those of presentations, without films. It is kept as it came and converted by nobody.
    """

    async def begin(self) -> Path:
        desk = await self._desk()
        limit = self.parts.settings.document_max_mib
        if self.size == 0:
            raise Problem(400, "file_empty")
        if self.size > limit * MIB:
            raise Problem(413, "file_too_large", limit=limit)
        await desk.make_folder()
        if shutil.disk_usage(desk.folder).free < self.size + SPARE_BYTES:
            raise Problem(409, "upload_disk_full")
        self.statement = StatementId(new_id("st"))
        return desk.folder / f".{self.statement}"

    def judge(self, family: str) -> Problem | None:
        return None if family in TAKEN else Problem(415, "statement_file_type")

    async def _desk(self) -> StatementDesk:
        """Return the desk of the session that this person may file in; anybody else gets the one 404."""
        admission = await self.admission(self.path_args[0])
        runner = self.parts.hub.running(RoomId(admission.room.id))
        refusal = None if runner is None else runner.statements.refusal(admission.person.id)
        if runner is None or (refusal is not None and refusal.code == "not_found"):
            raise Problem(404, "not_found")
        if refusal is not None:
            raise Problem(409, refusal.code)
        self._person = admission.person.id
        return runner.statements

    async def post(self, slug: str) -> None:
        path = await self.close_whole()
        desk = await self._desk()  # the right may have gone while the file came
        name = clean(self.told_name.replace("\\", "/").rsplit("/", 1)[-1]) or "?"
        path.replace(desk.folder / self.statement)
        desk.keep(self.statement, Waiting(self._person, name, self.sha256, self.size))
        self.json({"document": self.statement, "name": name, "sha256": self.sha256, "bytes": self.size}, status=201)


class StatementDocument(ApiHandler, RangedFile):
    """The document of a statement that was filed, for its filer and the authority; nothing in it is run by a browser (AB-45)."""

    async def get(self, slug: str, statement: str) -> None:
        admission = await self.admission(slug)
        person = admission.person
        leads = person.role == "moderator"
        found = await self.parts.database.read(_filed, admission.room.id, statement, "" if leads else person.id)
        if found is None or found.document_sha256 is None:
            raise Problem(404, "not_found")
        name = _UNSAFE.sub("_", found.document_name or "document")
        self.set_header("Content-Type", "application/octet-stream")
        self.set_header("Content-Disposition", f'attachment; filename="{name.encode("ascii", "replace").decode()}"')
        self.set_header("Content-Security-Policy", "sandbox; default-src 'none'")
        self.set_header("Cache-Control", "private, no-cache")
        self.set_header("ETag", f'"{found.document_sha256}"')
        try:
            await self.send_ranged(folder_of(self.parts.settings.home, found.session_id) / found.id)
        except OSError:
            raise Problem(404, "not_found") from None


def _filed(session: Transaction, room_id: str, statement_id: str, person_id: str) -> Statement | None:
    """Return a statement of a room; with a person only if it is theirs."""
    found = statements.get(session, statement_id=statement_id)
    if found is None or session.get_one(Session, found.session_id).room_id != room_id:
        return None
    if person_id and session.get_one(Participant, found.participant_id).person_id != person_id:
        return None
    return found


def routes() -> list[tuple[str, type[RequestHandler]]]:
    return [(ROOM, ReceiveDocument), (rf"{ROOM}/(st_[0-9a-f]{{24}})/document", StatementDocument)]
