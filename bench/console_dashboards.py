"""
Dashboards without a browser, in a process of their own, for ``bench_console``: they load the console's page, speak Bokeh's protocol, say that the document and each
part are ready as BokehJS does, and read all that is sent.

Standard input: ``open N`` has N of them open in total; an empty line ends a stretch and has one line of JSON printed.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Any

from tornado.httpclient import AsyncHTTPClient, HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

LIMIT_S = 60.0
TOGETHER = 2  # pages that are opened at once; people do not all come in one second
PART = "ReactiveESM"
LIVE_PARTS = 10  # as many parts as this, and the live page is there and not only the left panel
DECIDED = re.compile(r'\\"decided_at_s\\": ([0-9.]+)')  # inside a JSON string


class Dashboard:
    """One open page; use it as ``async with``. ``delays_ms`` has, for each message with changes, how long after their decision it was here."""

    def __init__(self, url: str, cookie: str, place: str) -> None:
        self._url, self._cookie, self._place = url, cookie, place
        self._ready: set[str] = set()
        self.bytes_read = 0
        self.delays_ms: list[float] = []
        self.shows = asyncio.Event()

    async def __aenter__(self) -> Dashboard:
        headers = {"Cookie": self._cookie}
        page = await AsyncHTTPClient().fetch(f"{self._url}/console", headers=headers, request_timeout=LIMIT_S)
        token = re.search(r'"token":"([^"]+)"', page.body.decode())
        if token is None:
            raise RuntimeError("the console's page holds no token: is this browser signed in?")
        headers["Origin"] = self._url
        request = HTTPRequest(f"{self._url.replace('http', 'ws')}/console/ws", headers=headers, connect_timeout=LIMIT_S)
        self._socket = await websocket_connect(request, subprotocols=["bokeh", token[1]])
        await self._socket.read_message()  # before the server has acknowledged, it takes nothing
        self._reading = asyncio.create_task(self._read(self._socket), name="dashboard")
        await self._say("PULL-DOC-REQ", {})
        await self._event("document_ready", {})  # until then Panel keeps changes back
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._reading.cancel()
        await asyncio.wait([self._reading])
        self._socket.close()

    async def _read(self, socket: WebSocketClientConnection) -> None:
        while (frame := await socket.read_message()) is not None:
            self.bytes_read += len(frame)
            if not isinstance(frame, str) or len(frame) < 100:
                continue
            decided = DECIDED.search(frame)
            if decided and float(decided[1]):
                self.delays_ms.append((time.time() - float(decided[1])) * 1000)
            elif PART in frame:
                for part in _parts(json.loads(frame)):
                    await self._greet(part)

    async def _greet(self, part: Mapping[str, Any]) -> None:
        if part["id"] in self._ready:
            return
        self._ready.add(part["id"])
        await self._tell(part["id"], "ready", 0)
        if "ALIVE_EVERY_MS" in str(part["attributes"].get("esm", "")):  # the left panel begins the page
            start = {"type": "map", "entries": [["go", self._place], ["zone", "UTC"]]}
            await self._tell(part["id"], "start", start)
        elif len(self._ready) > LIVE_PARTS:
            self.shows.set()

    async def _tell(self, part: str, key: str, value: object) -> None:
        sent = {"type": "map", "entries": [[key, value]]}
        await self._event("data_event", {"model": {"id": part}, "data": sent})

    async def _event(self, name: str, values: Mapping[str, Any]) -> None:
        message = {"type": "event", "name": name, "values": {"type": "map", "entries": list(values.items())}}
        event = {"kind": "MessageSent", "msg_type": "bokeh_event", "msg_data": message}
        await self._say("PATCH-DOC", {"events": [event]})

    async def _say(self, kind: str, content: object) -> None:
        for fragment in ({"msgid": uuid.uuid4().hex, "msgtype": kind}, {}, content):
            await self._socket.write_message(json.dumps(fragment))


def _parts(value: object) -> Iterator[Mapping[str, Any]]:
    """Find the parts that a document or a patch brings."""
    if isinstance(value, dict):
        if PART in str(value.get("name", "")) and "id" in value and "attributes" in value:
            yield value
        for inner in value.values():
            yield from _parts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _parts(inner)


async def main(url: str, cookie: str, place: str) -> None:
    """Do what standard input says until it ends."""
    async with AsyncExitStack() as stack:
        pages: list[Dashboard] = []
        while line := await asyncio.to_thread(sys.stdin.readline):
            if line.startswith("open "):
                while len(pages) < int(line.split()[1]):
                    new = [
                        Dashboard(url, cookie, place) for _ in range(min(TOGETHER, int(line.split()[1]) - len(pages)))
                    ]
                    await asyncio.gather(*(stack.enter_async_context(one) for one in new))
                    async with asyncio.timeout(LIMIT_S):
                        await asyncio.gather(*(one.shows.wait() for one in new))
                    pages += new
            delays_ms = [delay for page in pages for delay in page.delays_ms]
            print(json.dumps({"delays_ms": delays_ms, "bytes": sum(page.bytes_read for page in pages)}), flush=True)
            for page in pages:
                page.delays_ms, page.bytes_read = [], 0


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:4]))
