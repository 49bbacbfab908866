"""The last step of the way out: what was written for receivers is copied, protected and named to the port, receiver by receiver."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from media_core.burst import Train
from media_core.webrtc.batching import SENT_AT_ONCE
from media_core.webrtc.sockets import ARENA_BYTES, UdpPort
from media_core.webrtc.srtp import length_cell, pointer_into, protect_at

if TYPE_CHECKING:
    from media_core.transport import Transport


class Outbound:
    """Sends trains. A packet is protected right after it was copied, while it is near."""

    def __init__(self, port: UdpPort, counters: Counter[str]) -> None:
        self._port = port
        self._counters = counters
        self._arena = memoryview(port.arena)
        self._arena_at = pointer_into(port.arena)
        self._length = length_cell()

    def to_all(self, train: Train, receivers: Iterable[Transport]) -> int:
        """Send the same to many; returns how many packets went out."""
        sent = 0
        by_port: dict[UdpPort, list[Transport]] = {}
        for transport in receivers:
            way = transport.ice.way
            if isinstance(way, UdpPort):
                by_port.setdefault(way, []).append(transport)
            else:  # a TCP connection is one receiver's alone
                sent += self.to_one(train, transport)
        at_once = max(1, min(ARENA_BYTES // train.size, SENT_AT_ONCE // len(train.messages)))
        for port, those in by_port.items():
            for first in range(0, len(those), at_once):
                sent += self._to_some(train, port, those[first : first + at_once])
        return sent

    def to_one(self, train: Train, transport: Transport) -> int:
        """Send to one receiver, whatever its way is."""
        srtp, address, way = transport.srtp, transport.ice.address, transport.ice.way
        if srtp is None or address is None or way is None:
            return 0
        start = self._port.room(train.size)
        if not self._write(train, srtp.context, start):
            return 0
        way.add_all(address, start, train.messages)
        transport.sent_bytes += train.size
        return train.count

    def _to_some(self, train: Train, port: UdpPort, receivers: Sequence[Transport]) -> int:
        """Send the same to as many receivers as the arena and one call have room for."""
        size, write = train.size, self._write
        start = place = self._port.room(size * len(receivers))
        addresses: list[Any] = []
        for transport in receivers:
            srtp = transport.srtp
            if srtp is not None and write(train, srtp.context, place):
                addresses.append(transport.ice.address)
                transport.sent_bytes += size
                place += size
        port.add_same(addresses, start, size, train.messages)
        return len(addresses) * train.count

    def _write(self, train: Train, context: Any, place: int) -> bool:
        """Copy a train into the arena and protect it there; false if libsrtp refused a packet."""
        self._arena[place : place + train.size] = train.layout
        at, length = self._arena_at + place, self._length
        for packet_bytes, step in train.parts:
            length[0] = packet_bytes
            if protect_at(context, at, length):
                self._counters["not_protected"] += train.count
                return False
            at += step
        return True
