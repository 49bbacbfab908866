"""``/r/<slug>/presentations…``: the presentations of a room over HTTP (docs/protocol.md). Whatever is not for somebody's eyes is the same 404."""

from __future__ import annotations

from collections.abc import Awaitable

from apps.documents import contents
from apps.documents.jail import office_program
from apps.documents.library import MIB, Visit
from apps.documents.shelf import title_of
from apps.documents.youtube import video_of
from apps.handlers import ApiHandler, Problem
from apps.live.presenting import item
from apps.live.state import Denied
from data.models import Presentation

STATUS = {"forbidden": 403, "presentation_unknown": 404, "file_too_large": 413, "converter_busy": 503}


class PresentationHandler(ApiHandler):
    """Base: finds out who asks, for what room, and what they may do there now."""

    async def visit(self, slug: str) -> Visit:
        admission = await self.admission(slug)
        return self.parts.library.visit(admission)

    async def presenter(self, slug: str) -> Visit:
        """Return the visit of somebody who may present; anybody else gets the 404 of what does not exist."""
        visit = await self.visit(slug)
        if not visit.standing.presents:
            raise Problem(404, "not_found")
        return visit

    def answer(self, found: Presentation | Denied | None, *, status: int = 200) -> None:
        if isinstance(found, Denied):
            raise Problem(STATUS.get(found.code, 409), found.code, **found.values)
        self.json({} if found is None else item(found, self.language), status=status)


class Presentations(PresentationHandler):
    """The list; ``Receive`` takes uploads at the same address."""

    async def get(self, slug: str) -> None:
        visit = await self.presenter(slug)
        settings = self.parts.settings
        self.json(
            {
                **await self.parts.library.listing(visit, self.language),
                "accepts": contents.ACCEPTS,
                "office": office_program() is not None,
                "document_max_bytes": settings.document_max_mib * MIB,
                "film_max_bytes": settings.film_max_mib * MIB,
            }
        )


class OnePresentation(PresentationHandler):
    async def get(self, slug: str, presentation: str) -> None:
        row = await self.parts.library.readable(await self.visit(slug), presentation)
        self.answer(row or Denied("presentation_unknown"))


class YouTube(PresentationHandler):
    async def post(self, slug: str) -> None:
        visit = await self.presenter(slug)
        values = self.values()
        video = video_of(str(values.get("link", "")))
        if video is None:
            raise Problem(400, "youtube_link")
        title = str(values.get("title", "")).strip()
        added = await self.parts.library.add_video(visit, video, title_of(title) if title else f"YouTube {video}")
        self.answer(added, status=201)


class Order(PresentationHandler):
    async def post(self, slug: str) -> None:
        visit = await self.presenter(slug)
        wanted = self.values().get("presentations")
        if not isinstance(wanted, list) or not all(isinstance(each, str) for each in wanted):
            raise Problem(400, "bad_request")
        await self.parts.library.order(visit, wanted)
        self.answer(None)


class Reuse(PresentationHandler):
    async def post(self, slug: str, presentation: str) -> None:
        visit = await self.presenter(slug)
        self.answer(await self.parts.library.reuse(visit, presentation))


class Remove(PresentationHandler):
    async def post(self, slug: str, presentation: str) -> None:
        visit = await self.presenter(slug)
        self.answer(await self.parts.library.remove(visit, presentation))


class Delete(PresentationHandler):
    async def post(self, slug: str, presentation: str) -> None:
        visit = await self.presenter(slug)
        self.answer(await self.parts.library.delete(visit, presentation))


def no_active_content(handler: ApiHandler) -> None:
    """Whatever it is, a browser that opens it by itself runs nothing of it (AB-45)."""
    handler.set_header("Content-Security-Policy", "default-src 'none'; img-src 'self'; media-src 'self'; sandbox")
    handler.set_header("Cache-Control", "private, no-cache")  # kept, but asked about each time: rights change


class Page(PresentationHandler):
    """One page as a picture."""

    async def get(self, slug: str, presentation: str, number: str, size: str) -> None:
        row = await self.parts.library.readable(await self.visit(slug), presentation)
        if row is None:
            raise Problem(404, "not_found")
        if int(number) > row.pages_ready:
            raise Problem(404, "page_not_ready")
        page = await self.parts.library.read_page(row, int(number), size)
        if page is None:
            raise Problem(404, "not_found")
        no_active_content(self)
        self.set_header("Content-Type", "image/webp")
        self.finish(page)

    def head(self, *args: str) -> Awaitable[None]:
        return self.get(*args)
