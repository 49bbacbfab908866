"""
``Encoder``: a program such as OBS that presents by WHIP (``apps.api.whip``). It holds a seat like a tab, but is told nothing.

Its picture goes to the stage when its media connect; what happens then is up to the rules of the stage. It comes back by itself to a
web process that was restarted, because its transport tells whose it is (``take_up``).
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from apps.live.commands import SetScreen
from apps.live.grants import HERE
from apps.live.incoming import Hello
from apps.live.person import Person
from apps.live.state import Actor, Denied
from data.ids import ConnectionId, ParticipantId, PersonId, RoomId, new_id
from media_core.engine import Accepted, MemberMedia, Offer
from media_core.ids import TransportId

if TYPE_CHECKING:
    from apps.live.hub import Hub
    from apps.live.session_runner import SessionRunner

log = logging.getLogger(__name__)


class Encoder:
    """One connection of an encoder, from its offer to its end. ``live`` is false for ever: nothing is sent to it."""

    live = False

    def __init__(self, runner: SessionRunner, person: Person) -> None:
        self.id = ConnectionId(new_id("cn"))
        self.room, self.person = runner.room, person
        self.hello = Hello(session=runner.state.session, since=0)  # what it had on stays on while it connects again
        self.runner: SessionRunner | None = runner
        self.participant: ParticipantId | None = None
        self.ended = False
        self.transports: set[TransportId] = set()

    # --- what a seat is told ------------------------------------------------------------------------------------------

    def send(self, message: Mapping[str, Any]) -> None:
        """There is nobody to read it."""

    def send_offer(self, offer: Offer) -> None:
        """It makes its offers itself."""

    def refuse(self, code: str, values: Mapping[str, Any] | None = None) -> None:
        log.info("encoder_refused", extra={"fields": {"connection": self.id, "code": code}})
        self.ended = True

    def farewell(
        self, reason: Literal["ended", "removed", "left"], *, by: str | None = None, asked: bool = False
    ) -> None:
        """Its transport goes with its seat, which is what it notices."""
        self.ended = True

    async def detach(self, reason: Literal["closed", "lost"]) -> None:
        self.ended = True
        if self.runner is not None:
            await self.runner.detach(self, reason)

    # --- its media ----------------------------------------------------------------------------------------------------

    def transport_connected(self, transport: TransportId) -> None:
        if self.runner is not None and not self.ended:
            self.runner.house.tasks.start(self._show(self.runner), "encoder-show")

    async def _show(self, runner: SessionRunner) -> None:
        denied = await runner.act(SetScreen(on=True), Actor("participant", self.participant or ""))
        if isinstance(denied, Denied):
            log.info("encoder_not_shown", extra={"fields": {"connection": self.id, "code": denied.code}})

    def transport_closed(self, transport: TransportId, reason: str) -> None:
        if transport in self.transports:
            self.transports.discard(transport)
            self._end("closed" if reason == "closed" else "lost")

    def media_lost(self) -> None:
        if self.transports:
            self.transports.clear()
            self._end("lost")

    def _end(self, reason: Literal["closed", "lost"]) -> None:
        if self.runner is not None and not self.ended:
            self.ended = True
            self.runner.house.tasks.start(self.detach(reason), "encoder-end")


# --- coming, being found, coming back -----------------------------------------------------------------------------------


async def present(hub: Hub, room: RoomId, person: Person, sdp: str) -> Accepted | Denied:
    """
    Seat an encoder and answer its offer.

    Raises ``BadDescription`` for an offer that cannot be used; the seat is empty again then.
    """
    runner = hub.running(room)
    if runner is None:
        return Denied("session_not_open")
    encoder = Encoder(runner, person)
    denied = await runner.enter(encoder)
    if denied is not None:
        return denied
    try:
        accepted = await runner.media.accept(encoder.participant or ParticipantId(""), sdp)
    except Exception:
        await encoder.detach("closed")
        raise
    if accepted is None:
        await encoder.detach("closed")
        return Denied("service_unavailable")
    encoder.transports.add(accepted.transport)
    return accepted


def find(hub: Hub, room: RoomId, person: PersonId, transport: TransportId) -> Encoder | None:
    """Return the connection of an encoder that has this very transport."""
    runner = hub.running(room)
    seated = [] if runner is None else runner.audience.of_person(person)
    return next((one for one in seated if isinstance(one, Encoder) and transport in one.transports), None)


async def take_up(runner: SessionRunner, kept: Sequence[MemberMedia]) -> None:
    """Seat the encoders again whose transports the engine has kept, while this process was away."""
    for media in kept:
        seat = runner.state.seats.get(ParticipantId(media.member))
        if seat is None or seat.role != "encoder" or seat.presence not in HERE or not media.transports:
            continue
        if runner.audience.get(seat.participant) is None:
            person = Person(id=seat.person, role="encoder", name=runner.roster.name_of(seat.participant))
            encoder = Encoder(runner, person)
            encoder.transports.update(media.transports)
            await runner.enter(encoder)
