"""The one UDP socket of a media engine: many datagrams a wake-up, many messages a call, sends that never wait."""

from __future__ import annotations

import asyncio
import errno
import logging
import socket
from collections import Counter, deque
from collections.abc import Callable, Sequence

from media_core.webrtc.batching import (
    MAX_DATAGRAM_BYTES,
    MOST_SEGMENTED_BYTES,
    MOST_SEGMENTS,
    RECEIVED_AT_ONCE,
    SENT_AT_ONCE,
    Address,
    Names,
    Receiver,
    Sender,
    host_for,
    load_calls,
    plain_host,
    segments,
)
from media_core.webrtc.grid import Grid, Load, Party
from media_core.webrtc.srtp import Srtp

__all__ = ["MAX_DATAGRAM_BYTES", "Address", "UdpPort"]

log = logging.getLogger(__name__)

ARENA_BYTES = 256 * 1024
"""What is written before it is sent: a part of a processor's second-level cache, so that it is sent while it is near."""
MOST_WAITING_BYTES = 4 * 1024 * 1024
"""Datagrams that wait because the system's buffer is full; what comes on top is dropped, as a router would."""
RETRY_S = 0.001

_FULL = frozenset({errno.EAGAIN, errno.EWOULDBLOCK, errno.ENOBUFS})
_CANNOT_SEGMENT = frozenset({errno.EIO, errno.EINVAL, errno.EMSGSIZE, errno.EOPNOTSUPP})


class UdpPort:
    """
    A bound UDP socket on the running loop.

    One datagram goes out by ``send``. Many are written into ``arena`` first: ``room`` finds a place, ``add`` names what was written there, and
    ``send_added`` sends it all. The same for many receivers goes by ``send_same``. With ``batched`` false, or where the system lacks the calls, the same datagrams go out one by one.
    """

    def __init__(self, udp: socket.socket, *, batched: bool = True, arena: bytearray | None = None) -> None:
        self._udp = udp
        self._loop = asyncio.get_running_loop()
        self.counters: Counter[str] = Counter()
        self.arena = bytearray(ARENA_BYTES) if arena is None else arena
        self.beside: Sequence[UdpPort] = ()
        """Ports of other addresses that share this one's arena: what was added to them is sent together with its own."""
        self._view = memoryview(self.arena)
        self._used = 0
        self._waiting: deque[tuple[bytes, Address]] = deque()
        self._waiting_bytes = 0
        self._retry: asyncio.TimerHandle | None = None
        self._resting: asyncio.TimerHandle | None = None
        self._watching = False
        calls = load_calls() if batched else None
        self._family = udp.family
        names = Names(udp.family)
        self._receiver = None if calls is None else Receiver(calls, udp, names)
        self._sender = None if calls is None else Sender(calls, udp, names, self.arena)
        self._grid = None if calls is None else Grid(calls, udp, names, self.arena)
        self._names = names
        self.segmented = calls is not None and segments(udp)
        fields = {"batched": self.batched, "segmented": self.segmented}
        log.info("udp_port_open", extra={"fields": fields})

    @property
    def address(self) -> Address:
        name = self._udp.getsockname()
        return name[0], name[1]

    @property
    def batched(self) -> bool:
        return self._sender is not None

    # --- receiving ----------------------------------------------------------------------------------------------------

    def start(self, received: Callable[[bytes, Address], None], batch_ended: Callable[[], float]) -> None:
        """
        Have ``received`` called with each datagram, and ``batch_ended`` after the last one of a wake-up.

        ``batch_ended`` returns for how many seconds nobody needs to look again; 0 if the next datagram is wanted at once.
        """
        self._received, self._batch_ended = received, batch_ended
        self._watch()

    def _watch(self) -> None:
        self._loop.add_reader(self._udp.fileno(), self._readable)
        self._watching = True

    def _readable(self) -> None:
        self._resting = None
        more = False
        try:
            datagrams = self._read()
            more = len(datagrams) >= RECEIVED_AT_ONCE
            received = self._received
            for datagram, address in datagrams:
                received(datagram, address)
        finally:
            self._rest(self._batch_ended(), more=more)

    def _rest(self, rest_s: float, *, more: bool) -> None:
        if self._udp.fileno() < 0:
            return
        if rest_s > 0:
            if self._watching:
                self._loop.remove_reader(self._udp.fileno())
                self._watching = False
            # What did not fit into one call is read at once, after timers and other sockets had their turn.
            self._resting = self._loop.call_later(0 if more else rest_s, self._readable)
        elif not self._watching:
            self._watch()

    def _read(self) -> Sequence[tuple[bytes, Address]]:
        try:
            if self._receiver is not None:
                return self._receiver.receive()
            return self._read_one_by_one()
        except BlockingIOError:
            pass
        except OSError:  # e.g. an ICMP error of an earlier send, reported here
            self.counters["receive_errors"] += 1
        return ()

    def _read_one_by_one(self) -> list[tuple[bytes, Address]]:
        found: list[tuple[bytes, Address]] = []
        while len(found) < RECEIVED_AT_ONCE:
            try:
                datagram, address = self._udp.recvfrom(MAX_DATAGRAM_BYTES)
            except OSError:
                if found:
                    break
                raise
            found.append((datagram, (plain_host(address[0]), address[1])))
        return found

    # --- sending ------------------------------------------------------------------------------------------------------

    def send(self, datagram: bytes, address: Address) -> None:
        """Send at once, or as soon as the system takes it again; dropped and counted when too much waits, or nobody can be there."""
        if self._waiting:
            self._wait(datagram, address)
            return
        try:
            self._sendto(datagram, address)
        except OSError as error:
            self._not_sent(error.errno, datagram, address)

    def _sendto(self, datagram: bytes, address: Address) -> None:
        if self._family == socket.AF_INET6:
            address = host_for(self._family, address[0]), address[1]
        self._udp.sendto(datagram, address)

    def room(self, length: int) -> int:
        """Return where ``length`` bytes may be written into the arena; sends first what was added, if it is full."""
        if self._used + length > ARENA_BYTES:
            self.send_added()
        at = self._used
        self._used += length
        return at

    def add(self, address: Address, start: int, length: int, segment: int) -> None:
        """Name a message in the arena: ``length`` bytes, in datagrams of ``segment`` bytes, the last one perhaps shorter."""
        sender = self._sender
        if sender is None or self._waiting or (length > segment and not self.segmented):
            for at in range(start, start + length, segment):
                self._add_one(address, at, min(segment, start + length - at))
            return
        if sender.count >= SENT_AT_ONCE:
            self._send_messages()
        try:
            sender.add_all(address, start, ((0, length, segment),))
        except OSError:
            self.counters["send_dropped"] += 1

    def add_all(self, address: Address, start: int, messages: Sequence[tuple[int, int, int]]) -> None:
        """Name several messages to one address at once: each begins so many bytes after ``start``, then length and segment as in ``add``."""
        sender = self._sender
        if sender is None or self._waiting or not self.segmented or len(messages) > SENT_AT_ONCE:
            for first, length, segment in messages:
                self.add(address, start + first, length, segment)
            return
        if sender.count + len(messages) > SENT_AT_ONCE:
            self._send_messages()
        try:
            sender.add_all(address, start, messages)
        except OSError:
            self.counters["send_dropped"] += len(messages)

    def party(self, receivers: Sequence[tuple[Srtp, Address]]) -> Party:
        """Return receivers who can be sent the same together; ``reaches`` must have said so of each address."""
        return Party(receivers, self._names, self._grid.places if self._grid is not None else ())

    def reaches(self, address: Address) -> bool:
        """Tell whether it is an address of this port's family."""
        try:
            self._names.raw(address)
        except OSError:
            return False
        return True

    def takes_same(self, load: Load) -> bool:
        """Tell whether ``send_same`` can be used now: not while datagrams wait, nor where the system cuts no messages."""
        ready = self._grid is not None and self.segmented and not self._waiting
        return ready and self._grid is not None and self._grid.at_once(load) > 0

    def send_same(self, load: Load, party: Party) -> int:
        """Protect the same for many and send it, at once; what was added must have been sent. Returns how many receivers libsrtp refused."""
        assert self._grid is not None
        refused = 0
        for left in self._grid.send(load, party):
            refused += left.refused
            if left.error in _CANNOT_SEGMENT and max(load.runs) > 1:
                self._no_segments(left.error)
            for datagram, address in left.rest:
                self.send(datagram, address)
        return refused

    def _no_segments(self, error: int) -> None:
        self.segmented = False
        log.warning("udp_segmentation_refused", extra={"fields": {"error": errno.errorcode.get(error, error)}})

    def _add_one(self, address: Address, start: int, length: int) -> None:
        sender = self._sender
        if sender is None or self._waiting:
            self.send(bytes(self._view[start : start + length]), address)
        else:
            self.add(address, start, length, length)

    def send_added(self) -> None:
        """Send what was added; the arena is free again."""
        self._send_messages()
        for port in self.beside:
            port._send_messages()
        self._used = 0

    def _send_messages(self) -> None:
        if self._sender is None:
            return
        error, rest = self._sender.send()
        while error:
            address, start, length, segment = rest[0]
            if error in _CANNOT_SEGMENT and length > segment and self.segmented:
                self._no_segments(error)
            elif error not in _FULL:
                self.counters["send_dropped"] += 1
                rest = rest[1:]
            else:
                for address, start, length, segment in rest:
                    for at in range(start, start + length, segment):
                        self._wait(bytes(self._view[at : min(at + segment, start + length)]), address)
                return
            for message in rest:
                self.add(*message)
            error, rest = self._sender.send()

    # --- what the system did not take ---------------------------------------------------------------------------------

    def _not_sent(self, error: int | None, datagram: bytes, address: Address) -> None:
        if error in _FULL:
            self._wait(datagram, address)
        else:
            self.counters["send_dropped"] += 1

    def _wait(self, datagram: bytes, address: Address) -> None:
        if self._waiting_bytes + len(datagram) > MOST_WAITING_BYTES:
            self.counters["send_dropped"] += 1
            return
        self._waiting.append((datagram, address))
        self._waiting_bytes += len(datagram)
        self.counters["send_waited"] += 1
        if self._retry is None:
            self._retry = self._loop.call_later(RETRY_S, self._send_waiting)

    def _send_waiting(self) -> None:
        self._retry = None
        while self._waiting:
            datagram, address = self._waiting[0]
            try:
                self._sendto(datagram, address)
            except OSError as error:
                if error.errno in _FULL:
                    self._retry = self._loop.call_later(RETRY_S, self._send_waiting)
                    return
                self.counters["send_dropped"] += 1
            self._waiting.popleft()
            self._waiting_bytes -= len(datagram)

    def close(self) -> None:
        """Send what waits, as far as the system takes it, and end."""
        self.send_added()
        self._send_waiting()
        for timer in (self._retry, self._resting):
            if timer is not None:
                timer.cancel()
        if self._watching:
            self._loop.remove_reader(self._udp.fileno())
        self._udp.close()


def most_segments(segment: int) -> int:
    """Return how many datagrams of this size one message may have."""
    return max(1, min(MOST_SEGMENTS, MOST_SEGMENTED_BYTES // segment))
