"""Bodies that are files: taken as they come, straight to the disk, and refused as early as can be."""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path
from typing import BinaryIO
from urllib.parse import unquote

from apps.documents import contents
from apps.documents.library import MIB
from apps.handlers import ApiHandler, Problem

BODY_TIMEOUT_S = 3600.0  # 500 MiB over a slow line
NAME_MAX_CHARACTERS = 1000
SWALLOW_MAX_BYTES = 64 * MIB  # of a body that is refused: read to its end, so that the browser hears why


class IncomingFile(ApiHandler):
    """
    Base of who takes a file by POST: before the body it may refuse by right, size and space, at the first bytes by kind.

    A class that takes files says ``begin`` and ``judge``, calls ``close_whole`` first in its ``post``, and is decorated with Tornado's
    ``stream_request_body``. What it has not moved elsewhere by the end is deleted.
    """

    size = 0
    """Bytes that the browser announced."""
    _file: BinaryIO | None = None
    _path: Path | None = None
    _refused: Problem | None = None

    async def begin(self) -> Path:
        """
        Return where the file is to be written; nothing may lie there.

        Raises:
            Problem: If it is not taken.
        """
        raise NotImplementedError

    def judge(self, family: str) -> Problem | None:
        """Return why a file of this family (empty: unknown) is not taken."""
        raise NotImplementedError

    async def prepare(self) -> None:
        await super().prepare()
        if self.request.method != "POST":
            return
        self._received, self._head = 0, b""
        self._digest = hashlib.sha256()
        self.size = self._announced()
        try:
            await self._open()
        except Problem as problem:
            if problem.status_code == 404 or self.size > SWALLOW_MAX_BYTES:
                raise
            self._refused = problem
        self.request.connection.set_max_body_size(self.size)  # type: ignore[union-attr]

    def _announced(self) -> int:
        size = self.request.headers.get("Content-Length", "")
        if not size.isdecimal() or len(size) > 15:
            raise Problem(400, "bad_request")
        return int(size)

    async def _open(self) -> None:
        self._path = await self.begin()
        self.request.connection.set_body_timeout(BODY_TIMEOUT_S)  # type: ignore[union-attr]
        self._file = self._path.open("xb")

    async def data_received(self, chunk: bytes) -> None:
        if self._refused is not None or self._file is None:
            return
        wanted = min(contents.HEAD_BYTES, self.size)
        if len(self._head) < wanted:
            self._head += chunk[: wanted - len(self._head)]
            if len(self._head) == wanted:
                self._refused = self.judge(self.family)
        await asyncio.to_thread(self._write, self._file, chunk)

    def _write(self, file: BinaryIO, chunk: bytes) -> None:
        file.write(chunk)
        self._digest.update(chunk)
        self._received += len(chunk)

    async def close_whole(self) -> Path:
        """
        Close the file that has come; return where it lies.

        Raises:
            Problem: If it was refused, or is not whole.
        """
        if self._refused is not None:
            raise self._refused
        if self._file is None or self._path is None or self._received != self.size:
            raise Problem(400, "bad_request")
        await asyncio.to_thread(self._file.close)
        return self._path

    @property
    def family(self) -> str:
        """What the first bytes say that it is; empty: nothing known."""
        return contents.family_of(self._head)

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()

    @property
    def told_name(self) -> str:
        """The name that the browser gives the file: a label, never a path."""
        return unquote(self.request.headers.get("X-Sala-Name", "")[:NAME_MAX_CHARACTERS], errors="replace")

    def on_finish(self) -> None:
        self.clear_up()

    def on_connection_close(self) -> None:
        self.clear_up()

    def clear_up(self) -> None:
        """Let go of what the file held; called at the end, whatever the end is, and perhaps twice."""
        if self._file is not None:
            self._file.close()
            self._file = None
        if self._path is not None:
            self._path.unlink(missing_ok=True)
            self._path = None
