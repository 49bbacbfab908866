"""
One check: a real transport to the media core in a room of its own, where nobody else is and nothing is recorded.

It is the same engine, offer and path that the join then gets, so that the verdict is about that.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable

from data.ids import new_id
from media_core import engine as media
from media_core.engine import MediaEngine, Offer, Source
from media_core.errors import MediaError
from media_core.ids import MediaRoomId, MemberId, TransportId

log = logging.getLogger(__name__)

SENDS = frozenset({Source.MICROPHONE, Source.CAMERA})


class Check:
    """
    ``begin`` gives the offer, ``answer`` takes the browser's; ``connected`` says whether ICE and DTLS came through.

    ``end`` closes the room; call it however the check ends.
    """

    def __init__(self, engine: MediaEngine, told: Callable[[], None]) -> None:
        self._engine, self._told = engine, told
        self.room, self.member = MediaRoomId(new_id("ck")), MemberId(new_id("ck"))
        self.transport: TransportId | None = None
        self.connected = False
        self.heard: set[Source] = set()
        self._unlisten: Callable[[], None] = lambda: None
        self._open = False

    async def begin(self) -> Offer | None:
        """Open the room; ``None`` if the media core does not answer."""
        self._unlisten = self._engine.listen(self._take)
        try:
            await self._engine.open_room(self.room)
            self._open = True
            await self._engine.set_gates(self.room, self.member, SENDS)
            offer = await self._engine.connect(self.room, self.member)
        except (MediaError, TimeoutError) as error:
            log.warning("check_without_media", extra={"fields": {"error": str(error)}})
            return None
        self.transport = offer.transport
        return offer

    async def answer(self, sdp: str) -> None:
        """Raises ``MediaError`` for an answer that cannot be used."""
        if self.transport is not None:
            await self._engine.answer(self.transport, sdp)

    async def end(self) -> None:
        """Close the room and all that is in it."""
        self._unlisten()
        if not self._open:
            return
        self._open = False
        with contextlib.suppress(MediaError, TimeoutError):  # a media core that died has closed it
            await self._engine.close_room(self.room)

    def _take(self, event: media.MediaEvent) -> None:
        match event:
            case media.TransportConnected(room=room) if room == self.room:
                self.connected = True
                self._told()
            case media.TrackFlowing(room=room, track=track, flowing=True) if room == self.room:
                self.heard.add(track.source)
                self._told()
