"""The console's link to the web process: calls, notices, and coming back."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from tornado.httpserver import HTTPServer
from tornado.web import Application
from tornado.websocket import WebSocketHandler

from apps.api.console_wire import READY, Call, Result, decode_auth, decode_call, encode_notice, encode_result
from apps.console.remote import RemoteRoomService
from apps.live.commands import OpenSession
from apps.live.state import Denied
from apps.planning.commands import CreateContactList
from apps.service import Done, LinkNotice, Notice, SessionNotice
from apps.single import free_port
from data.ids import RoomId
from tests.waiting import until

KEY = "the-key"


class WebProcess:
    """The other end: a real WebSocket server that answers as the test says."""

    def __init__(self) -> None:
        self.sockets: list[WebSocketHandler] = []
        self.calls: list[Call] = []
        self.answer: Any = Done({"id": "x"})
        self.port = free_port("127.0.0.1")  # also for when it comes back
        self._server: HTTPServer | None = None

    async def start(self) -> None:
        self._server = HTTPServer(Application([(r"/internal/console", _End, {"process": self})]))
        self._server.listen(self.port, "127.0.0.1")

    async def stop(self) -> None:
        if self._server is not None:
            self._server.stop()
            for socket in list(self.sockets):
                socket.close()
            await self._server.close_all_connections()
            self._server = None

    def tell(self, notice: Notice) -> None:
        for socket in self.sockets:
            socket.write_message(encode_notice(notice))


class _End(WebSocketHandler):
    def initialize(self, process: WebProcess) -> None:
        self.process, self.known = process, False

    async def on_message(self, message: str | bytes) -> None:
        if not self.known:
            if decode_auth(message) != KEY:
                self.close(1008, "key")
                return
            self.known = True
            self.process.sockets.append(self)
            await self.write_message(json.dumps(READY))
            return
        call = decode_call(message)
        assert isinstance(call, Call)
        self.process.calls.append(call)
        if self.process.answer is not None:
            await self.write_message(encode_result(Result(call.id, self.process.answer)))

    def on_close(self) -> None:
        if self in self.process.sockets:
            self.process.sockets.remove(self)


@pytest.fixture
async def process() -> AsyncIterator[WebProcess]:
    made = WebProcess()
    await made.start()
    yield made
    await made.stop()


def link(process: WebProcess, key: str = KEY) -> RemoteRoomService:
    address = f"ws://127.0.0.1:{process.port}/internal/console"
    return RemoteRoomService(address, lambda: key, retry_s=(0.02,), answer_s=60.0)


async def test_a_command_goes_over_with_secret_and_room(process: WebProcess) -> None:
    async with link(process) as service:
        await until(lambda: service.up)
        answer = await service.command("secret", OpenSession(), room=RoomId("rm_1"))
        assert answer == Done({"id": "x"})
    [call] = process.calls
    assert (call.secret, call.room, call.command) == ("secret", "rm_1", OpenSession())


async def test_refusals_snapshots_and_live_rooms_come_back(process: WebProcess) -> None:
    async with link(process) as service:
        await until(lambda: service.up)
        process.answer = Denied("forbidden", {"name": "x"})
        assert await service.command("s", CreateContactList(name="x")) == Denied("forbidden", {"name": "x"})
        assert await service.snapshot("s", RoomId("rm_1")) == Denied("forbidden", {"name": "x"})
        process.answer = {"phase": "open"}
        assert await service.snapshot("s", RoomId("rm_1")) == {"phase": "open"}
        process.answer = [{"room": "rm_1"}]
        assert await service.live_rooms("s") == ({"room": "rm_1"},)


async def test_notices_reach_listeners_until_they_stop(process: WebProcess) -> None:
    heard: list[Notice] = []
    async with link(process) as service:
        await until(lambda: service.up)
        stop = service.listen(heard.append)
        notice = SessionNotice(RoomId("rm_1"), ({"number": 1, "type": "hand_raised"},), 12.5)
        process.tell(notice)
        await until(lambda: heard == [notice])
        stop()
        process.tell(notice)
        await service.live_rooms("s")  # answered after the notice was sent
        assert heard == [notice]


async def test_it_comes_back_by_itself_and_says_so(process: WebProcess) -> None:
    heard: list[Notice] = []
    async with link(process) as service:
        service.listen(heard.append)
        await until(lambda: service.up)
        await process.stop()
        await until(lambda: not service.up)
        assert await service.command("s", OpenSession(), room=RoomId("rm_1")) == Denied("service_unavailable")
        await process.start()
        await until(lambda: service.up)
    ups = [notice.up for notice in heard if isinstance(notice, LinkNotice)]
    assert ups[:4] == [False, True, False, True]


async def test_calls_that_wait_when_the_link_breaks_are_answered(process: WebProcess) -> None:
    async with link(process) as service:
        await until(lambda: service.up)
        process.answer = None
        call = asyncio.create_task(service.command("s", OpenSession(), room=RoomId("rm_1")))
        await until(lambda: process.calls)
        await process.stop()
        assert await call == Denied("service_unavailable")


async def test_a_wrong_key_never_comes_up(process: WebProcess) -> None:
    async with link(process, key="wrong") as service:
        await asyncio.sleep(0.1)
        assert not service.up
        assert process.sockets == []


async def test_against_the_real_web_process(home: Path) -> None:
    from apps.api.console_socket import console_key
    from apps.single import running

    async with running(home=home) as sala:
        address = f"{sala.url.replace('http', 'ws')}/internal/console"
        async with RemoteRoomService(address, lambda: console_key(home), retry_s=(0.05,)) as service:
            await until(lambda: service.up)
            refused = await service.command("nobody's secret", CreateContactList(name="x"))
            assert isinstance(refused, Denied)
            assert await service.live_rooms("nobody's secret") == ()
