"""
``Doorbell``: tells the open pages of suppliers which sessions they may enter now, and nothing else (C3).

A session counts from the moment that the authority opens it until it ends, but not during a reserved part that somebody is not admitted to.
What is told is looked up anew each time something may have changed, so that the last word is always right.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from apps.service import Notice, RecordsNotice, SessionNotice
from data import tenders
from data.ids import PersonId, RoomId

if TYPE_CHECKING:
    from apps.api.sockets import Sockets
    from apps.live.hub import Hub
    from data.database import Database

log = logging.getLogger(__name__)

TURNS = frozenset({"reserved_begun", "reserved_changed", "reserved_ended"})
"""Events of a session after which other people may enter."""


class Bell(Protocol):
    """An open page of a supplier."""

    told: set[str]
    """Tenders whose sessions it was told of."""

    @property
    def person(self) -> PersonId: ...

    @property
    def organisation(self) -> str: ...

    def send(self, message: Mapping[str, Any]) -> None:
        """Queue a message; never blocks."""


class Doorbell:
    """Made once. Listens to the Hub from then on."""

    def __init__(self, database: Database, hub: Hub, sockets: Sockets) -> None:
        self._database, self._hub, self._sockets = database, hub, sockets
        self._bells: set[Bell] = set()
        self._telling = asyncio.Lock()  # what was looked up earlier must not be told later
        self.end: Callable[[], None] = hub.listen(self._take)

    async def add(self, bell: Bell) -> None:
        """Tell a page what goes on now, and from then on what changes."""
        async with self._telling:
            self._bells.add(bell)
            live = await self._database.read(tenders.live_for, organisation_id=bell.organisation)
            bell.told = {tender for tender, room in live if self._hub.streams_to(RoomId(room), bell.person)}
            bell.send({"type": "sessions", "live": sorted(bell.told)})

    def remove(self, bell: Bell) -> None:
        self._bells.discard(bell)

    def _take(self, notice: Notice) -> None:
        """Called by the Hub on the loop; what follows needs the database, and must not hold the Hub up."""
        match notice:
            case RecordsNotice(kind="session" | "tender", room=room) if room is not None:
                self._ring(room)
            case SessionNotice(room=room, events=events) if any(event["type"] in TURNS for event in events):
                self._ring(room)

    def _ring(self, room: RoomId) -> None:
        if self._bells:
            self._sockets.spawn(self._tell(room), "doorbell")

    async def _tell(self, room: RoomId) -> None:
        async with self._telling:
            await self._look_and_tell(room)

    async def _look_and_tell(self, room: RoomId) -> None:
        try:
            tender = await self._database.read(tenders.of_room, room_id=room)
            admitted = await self._database.read(tenders.admitted_organisations, room_id=room)
        except Exception:
            log.exception("doorbell_failed", extra={"fields": {"room": room}})
            return
        if tender is None:
            return
        for bell in list(self._bells):
            live = bell.organisation in admitted and self._hub.streams_to(room, bell.person)
            if live == (tender.id in bell.told):
                continue
            (bell.told.add if live else bell.told.discard)(tender.id)
            bell.send({"type": "session", "tender": tender.id, "live": live})
