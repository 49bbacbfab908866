"""``/r/<slug>/check``: try camera, microphone and the way to this server before a session; devices are asked for only on a press."""

from __future__ import annotations

from apps.handlers import PageHandler
from apps.portal.script_texts import script_texts
from data import readiness, tenders
from data.ids import PersonId


class CheckPage(PageHandler):
    """For whoever may enter the room."""

    media = True

    async def get(self, slug: str) -> None:
        admission = await self.admission(slug)
        room, person = admission.room, admission.person
        tender = await self.parts.database.read(tenders.of_room, room_id=room.id)
        check = await self.parts.database.read(readiness.of_person, room_id=room.id, person_id=PersonId(person.id))
        back = f"/tenders/{tender.id}" if tender is not None and person.role == "supplier" else f"/r/{room.slug}"
        values = {"socket": f"/ws/check/{room.slug}", "language": self.language, "texts": script_texts(self.language)}
        self.page("check.html", room=room, person=person, check=check, back=back, values=values)
