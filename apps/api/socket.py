"""``/ws/room/<slug>``: a tab's connection to its room (docs/protocol.md). Thin: it counts, parses, and hands messages to the Hub."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, NoReturn
from urllib.parse import urlsplit

from tornado.websocket import WebSocketClosedError, WebSocketHandler

from apps.handlers import Handler, Problem
from apps.live.shared_message import json_of
from apps.patience import Patience
from apps.ratelimit import TokenBucket
from apps.visitors import Admission, secret_hash
from data.ids import PersonId, RoomId

if TYPE_CHECKING:
    from apps.live.hub import Attachment
    from apps.live.watcher import Watcher

log = logging.getLogger(__name__)

POLICY = 1008  # close codes of RFC 6455, 7.4.1 and its registry
INTERNAL = 1011
RESTART = 1012
SLOW = 1013


class BadMessage(ValueError):
    """A message that is not a JSON object of usable text."""


def message_from(raw: str | bytes, *, max_bytes: int) -> dict[str, Any]:
    """Parse one message. Raises ``BadMessage`` for whatever is not a JSON object that can be stored and sent again."""
    if not isinstance(raw, str) or len(raw) > max_bytes:
        raise BadMessage
    try:
        value = json.loads(raw, parse_constant=_refuse_constant)
        if "\\" in raw:  # escapes may hide half a character or a NUL, which neither database nor browser takes
            raw = json.dumps(value, ensure_ascii=False)
            raw.encode()
    except (ValueError, RecursionError) as error:
        raise BadMessage from error
    if not isinstance(value, dict) or "\\u0000" in raw:
        raise BadMessage
    return value


def _refuse_constant(name: str) -> NoReturn:
    raise BadMessage(name)


class RoomSocket(Handler, WebSocketHandler):
    """One tab. The cookie says who it is; a message never does."""

    right: Admission
    refusal = ""
    attachment: Attachment | Watcher | None = None
    heard_s = pinged_s = checked_s = 0.0
    ended: Literal["", "closed", "lost"] = ""

    # --- the handshake ------------------------------------------------------------------------------------------------

    async def prepare(self) -> None:
        """Refuse by origin, number and right, in this order, before anything is opened."""
        slug = self.path_args[0]
        if self.request.headers.get("Origin") not in self._own_origins():
            raise Problem(403, "forbidden")
        if not self.parts.sockets.has_place(self.ip):
            raise Problem(429, "too_many_requests")
        try:
            self.right = await self.admission(slug)
        except Problem as problem:
            if problem.status_code != 403:
                raise
            self.refusal = (
                problem.code
            )  # a browser's script can't read a refused handshake, so it is told on the socket

    def _own_origins(self) -> set[str]:
        public = urlsplit(self.parts.settings.public_url)
        return {f"{self.request.protocol}://{self.request.host}", f"{public.scheme}://{public.netloc}"}

    def check_origin(self, origin: str) -> bool:
        """``prepare`` has compared it exactly, and refused a missing one, which Tornado would let through."""
        return True

    @property
    def max_message_size(self) -> int:
        return self.parts.sockets.limits.message_bytes

    @property
    def ping_interval(self) -> float:
        return 0.0  # apps.api.sockets pings

    async def still_allowed(self) -> bool:
        admission = await self.parts.auth.admit(self.right.room.slug, [self.right.visitor.secret])
        return admission is not None

    @property
    def secret_hash(self) -> str:
        return secret_hash(self.right.visitor.secret)

    @property
    def person(self) -> PersonId:
        return self.right.person.id

    # --- from the browser ---------------------------------------------------------------------------------------------

    def open(self, *args: str) -> None:
        self.set_nodelay(True)
        limits = self.parts.sockets.limits
        self._pace = TokenBucket(limits.messages_per_s, limits.messages_burst)
        self._refused = 0
        self._waiting_messages = self._waiting_bytes = 0
        self._hello_timer = Patience(limits.hello_s, self._no_hello)
        if self.refusal:
            self.refuse(self.refusal, POLICY)
        else:
            self.parts.sockets.add(self)

    async def on_message(self, message: str | bytes) -> None:
        sockets = self.parts.sockets
        self.heard_s = sockets.monotonic()
        if self.ended:
            return None
        if not self._pace.take(self.heard_s):
            return self._refuse_message("too_many_requests")
        try:
            values = message_from(message, max_bytes=sockets.limits.message_bytes)
        except BadMessage:
            return self._refuse_message("bad_message")
        return await self._guarded(values)

    async def _guarded(self, values: dict[str, Any]) -> None:
        """What goes wrong inside costs a sentence, or before the person is seated the connection; never a traceback."""
        try:
            await self._take(values)
        except Exception:
            log.exception("socket_message_failed", extra={"fields": {"request": self.request_id}})
            if self.attachment is None:
                self.refuse("server_error", INTERNAL)
            else:
                self._error("server_error")

    async def _take(self, values: dict[str, Any]) -> None:
        if self.attachment is not None:
            await self.attachment.receive(values)
        elif values.get("type") == "hello":
            await self._attach(values)
        else:
            self._refuse_message("bad_message")

    async def _attach(self, values: dict[str, Any]) -> None:
        self._hello_timer.cancel()
        person = dataclasses.replace(self.right.person, language=self.language)
        room = RoomId(self.right.room.id)
        self.attachment = attachment = await self.parts.hub.attach(room, person, self, values)
        if self.ended:  # it went while the Hub was busy
            await attachment.detach(self.ended)

    def _refuse_message(self, code: str) -> None:
        self.parts.metrics.refused_messages.labels(code).inc()
        self._refused += 1
        if self._refused > self.parts.sockets.limits.refused_messages:
            self.refuse(code, POLICY)
        else:
            self._error(code)

    def _no_hello(self) -> None:
        self.refuse("bad_message", POLICY)

    def on_pong(self, data: bytes) -> None:
        self.heard_s = self.parts.sockets.monotonic()

    def on_close(self) -> None:
        # a farewell carries a code, or is answered with ours; a torn connection has none
        self._end("closed" if self.close_code is not None or self.ended == "closed" else "lost")

    # --- to the browser -----------------------------------------------------------------------------------------------

    def send(self, message: Mapping[str, Any]) -> None:
        """Queue a message; never blocks. A browser that does not read is dropped before its queue grows large (AB-62)."""
        text = json_of(message)
        size_bytes = len(text)
        try:
            sent = self.write_message(text)
        except WebSocketClosedError:
            return
        self._waiting_messages += 1
        self._waiting_bytes += size_bytes
        sent.add_done_callback(lambda done: self._sent(done, size_bytes))
        limits = self.parts.sockets.limits
        if self._waiting_messages > limits.queue_messages or self._waiting_bytes > limits.queue_bytes:
            self._slow()

    def _sent(self, done: asyncio.Future[None], size_bytes: int) -> None:
        self._waiting_messages -= 1
        self._waiting_bytes -= size_bytes
        if not done.cancelled():
            done.exception()  # a torn connection is told by on_close

    def _slow(self) -> None:
        if not self.ended:
            self.parts.metrics.closed_sockets.labels("slow").inc()
            self._end("lost")
            self._close(SLOW, "slow")

    def close(self, code: int | None = None, reason: str | None = None) -> None:
        """Close from this side: the Hub, or Tornado, has decided."""
        self._end("closed")
        self._close(code, reason)

    def _close(self, code: int | None, reason: str | None) -> None:
        WebSocketHandler.close(self, code, reason)

    def refuse(self, code: str, close_code: int) -> None:
        self.send({"type": "refused", "code": code, "message": self.sentence(code)})
        self.close(close_code, code)

    def _error(self, code: str) -> None:
        self.send({"type": "error", "code": code, "message": self.sentence(code)})

    # --- the register's side ------------------------------------------------------------------------------------------

    def send_ping(self) -> None:
        try:
            self.ping()
        except WebSocketClosedError:
            self._end("lost")

    def lost(self, why: str) -> None:
        self.parts.metrics.closed_sockets.labels(why).inc()
        self._end("lost")
        self._tear()

    def go_away(self) -> None:
        self._end("lost")
        self._tear(RESTART, "restart")

    def _tear(self, code: int | None = None, reason: str | None = None) -> None:
        """Tear the connection down without waiting for an answer, after a last word if there is a code."""
        connection = self.ws_connection
        if connection is not None:
            if code is not None:
                connection.close(code, reason)
            connection.on_connection_close()

    def _end(self, reason: Literal["closed", "lost"]) -> None:
        """Leave the register and the Hub, once."""
        if self.ended:
            return
        self.ended = reason
        self._hello_timer.cancel()
        self.parts.sockets.remove(self)
        if self.attachment is not None:
            self.parts.sockets.spawn(self.attachment.detach(reason), "socket-detach")
