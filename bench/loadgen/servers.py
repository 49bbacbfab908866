"""The servers that are measured: how each is started on one core, and how it is talked to."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import secrets
import socket
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from tornado.httpclient import AsyncHTTPClient
from tornado.websocket import WebSocketClientConnection, websocket_connect

from bench.loadgen import descriptions
from bench.loadgen.descriptions import End
from media_core.engine import EngineReady, Source, TrackRef, View
from media_core.ids import MediaRoomId, MemberId
from media_core.remote import WorkerEngine

ROOT = Path(__file__).parent.parent.parent
SERVER_CORE, LOAD_CORE = 0, 1
START_LIMIT_S = 30.0
Ssrcs = Mapping[str, int]
"""Of a publisher's sound (``0``) and picture (``1``)."""


class Server(Protocol):
    """A process that forwards. ``mids`` are the names that a publisher's packets carry."""

    mids: tuple[str, str]

    async def start(self) -> int:
        """Start it; return its process id."""

    async def publish(self, number: int, end: End, ssrcs: Ssrcs) -> str:
        """Let publisher ``number`` in; return the server's description."""

    async def subscribe(self, number: int, end: End) -> str:
        """Let receiver ``number`` in, who gets everything; return the server's description."""

    async def stop(self) -> None: ...


async def _spawn(*command: str, env: Mapping[str, str] | None = None) -> asyncio.subprocess.Process:
    """Start a process on the server's core."""
    return await asyncio.create_subprocess_exec(
        *("taskset", "-c", str(SERVER_CORE)),
        *command,
        cwd=ROOT,
        env=None if env is None else {**os.environ, **env},
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )


async def _end(process: asyncio.subprocess.Process | None) -> None:
    if process is not None and process.returncode is None:
        process.terminate()
        try:
            await asyncio.wait_for(process.wait(), 10)
        except TimeoutError:
            process.kill()
            await process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


class Sala:
    """A media worker as production runs it."""

    mids = ("mic", "cam")
    _ROOM = MediaRoomId("room")

    def __init__(self, folder: Path) -> None:
        self._path = folder / f"sala-{secrets.token_hex(4)}.sock"
        self._process: asyncio.subprocess.Process | None = None
        self._engine: WorkerEngine | None = None
        self._tracks: list[TrackRef] = []

    async def start(self) -> int:
        self._process = await _spawn(sys.executable, "-m", "media_core.worker", "--socket", str(self._path))
        self._engine = WorkerEngine(self._path)
        ready = asyncio.Event()
        self._engine.listen(lambda event: ready.set() if isinstance(event, EngineReady) else None)
        await asyncio.wait_for(ready.wait(), START_LIMIT_S)
        await self._engine.open_room(self._ROOM)
        return self._process.pid

    async def publish(self, number: int, end: End, ssrcs: Ssrcs) -> str:
        member = MemberId(f"publisher{number}")
        track = TrackRef(member, Source.CAMERA)
        self._tracks.append(track)
        sources = frozenset({Source.MICROPHONE, Source.CAMERA})
        return await self._join(member, end, {"mic": ssrcs["0"], "cam": ssrcs["1"]}, sources, View())

    async def subscribe(self, number: int, end: End) -> str:
        stage = number % len(self._tracks)
        others = tuple(track for place, track in enumerate(self._tracks) if place != stage)
        view = View(self._tracks[stage], others, stage_height_px=720, thumbnail_height_px=180)
        return await self._join(MemberId(f"receiver{number}"), end, {}, frozenset(), view)

    async def _join(
        self, member: MemberId, end: End, sending: Mapping[str, int], gates: frozenset[Source], view: View
    ) -> str:
        assert self._engine is not None
        if gates:
            await self._engine.set_gates(self._ROOM, member, gates)
        offer = await self._engine.connect(self._ROOM, member)
        await self._engine.set_view(offer.transport, view)
        await self._engine.answer(offer.transport, descriptions.answer(offer.sdp, end, sending))
        return offer.sdp

    async def stop(self) -> None:
        if self._engine is not None:
            await self._engine.close()
        await _end(self._process)


class PlainAiortc:
    """The least a forwarder on aiortc can be: see ``plain_forwarder``."""

    mids = ("0", "1")

    def __init__(self, folder: Path) -> None:
        self._process: asyncio.subprocess.Process | None = None
        self._port = _free_port()
        self._publishers = 0

    async def start(self) -> int:
        self._process = await _spawn(sys.executable, "-m", "bench.loadgen.plain_forwarder", str(self._port))
        async with asyncio.timeout(START_LIMIT_S):
            while True:
                with contextlib.suppress(OSError):
                    _, writer = await asyncio.open_connection("127.0.0.1", self._port)
                    writer.close()
                    return self._process.pid
                await asyncio.sleep(0.1)

    async def publish(self, number: int, end: End, ssrcs: Ssrcs) -> str:
        self._publishers += 1
        return await self._post("/publish", descriptions.publish_offer(end, ssrcs))

    async def subscribe(self, number: int, end: End) -> str:
        offer = descriptions.subscribe_offer(end, sounds=self._publishers, pictures=self._publishers)
        return await self._post("/subscribe", offer)

    async def _post(self, path: str, sdp: str) -> str:
        client = AsyncHTTPClient(max_clients=64)
        url = f"http://127.0.0.1:{self._port}{path}"
        response = await client.fetch(url, method="POST", body=sdp, request_timeout=60)
        return response.body.decode()

    async def stop(self) -> None:
        await _end(self._process)


class Janus:
    """Janus' videoroom on one event loop, with the libsrtp in ``folder/tuned`` if that was built."""

    mids = ("0", "1")

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: asyncio.subprocess.Process | None = None
        self._port = _free_port()
        self._socket: WebSocketClientConnection | None = None
        self._waiting: dict[str, asyncio.Queue[dict[str, Any]]] = {}
        self._session = 0
        self._feeds: list[int] = []
        self._tasks: list[asyncio.Task[None]] = []

    @staticmethod
    def tuned(folder: Path) -> bool:
        return (folder / "tuned" / "libsrtp2.so.1").exists()

    async def start(self) -> int:
        configuration = self._folder / f"janus-{self._port}"
        configuration.mkdir(parents=True, exist_ok=True)
        for found in (Path(__file__).parent / "janus").glob("*.jcfg"):
            text = found.read_text().replace("@CONFIG_DIR@", str(configuration))
            text = text.replace("#EVENT_LOOPS#", "event_loops = 1").replace("8188", str(self._port))
            (configuration / found.name).write_text(text)
        env = {"LD_PRELOAD": str(self._folder / "libloshim.so")}
        if self.tuned(self._folder):
            env["LD_LIBRARY_PATH"] = str(self._folder / "tuned")
        self._process = await _spawn("janus", "-F", str(configuration), env=env)
        async with asyncio.timeout(START_LIMIT_S):
            while self._socket is None:
                try:
                    url = f"ws://127.0.0.1:{self._port}"
                    self._socket = await websocket_connect(url, subprotocols=["janus-protocol"])
                except OSError:
                    await asyncio.sleep(0.1)
        self._tasks.append(asyncio.create_task(self._read()))
        self._session = (await self._ask(janus="create"))["data"]["id"]
        self._tasks.append(asyncio.create_task(self._stay()))
        return self._process.pid

    async def publish(self, number: int, end: End, ssrcs: Ssrcs) -> str:
        handle = await self._attach()
        join = {"request": "join", "ptype": "publisher", "room": 1, "display": f"p{number}"}
        joined, _ = await self._message(handle, join)
        self._feeds.append(joined["id"])
        offer = {"type": "offer", "sdp": descriptions.publish_offer(end, ssrcs), "trickle": False}
        _, sdp = await self._message(handle, {"request": "publish"}, offer)
        return sdp

    async def subscribe(self, number: int, end: End) -> str:
        handle = await self._attach()
        streams = [{"feed": feed} for feed in self._feeds]
        join = {"request": "join", "ptype": "subscriber", "room": 1, "streams": streams}
        _, sdp = await self._message(handle, join)
        answer = {"type": "answer", "sdp": descriptions.answer(sdp, end, {}), "trickle": False}
        await self._message(handle, {"request": "start"}, answer)
        return sdp

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        if self._socket is not None:
            self._socket.close()
        await _end(self._process)

    async def _read(self) -> None:
        assert self._socket is not None
        while (text := await self._socket.read_message()) is not None:
            message = json.loads(text)
            waiting = self._waiting.get(message.get("transaction", ""))
            if waiting is not None:
                waiting.put_nowait(message)

    async def _stay(self) -> None:
        while True:
            await asyncio.sleep(20)
            await self._ask(janus="keepalive", session_id=self._session)

    async def _ask(self, *, until: tuple[str, ...] = ("success", "ack"), **message: Any) -> dict[str, Any]:
        assert self._socket is not None
        transaction = secrets.token_hex(6)
        answers = self._waiting[transaction] = asyncio.Queue()
        try:
            await self._socket.write_message(json.dumps({**message, "transaction": transaction}))
            while True:
                answer = await asyncio.wait_for(answers.get(), START_LIMIT_S)
                if answer["janus"] == "error":
                    raise RuntimeError(str(answer))
                if answer["janus"] in until:
                    return answer
        finally:
            del self._waiting[transaction]

    async def _attach(self) -> int:
        found = await self._ask(janus="attach", session_id=self._session, plugin="janus.plugin.videoroom")
        handle: int = found["data"]["id"]
        return handle

    async def _message(
        self, handle: int, body: dict[str, Any], jsep: dict[str, Any] | None = None
    ) -> tuple[dict[str, Any], str]:
        message: dict[str, Any] = {"session_id": self._session, "handle_id": handle, "body": body}
        if jsep is not None:
            message["jsep"] = jsep
        answer = await self._ask(until=("event",), janus="message", **message)
        told = answer["plugindata"]["data"]
        if "error" in told:
            raise RuntimeError(str(told))
        return told, answer.get("jsep", {}).get("sdp", "")


SERVERS: Mapping[str, type[Sala] | type[Janus] | type[PlainAiortc]] = {
    "sala": Sala,
    "janus": Janus,
    "plain": PlainAiortc,
}
