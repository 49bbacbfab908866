"""``POST /r/<slug>/presentations``: takes a file to be shown; what it is, its content says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tornado.web import stream_request_body

from apps.documents import contents
from apps.documents.incoming import IncomingFile
from apps.documents.library import MIB, Upload, Visit, new_presentation
from apps.documents.requests import STATUS, Presentations
from apps.documents.shelf import title_of
from apps.handlers import Problem
from apps.live.state import Denied


@stream_request_body
class Receive(IncomingFile, Presentations):
    """Refuses what there is no right, no space or no converter for."""

    _end: Callable[[], None] | None = None

    async def begin(self) -> Path:
        visit: Visit = await self.presenter(self.path_args[0])
        library = self.parts.library
        if self.size == 0:
            raise Problem(400, "file_empty")
        refusal = await library.refusal(visit, self.size)
        if refusal is not None:
            raise self._problem(refusal)
        self._end = library.expect(visit, self.size)
        self.presentation = new_presentation()
        return library.shelf.incoming / self.presentation

    def _problem(self, refusal: Denied) -> Problem:
        return Problem(STATUS.get(refusal.code, 409), refusal.code, **refusal.values)

    def judge(self, family: str) -> Problem | None:
        limit = self.parts.settings.document_max_mib
        if not family:
            return Problem(415, "file_type")
        if family not in contents.FILMS and self.size > limit * MIB:
            return Problem(413, "file_too_large", limit=limit)
        return None

    async def post(self, slug: str) -> None:
        await self.close_whole()
        upload = Upload(
            presentation=self.presentation,
            family=self.family,
            kind=contents.kind_of(self.family),
            title=title_of(self.told_name),
            sha256=self.sha256,
            size_bytes=self.size,
        )
        visit = await self.presenter(slug)  # the role may have gone while the file came
        added = await self.parts.library.add(visit, upload)
        self.answer(added, status=201)

    def clear_up(self) -> None:
        super().clear_up()
        if self._end is not None:
            self._end()
            self._end = None
