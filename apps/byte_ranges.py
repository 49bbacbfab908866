"""Files in single byte ranges (RFC 9110, section 14), read piece by piece as the browser takes them."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable
from pathlib import Path

from tornado.iostream import StreamClosedError

from apps.handlers import Handler

PIECE_BYTES = 256 * 1024
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})\Z")


class Unsatisfiable(Exception):
    """The range lies outside the file, or several were asked for."""


def range_of(header: str | None, size: int) -> tuple[int, int] | None:
    """
    Return first and last byte that a ``Range`` header asks for; ``None`` for the whole file. Raises ``Unsatisfiable``.

    Several ranges are refused: no player needs them, and they multiply what one request costs (AB-50).
    """
    if not header or not header.startswith("bytes="):
        return None
    found = _RANGE.match(header.replace(" ", ""))
    if found is None or found[1] == found[2] == "":
        raise Unsatisfiable
    if found[1] == "":
        first, last = max(0, size - int(found[2])), size - 1
    else:
        first, last = int(found[1]), min(int(found[2]) if found[2] else size - 1, size - 1)
    if first > last or first >= size:
        raise Unsatisfiable
    return first, last


class RangedFile(Handler):
    """A handler whose ``get`` decides who may have which file, sets its headers, and then awaits ``send_ranged``."""

    def head(self, *args: str) -> Awaitable[None] | None:
        return self.get(*args)

    def compute_etag(self) -> None:
        return None  # the file is not in the buffer; who knows a hash sets it as a header

    async def send_ranged(self, file: Path) -> None:
        """
        Answer with what the request's ``Range`` asks for, or with 416.

        Raises:
            OSError: If the file is not there; nothing was answered then.
        """
        size = (await asyncio.to_thread(file.stat)).st_size
        self.set_header("Accept-Ranges", "bytes")
        try:
            wanted = range_of(self.request.headers.get("Range"), size)
        except Unsatisfiable:
            self.set_status(416)
            self.set_header("Content-Range", f"bytes */{size}")
            self.finish()
            return
        first, last = wanted or (0, size - 1)
        if wanted is not None:
            self.set_status(206)
            self.set_header("Content-Range", f"bytes {first}-{last}/{size}")
        self.set_header("Content-Length", str(last - first + 1))
        if self.request.method != "HEAD":
            await self._send(file, first, last - first + 1)

    async def _send(self, file: Path, first: int, left: int) -> None:
        with file.open("rb") as source:
            source.seek(first)
            while left > 0:
                piece = await asyncio.to_thread(source.read, min(PIECE_BYTES, left))
                if not piece:
                    return
                left -= len(piece)
                self.write(piece)
                try:
                    await self.flush()
                except StreamClosedError:  # the player has enough
                    return
