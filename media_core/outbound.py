"""The last step of the way out: what was written for receivers is copied, protected and named to the port, receiver by receiver."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from media_core.burst import Train
from media_core.webrtc.sockets import UdpPort
from media_core.webrtc.srtp import Srtp, length_cell, pointer_into, protect_at

if TYPE_CHECKING:
    from media_core.lanes import Cohort
    from media_core.transport import Transport
    from media_core.webrtc.batching import Address
    from media_core.webrtc.grid import Party


class Outbound:
    """Sends trains: to a cohort all at once, to others receiver by receiver."""

    def __init__(self, port: UdpPort, counters: Counter[str]) -> None:
        self._port = port
        self._counters = counters
        self._arena = memoryview(port.arena)
        self._arena_at = pointer_into(port.arena)
        self._length = length_cell()

    def to_all(self, train: Train, cohort: Cohort) -> int:
        """Send the same to all members of a cohort; returns how many packets went out."""
        if cohort.parties is None:
            cohort.parties, cohort.single = _divide(cohort.members)
        load, sent = train.load(), 0
        if not all(port.takes_same(load) for port, _ in cohort.parties):
            return sum(self.to_one(train, transport) for transport in cohort.members)
        if cohort.parties:
            self._port.send_added()  # what is to go out first lies in the same arena
        for port, party in cohort.parties:
            refused = port.send_same(load, party)
            self._counters["not_protected"] += train.count * refused
            sent += train.count * (len(party) - refused)
        cohort.sent_bytes += train.size
        for transport in cohort.single:
            sent += self.to_one(train, transport)
            transport.sent_alone_bytes -= train.size  # it is counted with the cohort's
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
        transport.sent_alone_bytes += train.size
        return train.count

    def _write(self, train: Train, context: Any, place: int) -> bool:
        """Copy a train into the arena and protect it there; false if libsrtp refused a packet."""
        self._arena[place : place + train.size] = train.layout
        at, length = self._arena_at + place, self._length
        for packet in train.packets:
            length[0] = len(packet)
            if protect_at(context, at, length):
                self._counters["not_protected"] += train.count
                return False
            at += len(packet) + train.tag_bytes
        return True


def _divide(receivers: Iterable[Transport]) -> tuple[list[tuple[UdpPort, Party]], list[Transport]]:
    """Return the parties of those reached by UDP, and those who are not: a TCP connection is one receiver's alone."""
    by_port: dict[UdpPort, list[tuple[Srtp, Address]]] = {}
    single: list[Transport] = []
    for transport in receivers:
        srtp, address, way = transport.srtp, transport.ice.address, transport.ice.way
        if isinstance(way, UdpPort) and srtp is not None and address is not None and way.reaches(address[:2]):
            by_port.setdefault(way, []).append((srtp, address[:2]))
        else:
            single.append(transport)
    return [(port, port.party(those)) for port, those in by_port.items()], single
