"""A running console for tests, and its protocol's first steps without a browser."""

from __future__ import annotations

import re
from typing import Any

import httpx
from tornado.httpclient import HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

from apps.settings import Settings
from tests.waiting import until, until_async

SECRET = "the-administrators-secret"


class Console:
    """A running console and what it serves."""

    def __init__(self, settings: Settings, server: Any) -> None:
        self.settings, self.server = settings, server
        self.host = f"127.0.0.1:{settings.console_port}"
        self.url = f"http://{self.host}"
        self.sockets: list[WebSocketClientConnection] = []

    def client(self, secret: str = "") -> httpx.AsyncClient:
        return httpx.AsyncClient(base_url=self.url, cookies={"sala": secret} if secret else {}, timeout=60.0)

    async def open_page(self, secret: str = SECRET) -> WebSocketClientConnection:
        """Load the page and open its socket, as BokehJS does; the document is created and its browser connected."""
        async with self.client(secret) as client:
            page = (await client.get("/console")).text
        token = re.search(r'"token":"([^"]+)"', page)
        assert token, page[:500]
        return await self.connect(token[1], secret)

    async def connect(self, token: str, secret: str, origin: str = "") -> WebSocketClientConnection:
        headers = {"Cookie": f"sala={secret}", "Origin": origin or self.url}
        address = f"ws://{self.host}/console/ws"
        socket = await websocket_connect(HTTPRequest(address, headers=headers), subprotocols=["bokeh", token])
        first = await socket.read_message()
        if first is None:
            socket.close()
            raise AssertionError("the server closed the socket")
        self.sockets.append(socket)
        return socket

    async def leave(self) -> None:
        """Close all sockets, and wait until both ends have."""
        for socket in self.sockets:
            socket.close()
            while await socket.read_message() is not None:
                pass
        self.sockets.clear()

    async def forget(self) -> None:
        """Do what Bokeh does every few seconds, until no session is left: discard those without a browser."""
        await until(lambda: all(session.connection_count == 0 for session in self.sessions))

        async def swept() -> bool:
            await self.server._tornado._applications["/console"]._cleanup_sessions(0)
            return not self.sessions

        await until_async(swept)

    @property
    def sessions(self) -> list[Any]:
        return list(self.server.get_sessions("/console"))
