"""A WebSocket somebody stops waiting for is closed, whenever it comes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from tornado.httpclient import HTTPClientError, HTTPRequest
from tornado.httpserver import HTTPServer
from tornado.testing import bind_unused_port
from tornado.web import Application
from tornado.websocket import WebSocketHandler

from apps.dial import dial

PATIENCE_S = 20.0


class Host:
    """What the handlers tell a test."""

    def __init__(self) -> None:
        self.url = ""
        self.asked, self.may_answer, self.opened, self.closed = (asyncio.Event() for _ in range(4))


class Door(WebSocketHandler):
    """Answers once it may."""

    def initialize(self, host: Host) -> None:
        self.host = host

    async def prepare(self) -> None:
        self.host.asked.set()
        await self.host.may_answer.wait()

    def open(self) -> None:
        self.host.opened.set()

    def on_close(self) -> None:
        self.host.closed.set()


@pytest.fixture
async def host() -> AsyncIterator[Host]:
    found = Host()
    socket, port = bind_unused_port()
    server = HTTPServer(Application([("/door", Door, {"host": found})]))
    server.add_socket(socket)
    found.url = f"ws://127.0.0.1:{port}"
    yield found
    server.stop()
    await server.close_all_connections()


async def test_what_was_being_opened_is_closed_when_it_comes(host: Host) -> None:
    dialling = asyncio.create_task(dial(HTTPRequest(f"{host.url}/door")))
    await asyncio.wait_for(host.asked.wait(), PATIENCE_S)
    dialling.cancel()
    with pytest.raises(asyncio.CancelledError):
        await dialling
    host.may_answer.set()
    await asyncio.wait_for(host.opened.wait(), PATIENCE_S)
    await asyncio.wait_for(host.closed.wait(), PATIENCE_S)


async def test_a_refusal_and_nobody_are_told(host: Host) -> None:
    with pytest.raises(HTTPClientError):
        await dial(HTTPRequest(f"{host.url}/window"))
    with pytest.raises(OSError):
        await dial(HTTPRequest("ws://127.0.0.1:1/door"))
