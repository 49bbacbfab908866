"""
``/internal/console``: the console process's link to this one. From this machine and with the key of the home folder only.

The key proves the console process; each call also carries the secret of the browser that asks, which is looked up every time.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

from tornado.websocket import WebSocketClosedError, WebSocketHandler

from apps.api.console_wire import (
    MESSAGE_MAX_BYTES,
    READY,
    BadWire,
    Call,
    Result,
    decode_auth,
    decode_call,
    encode_notice,
    encode_result,
)
from apps.handlers import Handler, Problem
from apps.keys import kept_key
from apps.live.state import Denied
from apps.patience import Patience
from apps.ratelimit import is_loopback
from apps.service import Notice

log = logging.getLogger(__name__)

AUTH_S = 5.0
CALLS_AT_ONCE = 64  # more wait unread, which slows the console and nobody else
QUEUE_BYTES = 16 * 1024 * 1024  # the console is on this machine; if it stands still, it comes again and reads anew
POLICY, RESTART, SLOW = 1008, 1012, 1013


def console_key(home: Path) -> str:
    """Return the key that the console process authenticates with, made at first use; only its owner can read the file."""
    return kept_key(home, "console")


class ConsoleSocket(Handler, WebSocketHandler):
    """One console process."""

    _stop_listening: Callable[[], None] | None = None

    async def prepare(self) -> None:
        """To everybody but this machine there is nothing here; a proxy in front counts as somebody else."""
        forwarded = {"X-Forwarded-For", "X-Real-Ip", "Forwarded"} & set(self.request.headers)
        if forwarded or not is_loopback(self.ip) or self.request.headers.get("Origin") is not None:
            raise Problem(404, "not_found")

    def check_origin(self, origin: str) -> bool:
        return False  # no page of a browser ever speaks here

    @property
    def max_message_size(self) -> int:
        return MESSAGE_MAX_BYTES

    @property
    def ping_interval(self) -> float:
        return 5.0

    @property
    def ping_timeout(self) -> float:
        return 5.0

    def open(self, *args: str) -> None:
        self.set_nodelay(True)
        self._calls = asyncio.Semaphore(CALLS_AT_ONCE)
        self._waiting_bytes = 0
        self.parts.sockets.links.add(self)
        self._timer = Patience(AUTH_S, partial(self.close, POLICY, "auth"))

    async def on_message(self, message: str | bytes) -> None:
        try:
            if self._stop_listening is None:
                return self._authenticate(decode_auth(message))
            call = decode_call(message)
        except BadWire as error:
            log.warning("console_message_refused", extra={"fields": {"reason": str(error)}})
            return self.close(POLICY, "bad message")
        if isinstance(call, Result):
            return self._write(encode_result(call))
        await self._calls.acquire()
        return self.parts.sockets.spawn(self._answer(call), "console-call")

    def _authenticate(self, key: str) -> None:
        self._timer.cancel()
        if not hmac.compare_digest(key.encode(), self.parts.console_key.encode()):
            log.warning("console_key_refused")
            return self.close(POLICY, "key")
        self._stop_listening = self.parts.service.listen(self._notify)
        return self._write(json.dumps(READY))

    async def _answer(self, call: Call) -> None:
        try:
            answer = await self._carried_out(call)
        except Exception:
            log.exception("console_call_failed", extra={"fields": {"method": call.method}})
            answer = Denied("server_error")
        finally:
            self._calls.release()
        self._write(encode_result(Result(call.id, answer)))

    async def _carried_out(self, call: Call) -> Any:
        service = self.parts.service
        if call.method == "live_rooms":
            return await service.live_rooms(call.secret)
        if call.method == "health":
            health = await service.health(call.secret)
            return None if health is None else asdict(health)
        if call.method == "sign_out":
            return await service.sign_out(call.secret)
        if call.method == "monitor_ticket":
            return await service.monitor_ticket(call.secret, call.room) if call.room else Denied("not_found")
        if call.method == "snapshot":
            return await service.snapshot(call.secret, call.room) if call.room else Denied("not_found")
        assert call.command is not None  # decode_call sees to it
        return await service.command(call.secret, call.command, room=call.room)

    def _notify(self, notice: Notice) -> None:
        self._write(encode_notice(notice))

    def _write(self, text: str) -> None:
        if self._waiting_bytes > QUEUE_BYTES:
            return self.close(SLOW, "slow")
        try:
            sent = self.write_message(text)
        except WebSocketClosedError:
            return None
        self._waiting_bytes += len(text)
        return sent.add_done_callback(lambda done: self._sent(done, len(text)))

    def _sent(self, done: asyncio.Future[None], size: int) -> None:
        self._waiting_bytes -= size
        if not done.cancelled():
            done.exception()  # a torn link is told by on_close

    def go_away(self) -> None:
        connection = self.ws_connection
        if connection is not None:
            connection.close(RESTART, "restart")
            connection.on_connection_close()  # at once: this process ends

    def on_close(self) -> None:
        self._timer.cancel()
        self.parts.sockets.links.discard(self)
        if self._stop_listening is not None:
            self._stop_listening()
