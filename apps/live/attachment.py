"""``Attachment``: one tab in a room, or waiting for it to open. Speaks docs/protocol.md with the browser."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

from pydantic import ValidationError

from apps.live import incoming as inc
from apps.live.commands import MESSAGE_MAX_CHARACTERS, Leave, WireCommand, wire_command_from
from apps.live.person import Browser, Person
from apps.live.state import Denied
from apps.live.wire import RoomFacts, moment
from apps.sentences import sentence
from data.ids import ConnectionId, ParticipantId, new_id
from media_core.engine import Offer
from media_core.errors import BadDescription, MediaError
from media_core.ids import TransportId

if TYPE_CHECKING:
    from apps.live.hub import Hub
    from apps.live.session_runner import SessionRunner

log = logging.getLogger(__name__)

NORMAL, POLICY = 1000, 1008  # close codes of RFC 6455, 7.4.1
FORBIDDEN_LIMIT, FORBIDDEN_WINDOW_S = 3, 60.0  # safety.md AB-16: somebody types commands by hand


class Attachment:
    """Made by ``Hub.attach``. ``runner`` is ``None`` while waiting; ``live`` once welcomed, and then it is told what happens."""

    def __init__(self, hub: Hub, room: RoomFacts, person: Person, browser: Browser, hello: inc.Hello) -> None:
        self.id = ConnectionId(new_id("cn"))
        self.hub, self.room, self.person, self.hello = hub, room, person, hello
        self.runner: SessionRunner | None = None
        self.participant: ParticipantId | None = None
        self.live = self.ended = False
        self.transports: set[TransportId] = set()
        self._browser = browser
        self._asking: int | None = None  # number of the command that is being carried out
        self._forbidden_at_s: deque[float] = deque(maxlen=FORBIDDEN_LIMIT)

    # --- to the browser -----------------------------------------------------------------------------------------------

    def send(self, message: Mapping[str, Any]) -> None:
        """Send a message; a browser that fails costs nobody else anything."""
        if self.ended:
            return
        try:
            self._browser.send(message)
        except Exception:
            log.exception("browser_send_failed", extra={"fields": {"connection": self.id}})

    def send_offer(self, offer: Offer) -> None:
        self.transports.add(offer.transport)
        servers = self.hub.ice_servers.of(self.participant or "")
        self.send({"type": "offer", "transport": offer.transport, "sdp": offer.sdp, "ice_servers": servers})

    def error(self, code: str) -> None:
        self.send({"type": "error", "code": code, "message": self.sentence(code)})

    def refuse(self, code: str, values: Mapping[str, Any] | None = None) -> None:
        """Say why this tab can't be here, and close it."""
        self.send({"type": "refused", "code": code, "message": self.sentence(code, values)})
        self.end(POLICY, code)

    def farewell(
        self, reason: Literal["ended", "removed", "left"], *, by: str | None = None, asked: bool = False
    ) -> None:
        """Say that it is over for this person, and close; if they ``asked`` for it, their command is answered first."""
        if asked and self._asking is not None:
            self.send({"type": "done", "id": self._asking})
        code = {"ended": "session_ended_by" if by else "session_ended"}.get(reason, reason)
        message = self.sentence(code, {"name": by})
        supplies = self.room.tender and self.person.role == "supplier"
        here = f"/tenders/{self.room.tender}" if supplies else f"/r/{self.room.slug}"
        go = "/" if reason == "removed" else here
        self.send({"type": "closed", "reason": reason, "by": by, "go": go, "message": message})
        self.end(NORMAL, reason)

    def end(self, code: int, reason: str) -> None:
        """Close the socket from this side; nothing is sent or taken any more."""
        if self.ended:
            return
        self.ended, self.live = True, False
        try:
            self._browser.close(code, reason)
        except Exception:
            log.exception("browser_close_failed", extra={"fields": {"connection": self.id}})

    def sentence(self, code: str, values: Mapping[str, Any] | None = None) -> str:
        return sentence(self.person.language, code, values)

    # --- from the engine ----------------------------------------------------------------------------------------------

    def transport_connected(self, transport: TransportId) -> None:
        """The page sees that by itself."""

    def transport_closed(self, transport: TransportId, reason: str) -> None:
        self.transports.discard(transport)

    def media_lost(self) -> None:
        self.transports.clear()

    # --- from the browser ---------------------------------------------------------------------------------------------

    async def receive(self, values: Mapping[str, Any]) -> None:
        """Take one message. Messages of one tab are handed over one after the other."""
        if self.ended:
            return None
        try:
            message = inc.incoming_from(values)
        except ValidationError:
            return self._unusable(values)
        try:
            await self._take(message)
        except Exception:
            log.exception("message_failed", extra={"fields": {"connection": self.id, "type": message.type}})
            self._answer_failed(message)

    def _unusable(self, values: Mapping[str, Any]) -> None:
        number = values.get("id")
        if values.get("type") == "command" and isinstance(number, int):
            self._denied(number, Denied("bad_message"))
        else:
            self.error("bad_message")

    def _answer_failed(self, message: inc.Incoming) -> None:
        if isinstance(message, inc.CommandMessage):
            self._denied(message.id, Denied("internal_error"))
        else:
            self.error("internal_error")

    async def _take(self, message: inc.Incoming) -> None:
        if isinstance(message, inc.Ping):
            return self.send({"type": "pong", "at": message.at, "now": moment(self.hub.clock())})
        if isinstance(message, inc.CommandMessage):
            return await self._command(message)
        if self.runner is None or self.participant is None or not self.live:
            return self.error("bad_state")
        if isinstance(message, inc.Since):
            return await self.runner.send_since(self, message.number)
        if isinstance(message, inc.Point):
            return self.runner.point(self, message)
        try:
            await self._media(message, self.runner, self.participant)
        except BadDescription:
            self.error("bad_description")
        except MediaError as error:
            self.error("bad_state" if error.code != "engine_unavailable" else "service_unavailable")

    async def _media(
        self,
        message: inc.Answer | inc.ViewMessage | inc.Stats | inc.NewTransport,
        runner: SessionRunner,
        participant: ParticipantId,
    ) -> None:
        if isinstance(message, inc.NewTransport):
            offer = await runner.media.connect(participant)
            return self.send_offer(offer) if offer else self.error("service_unavailable")
        transport = TransportId(message.transport)
        if transport not in self.transports:  # only its own: ids of others gain nothing (AB-25)
            return self.error("bad_state")
        if isinstance(message, inc.Answer):
            return await self.hub.engine.answer(transport, message.sdp)
        if isinstance(message, inc.Stats):
            runner.quality.told(participant, message)
            if message.downlink_bps:
                await self.hub.engine.set_downlink(transport, message.downlink_bps)
            return None
        return await self.hub.engine.set_view(transport, message.view())

    async def _command(self, message: inc.CommandMessage) -> None:
        try:
            command = wire_command_from(message.command)
        except ValidationError as error:
            self._denied(message.id, _denial_of(error))
            return
        self._asking = message.id
        try:
            answer = await self._ask(command)
        finally:
            self._asking = None
        if isinstance(answer, Denied):
            self._denied(message.id, answer)
            if answer.code == "forbidden" and self._forbidden_too_often():
                self.refuse("forbidden")
                await self.detach("closed")
        else:
            self.send({**answer, "type": "done", "id": message.id})

    async def _ask(self, command: WireCommand) -> Mapping[str, Any] | Denied:
        if self.runner is not None and self.participant is not None:
            return await self.runner.ask(self, command)
        if isinstance(command, Leave):
            self.hub.forget_waiting(self)
            self.farewell("left", asked=True)
            return {}
        return Denied("session_not_open")

    def _denied(self, number: int, denied: Denied) -> None:
        text = self.sentence(denied.code, denied.values)
        self.send({"type": "denied", "id": number, "code": denied.code, "message": text})

    def _forbidden_too_often(self) -> bool:
        now_s = self.hub.monotonic()
        self._forbidden_at_s.append(now_s)
        times = self._forbidden_at_s
        log.info("command_forbidden", extra={"fields": {"participant": self.participant}})
        return len(times) == FORBIDDEN_LIMIT and now_s - times[0] < FORBIDDEN_WINDOW_S

    async def detach(self, reason: Literal["closed", "lost"]) -> None:
        """The socket ended: the tab was ``closed``, or fell silent. Does nothing if the Hub closed it."""
        self.live, self.ended = False, True
        self.hub.forget_waiting(self)
        if self.runner is not None:
            await self.runner.detach(self, reason)


def _denial_of(error: ValidationError) -> Denied:
    if any(found["type"] == "string_too_long" and found["loc"][-1] == "text" for found in error.errors()):
        return Denied("message_too_long", {"limit": MESSAGE_MAX_CHARACTERS})
    return Denied("bad_message")
