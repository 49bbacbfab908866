"""``RoomService`` over the loopback WebSocket of the web process. It comes back by itself, and says when it is away."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any

from tornado.httpclient import HTTPError, HTTPRequest
from tornado.websocket import WebSocketClientConnection, WebSocketClosedError

from apps.api.console_wire import (
    MESSAGE_MAX_BYTES,
    BadWire,
    Call,
    Method,
    Result,
    decode_message,
    encode_auth,
    encode_call,
)
from apps.dial import dial
from apps.live.commands import WireCommand
from apps.live.state import Denied
from apps.planning.commands import PlanningCommand
from apps.recording.commands import ArchiveCommand
from apps.service import Done, Health, LinkNotice, Notice
from data.ids import RoomId

log = logging.getLogger(__name__)

CONNECT_S = 3.0  # loopback: longer means that nobody will answer
ANSWER_S = 20.0  # the longest command hashes a password or stores a large file
RETRY_S = (0.1, 0.2, 0.5, 1.0)  # waits between attempts; the last one repeats
PING_S = 5.0
UNAVAILABLE = Denied("service_unavailable")


class RemoteRoomService:
    """
    The web process at the other end of a socket. Use it as ``async with``; its listeners hear of the link, too.

    Args:
        address: Such as ``ws://127.0.0.1:8000/internal/console``.
        key: Reads the key of the home folder; asked at each attempt, since the first start makes it.
        retry_s: Waits between attempts.
    """

    def __init__(
        self, address: str, key: Callable[[], str], *, retry_s: tuple[float, ...] = RETRY_S, answer_s: float = ANSWER_S
    ) -> None:
        self._address, self._key, self._retry_s, self._answer_s = address, key, retry_s, answer_s
        self._listeners: dict[object, Callable[[Notice], None]] = {}
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._number = 0
        self._socket: WebSocketClientConnection | None = None
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> RemoteRoomService:
        self._task = asyncio.create_task(self._stay_connected(), name="console link")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    @property
    def up(self) -> bool:
        """Whether calls reach the web process now."""
        return self._socket is not None

    # --- RoomService --------------------------------------------------------------------------------------------------

    async def command(
        self, secret: str, command: PlanningCommand | WireCommand | ArchiveCommand, *, room: RoomId | None = None
    ) -> Done | Denied:
        answer = await self._call("command", secret, room=room, command=command)
        return answer if isinstance(answer, Done | Denied) else Denied("internal_error")

    async def snapshot(self, secret: str, room: RoomId) -> Mapping[str, Any] | Denied:
        answer = await self._call("snapshot", secret, room=room)
        return answer if isinstance(answer, Mapping | Denied) else Denied("internal_error")

    async def live_rooms(self, secret: str) -> tuple[Mapping[str, Any], ...]:
        answer = await self._call("live_rooms", secret)
        return tuple(answer) if isinstance(answer, list | tuple) else ()

    async def monitor_ticket(self, secret: str, room: RoomId) -> str | Denied:
        answer = await self._call("monitor_ticket", secret, room=room)
        return answer if isinstance(answer, str | Denied) else Denied("internal_error")

    async def may_watch(self, secret: str, room: RoomId) -> bool:
        return False  # the web process asks itself, and nobody asks here

    async def sign_out(self, secret: str) -> None:
        await self._call("sign_out", secret)

    async def health(self, secret: str) -> Health | None:
        answer = await self._call("health", secret)
        return Health(**answer) if isinstance(answer, Mapping) else None

    def listen(self, listener: Callable[[Notice], None]) -> Callable[[], None]:
        token = object()
        self._listeners[token] = listener
        if not self.up:
            listener(LinkNotice(up=False))
        return lambda: self._listeners.pop(token, None) and None

    # --- calls --------------------------------------------------------------------------------------------------------

    async def _call(
        self,
        method: Method,
        secret: str,
        *,
        room: RoomId | None = None,
        command: PlanningCommand | WireCommand | ArchiveCommand | None = None,
    ) -> Any:
        socket = self._socket
        if socket is None:
            return UNAVAILABLE
        self._number += 1
        number = self._number
        answer = self._waiting[number] = asyncio.get_running_loop().create_future()
        try:
            await socket.write_message(encode_call(Call(number, method, secret, command, room)))
            async with asyncio.timeout(self._answer_s):
                return await answer
        except (WebSocketClosedError, TimeoutError):
            return UNAVAILABLE
        finally:
            self._waiting.pop(number, None)

    # --- the link -----------------------------------------------------------------------------------------------------

    async def _stay_connected(self) -> None:
        attempt = 0
        while True:
            try:
                if await self._one_connection():
                    attempt = 0
            except (OSError, HTTPError, TimeoutError, BadWire, WebSocketClosedError) as error:
                log.debug("console_link_failed", extra={"fields": {"reason": str(error)}})
            await asyncio.sleep(self._retry_s[min(attempt, len(self._retry_s) - 1)])
            attempt += 1

    async def _one_connection(self) -> bool:
        """Connect, and stay until the link breaks; return whether it had come up."""
        request = HTTPRequest(self._address, connect_timeout=CONNECT_S, request_timeout=CONNECT_S)
        socket = await dial(request, ping_interval=PING_S, ping_timeout=PING_S, max_message_size=MESSAGE_MAX_BYTES)
        try:
            await socket.write_message(encode_auth(self._key()))
            async with asyncio.timeout(CONNECT_S):
                first = await socket.read_message()
            if first is None or decode_message(first) != "ready":
                log.warning("console_link_refused")
                return False
            self._is_up(socket)
            while (message := await socket.read_message()) is not None:
                self._take(message)
            return True
        finally:
            self._is_down()
            socket.close()

    def _take(self, raw: str | bytes) -> None:
        message = decode_message(raw)
        if isinstance(message, Result):
            answer = self._waiting.get(message.id)
            if answer is not None and not answer.done():
                answer.set_result(message.answer)
        elif message != "ready":
            self._tell(message)

    def _is_up(self, socket: WebSocketClientConnection) -> None:
        self._socket = socket
        log.info("console_link_up")
        self._tell(LinkNotice(up=True))

    def _is_down(self) -> None:
        was_up, self._socket = self.up, None
        for answer in self._waiting.values():
            if not answer.done():
                answer.set_result(UNAVAILABLE)
        if was_up:
            log.info("console_link_down")
            self._tell(LinkNotice(up=False))

    def _tell(self, notice: Notice) -> None:
        for listener in list(self._listeners.values()):
            with contextlib.suppress(RuntimeError):  # a page that is being taken down
                listener(notice)
