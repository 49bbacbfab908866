"""
A media worker: the engine in a process of its own, served on a Unix socket.

``python -m media_core.worker --socket PATH --host H --port P [--announce A,B] [--announce-port P] [--no-tcp]``. The worker goes on forwarding while no client is linked; its
client is ``media_core.remote.WorkerEngine``, named here too for those who look for it.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gc
import logging
import os
import signal
import socket
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from media_core.engine import MediaConfig, MediaEvent
from media_core.errors import MediaError
from media_core.ids import MediaRoomId, MemberId, TransportId
from media_core.local import LocalEngine
from media_core.remote import WorkerEngine, read_message
from media_core.signaling import messages
from media_core.watchdog import watched

__all__ = ["WorkerEngine", "run_worker", "serve_engine"]

log = logging.getLogger(__name__)

GC_THRESHOLDS = (20_000, 20, 50)
"""A flush to hundreds of receivers makes hundreds of short-lived objects, and no cycles."""
EVENTS_AT_ONCE = 256
"""In one message: when a large room ends, there are thousands."""
MAX_WAITING_BYTES = 8 * 1024 * 1024
"""A client that leaves more unread than this hangs; it is cut off and may link anew."""


class Service:
    """Serves one engine to any number of clients; in practice one web process, or two for the moment of a restart."""

    def __init__(self, engine: LocalEngine) -> None:
        self._engine = engine
        self._loop = asyncio.get_running_loop()
        self._writers: set[asyncio.StreamWriter] = set()
        self._later: set[asyncio.Task[None]] = set()
        """Calls that wait for a disk, while others are answered: to mute somebody waits for nothing."""
        self._events: list[MediaEvent] = []
        """Of this turn of the loop, told together at its end: each write is a system call, and wakes a client."""
        engine.listen(self._note)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one client until it goes."""
        self._writers.add(writer)
        try:
            writer.write(messages.frame({"hello": {"fresh": not await self._engine.rooms()}}))
            while not writer.is_closing():
                message = await read_message(reader)
                if message["method"] in WAIT_FOR_DISK:
                    later = asyncio.create_task(self._reply(message, writer))
                    self._later.add(later)
                    later.add_done_callback(self._ended)
                else:
                    await self._reply(message, writer)
        except (OSError, EOFError, ValueError, KeyError, TypeError) as error:
            log.info("client_gone", extra={"fields": {"reason": type(error).__name__}})
        except asyncio.CancelledError:
            pass  # the worker ends; what asyncio would log of a cancelled connection says nothing more
        finally:
            self._writers.discard(writer)
            writer.close()

    def close(self) -> None:
        self._tell()
        for writer in tuple(self._writers):
            writer.close()

    async def _reply(self, message: Mapping[str, Any], writer: asyncio.StreamWriter) -> None:
        answer = messages.frame(await self._answer(message))
        self._tell()  # what happened before the answer comes before it
        if not writer.is_closing():
            writer.write(answer)
            await writer.drain()

    def _ended(self, later: asyncio.Task[None]) -> None:
        self._later.discard(later)
        if not later.cancelled() and (error := later.exception()) is not None:
            log.info("answer_lost", extra={"fields": {"reason": type(error).__name__}})

    async def _answer(self, message: Mapping[str, Any]) -> dict[str, Any]:
        number, method = message["call"], CALLS[message["method"]]
        try:
            return {"result": number, "value": await method(self._engine, message["arguments"])}
        except MediaError as error:
            return {"result": number, **messages.error_to_wire(error)}

    def _note(self, event: MediaEvent) -> None:
        if not self._writers:
            return
        if not self._events:
            self._loop.call_soon(self._tell)
        self._events.append(event)

    def _tell(self) -> None:
        events, self._events = self._events, []
        if not events:
            return
        parts = [events[first : first + EVENTS_AT_ONCE] for first in range(0, len(events), EVENTS_AT_ONCE)]
        framed = b"".join(messages.frame({"events": [messages.event_to_wire(each) for each in part]}) for part in parts)
        for writer in tuple(self._writers):
            if writer.is_closing():  # it was let go, and its end comes in one of the next turns
                self._writers.discard(writer)
            elif writer.transport.get_write_buffer_size() > MAX_WAITING_BYTES:
                self._writers.discard(writer)
                writer.transport.abort()
            else:
                writer.write(framed)


# --- calls ------------------------------------------------------------------------------------------------------------

Call = Callable[[LocalEngine, Mapping[str, Any]], Awaitable[Any]]


async def _rooms(engine: LocalEngine, _: Mapping[str, Any]) -> Any:
    return messages.rooms_to_wire(await engine.rooms())


async def _metrics(engine: LocalEngine, _: Mapping[str, Any]) -> Any:
    return await engine.metrics()


async def _open_room(engine: LocalEngine, given: Mapping[str, Any]) -> None:
    await engine.open_room(MediaRoomId(given["room"]))


async def _close_room(engine: LocalEngine, given: Mapping[str, Any]) -> None:
    await engine.close_room(MediaRoomId(given["room"]))


async def _connect(engine: LocalEngine, given: Mapping[str, Any]) -> Any:
    return asdict(await engine.connect(MediaRoomId(given["room"]), MemberId(given["member"]), sends=given["sends"]))


async def _accept(engine: LocalEngine, given: Mapping[str, Any]) -> Any:
    return asdict(await engine.accept(MediaRoomId(given["room"]), MemberId(given["member"]), given["sdp"]))


async def _answer(engine: LocalEngine, given: Mapping[str, Any]) -> None:
    await engine.answer(TransportId(given["transport"]), given["sdp"])


async def _set_gates(engine: LocalEngine, given: Mapping[str, Any]) -> None:
    gates = messages.sources_from_wire(given["gates"])
    await engine.set_gates(MediaRoomId(given["room"]), MemberId(given["member"]), gates)


async def _set_view(engine: LocalEngine, given: Mapping[str, Any]) -> None:
    await engine.set_view(TransportId(given["transport"]), messages.view_from_wire(given["view"]))


async def _set_downlink(engine: LocalEngine, given: Mapping[str, Any]) -> None:
    await engine.set_downlink(TransportId(given["transport"]), given["bps"])


async def _disconnect(engine: LocalEngine, given: Mapping[str, Any]) -> None:
    await engine.disconnect(MediaRoomId(given["room"]), MemberId(given["member"]))


async def _start_tape(engine: LocalEngine, given: Mapping[str, Any]) -> None:
    await engine.start_tape(MediaRoomId(given["room"]), given["folder"])


async def _set_tape(engine: LocalEngine, given: Mapping[str, Any]) -> None:
    sources = messages.sources_from_wire(given["sources"])
    await engine.set_tape(MediaRoomId(given["room"]), MemberId(given["member"]), sources)


async def _stop_tape(engine: LocalEngine, given: Mapping[str, Any]) -> None:
    await engine.stop_tape(MediaRoomId(given["room"]))


CALLS: Mapping[str, Call] = {
    "rooms": _rooms,
    "metrics": _metrics,
    "open_room": _open_room,
    "close_room": _close_room,
    "connect": _connect,
    "accept": _accept,
    "answer": _answer,
    "set_gates": _set_gates,
    "set_view": _set_view,
    "set_downlink": _set_downlink,
    "disconnect": _disconnect,
    "start_tape": _start_tape,
    "set_tape": _set_tape,
    "stop_tape": _stop_tape,
}


WAIT_FOR_DISK = frozenset({"start_tape", "stop_tape"})


# --- process ----------------------------------------------------------------------------------------------------------


def _bind_unix(path: Path) -> socket.socket:
    """Bind a socket that only its owner may open; one that a dead worker left behind is replaced."""
    with contextlib.suppress(FileNotFoundError):
        path.unlink()
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    mask = os.umask(0o177)
    try:
        listening.bind(str(path))
    finally:
        os.umask(mask)
    return listening


async def serve_engine(path: Path, config: MediaConfig, stop: asyncio.Event) -> None:
    """Run an engine and serve it at ``path`` until ``stop``; raises ``OSError`` if path or port cannot be had."""
    engine = await LocalEngine.start(config)
    gc.collect()
    gc.freeze()  # what was imported stays for good: no collection needs to walk through it while media waits
    gc.set_threshold(*GC_THRESHOLDS)
    service = Service(engine)
    server = await asyncio.start_unix_server(service.serve, sock=_bind_unix(path))
    log.info("media_worker_ready", extra={"fields": {"udp_port": engine.address[1]}})
    try:
        async with watched():
            await stop.wait()
    finally:
        server.close()
        service.close()
        await engine.close()
        with contextlib.suppress(FileNotFoundError):
            path.unlink()


def run_worker(path: Path, config: MediaConfig) -> None:
    """Be a media worker until SIGTERM or SIGINT."""

    async def run() -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        await serve_engine(path, config, stop)

    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        runner.run(run())


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop
    except ImportError:  # not on every system; the standard loop does the same, a little slower
        return None
    return uvloop.new_event_loop


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m media_core.worker", description="Run one media worker of Sala.")
    parser.add_argument("--socket", type=Path, required=True, help="Unix socket to serve on")
    parser.add_argument("--host", default="127.0.0.1", help="address of the media port; :: for IPv4 and IPv6")
    parser.add_argument("--port", type=int, default=0, help="UDP and TCP port; 0 lets the system choose")
    parser.add_argument("--announce", default="", help="addresses put into candidates, separated by commas")
    parser.add_argument("--announce-port", type=int, default=0, help="port put into candidates; 0: the one bound")
    parser.add_argument("--no-tcp", action="store_true", help="take no TCP connections")
    given = parser.parse_args()
    logging.basicConfig(level=logging.INFO)
    announced = tuple(filter(None, (part.strip() for part in given.announce.split(","))))
    run_worker(given.socket, MediaConfig(given.host, given.port, announced, given.announce_port, tcp=not given.no_tcp))


if __name__ == "__main__":
    main()
