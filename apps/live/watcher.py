"""
``Watcher``: a page of the console that sees and hears a session without being in it.

It speaks the part of docs/protocol.md that shows: welcome, events, offer, slots, speakers. It takes no seat, stands in no log and no attendance, and
its gates are never open: whatever it would send is dropped by the media core. Its transport belongs to a member of the media room that no seat knows.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Literal

from pydantic import ValidationError

from apps.live import incoming as inc
from apps.live import ledger, wire
from apps.live.ice_servers import IceServers
from apps.live.person import Browser
from apps.sentences import sentence
from data.ids import new_id
from media_core.errors import BadDescription, MediaError
from media_core.ids import MemberId, TransportId

if TYPE_CHECKING:
    from apps.live.session_runner import SessionRunner

log = logging.getLogger(__name__)

NORMAL, POLICY = 1000, 1008  # close codes of RFC 6455, 7.4.1
MOST_WATCHERS = 20  # of one session; each costs as much as a participant who only looks


class Watcher:
    """Made by ``Hub.watch``; has the methods that a socket needs of an attachment."""

    def __init__(self, runner: SessionRunner, browser: Browser, *, language: str, ice_servers: IceServers) -> None:
        self.member = MemberId(new_id("mo"))
        self.ended = False
        self._runner, self._browser, self._language = runner, browser, language
        self._ice_servers = ice_servers
        self._transports: set[TransportId] = set()

    # --- to the browser -----------------------------------------------------------------------------------------------

    def send(self, message: Mapping[str, Any]) -> None:
        if self.ended:
            return
        try:
            self._browser.send(message)
        except Exception:
            log.exception("browser_send_failed", extra={"fields": {"watcher": self.member}})

    async def welcome(self) -> None:
        """Send what there is, and the offer."""
        offer = await self._runner.media.watch(self.member)
        if offer is not None:
            self._transports.add(offer.transport)
        self.send(
            {
                "type": "welcome",
                "you": self.member,
                "snapshot": self._runner.snapshot(),
                "offer": {"transport": offer.transport, "sdp": offer.sdp} if offer else None,
                "ice_servers": self._ice_servers.of(self.member),
                "now": wire.moment(self._runner.house.clock()),
            }
        )

    def farewell(self, by: str | None) -> None:
        """The session is over."""
        message = sentence(self._language, "session_ended_by" if by else "session_ended", {"name": by})
        self.send({"type": "closed", "reason": "ended", "by": by, "go": None, "message": message})
        self.end(NORMAL, "ended")

    def end(self, code: int, reason: str) -> None:
        if self.ended:
            return
        self.ended = True
        try:
            self._browser.close(code, reason)
        except Exception:
            log.exception("browser_close_failed", extra={"fields": {"watcher": self.member}})

    # --- from the browser ---------------------------------------------------------------------------------------------

    async def receive(self, values: Mapping[str, Any]) -> None:
        """Take one message; commands are all refused."""
        if self.ended:
            return
        try:
            message = inc.incoming_from(values)
            await self._take(message)
        except ValidationError:
            self._error("bad_message")
        except BadDescription:
            self._error("bad_description")
        except MediaError:
            self._error("service_unavailable")

    async def _take(self, message: inc.Incoming) -> None:
        if isinstance(message, inc.Ping):
            self.send({"type": "pong", "at": message.at, "now": wire.moment(self._runner.house.clock())})
        elif isinstance(message, inc.CommandMessage):
            text = sentence(self._language, "forbidden")
            self.send({"type": "denied", "id": message.id, "code": "forbidden", "message": text})
        elif isinstance(message, inc.Since):
            await self._since(message.number)
        elif isinstance(message, inc.NewTransport):
            await self._new_transport()
        elif not isinstance(message, inc.Point):
            await self._media(message)

    async def _since(self, number: int) -> None:
        lines = await self._runner.house.database.read(ledger.lines_since, self._runner.state.session, number)
        events = [wire.event_message(line, self._runner.roster, self._runner.chat) for line in lines]
        self.send({"type": "events", "events": events})

    async def _new_transport(self) -> None:
        offer = await self._runner.media.watch(self.member)
        if offer is None:
            return self._error("service_unavailable")
        self._transports.add(offer.transport)
        servers = self._ice_servers.of(self.member)
        return self.send({"type": "offer", "transport": offer.transport, "sdp": offer.sdp, "ice_servers": servers})

    async def _media(self, message: inc.Answer | inc.ViewMessage | inc.Stats) -> None:
        transport, engine = TransportId(message.transport), self._runner.house.engine
        if transport not in self._transports:
            self._error("bad_state")
        elif isinstance(message, inc.Answer):
            await engine.answer(transport, message.sdp)
        elif isinstance(message, inc.Stats):
            if message.downlink_bps:
                await engine.set_downlink(transport, message.downlink_bps)
        else:
            await engine.set_view(transport, message.view())

    def _error(self, code: str) -> None:
        self.send({"type": "error", "code": code, "message": sentence(self._language, code)})

    def transport_closed(self, transport: TransportId) -> None:
        self._transports.discard(transport)

    async def detach(self, reason: Literal["closed", "lost"]) -> None:
        """The page is gone; so is its transport."""
        self.ended = True
        self._runner.watchers.drop(self)
        await self._runner.media.unwatch(self.member)


class Watchers:
    """Those of one session."""

    def __init__(self) -> None:
        self._held: dict[str, Watcher] = {}

    def __len__(self) -> int:
        return len(self._held)

    def __iter__(self) -> Iterator[Watcher]:
        return iter(list(self._held.values()))

    def add(self, watcher: Watcher) -> None:
        self._held[watcher.member] = watcher

    def get(self, member: str) -> Watcher | None:
        return self._held.get(member)

    def drop(self, watcher: Watcher) -> None:
        self._held.pop(watcher.member, None)

    def tell(self, message: Mapping[str, Any]) -> None:
        for watcher in self:
            watcher.send(message)

    def farewell(self, by: str | None) -> None:
        for watcher in self:
            self.drop(watcher)
            watcher.farewell(by)
