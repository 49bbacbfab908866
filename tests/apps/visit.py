"""``Visit``: what a browser does without scripts: keeps cookies, fills in forms, opens sockets."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import socket as sockets
import struct
from types import TracebackType
from typing import Any

import httpx
from tornado.httpclient import HTTPRequest
from tornado.websocket import WebSocketClientConnection, WebSocketClosedError

from apps.dial import dial

PATIENCE_S = 60.0


class Visit:
    """One browser: its cookies, and the requests it makes."""

    def __init__(self, url: str, **headers: str) -> None:
        self.url = url
        self.tabs: list[Tab] = []
        self.frozen: list[sockets.socket] = []
        self.http = httpx.AsyncClient(base_url=url, headers=headers, timeout=30.0)

    async def __aenter__(self) -> Visit:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for tab in self.tabs:
            tab.tear()
        for connection in self.frozen:
            connection.close()
        await self.http.aclose()

    async def get(self, path: str, **headers: str) -> httpx.Response:
        return await self.http.get(path, headers=headers)

    async def token(self, path: str = "/signin") -> str:
        """Return the anti-forgery token of the form on a page."""
        found = re.search(r'name="_xsrf" value="([^"]+)"', (await self.get(path)).text)
        assert found, f"{path} has no form"
        return found[1]

    async def post(
        self, path: str, form: str = "/signin", headers: dict[str, str] | None = None, **fields: str
    ) -> httpx.Response:
        """Send a form with the token of the page at ``form``."""
        return await self.http.post(path, data={"_xsrf": await self.token(form), **fields}, headers=headers)

    async def sign_in(self, email: str, password: str) -> httpx.Response:
        return await self.post("/signin", email=email, password=password)

    async def enter(self, link: str) -> str:
        """Exchange a personal link for a seat; return the room's path."""
        path = link.removeprefix(self.url)
        answer = await self.post(f"{path}/enter", form=path)
        assert answer.status_code in (302, 303), answer.text
        return answer.headers["Location"]

    @property
    def cookie_header(self) -> str:
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.http.cookies.jar)

    def socket_headers(self, **headers: str) -> dict[str, str]:
        """Return what a page of this browser sends with a handshake; ``_`` in a name stands for ``-``, an empty value leaves it out."""
        given = {"Cookie": self.cookie_header, "Origin": self.url}
        given |= {name.replace("_", "-"): value for name, value in headers.items()}
        return {name: value for name, value in given.items() if value}

    async def socket(self, slug: str = "demo", **headers: str) -> Tab:
        """Open the room's socket as the portal's page does; it is closed with the browser."""
        return await self.dial(f"/ws/room/{slug}", **headers)

    async def dial(self, path: str, **headers: str) -> Tab:
        """Open a socket; it is closed with the browser."""
        tab = Tab()
        request = HTTPRequest(f"{self.url.replace('http', 'ws', 1)}{path}", headers=self.socket_headers(**headers))
        tab.connection = await dial(request, on_message_callback=tab.messages.put_nowait)
        self.tabs.append(tab)
        return tab

    async def frozen_tab(self, slug: str = "demo") -> sockets.socket:
        """Open the room's socket, say hello, and then neither read nor answer anything."""
        host, port = self.url.removeprefix("http://").split(":")
        connection = sockets.socket()
        self.frozen.append(connection)
        connection.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 4096)  # the kernel's queues fill soon
        connection.setblocking(False)
        loop = asyncio.get_running_loop()
        await loop.sock_connect(connection, (host, int(port)))
        upgrade = {"Host": f"{host}:{port}", "Upgrade": "websocket", "Connection": "Upgrade"}
        upgrade |= {"Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA=="}
        upgrade |= self.socket_headers()
        lines = [f"GET /ws/room/{slug} HTTP/1.1", *(f"{name}: {value}" for name, value in upgrade.items()), "", ""]
        await loop.sock_sendall(connection, "\r\n".join(lines).encode())
        assert b" 101 " in await loop.sock_recv(connection, 64)
        hello = json.dumps(HELLO).encode()
        frame = struct.pack("!BBHI", 0x81, 0x80 | 126, len(hello), 0) + hello  # masked with zeros
        await loop.sock_sendall(connection, frame)
        return connection


HELLO = {"type": "hello", "device": "desktop", "tab": "tab-1", "since": None, "session": None, "transport": None}


class Tab:
    """One tab's socket; what comes is read at once and waits here."""

    def __init__(self) -> None:
        self.messages: asyncio.Queue[str | bytes | None] = asyncio.Queue()
        self.connection: WebSocketClientConnection

    async def send(self, message: dict[str, Any] | str) -> None:
        await self.connection.write_message(message if isinstance(message, str) else json.dumps(message))

    async def hello(self, **fields: Any) -> dict[str, Any]:
        """Say hello and return the first message that comes."""
        await self.greet({**HELLO, **fields})
        return await self.next()

    async def greet(self, message: dict[str, Any]) -> None:
        """Say the first message. Who is refused at the door is told so, and may be out before they speak."""
        with contextlib.suppress(WebSocketClosedError):
            await self.send(message)

    async def next(self) -> dict[str, Any]:
        """Return the next message. Fails if the socket is closed, or nothing comes for long."""
        raw = await asyncio.wait_for(self.messages.get(), PATIENCE_S)
        assert raw is not None, f"closed with {self.connection.close_code} {self.connection.close_reason}"
        values: dict[str, Any] = json.loads(raw)
        return values

    async def until(self, type_: str) -> dict[str, Any]:
        """Return the next message of a type, passing over others."""
        while (message := await self.next())["type"] != type_:
            pass
        return message

    async def closed(self) -> int | None:
        """Read until the socket is closed; return the close code."""
        while await asyncio.wait_for(self.messages.get(), PATIENCE_S) is not None:
            pass
        self.connection.close()
        return self.connection.close_code

    def close(self, code: int = 1000) -> None:
        self.connection.close(code)

    def tear(self) -> None:
        """End the connection without a farewell, as a network does."""
        protocol = self.connection.protocol
        if protocol is not None and protocol.stream is not None:
            protocol.stream.close()
        self.connection.close()
