"""
All WebSockets of the portal: how many, who is silent, whose sign-in ended.

One watch goes over them each second. It pings, it gives up those that fell silent, and it asks from time to time whether their right
still stands. Tornado's own ping is not used: its time-out can't be longer than its interval, and it tells of a dead socket five
seconds late, because it waits for the answer to a close frame that nobody reads.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Protocol

from apps.ratelimit import address_key, is_loopback
from data.ids import PersonId

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SocketLimits:
    """Sizes and times of the portal's sockets; a test passes its own."""

    total: int = 500
    per_address: int = 20  # this machine itself is exempt: demos, tests, a proxy in front that tells no addresses
    hello_s: float = 5.0
    ping_s: float = 4.0
    silent_s: float = 9.0  # a vanished browser shows as reconnecting within 10 s; two pings may get lost before
    check_s: float = 45.0  # how old the look at a sign-in may get; the promise is 60 s
    tick_s: float = 1.0
    message_bytes: int = 64 * 1024
    queue_bytes: int = 1024 * 1024
    queue_messages: int = 500
    messages_per_s: float = 20.0
    messages_burst: float = 60.0
    refused_messages: int = 40  # messages too many or unusable, before the socket is closed


class OpenSocket(Protocol):
    """What the register needs of a socket."""

    heard_s: float
    pinged_s: float
    checked_s: float

    @property
    def ip(self) -> str: ...

    @property
    def secret_hash(self) -> str: ...

    @property
    def person(self) -> PersonId: ...

    def send_ping(self) -> None: ...

    def lost(self, why: str) -> None:
        """Nothing comes from it any more; drop it without a farewell."""

    def refuse(self, code: str, close_code: int) -> None:
        """Tell the browser why and close."""

    def go_away(self) -> None:
        """The server ends; the browser shall come again."""

    async def still_allowed(self) -> bool:
        """Look the right up again."""


class Link(Protocol):
    """A console process's socket: not counted and not watched here, only ended with the rest."""

    def go_away(self) -> None: ...


class Sockets:
    """The open sockets of one web process."""

    def __init__(self, limits: SocketLimits | None = None, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.limits = limits or SocketLimits()
        self.monotonic = monotonic
        self._open: set[OpenSocket] = set()
        self._of_address: Counter[str] = Counter()
        self.links: set[Link] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._checking = False

    def __len__(self) -> int:
        return len(self._open)

    def has_place(self, ip: str) -> bool:
        """Say whether one more socket from an address is within the limits."""
        if len(self._open) >= self.limits.total:
            return False
        return is_loopback(ip) or self._of_address[address_key(ip)] < self.limits.per_address

    def add(self, socket: OpenSocket) -> None:
        socket.heard_s = socket.pinged_s = socket.checked_s = self.monotonic()
        self._open.add(socket)
        self._of_address[address_key(socket.ip)] += 1

    def remove(self, socket: OpenSocket) -> None:
        """Forget a socket; does nothing for one that is not there."""
        if socket not in self._open:
            return
        self._open.discard(socket)
        key = address_key(socket.ip)
        self._of_address[key] -= 1
        if not self._of_address[key]:
            del self._of_address[key]

    def spawn(self, work: Coroutine[None, None, None], name: str) -> None:
        """Run what a closing socket leaves behind; the register awaits it at the end."""
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # --- ends ---------------------------------------------------------------------------------------------------------

    def end_secret(self, secret_hash: str) -> None:
        """Close what a browser has open that was signed out (AB-11)."""
        for socket in [socket for socket in self._open if socket.secret_hash == secret_hash]:
            socket.refuse("signed_out", 1008)

    def end_person(self, person: PersonId) -> None:
        """Close what all browsers of a person have open."""
        for socket in [socket for socket in self._open if socket.person == person]:
            socket.refuse("signed_out", 1008)

    def go_away(self) -> None:
        """Close all, because the server ends; the browsers come again."""
        for socket in [*self._open, *self.links]:
            socket.go_away()

    @asynccontextmanager
    async def watching(self) -> AsyncIterator[None]:
        """Watch the sockets inside the block; close them all at its end."""
        watch = asyncio.create_task(self._watch(), name="sockets-watch")
        try:
            yield
        finally:
            watch.cancel()
            await asyncio.wait([watch])
            self.go_away()
            if self._tasks:
                await asyncio.wait(self._tasks)

    # --- the watch ----------------------------------------------------------------------------------------------------

    async def _watch(self) -> None:
        due_s = self.monotonic()
        while True:
            due_s += self.limits.tick_s
            await asyncio.sleep(max(0.0, due_s - self.monotonic()))
            now_s = self.monotonic()
            late_s = now_s - due_s
            if (
                late_s > self.limits.tick_s
            ):  # this process stood still: what browsers sent meanwhile is still to be read
                due_s += late_s
                self._forgive(late_s)
            try:
                self.tick(now_s)
            except Exception:
                log.exception("sockets_watch_failed")  # one bad socket must not end the watch over all
            if not self._checking:
                self.spawn(self._check_rights(), "sockets-rights")  # beside the watch: the database may be slow

    def _forgive(self, late_s: float) -> None:
        for socket in self._open:
            socket.heard_s += late_s

    def tick(self, now_s: float) -> None:
        """Ping those that are due, and give up those that were silent too long; ``now_s`` is what lateness was judged by."""
        for socket in list(self._open):
            if now_s - socket.heard_s >= self.limits.silent_s:
                socket.lost("silent")
            elif now_s - socket.pinged_s >= self.limits.ping_s:
                socket.pinged_s = now_s
                socket.send_ping()

    async def _check_rights(self) -> None:
        self._checking = True
        try:
            for socket in list(self._open):
                if self.monotonic() - socket.checked_s >= self.limits.check_s:
                    await self._check(socket)
        finally:
            self._checking = False

    async def _check(self, socket: OpenSocket) -> None:
        try:
            allowed = await socket.still_allowed()
        except Exception:
            log.exception("socket_check_failed")  # asked again at the next tick
            return
        socket.checked_s = self.monotonic()
        if not allowed and socket in self._open:
            socket.refuse("signed_out", 1008)
