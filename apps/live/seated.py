"""``Seated``: whatever holds a participant's seat. A person's tab (``Attachment``), or an encoder (``Encoder``)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, Protocol

from apps.live.incoming import Hello
from apps.live.person import Person
from apps.live.wire import RoomFacts
from data.ids import ConnectionId, ParticipantId
from media_core.engine import Offer
from media_core.ids import TransportId

if TYPE_CHECKING:
    from apps.live.session_runner import SessionRunner


class Seated(Protocol):
    """``live`` ones are told what happens. ``transports`` are those that the engine is known to have."""

    id: ConnectionId
    room: RoomFacts
    person: Person
    hello: Hello
    runner: SessionRunner | None
    participant: ParticipantId | None
    live: bool
    ended: bool
    transports: set[TransportId]

    def send(self, message: Mapping[str, Any]) -> None: ...

    def send_offer(self, offer: Offer) -> None: ...

    def refuse(self, code: str, values: Mapping[str, Any] | None = None) -> None:
        """Say why it can't be here, and end it."""

    def farewell(
        self, reason: Literal["ended", "removed", "left"], *, by: str | None = None, asked: bool = False
    ) -> None:
        """Say that it is over, and end."""

    async def detach(self, reason: Literal["closed", "lost"]) -> None:
        """It is gone; its seat waits if it was ``lost``."""

    def transport_connected(self, transport: TransportId) -> None:
        """Media flows by this transport from now on."""

    def transport_closed(self, transport: TransportId, reason: str) -> None:
        """A transport is gone; ``reason`` as in ``media_core.engine.TransportClosed``."""

    def media_lost(self) -> None:
        """The engine is gone with all transports."""
