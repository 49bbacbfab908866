"""
A bad network between clients and a server: a UDP relay that loses, delays and holds back, but rewrites nothing.

The server announces the relay's port instead of its own. Each client gets a port of its own towards the server, so
that the server sees as many addresses as there are clients.
"""

from __future__ import annotations

import asyncio
import math
import random
import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType

Address = tuple[str, int]

QUEUE_S = 0.3
"""How much a link of limited rate holds before it drops, as home routers do."""


@dataclass(slots=True)
class Direction:
    """What happens to packets one way; every field may be changed while they flow. The same seed decides the same."""

    seed: int = 0
    loss: float = 0.0
    """Share of packets lost, each by itself."""
    delay_s: float = 0.0
    jitter_s: float = 0.0
    """Each packet takes up to this much longer."""
    reorder: bool = False
    """Jitter lets packets overtake each other; else they queue behind the late one."""
    rate_bps: float = math.inf
    outage: bool = False
    """Nothing passes."""
    passed: int = 0
    dropped: int = 0
    _random: random.Random = field(init=False)
    _free_s: float = 0.0
    _last_s: float = 0.0

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)

    def arrival(self, size_bytes: int, now_s: float) -> float | None:
        """Return when a packet that enters now comes out; ``None`` if it never does."""
        lost, late_s = self._random.random() < self.loss, self._random.random() * self.jitter_s
        begins_s = max(now_s, self._free_s)
        if lost or self.outage or begins_s - now_s > QUEUE_S:
            self.dropped += 1
            return None
        self.passed += 1
        self._free_s = begins_s + (size_bytes * 8 / self.rate_bps)
        arrives_s = self._free_s + self.delay_s + late_s
        if not self.reorder:
            arrives_s = self._last_s = max(arrives_s, self._last_s)
        return arrives_s


class Relay:
    """
    Use it as ``async with Relay(seed=1) as relay``: start the server with ``relay.port`` announced, then set ``relay.target``.

    ``up`` is from the clients to the server, ``down`` the other way.
    """

    def __init__(self, *, seed: int = 0, host: str = "127.0.0.1") -> None:
        self.up, self.down = Direction(seed), Direction(seed + 1)
        self.target: Address | None = None
        self._host = host
        self._sockets: list[socket.socket] = []
        self._clients: dict[Address, socket.socket] = {}
        self._timers: set[asyncio.TimerHandle] = set()

    @property
    def port(self) -> int:
        """Where clients send."""
        return int(self._sockets[0].getsockname()[1])

    def cut(self, outage: bool = True) -> None:
        """Begin an outage both ways, or end it."""
        self.up.outage = self.down.outage = outage

    def rebind(self) -> None:
        """Send all clients' packets from new ports from now on, as a router does that forgot them; what comes to the old ones is lost."""
        for udp in self._clients.values():
            self._loop.remove_reader(udp.fileno())
            self._sockets.remove(udp)
            udp.close()
        self._clients.clear()

    async def __aenter__(self) -> Relay:
        self._loop = asyncio.get_running_loop()
        front = self._bind(self._from_client)
        assert front is self._sockets[0]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for timer in self._timers:
            timer.cancel()
        for udp in self._sockets:
            self._loop.remove_reader(udp.fileno())
            udp.close()

    def _bind(self, received: Callable[[bytes, Address], None]) -> socket.socket:
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        udp.setblocking(False)
        for option in (socket.SO_RCVBUF, socket.SO_SNDBUF):  # so that it loses only what it was told to lose
            udp.setsockopt(socket.SOL_SOCKET, option, 1 << 20)
        udp.bind((self._host, 0))
        self._sockets.append(udp)
        self._loop.add_reader(udp.fileno(), self._read, udp, received)
        return udp

    def _read(self, udp: socket.socket, received: Callable[[bytes, Address], None]) -> None:
        with suppress(OSError):  # nothing more to read, or the other end closed its port, which is loss
            for _ in range(64):
                received(*udp.recvfrom(65536))

    def _from_client(self, data: bytes, address: Address) -> None:
        client = self._clients.get(address)
        if client is None:
            client = self._clients[address] = self._bind(
                lambda answer, _: self._pass_on(self.down, self._sockets[0], answer, address)
            )
        if self.target is not None:
            self._pass_on(self.up, client, data, self.target)

    def _pass_on(self, direction: Direction, udp: socket.socket, data: bytes, address: Address) -> None:
        """Send a packet on when its time comes, if at all."""
        now_s = self._loop.time()
        arrives_s = direction.arrival(len(data), now_s)
        if arrives_s is None:
            return
        if arrives_s <= now_s:
            _send(udp, data, address)
            return

        def arrive() -> None:
            self._timers.discard(timer)
            _send(udp, data, address)

        timer = self._loop.call_at(arrives_s, arrive)
        self._timers.add(timer)


def _send(udp: socket.socket, data: bytes, address: Address) -> None:
    with suppress(OSError):
        udp.sendto(data, address)
