"""``…/film``: a film, as far as the browser wants it."""

from __future__ import annotations

import asyncio

from apps.byte_ranges import RangedFile
from apps.documents.requests import PresentationHandler, no_active_content
from apps.documents.shelf import FILM_TYPES
from apps.handlers import Problem


class Film(RangedFile, PresentationHandler):
    async def get(self, slug: str, presentation: str) -> None:
        row = await self.parts.library.readable(await self.visit(slug), presentation)
        film = await asyncio.to_thread(self.parts.library.shelf.film, row.id) if row is not None else None
        if row is None or row.kind != "film" or row.state != "ready" or film is None:
            raise Problem(404, "not_found")
        no_active_content(self)
        self.set_header("Content-Type", FILM_TYPES[film.name])
        await self.send_ranged(film)
