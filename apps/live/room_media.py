"""
The media of one session: has the engine follow the state, and makes transports for those who are in the room.

What should be (open gates, who may have transports) is told by ``follow``; one task brings the engine there, and again after a worker
came back. The engine may be down at any time: nothing here fails because of it, it is only later.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping

from apps.live.grants import HERE, gates, may_send
from apps.live.grants_tender import is_apart
from apps.live.owned import OwnedTasks
from apps.live.state import SessionState
from data.ids import ParticipantId
from media_core.engine import Accepted, MediaEngine, MemberMedia, Offer, Source
from media_core.errors import BadDescription, EngineUnavailable, MediaError, UnknownMediaRoom
from media_core.ids import MediaRoomId, MemberId, TransportId

log = logging.getLogger(__name__)

CALL_LIMIT_S = 5.0  # an engine that does not answer this long is as good as down; ``EngineReady`` will tell
SETTLE_LIMIT_S = 0.4  # a moderator's mute must be true within 500 ms; a command waits no longer for the engine
RETRY_S = 0.2
NOTHING: frozenset[Source] = frozenset()


class RoomMedia:
    """The engine's room of one session. All methods are for the session's owner."""

    def __init__(self, engine: MediaEngine, room: MediaRoomId) -> None:
        self._engine, self.room = engine, room
        self.up = False
        self._wanted: Mapping[ParticipantId, frozenset[Source]] = {}
        self._here: frozenset[ParticipantId] = frozenset()
        self._senders: frozenset[ParticipantId] = frozenset()  # whose transports have lines to send on
        self._sending: set[TransportId] = set()  # the transports that have them
        self._set: dict[ParticipantId, frozenset[Source]] = {}  # what the engine is known to have
        self._connected: set[ParticipantId] = set()  # who may have transports in the engine
        self._tasks = OwnedTasks()
        self._following: asyncio.Task[None] | None = None
        self._locks: defaultdict[ParticipantId, asyncio.Lock] = defaultdict(asyncio.Lock)

    # --- following the state ------------------------------------------------------------------------------------------

    def follow(self, state: SessionState) -> None:
        """Take the state as what the engine shall do from now on; does not wait."""
        self._wanted = gates(state)
        here = [seat for seat in state.seats.values() if seat.presence in HERE and not is_apart(state, seat)]
        self._here = frozenset(seat.participant for seat in here)
        self._senders = frozenset(seat.participant for seat in here if may_send(state, seat))
        if self.up and self._is_behind() and (self._following is None or self._following.done()):
            self._following = self._tasks.start(self._catch_up(), f"media-follow-{self.room}")

    async def settled(self) -> None:
        """Wait until the engine does what was told, but not longer than a command may take."""
        if self._following is not None and not self._following.done():
            await asyncio.wait([self._following], timeout=SETTLE_LIMIT_S)

    def _is_behind(self) -> bool:
        return bool(self._differences() or self._departed())

    def _differences(self) -> dict[ParticipantId, frozenset[Source]]:
        """Return the gates to be set, of those who are here."""
        wanted = {member: self._wanted.get(member, NOTHING) for member in self._here}
        return {member: opened for member, opened in wanted.items() if opened != self._set.get(member, NOTHING)}

    def _departed(self) -> set[ParticipantId]:
        """Return whom the engine shall forget, with their gates."""
        return (self._connected | self._set.keys()) - self._here

    async def _catch_up(self) -> None:
        """Bring the engine to what is wanted; a gate that failed to close is tried until it is closed."""
        while self.up and self._is_behind():
            calls = [self._set_gates(member, opened) for member, opened in self._differences().items()]
            calls += [self._disconnect(member) for member in self._departed()]
            for outcome in await asyncio.gather(*calls, return_exceptions=True):
                if isinstance(outcome, BaseException):
                    await self._failed(outcome)

    async def _failed(self, error: BaseException) -> None:
        if isinstance(error, EngineUnavailable | UnknownMediaRoom):
            self.up = False  # until the engine is ready again
            log.warning("media_behind", extra={"fields": {"room": self.room, "reason": error.code}})
        elif isinstance(error, Exception):
            log.error("media_follow_failed", exc_info=error, extra={"fields": {"room": self.room}})
            await asyncio.sleep(RETRY_S)
        else:
            raise error

    async def _set_gates(self, member: ParticipantId, opened: frozenset[Source]) -> None:
        async with asyncio.timeout(CALL_LIMIT_S):
            await self._engine.set_gates(self.room, MemberId(member), opened)
        self._set[member] = opened

    async def _disconnect(self, member: ParticipantId) -> None:
        """Forget somebody who is no longer here, unless they came back meanwhile."""
        async with self._locks[member]:
            if member in self._here:
                return
            async with asyncio.timeout(CALL_LIMIT_S):
                await self._engine.disconnect(self.room, MemberId(member))
            self._connected.discard(member)
            self._set.pop(member, None)

    # --- transports ---------------------------------------------------------------------------------------------------

    async def connect(self, member: ParticipantId) -> Offer | None:
        """Make a transport for somebody; ``None`` while no engine answers, or if they are not here any more."""
        if not self.up:
            return None
        async with self._locks[member]:
            if member not in self._here:
                return None
            self._connected.add(member)
            try:
                async with asyncio.timeout(CALL_LIMIT_S):
                    sends = member in self._senders
                    offer = await self._engine.connect(self.room, MemberId(member), sends=sends)
                    self._sending |= {offer.transport} if sends else set()
                    return offer
            except (MediaError, TimeoutError) as error:
                reason = getattr(error, "code", "timeout")
                log.warning("media_connect_failed", extra={"fields": {"room": self.room, "reason": reason}})
                return None

    async def accept(self, member: ParticipantId, sdp: str) -> Accepted | None:
        """
        Answer the offer of an encoder that has a seat; ``None`` while no engine answers, or if it is not here any more.

        Raises ``BadDescription``.
        """
        if not self.up:
            return None
        async with self._locks[member]:
            if member not in self._here:
                return None
            self._connected.add(member)
            try:
                async with asyncio.timeout(CALL_LIMIT_S):
                    return await self._engine.accept(self.room, MemberId(member), sdp)
            except BadDescription:
                raise
            except (MediaError, TimeoutError) as error:
                log.warning("media_accept_failed", extra={"fields": {"room": self.room, "error": type(error).__name__}})
                return None

    def lets_send(self, transports: Iterable[TransportId]) -> bool:
        """Tell whether any of somebody's transports has lines to send on."""
        return not self._sending.isdisjoint(transports)

    async def watch(self, member: MemberId) -> Offer | None:
        """Make a transport for a watcher, who is no participant; ``None`` while no engine answers."""
        if not self.up:
            return None
        try:
            async with asyncio.timeout(CALL_LIMIT_S):
                return await self._engine.connect(self.room, member)
        except (MediaError, TimeoutError) as error:
            log.warning("watcher_connect_failed", extra={"fields": {"room": self.room, "error": type(error).__name__}})
            return None

    async def unwatch(self, member: MemberId) -> None:
        """Close a watcher's transports."""
        try:
            async with asyncio.timeout(CALL_LIMIT_S):
                await self._engine.disconnect(self.room, member)
        except (MediaError, TimeoutError) as error:
            log.debug("watcher_disconnect_failed", extra={"fields": {"error": type(error).__name__}})

    async def kept(self, member: ParticipantId, transport: TransportId) -> bool:
        """Tell whether the engine still has this very transport of somebody."""
        return transport in (await self._transports()).get(member, ())

    async def _transports(self) -> Mapping[str, tuple[TransportId, ...]]:
        try:
            async with asyncio.timeout(CALL_LIMIT_S):
                members = (await self._engine.rooms()).get(self.room, ())
        except (MediaError, TimeoutError):
            return {}
        return {member.member: member.transports for member in members}

    # --- the engine comes and goes ------------------------------------------------------------------------------------

    def lost(self) -> None:
        """The engine is gone, and all it had of this room."""
        self.up = False
        self._set.clear()
        self._connected.clear()

    async def ready(self, kept: Iterable[MemberMedia]) -> None:
        """The engine answers (again): open the room, take what it kept as known, and bring it to the state."""
        async with asyncio.timeout(CALL_LIMIT_S):
            await self._engine.open_room(self.room)
        members = {ParticipantId(member.member): member for member in kept}
        self._set = {member: media.gates for member, media in members.items()}
        self._connected = set(members)
        self.up = True
        if self._following is None or self._following.done():
            self._following = self._tasks.start(self._catch_up(), f"media-follow-{self.room}")
        await self.settled()

    async def close(self) -> None:
        """Close the engine's room: the session is over."""
        await self.release()
        try:
            async with asyncio.timeout(CALL_LIMIT_S):
                await self._engine.close_room(self.room)
        except (MediaError, TimeoutError) as error:
            log.warning("media_close_failed", extra={"fields": {"room": self.room, "error": type(error).__name__}})

    async def release(self) -> None:
        """Let go of the engine without closing its room: this process ends, the media go on."""
        self.up = False
        await self._tasks.close()
