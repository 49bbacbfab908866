"""``Visit``: what a browser does without scripts: keeps cookies, fills in forms, opens sockets."""

from __future__ import annotations

import json
import re
from types import TracebackType
from typing import Any

import httpx
from tornado.httpclient import HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect


class Visit:
    """One browser: its cookies, and the requests it makes."""

    def __init__(self, url: str, **headers: str) -> None:
        self.url = url
        self.http = httpx.AsyncClient(base_url=url, headers=headers, timeout=30.0)

    async def __aenter__(self) -> Visit:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
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

    async def socket(self, slug: str = "demo", **headers: str) -> Tab:
        """Open the room's socket as the portal's page does."""
        given = {
            "Cookie": self.cookie_header,
            "Origin": self.url,
            **{key.replace("_", "-"): value for key, value in headers.items()},
        }
        wanted = {key: value for key, value in given.items() if value}
        url = f"{self.url.replace('http', 'ws', 1)}/ws/room/{slug}"
        return Tab(await websocket_connect(HTTPRequest(url, headers=wanted)))


class Tab:
    """One tab's socket."""

    def __init__(self, connection: WebSocketClientConnection) -> None:
        self.connection = connection

    async def send(self, message: dict[str, Any] | str) -> None:
        await self.connection.write_message(message if isinstance(message, str) else json.dumps(message))

    async def hello(self, **fields: Any) -> dict[str, Any]:
        """Say hello and return the first message that comes."""
        hello = {"type": "hello", "device": "desktop", "tab": "t1", "since": None, "session": None, "transport": None}
        await self.send({**hello, **fields})
        return await self.next()

    async def next(self) -> dict[str, Any]:
        """Return the next message. Fails if the socket is closed."""
        raw = await self.connection.read_message()
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
        while await self.connection.read_message() is not None:
            pass
        code: int | None = self.connection.close_code
        return code

    def close(self, code: int = 1000) -> None:
        self.connection.close(code)
