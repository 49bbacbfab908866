"""One simulated browser: a socket whose messages are stamped as they come and otherwise hardly read, so that the clients cost little."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any

from tornado.httpclient import HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

from media_core.bots import Bot


class Visitor:
    """
    A page of the tenders, or a seat in the room, of whoever holds a secret.

    ``at_s`` holds when the first message came that contains each of ``marks``, on the clock of ``time.monotonic``.
    """

    def __init__(self, url: str, path: str, secret: str, *, marks: tuple[str, ...] = ()) -> None:
        self.at_s: dict[str, float] = {}
        self.chat_s: dict[str, float] = {}
        self.media: Bot | None = None
        self.ended = asyncio.Event()
        self.welcomed = asyncio.Event()
        self._marks = marks
        self._offers: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._request = HTTPRequest(
            f"{url.replace('http', 'ws', 1)}{path}",
            headers={"Cookie": f"sala={secret}", "Origin": url},
            connect_timeout=60.0,
            request_timeout=60.0,
        )
        self._connection: WebSocketClientConnection | None = None
        self._commands = 0

    async def open(self) -> None:
        """Connect and say hello."""
        self._connection = await websocket_connect(self._request, on_message_callback=self._take)
        self.send(
            {"type": "hello", "device": "desktop", "tab": "tab-1", "since": None, "session": None, "transport": None}
        )

    def send(self, message: dict[str, Any]) -> None:
        if self._connection is not None:
            self._connection.write_message(json.dumps(message))

    def command(self, type_: str, **fields: Any) -> None:
        """Ask for something; the answer is passed over."""
        self._commands += 1
        self.send({"type": "command", "id": self._commands, "command": {"type": type_, **fields}})

    async def answer(self, *, picture: int | None, tone_hz: float | None) -> None:
        """Take the offer as a browser does: real ICE, DTLS and SRTP."""
        offer = await asyncio.wait_for(self._offers.get(), 60.0)
        self.media = await Bot(offer["sdp"], picture=picture, tone_hz=tone_hz).__aenter__()
        self.send({"type": "answer", "transport": offer["transport"], "sdp": self.media.answer})
        await self.media.connected(60.0)

    async def close(self) -> None:
        if self.media is not None:
            await self.media.__aexit__(None, None, None)
        if self._connection is not None:
            self._connection.close()

    def _take(self, raw: str | bytes | None) -> None:
        now_s = time.monotonic()
        if raw is None:
            self.ended.set()
            return
        text = raw if isinstance(raw, str) else raw.decode()
        for mark in self._marks:
            if mark in text:
                self.at_s.setdefault(mark, now_s)
        if "«m" in text:
            self.chat_s.setdefault(text.partition("«")[2].partition("»")[0], now_s)
        if not self.welcomed.is_set() and '"type":"welcome"' in text:
            message = json.loads(text)
            self.welcomed.set()
            if message.get("offer"):
                self._offers.put_nowait(message["offer"])
        elif text.startswith('{"type":"offer"'):
            self._offers.put_nowait(json.loads(text))
