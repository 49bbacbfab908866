"""``…/film``: a film in single byte ranges (RFC 9110, section 14), read piece by piece as the browser takes it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable
from pathlib import Path

from tornado.iostream import StreamClosedError

from apps.documents.requests import PresentationHandler, no_active_content
from apps.documents.shelf import FILM_TYPES
from apps.handlers import Problem

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


class Film(PresentationHandler):
    async def get(self, slug: str, presentation: str) -> None:
        row = await self.parts.library.readable(await self.visit(slug), presentation)
        film = await asyncio.to_thread(self.parts.library.shelf.film, row.id) if row is not None else None
        if row is None or row.kind != "film" or row.state != "ready" or film is None:
            raise Problem(404, "not_found")
        size = film.stat().st_size
        no_active_content(self)
        self.set_header("Content-Type", FILM_TYPES[film.name])
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
            await self._send(film, first, last - first + 1)

    def head(self, *args: str) -> Awaitable[None]:
        return self.get(*args)

    async def _send(self, film: Path, first: int, left: int) -> None:
        with film.open("rb") as file:
            file.seek(first)
            while left > 0:
                piece = await asyncio.to_thread(file.read, min(PIECE_BYTES, left))
                if not piece:
                    return
                left -= len(piece)
                self.write(piece)
                try:
                    await self.flush()
                except StreamClosedError:  # the player has enough
                    return
