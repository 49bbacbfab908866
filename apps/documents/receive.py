"""``POST /r/<slug>/presentations``: takes a file as it comes, straight to the disk; what it is, its content says."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from typing import BinaryIO
from urllib.parse import unquote

from tornado.web import stream_request_body

from apps.documents import contents
from apps.documents.library import MIB, Upload, Visit, new_presentation
from apps.documents.requests import STATUS, Presentations
from apps.documents.shelf import title_of
from apps.handlers import Problem
from apps.live.state import Denied

BODY_TIMEOUT_S = 3600.0  # 500 MiB over a slow line
NAME_MAX_CHARACTERS = 1000
SWALLOW_MAX_BYTES = 64 * MIB  # of a body that is refused: read to its end, so that the browser hears why


@stream_request_body
class Receive(Presentations):
    """Refuses as early as it can: before the body by right, size and space, at its first bytes by kind."""

    _file: BinaryIO | None = None
    _refused: Problem | None = None
    _end: Callable[[], None] | None = None

    async def prepare(self) -> None:
        await super().prepare()
        if self.request.method != "POST":
            return
        self._received, self._head = 0, b""
        self._digest = hashlib.sha256()
        self.presentation = new_presentation()
        self._size = self._announced()
        try:
            await self._begin()
        except Problem as problem:
            if problem.status_code == 404 or self._size > SWALLOW_MAX_BYTES:
                raise
            self._refused = problem
        self.request.connection.set_max_body_size(self._size)  # type: ignore[union-attr]

    def _announced(self) -> int:
        size = self.request.headers.get("Content-Length", "")
        if not size.isdecimal() or len(size) > 15:
            raise Problem(400, "bad_request")
        return int(size)

    async def _begin(self) -> None:
        self.visitor_here: Visit = await self.presenter(self.path_args[0])
        library = self.parts.library
        if self._size == 0:
            raise Problem(400, "file_empty")
        refusal = await library.refusal(self.visitor_here, self._size)
        if refusal is not None:
            raise self._problem(refusal)
        self._end = library.expect(self.visitor_here, self._size)
        self.request.connection.set_body_timeout(BODY_TIMEOUT_S)  # type: ignore[union-attr]
        self._file = (library.shelf.incoming / self.presentation).open("xb")

    def _problem(self, refusal: Denied) -> Problem:
        return Problem(STATUS.get(refusal.code, 409), refusal.code, **refusal.values)

    async def data_received(self, chunk: bytes) -> None:
        if self._refused is not None or self._file is None:
            return
        if len(self._head) < contents.HEAD_BYTES:
            self._head += chunk[: contents.HEAD_BYTES - len(self._head)]
            if len(self._head) == contents.HEAD_BYTES or len(self._head) == self._size:
                self._judge()
        await asyncio.to_thread(self._write, self._file, chunk)

    def _judge(self) -> None:
        """Look at what it is as soon as that can be seen."""
        family = contents.family_of(self._head)
        limit = self.parts.settings.document_max_mib
        if not family:
            self._refused = Problem(415, "file_type")
        elif family not in contents.FILMS and self._size > limit * MIB:
            self._refused = Problem(413, "file_too_large", limit=limit)

    def _write(self, file: BinaryIO, chunk: bytes) -> None:
        file.write(chunk)
        self._digest.update(chunk)
        self._received += len(chunk)

    async def post(self, slug: str) -> None:
        if self._refused is not None:
            raise self._refused
        if self._file is None or self._received != self._size:
            raise Problem(400, "bad_request")
        await asyncio.to_thread(self._file.close)
        family = contents.family_of(self._head)
        upload = Upload(
            presentation=self.presentation,
            family=family,
            kind=contents.kind_of(family),
            title=title_of(self._name()),
            sha256=self._digest.hexdigest(),
            size_bytes=self._size,
        )
        visit = await self.presenter(slug)  # the role may have gone while the file came
        added = await self.parts.library.add(visit, upload)
        self.answer(added, status=201)

    def _name(self) -> str:
        return unquote(self.request.headers.get("X-Sala-Name", "")[:NAME_MAX_CHARACTERS], errors="replace")

    def on_finish(self) -> None:
        self._clear_up()

    def on_connection_close(self) -> None:
        self._clear_up()

    def _clear_up(self) -> None:
        if self._file is not None:
            self._file.close()
            (self.parts.library.shelf.incoming / self.presentation).unlink(missing_ok=True)
            self._file = None
        if self._end is not None:
            self._end()
            self._end = None
