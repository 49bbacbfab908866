"""``/r/<slug>/library``: where a moderator prepares what will be presented; its script talks to ``/r/<slug>/presentations``."""

from __future__ import annotations

from apps.handlers import PageHandler, Problem
from apps.portal.room_texts import moment_text
from apps.portal.script_texts import script_texts


class PreparingPage(PageHandler):
    """For those who may present in the room at this moment; before it opens these are its moderators. Others get the one 404."""

    async def get(self, slug: str) -> None:
        admission = await self.admission(slug)
        if not self.parts.library.visit(admission).standing.presents:
            raise Problem(404, "not_found")
        room = admission.room
        self.page(
            "preparing.html",
            room=room,
            starts_at_text=moment_text(room.starts_at, room.zone, self.language),
            values={"slug": room.slug, "language": self.language, "texts": script_texts(self.language)},
        )
