"""``Guest``: somebody with a browser in the demo room: uploads, reads, and listens on the socket."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import httpx

from tests.apps.visit import Tab, Visit

if TYPE_CHECKING:
    from apps.single import Sala

BASE = "/r/demo/presentations"
PATIENCE_S = 90.0


class Guest:
    """``token`` goes with every change; ``tab`` is ``None`` until ``join``."""

    def __init__(self, visit: Visit, token: str) -> None:
        self.visit, self.token = visit, token
        self.tab: Tab | None = None
        self.welcome: dict[str, Any] = {}
        self.passed: list[dict[str, Any]] = []
        """What came while an answer was waited for."""
        self._commands = 0

    async def join(self) -> dict[str, Any]:
        """Open the socket and be seated; return the welcome."""
        self.tab = await self.visit.socket("demo")
        first = await self.tab.hello()
        self.welcome = first if first["type"] == "welcome" else await self.tab.until("welcome")
        return self.welcome

    async def ask(self, type_: str, **fields: Any) -> dict[str, Any]:
        """Send a command; return ``done`` or ``denied``. What comes before it is ``passed``."""
        assert self.tab is not None
        self._commands += 1
        await self.tab.send({"type": "command", "id": self._commands, "command": {"type": type_, **fields}})
        while (message := await self.tab.next())["type"] not in ("done", "denied"):
            self.passed.append(message)
        return message

    async def told_of_presentation(self) -> dict[str, Any]:
        """Return what is told next of a presentation, or was told while an answer was waited for."""
        assert self.tab is not None
        told = next((message for message in self.passed if message["type"] == "presentation"), None)
        if told is None:
            told = await self.tab.until("presentation")
        else:
            self.passed.remove(told)
        found: dict[str, Any] = told["presentation"]
        return found

    async def event(self, type_: str) -> dict[str, Any]:
        """Return the next event of a type."""
        assert self.tab is not None
        while True:
            message = await self.tab.until("events")
            for event in message["events"]:
                if event["type"] == type_:
                    found: dict[str, Any] = event
                    return found

    async def get(self, path: str = "", **headers: str) -> httpx.Response:
        return await self.visit.http.get(BASE + path, headers=headers)

    async def change(self, path: str, **values: Any) -> httpx.Response:
        return await self.visit.http.post(BASE + path, json=values, headers={"X-Xsrftoken": self.token})

    async def upload(self, content: bytes, name: str = "file", **headers: str) -> httpx.Response:
        given = {"X-Xsrftoken": self.token, "X-Sala-Name": quote(name), **headers}
        return await self.visit.http.post(BASE, content=content, headers=given)

    async def prepared(self, content: bytes, name: str = "file") -> dict[str, Any]:
        """Upload, and wait until the file is prepared or refused; return the last item."""
        answer = await self.upload(content, name)
        if answer.status_code != 201:
            return {"state": "failed", "code": answer.json()["error"], **answer.json()}
        return await self.settled(answer.json()["presentation"])

    async def settled(self, presentation: str) -> dict[str, Any]:
        ends_at_s = time.monotonic() + PATIENCE_S
        while time.monotonic() < ends_at_s:
            item: dict[str, Any] = (await self.get(f"/{presentation}")).json()
            if item["state"] not in ("waiting", "converting"):
                return item
            await asyncio.sleep(0.05)
        raise TimeoutError(f"{presentation} is {item['state']} after {PATIENCE_S:.0f} s")


@asynccontextmanager
async def guest(sala: Sala, name: str = "Maria Moderator") -> AsyncIterator[Guest]:
    """Give somebody who exchanged their link of the demo room."""
    async with Visit(sala.url) as visit:
        room = await visit.enter(sala.demo_links[name])
        yield Guest(visit, await visit.token(room))
