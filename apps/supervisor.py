"""
The process tree: one web process, one console process, one media worker or several. What dies is started again.

A restart of one touches no other: the media worker goes on forwarding while the web process is away, and a console restart is noticed
by nobody in a conference. A child gets the settings as one JSON line on its standard input and takes the end of that input as the
death of the supervisor, so that nothing is left behind whatever ends it.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import hashlib
import json
import logging
import os
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tornado.httpclient import AsyncHTTPClient, HTTPClientError

from apps.ports import any_port, expect_free
from apps.settings import Settings

log = logging.getLogger(__name__)

RESTART_DELAYS_S: tuple[float, ...] = (
    0.0,
    0.5,
    1.0,
    2.0,
    5.0,
)  # the last repeats; a child that lives STEADY_AFTER_S starts over
STEADY_AFTER_S = 10.0
SPARE_AFTER_S = 5.0  # a start on a small machine is not slowed down by a second one
STOP_LIMIT_S = 4.0  # design: SIGTERM ends everything within 5 s
STOP_LOOK_S = 0.1
READY_LIMIT_S = 60.0  # importing Panel on a small, busy machine takes a while
READY_LOOK_MOST_S = 1.0  # what one look counts: a machine that stood still for longer got nothing ready
SOCKET_PATH_MAX_BYTES = 100  # sockaddr_un holds 108 with its end


class StartProblem(Exception):
    """Sala cannot start; the message is for the person at the terminal."""


def resolve(settings: Settings) -> Settings:
    """
    Return the settings with real ports and an absolute home.

    Raises:
        StartProblem: If a port is taken or the home folder cannot be made.
    """
    home = settings.home.expanduser().resolve()
    try:
        for folder in (home, home / "run", home / "keys"):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise StartProblem(
            f"the home folder {home} cannot be made: {error.strerror}; choose another with --home"
        ) from error
    taken: dict[str, Any] = {"home": home, "media_port": _media_port(settings)}
    chosen = list(range(taken["media_port"], taken["media_port"] + settings.media_workers))
    for name, option in (("port", "--port"), ("console_port", "--console-port")):
        wanted = getattr(settings, name)
        if wanted:
            _expect_free(settings.host, wanted, socket.SOCK_STREAM, option)
        taken[name] = wanted or _any_port(settings.host, option, socket.SOCK_STREAM, but=chosen)
        chosen.append(taken[name])
    return settings.model_copy(update=taken)


def _media_port(settings: Settings) -> int:
    """Return the port of the first media worker; those after it are free for the others."""
    host, first, option = settings.media_host or settings.host, settings.media_port, "--media-port"
    workers = settings.media_workers
    if not first:
        return _any_port(host, option, socket.SOCK_DGRAM, socket.SOCK_STREAM, in_a_row=workers)
    for port in range(first, first + workers):
        _expect_free(host, port, socket.SOCK_DGRAM, option)
    return first


def _any_port(host: str, option: str, *kinds: socket.SocketKind, in_a_row: int = 1, but: Collection[int] = ()) -> int:
    try:
        return any_port(host, *kinds, in_a_row=in_a_row, but=but)
    except OSError as error:
        raise StartProblem(f"no port of {host} can be used: {error.strerror}; choose one with {option}") from error


def _expect_free(host: str, port: int, kind: socket.SocketKind, option: str) -> None:
    try:
        expect_free(host, port, kind)
    except (OSError, OverflowError) as error:
        why = getattr(error, "strerror", None) or error
        raise StartProblem(f"{host}:{port} cannot be used: {why}; choose another with {option}") from error


@contextlib.contextmanager
def home_lock(home: Path) -> Iterator[None]:
    """
    Hold the home folder for one supervisor.

    Raises:
        StartProblem: If another Sala runs on it.
    """
    with open(os.open(home / "run" / "supervisor.lock", os.O_CREAT | os.O_RDWR, 0o600), "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise StartProblem(
                f"another Sala runs on {home}; stop it first, or choose another folder with --home"
            ) from error
        yield


def media_socket(home: Path, number: int = 0) -> Path:
    """Return the path of a media worker's Unix socket: below home, or in /tmp where that path would be too long."""
    path = home / "run" / f"media-{number}.sock"
    if len(os.fsencode(path)) <= SOCKET_PATH_MAX_BYTES:
        return path
    folder = Path("/tmp") / f"sala-{os.getuid()}-{hashlib.sha256(os.fsencode(home)).hexdigest()[:16]}"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder / path.name


def media_children(settings: Settings) -> list[str]:
    """Return the names of the media workers: ``media``, ``media-1``, and so on."""
    return ["media", *(f"media-{number}" for number in range(1, settings.media_workers))]


@dataclass(slots=True)
class Child:
    """
    One process of the tree, started again whenever it ends by itself.

    With ``keeps_spare`` a second one waits beside it, everything imported, for its settings: a restart then takes a fraction of a second
    instead of some 3 s (8 s on a busy machine), for about 100 MB.
    """

    name: str
    settings_line: bytes
    announcements: asyncio.Queue[dict[str, Any]]
    keeps_spare: bool = False
    restarts: int = 0
    process: asyncio.subprocess.Process | None = field(default=None, init=False)
    _spare: asyncio.subprocess.Process | None = field(default=None, init=False)
    _stopping: bool = field(default=False, init=False)

    async def run(self) -> None:
        """Keep the process running until ``stop``."""
        failures = 0
        while not self._stopping:
            started_s = time.monotonic()
            code = await self._run_once()
            if self._stopping:
                return
            failures = 0 if time.monotonic() - started_s > STEADY_AFTER_S else failures + 1
            delay_s = RESTART_DELAYS_S[min(failures, len(RESTART_DELAYS_S) - 1)]
            self.restarts += 1
            log.warning("child_restarts", extra={"fields": {"child": self.name, "exit_code": code, "delay_s": delay_s}})
            await asyncio.sleep(delay_s)

    async def _run_once(self) -> int:
        spare, self._spare = self._spare, None
        self.process = process = spare if spare and spare.returncode is None else await self._spawn()
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(self.settings_line)
        log.info("child_started", extra={"fields": {"child": self.name, "pid": process.pid}})
        preparing = asyncio.create_task(self._prepare_spare(), name=f"spare-{self.name}")
        try:
            async for line in process.stdout:
                with contextlib.suppress(ValueError):
                    self.announcements.put_nowait({"child": self.name, **json.loads(line)})
            return await process.wait()
        finally:
            preparing.cancel()
            await asyncio.wait([preparing])

    async def _spawn(self) -> asyncio.subprocess.Process:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            str(Path(__file__).parent.parent / "serve.py"),
            f"--child={self.name}",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        if self._stopping:  # ``stop`` did not see it; it has no settings yet, and so nothing to end
            process.kill()
        return process

    async def _prepare_spare(self) -> None:
        if self.keeps_spare:
            await asyncio.sleep(SPARE_AFTER_S)
            self._spare = await self._spawn()

    async def stop(self) -> None:
        """Ask the process, and its spare, to end; make them end after ``STOP_LIMIT_S``."""
        self._stopping = True
        await asyncio.gather(*(self._end(process) for process in (self.process, self._spare) if process is not None))

    async def _end(self, process: asyncio.subprocess.Process) -> None:
        if process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        if not await _ends(process):
            log.error("child_killed", extra={"fields": {"child": self.name}})
            process.kill()
            await process.wait()


async def _ends(process: asyncio.subprocess.Process) -> bool:
    """Wait ``STOP_LIMIT_S`` for an end. It counts looks, not the time: while the machine stood still nobody could end."""
    ending = asyncio.ensure_future(process.wait())
    try:
        for _ in range(round(STOP_LIMIT_S / STOP_LOOK_S)):
            await asyncio.wait({ending}, timeout=STOP_LOOK_S)
            if ending.done():
                return True
        return False
    finally:
        ending.cancel()


@contextlib.asynccontextmanager
async def running(children: Sequence[Child]) -> AsyncIterator[None]:
    """Keep the children running inside the block; end them all together when it ends."""
    tasks = [asyncio.create_task(child.run(), name=f"child-{child.name}") for child in children]
    try:
        yield
    finally:
        await asyncio.gather(*(child.stop() for child in children))
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)


async def answers(url: str) -> bool:
    """Whether a health page says 200 now."""
    try:
        response = await AsyncHTTPClient().fetch(url, request_timeout=5.0, raise_error=False)
    except (OSError, HTTPClientError):
        return False
    return response.code == 200


def local_url(host: str, port: int) -> str:
    """Return the URL at which this machine reaches a port bound to ``host``."""
    if host in ("0.0.0.0", "::", ""):
        host = "127.0.0.1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


async def supervise(settings: Settings) -> int:
    """
    Run Sala until SIGTERM or SIGINT, and return the exit code.

    Raises:
        StartProblem: If it cannot start.
    """
    settings = resolve(settings)
    with home_lock(settings.home):
        announcements: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        line = settings.to_json().encode() + b"\n"
        workers = media_children(settings)
        children = [
            Child(name, line, announcements, keeps_spare=name in (*workers, "web"))
            for name in (*workers, "web", "console", "jobs")
        ]
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        async with running(children):
            ready = asyncio.create_task(_say_when_ready(settings, announcements), name="ready")
            stopped = asyncio.create_task(stop.wait(), name="stopped")
            await asyncio.wait({ready, stopped}, return_when=asyncio.FIRST_COMPLETED)
            failed = ready.done() and not ready.cancelled() and not ready.result()
            if not failed:
                await stopped
            for task in (ready, stopped):
                task.cancel()
            await asyncio.wait({ready, stopped})
        return 1 if failed else 0


async def _say_when_ready(settings: Settings, announcements: asyncio.Queue[dict[str, Any]]) -> bool:
    pages = (
        f"{local_url(settings.host, settings.port)}/readyz",
        f"{local_url(settings.host, settings.console_port)}/healthz",
    )
    waited_s = 0.0
    for page in pages:
        asked_s = time.monotonic()
        while not await answers(page):
            now_s = time.monotonic()
            waited_s += min(now_s - asked_s, READY_LOOK_MOST_S)
            asked_s = now_s
            if waited_s > READY_LIMIT_S:
                print(
                    f"Sala did not get ready within {READY_LIMIT_S:.0f} s: {page} does not answer with 200.",
                    file=sys.stderr,
                    flush=True,
                )
                return False
            await asyncio.sleep(0.1)
    print(f"Sala is ready: {local_url(settings.host, settings.port)}/", flush=True)
    while not announcements.empty():
        for text in announcements.get_nowait().get("say", ()):
            print(text, flush=True)
    return True
