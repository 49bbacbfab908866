"""
ICE over TCP (RFC 6544): connections on the media port, each a way of datagrams to and from one browser.

Browsers connect (their candidates are active, the server's passive) and send what they would send by UDP, with two bytes of length before each
datagram (RFC 4571). To the mux, a connection is an address like others. Nobody is trusted for having connected: a connection lives while the mux
knows it: from a check that a transport's password proves until that transport's end. It has a few seconds for that check.
"""

from __future__ import annotations

import asyncio
import errno
import ipaddress
import logging
import socket
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from media_core.rtp.framing import LENGTH_BYTES, BadFrame, FrameReader, Outbox, frame
from media_core.webrtc.batching import MAX_DATAGRAM_BYTES, plain_host
from media_core.webrtc.mux import Mux, Place, StreamAddress

log = logging.getLogger(__name__)

READ_BYTES = 32 * 1024
WRITTEN_AT_ONCE_BYTES = 4 * 1024
"""What a slow stream is given at a time: sound that comes later waits for no more than this, and what the system holds."""
UNSENT_BYTES = 16 * 1024
"""What the system may hold of a stream without having sent it (TCP_NOTSENT_LOWAT); the rest waits here, where it can be dropped."""
ACCEPTED_AT_ONCE = 16
ACCEPT_REST_S = 1.0
SWEEP_S = 1.0


@dataclass(frozen=True, slots=True)
class StreamLimits:
    """What strangers may do; those who have proven a transport's password are limited by that transport."""

    unproven_s: float = 5.0
    """From the connection to a check that proves it."""
    unproven_bytes: int = 4096
    """What it may send until then; a check has about 100 bytes."""
    unproven_from_one: int = 32
    """Connections from one address (IPv6: one /64) that have proven nothing yet; a class room comes through one."""
    unproven: int = 256
    """In all; one more, and the oldest goes."""
    streams: int = 2048


class Stream:
    """One connection. It has the sending methods of a ``UdpPort``, so that whoever sends needs not know which it is."""

    def __init__(self, tcp: socket.socket, address: StreamAddress, port: StreamPort, now_s: float) -> None:
        self.address = address
        self.opened_s = now_s
        self.proven = False
        self.outbox = Outbox()
        self._tcp, self._port = tcp, port
        self._loop = asyncio.get_running_loop()
        self._reader = FrameReader()
        self._begun = b""
        self._writing = False
        self._received_bytes = 0
        self._loop.add_reader(tcp.fileno(), self._readable)

    @property
    def closed(self) -> bool:
        return self._tcp.fileno() < 0

    def dropped(self) -> dict[str, int]:
        """Return what its receiver was too slow for."""
        return {"tcp_dropped_pictures": self.outbox.dropped_pictures, "tcp_dropped_urgent": self.outbox.dropped_urgent}

    def close(self) -> None:
        if self.closed:
            return
        self._loop.remove_reader(self._tcp.fileno())
        if self._writing:
            self._loop.remove_writer(self._tcp.fileno())
        self._tcp.close()
        self._port.closed(self)

    # --- in -----------------------------------------------------------------------------------------------------------

    def _readable(self) -> None:
        try:
            received = self._tcp.recv(READ_BYTES)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            received = b""
        if not received:
            self.close()
            return
        self._received_bytes += len(received)
        try:
            datagrams = self._reader.feed(received, most_bytes=MAX_DATAGRAM_BYTES)
        except BadFrame:
            self._port.refuse(self, "tcp_bad_frame")
            return
        self._port.received(self, datagrams)
        if not self.proven and self._received_bytes > self._port.limits.unproven_bytes:
            self._port.refuse(self, "tcp_unproven")

    # --- out ----------------------------------------------------------------------------------------------------------

    def send(self, datagram: bytes, _: object = None) -> None:
        """Send at once, or when the stream takes it again, or never: see ``Outbox``."""
        if self._writing:
            self.outbox.put(datagram, self._loop.time())
        elif not self.closed:
            self._write([frame(datagram)])

    def add_all(self, _: object, start: int, messages: Sequence[tuple[int, int, int]]) -> None:
        """Send what lies in the port's arena, as ``UdpPort.add_all`` does; it is copied before this returns."""
        arena = self._port.arena
        datagrams = [
            arena[at : min(at + segment, start + first + length)]
            for first, length, segment in messages
            for at in range(start + first, start + first + length, segment)
        ]
        if self._writing:
            now_s = self._loop.time()
            for datagram in datagrams:
                self.outbox.put(datagram, now_s)
        elif not self.closed:
            self._write([frame(datagram) for datagram in datagrams])

    def _write(self, frames: Sequence[bytes]) -> None:
        """Write frames to a stream that has nothing waiting; what it does not take waits, each frame by itself."""
        sent = self._give(b"".join(frames))
        now_s = self._loop.time()
        for framed in frames:
            if sent >= len(framed):
                sent -= len(framed)
            elif sent > 0:
                self._begun, sent = framed[sent:], 0
            else:
                self.outbox.put(framed[LENGTH_BYTES:], now_s)
        if (self._begun or self.outbox) and not self.closed:
            self._loop.add_writer(self._tcp.fileno(), self._writable)
            self._writing = True

    def _writable(self) -> None:
        while self._begun or self.outbox:
            if not self._begun:
                self._begun = self.outbox.take(WRITTEN_AT_ONCE_BYTES, self._loop.time())
            sent = self._give(self._begun)
            if self.closed or not sent:
                return
            self._begun = self._begun[sent:]
        self._loop.remove_writer(self._tcp.fileno())
        self._writing = False

    def _give(self, framed: bytes) -> int:
        """Return how many bytes the system took."""
        try:
            return self._tcp.send(framed) if framed else 0
        except (BlockingIOError, InterruptedError):
            return 0
        except OSError:
            self.close()
            return 0


class StreamPort:
    """Accepts connections, hands their datagrams to the mux, and closes those that nobody needs."""

    def __init__(
        self,
        listening: socket.socket,
        *,
        mux: Mux,
        arena: bytearray,
        batch_ended: Callable[[], None],
        limits: StreamLimits | None = None,
    ) -> None:
        self.limits = limits or StreamLimits()
        self.arena = memoryview(arena)
        self.counters: Counter[str] = Counter()
        self.streams: set[Stream] = set()
        self._unproven: dict[Stream, str] = {}
        """Oldest first, with the neighbourhood they come from."""
        self._listening, self._mux, self._batch_ended = listening, mux, batch_ended
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(listening.fileno(), self._accept)
        self._resting: asyncio.TimerHandle | None = None
        self._sweeping = self._loop.call_later(SWEEP_S, self._sweep)
        log.info("tcp_port_open", extra={"fields": {"port": listening.getsockname()[1]}})

    def close(self) -> None:
        """End all connections and stop to listen."""
        self._sweeping.cancel()
        if self._resting is not None:
            self._resting.cancel()
        else:
            self._loop.remove_reader(self._listening.fileno())
        self._listening.close()
        for stream in tuple(self.streams):
            stream.close()

    def figures(self) -> Counter[str]:
        """Return what was refused and dropped, of closed connections and of open ones."""
        counted = Counter(self.counters)
        for stream in self.streams:
            counted.update(stream.dropped())
        return counted

    # --- what streams tell --------------------------------------------------------------------------------------------

    def received(self, stream: Stream, datagrams: Sequence[bytes]) -> None:
        try:
            for datagram in datagrams:
                self._mux.receive(datagram, stream.address, stream)
        finally:
            self._batch_ended()
        if not stream.proven and self._mux.knows(stream.address):
            stream.proven = True
            self._unproven.pop(stream, None)

    def refuse(self, stream: Stream, reason: str) -> None:
        self.counters[reason] += 1
        stream.close()

    def closed(self, stream: Stream) -> None:
        self.streams.discard(stream)
        self._unproven.pop(stream, None)
        self._mux.gone(stream.address)
        self.counters.update(stream.dropped())

    # --- coming and going ---------------------------------------------------------------------------------------------

    def _accept(self) -> None:
        for _ in range(ACCEPTED_AT_ONCE):
            try:
                tcp, name = self._listening.accept()
            except (BlockingIOError, InterruptedError, ConnectionError):
                return
            except OSError as error:  # no descriptors left: those who wait wait a little longer
                log.warning("tcp_not_accepted", extra={"fields": {"reason": errno.errorcode.get(error.errno or 0)}})
                self._loop.remove_reader(self._listening.fileno())
                self._resting = self._loop.call_later(ACCEPT_REST_S, self._accept_again)
                return
            self._take(tcp, StreamAddress(plain_host(name[0]), name[1]))

    def _accept_again(self) -> None:
        self._resting = None
        self._loop.add_reader(self._listening.fileno(), self._accept)

    def _take(self, tcp: socket.socket, address: StreamAddress) -> None:
        neighbours = _neighbourhood(address.host)
        from_there = sum(known == neighbours for known in self._unproven.values())
        if len(self.streams) >= self.limits.streams or from_there >= self.limits.unproven_from_one:
            self.counters["tcp_too_many"] += 1
            tcp.close()
            return
        tcp.setblocking(False)
        tcp.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if hasattr(socket, "TCP_NOTSENT_LOWAT"):
            tcp.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, UNSENT_BYTES)
        stream = Stream(tcp, address, self, self._loop.time())
        self.streams.add(stream)
        self._unproven[stream] = neighbours
        if len(self._unproven) > self.limits.unproven:
            self.refuse(next(iter(self._unproven)), "tcp_unproven")

    def _sweep(self) -> None:
        self._sweeping = self._loop.call_later(SWEEP_S, self._sweep)
        now_s = self._loop.time()
        for stream in tuple(self.streams):
            if stream.proven and not self._mux.knows(stream.address):
                stream.close()  # its transport is over, or has newer ways
            elif not stream.proven and now_s - stream.opened_s > self.limits.unproven_s:
                self.refuse(stream, "tcp_unproven")


def kind_of(address: Place) -> str:
    """Return how an address is reached: ``udp4``, ``udp6``, ``tcp4`` or ``tcp6``."""
    return ("tcp" if isinstance(address, StreamAddress) else "udp") + ("6" if ":" in address[0] else "4")


def _neighbourhood(host: str) -> str:
    if ":" not in host:
        return host
    return str(ipaddress.IPv6Network((host.partition("%")[0], 64), strict=False))
