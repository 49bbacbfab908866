"""The one UDP socket of a media engine: many datagrams a wake-up, sends that never wait."""

from __future__ import annotations

import asyncio
import socket
from collections import Counter
from collections.abc import Callable

Address = tuple[str, int]
"""Host and port of a datagram's other end; IPv6 without flow and scope."""

MAX_DATAGRAM_BYTES = 2048
"""Nothing larger is media: browsers keep below 1280 bytes; the rest of a longer datagram is cut off and fails its check."""
MAX_DATAGRAMS_PER_WAKE_UP = 64
"""After these the loop serves its timers and other sockets before reading on."""
BUFFER_BYTES = 4 * 1024 * 1024
"""About 0.2 s of a full gigabit link; the system may grant less."""


def bind_udp(host: str, port: int) -> socket.socket:
    """Return a non-blocking UDP socket bound to ``host`` and ``port``; port 0 lets the system choose."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    udp = socket.socket(family, socket.SOCK_DGRAM)
    try:
        udp.setblocking(False)
        for option in (socket.SO_RCVBUF, socket.SO_SNDBUF):
            udp.setsockopt(socket.SOL_SOCKET, option, BUFFER_BYTES)
        udp.bind((host, port))
    except OSError:
        udp.close()
        raise
    return udp


def local_addresses(host: str) -> tuple[str, ...]:
    """Return the addresses by which others can reach a socket bound to ``host``, best first."""
    if host not in ("0.0.0.0", "::"):
        return (host,)
    found: list[str] = []
    family, target = (socket.AF_INET6, "2001:db8::1") if host == "::" else (socket.AF_INET, "192.0.2.1")
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((target, 9))  # chooses the outgoing interface; UDP sends nothing here
            found.append(probe.getsockname()[0])
        except OSError:
            pass
    return (*found, "::1" if host == "::" else "127.0.0.1")


class UdpPort:
    """A bound UDP socket on the running loop."""

    def __init__(self, udp: socket.socket) -> None:
        self._udp = udp
        self._loop = asyncio.get_running_loop()
        self.counters: Counter[str] = Counter()

    @property
    def address(self) -> Address:
        name = self._udp.getsockname()
        return name[0], name[1]

    def start(self, received: Callable[[bytes, Address], None], batch_ended: Callable[[], None]) -> None:
        """Have ``received`` called with each datagram, and ``batch_ended`` after the last one of a wake-up."""

        def readable() -> None:
            try:
                for _ in range(MAX_DATAGRAMS_PER_WAKE_UP):
                    datagram, address = self._udp.recvfrom(MAX_DATAGRAM_BYTES)
                    received(datagram, address[:2])
            except BlockingIOError:
                pass
            except OSError:  # e.g. an ICMP error of an earlier send, reported here
                self.counters["receive_errors"] += 1
            finally:
                batch_ended()

        self._loop.add_reader(self._udp.fileno(), readable)

    def send(self, datagram: bytes, address: Address) -> None:
        """Send at once; a datagram that the system does not take is dropped and counted."""
        try:
            self._udp.sendto(datagram, address)
        except OSError:
            self.counters["send_dropped"] += 1

    def close(self) -> None:
        self._loop.remove_reader(self._udp.fileno())
        self._udp.close()
