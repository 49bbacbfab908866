"""
``Library``: the presentations of rooms and accounts: who may see and change them, limits, uploads that are under way.

Every question of right is asked anew at each request, of the sign-in and of the live session: a role that was taken away is gone at once.
"""

from __future__ import annotations

import asyncio
import shutil
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from apps.documents.shelf import Shelf
from apps.documents.workshop import Workshop
from apps.live.presenting import Standing, item
from apps.live.state import Denied
from apps.settings import Settings
from data import documents
from data.database import Database
from data.errors import NotFound
from data.ids import PresentationId, RoomId, new_id
from data.models import Presentation

if TYPE_CHECKING:
    from sqlmodel import Session

    from apps.live.hub import Hub
    from apps.visitors import Admission

QUEUE_MAX = 10  # files that wait to be prepared
SPARE_BYTES = 512 * 1024**2  # left free on the disk for everything else
MIB = 1024**2


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody at a room's presentations, as this request found them."""

    room: RoomId
    owner: str
    """The account whose library new files of this room go to."""
    person: str
    account: str
    """Of those who signed in; empty for others."""
    administers: bool
    standing: Standing


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was received whole and lies in ``documents/incoming``."""

    presentation: PresentationId
    family: str
    kind: str
    title: str
    sha256: str
    size_bytes: int


class Library:
    """Made once by ``open_library``; ``workshop`` prepares what is added here."""

    def __init__(
        self, database: Database, settings: Settings, hub: Hub, shelf: Shelf, clock: Callable[[], datetime]
    ) -> None:
        self.database, self.settings, self.shelf = database, settings, shelf
        self._hub, self._clock = hub, clock
        self._under_way: defaultdict[str, int] = defaultdict(int)  # bytes that uploads of an owner may still bring
        self.workshop = Workshop(database, shelf, self.tell)

    # --- who ----------------------------------------------------------------------------------------------------------

    def visit(self, admission: Admission) -> Visit:
        """Return what somebody may do with a room's presentations at this moment."""
        account = admission.visitor.account
        room = RoomId(admission.room.id)
        return Visit(
            room=room,
            owner=admission.room.owner_id,
            person=admission.person.id,
            account=account.id if account else "",
            administers=account is not None and account.role == "administrator",
            standing=self._hub.standing(room, admission.person),
        )

    async def readable(self, visit: Visit, presentation: str) -> Presentation | None:
        """Return a presentation whose pages somebody may read; ``None``, whatever the reason, where they may not."""
        if not (visit.standing.presents or visit.standing.sees == presentation):
            return None
        return await self.database.read(documents.in_room, room_id=visit.room, presentation_id=presentation)

    async def read_page(self, row: Presentation, number: int, size: str) -> bytes | None:
        """Return a page's picture; ``None`` if it is gone."""
        try:
            return await asyncio.to_thread(self.shelf.page(row.id, number, size).read_bytes)
        except FileNotFoundError:
            return None

    # --- lists --------------------------------------------------------------------------------------------------------

    async def listing(self, visit: Visit, language: str) -> dict[str, Any]:
        at_hand, others = await self.database.read(_lists, visit)
        return {
            "presentations": [item(row, language) for row in at_hand],
            "library": [item(row, language) for row in others],
        }

    async def order(self, visit: Visit, presentations: Sequence[str]) -> None:
        await self.database.run(documents.order_room, room_id=visit.room, presentation_ids=presentations)

    async def reuse(self, visit: Visit, presentation: str) -> Presentation | Denied:
        """Put a presentation of the account's own library into the room."""
        row = await self.database.run(_reuse, visit, presentation, self.settings.presentations_per_room, self._clock())
        if isinstance(row, Presentation):
            await self.tell(row)
        return row

    async def remove(self, visit: Visit, presentation: str) -> Denied | None:
        """Take a presentation out of the room; it stays in the library."""
        if self._hub.shows(presentation):
            return Denied("presentation_on_stage")
        await self.database.run(documents.take_from_room, room_id=visit.room, presentation_id=presentation)
        return None

    async def delete(self, visit: Visit, presentation: str) -> Denied | None:
        """Delete a presentation with its files."""
        if self._hub.shows(presentation):
            return Denied("presentation_on_stage")
        denied = await self.database.run(_delete, visit, presentation, self._clock())
        if denied is None and self.workshop.busy_with != presentation:  # the workshop clears up after itself
            await asyncio.to_thread(self.shelf.forget, presentation)
        return denied

    # --- adding -------------------------------------------------------------------------------------------------------

    async def refusal(self, visit: Visit, size_bytes: int) -> Denied | None:
        """Return why a file of this size can't be taken now."""
        limit = self.settings.film_max_mib * MIB
        if size_bytes > limit:
            return Denied("file_too_large", {"limit": self.settings.film_max_mib})
        if shutil.disk_usage(self.shelf.folder).free < size_bytes + SPARE_BYTES:
            return Denied("upload_disk_full")
        refusal = await self.database.read(_refusal, visit, self.settings.presentations_per_room)
        if refusal is not None:
            return refusal
        stored = await self.database.read(documents.stored_bytes_of, owner_id=visit.owner)
        if stored + self._under_way[visit.owner] + size_bytes > self.settings.library_max_mib * MIB:
            return Denied("library_full", {"limit": self.settings.library_max_mib})
        return None

    def expect(self, visit: Visit, size_bytes: int) -> Callable[[], None]:
        """Count an upload that begins; the returned function ends that."""
        self._under_way[visit.owner] += size_bytes

        def end() -> None:
            self._under_way[visit.owner] -= size_bytes

        return end

    async def add(self, visit: Visit, upload: Upload) -> Presentation:
        """Take over a file that was received, and have it prepared."""
        await asyncio.to_thread(self._settle, upload)
        row = await self.database.run(
            documents.create,
            room_id=visit.room,
            owner_id=visit.owner,
            uploaded_by=visit.person,
            kind=upload.kind,
            title=upload.title,
            now=self._clock(),
            presentation_id=upload.presentation,
            content=upload.family,
            sha256=upload.sha256,
            size_bytes=upload.size_bytes,
            stored_bytes=upload.size_bytes,
        )
        self.workshop.wake()
        await self.tell(row)
        return row

    def _settle(self, upload: Upload) -> None:
        self.shelf.of(upload.presentation).mkdir(mode=0o700)
        (self.shelf.incoming / upload.presentation).rename(self.shelf.original(upload.presentation))

    async def add_video(self, visit: Visit, video: str, title: str) -> Presentation | Denied:
        """Add a YouTube film by its id; nothing is fetched."""
        refusal = await self.database.read(_refusal, visit, self.settings.presentations_per_room)
        if refusal is not None:
            return refusal
        row = await self.database.run(
            documents.create,
            room_id=visit.room,
            owner_id=visit.owner,
            uploaded_by=visit.person,
            kind="youtube",
            title=title,
            now=self._clock(),
            state="ready",
            video=video,
        )
        await self.tell(row)
        return row

    async def tell(self, row: Presentation) -> None:
        """Tell the open sessions of the rooms where a presentation is at hand."""
        rooms = await self.database.read(documents.rooms_of, presentation_id=row.id)
        self._hub.tell_presentation(rooms, row)


def new_presentation() -> PresentationId:
    return PresentationId(new_id("pn"))


@asynccontextmanager
async def open_library(
    database: Database, settings: Settings, hub: Hub, clock: Callable[[], datetime]
) -> AsyncIterator[Library]:
    """Give the library, its workshop at work, inside the block."""
    library = Library(database, settings, hub, Shelf(settings.home.absolute() / "documents"), clock)
    async with library.workshop:
        yield library


def _lists(session: Session, visit: Visit) -> tuple[list[Presentation], list[Presentation]]:
    at_hand = documents.of_room(session, room_id=visit.room)
    known = {row.id for row in at_hand}
    own = documents.library(session, owner_id=visit.account) if visit.account else []
    return at_hand, [row for row in own if row.id not in known]


def _refusal(session: Session, visit: Visit, per_room: int) -> Denied | None:
    if documents.count_in_room(session, room_id=visit.room) >= per_room:
        return Denied("presentations_limit", {"limit": per_room})
    if len(documents.waiting(session)) >= QUEUE_MAX:
        return Denied("converter_busy")
    return None


def _reuse(session: Session, visit: Visit, presentation: str, per_room: int, now: datetime) -> Presentation | Denied:
    row = _own(session, visit, presentation)
    if row is None:
        return Denied("presentation_unknown")
    if documents.count_in_room(session, room_id=visit.room) >= per_room:
        return Denied("presentations_limit", {"limit": per_room})
    documents.put_into_room(session, room_id=visit.room, presentation_id=PresentationId(row.id), now=now)
    return row


def _own(session: Session, visit: Visit, presentation: str) -> Presentation | None:
    try:
        row = documents.get(session, presentation_id=presentation)
    except NotFound:
        return None
    return row if visit.account and row.owner_id == visit.account else None


def _delete(session: Session, visit: Visit, presentation: str, now: datetime) -> Denied | None:
    here = documents.in_room(session, room_id=visit.room, presentation_id=presentation)
    row = here or _own(session, visit, presentation)
    if row is None:
        return Denied("presentation_unknown")
    if not (visit.administers or visit.person == row.uploaded_by or visit.account == row.owner_id):
        return Denied("forbidden")
    documents.delete(session, presentation_id=row.id, now=now)
    return None
