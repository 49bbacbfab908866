"""``/r/<slug>``: before joining, the conference and its end, in one document; scripts do the rest over the WebSocket."""

from __future__ import annotations

from typing import Any

from apps.assets import ROOM_FIRST, ROOM_REST
from apps.documents.library import MIB
from apps.handlers import PageHandler
from apps.i18n import LANGUAGES
from apps.portal.room_texts import consent_choices, inviter_name, moment_text, takes_choices
from apps.portal.script_texts import script_texts
from apps.visitors import Admission
from data import tenders
from data.ids import RoomId
from data.models import Room


class RoomPage(PageHandler):
    """``#listen`` behind the address enters at once and only listens, without the page before joining."""

    media = True

    async def get(self, slug: str) -> None:
        admission = await self.admission(slug)
        room = admission.room
        if admission.person.role == "supplier" and self.parts.hub.running(RoomId(room.id)) is None:
            return self.redirect(await self._back(room))  # before the authority begins, and after it has ended
        values = {
            "slug": room.slug,
            "socket": f"/ws/room/{room.slug}",
            "language": self.language,
            "languages": dict(LANGUAGES),
            "texts": script_texts(self.language),
            "tender": await self._tender(admission),
        }
        return self.page(
            "room.html",
            room=room,
            person=admission.person,
            inviter=await inviter_name(self.parts.database, room),
            starts_at_text=moment_text(room.starts_at, room.zone, self.language),
            first=ROOM_FIRST,
            rest=ROOM_REST,
            values=values,
            recording_days=self.parts.settings.recording_days,
            consent_choices=consent_choices(self.language),
            takes_choices=takes_choices(self.language),
        )

    async def _back(self, room: Room) -> str:
        """Return where a supplier comes from and goes back to."""
        tender = await self.parts.database.read(tenders.of_room, room_id=room.id)
        return f"/tenders/{tender.id}" if tender else "/"

    async def _tender(self, admission: Admission) -> dict[str, Any] | None:
        """Return what the page of a tender's session carries besides."""
        room = admission.room
        if room.kind != "tender":
            return None
        return {
            "role": admission.person.role,
            "back": await self._back(room),
            "document_max_bytes": self.parts.settings.document_max_mib * MIB,
        }
