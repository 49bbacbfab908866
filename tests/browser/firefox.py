"""
Real Firefox with its own fake devices, led by WebDriver BiDi (W3C), which it speaks itself: no driver program is needed.

Its camera changes colour all the time, its microphone is a tone. Debian's has no H.264: Mozilla's plugin for it is fetched from the network.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import re
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tornado.websocket import WebSocketClientConnection, websocket_connect

from tests.browser.chromium import PATIENCE_S
from tests.waiting import until_async

TONE_HZ = 1100
PREFERENCES = {
    "media.navigator.streams.fake": True,
    "media.navigator.permission.disabled": True,
    "media.navigator.audio.fake_frequency": TONE_HZ,
    "media.autoplay.default": 0,
    "media.peerconnection.ice.loopback": True,
    "remote.active-protocols": 1,  # BiDi
    "app.update.enabled": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
}
_LISTENS = re.compile(rb"WebDriver BiDi listening on (ws://\S+)")


def firefox_path() -> str | None:
    """Return an installed Firefox."""
    return shutil.which("firefox-esr") or shutil.which("firefox")


class FirefoxPage:
    """The only page. ``evaluate`` takes what Playwright's does, so that what reads its pages reads this one too."""

    def __init__(self, socket: WebSocketClientConnection) -> None:
        self._socket = socket
        self._numbers = itertools.count(1)
        self._context = ""

    async def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Call a method of BiDi; raises ``RuntimeError`` with what Firefox says."""
        number = next(self._numbers)
        await self._socket.write_message(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            said = await self._socket.read_message()
            if said is None:
                raise RuntimeError("Firefox is gone")
            answer = json.loads(said)
            if answer.get("id") == number:
                if answer["type"] == "error":
                    raise RuntimeError(f"{method}: {answer['message']}")
                result: dict[str, Any] = answer["result"]
                return result

    async def open(self) -> None:
        await self.call("session.new", capabilities={})
        self._context = (await self.call("browsingContext.getTree"))["contexts"][0]["context"]

    async def goto(self, url: str) -> None:
        await self.call("browsingContext.navigate", context=self._context, url=url, wait="complete")

    async def evaluate(self, expression: str, argument: Any = None) -> Any:
        """Return the JSON value of an expression, or of a function called with an argument."""
        wrapped = f"""(async () => {{
          const found = ({expression});
          const value = await (typeof found === 'function' ? found({json.dumps(argument)}) : found);
          return JSON.stringify(value ?? null);
        }})()"""
        answer = await self.call(
            "script.evaluate",
            expression=wrapped,
            target={"context": self._context},
            awaitPromise=True,
            userActivation=True,  # as if pressed: sound begins only then
        )
        if answer["type"] == "exception":
            raise RuntimeError(answer["exceptionDetails"]["text"])
        return json.loads(answer["result"]["value"])

    async def click(self, selector: str) -> None:
        """Press what a selector names as soon as it is there, visible and not disabled."""
        press = """(selector) => {
          const button = document.querySelector(selector);
          if (!button || button.disabled || !button.getClientRects().length) return false;
          button.click();
          return true;
        }"""
        await until_async(lambda: self._tried(press, selector), timeout_s=PATIENCE_S, what=selector)

    async def until(self, expression: str, what: str = "") -> None:
        """Wait until an expression is true."""
        await until_async(lambda: self._tried(expression, None), timeout_s=PATIENCE_S, what=what or expression)

    async def _tried(self, expression: str, argument: Any) -> bool:
        try:
            return bool(await self.evaluate(expression, argument))
        except RuntimeError:  # the page is being replaced by another
            return False


@contextlib.asynccontextmanager
async def firefox() -> AsyncIterator[FirefoxPage]:
    """Start one with a profile of its own, and its only page."""
    path = firefox_path()
    assert path is not None
    with TemporaryDirectory(prefix="sala-firefox-") as home:
        lines = (f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in PREFERENCES.items())
        (Path(home) / "user.js").write_text("\n".join(lines))
        process = await asyncio.create_subprocess_exec(
            *(path, "--headless", "--no-remote", "--profile", home, "--remote-debugging-port", "0"),
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
            env={"HOME": home, "PATH": "/usr/bin:/bin"},
        )
        reading: asyncio.Task[None] | None = None
        try:
            address = await _address(process)
            socket = await websocket_connect(address, connect_timeout=PATIENCE_S, max_message_size=2**26)
            reading = asyncio.create_task(_drain(process), name="firefox-stderr")
            try:
                page = FirefoxPage(socket)
                await page.open()
                yield page
                with contextlib.suppress(RuntimeError):
                    await page.call("browser.close")
            finally:
                socket.close()
        finally:
            if process.returncode is None:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(process.wait(), 30)
            if process.returncode is None:
                process.kill()
                await process.wait()
            if reading is not None:
                await reading


async def _address(process: asyncio.subprocess.Process) -> str:
    assert process.stderr is not None
    async with asyncio.timeout(PATIENCE_S):
        async for line in process.stderr:
            if found := _LISTENS.search(line):
                return f"{found[1].decode()}/session"
    raise RuntimeError("Firefox ended at once")


async def _drain(process: asyncio.subprocess.Process) -> None:
    assert process.stderr is not None
    async for _line in process.stderr:
        pass
