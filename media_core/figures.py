"""What a worker tells of itself for ``/metrics``: counts since its start, and how it stands now."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from media_core.webrtc.streams import kind_of

if TYPE_CHECKING:
    from media_core.sfu import Sfu
    from media_core.transport import Transport

Figures = Mapping[str, float | Mapping[str, float]]
"""By name; those with several kinds (reasons, layers) as a mapping of their own."""

LAG_FADES = 0.97
"""For each tenth of a second: a stall is seen for about ten seconds, longer than between two readings of a dashboard."""


class Measured(Protocol):
    """An engine that tells figures; what else holds one asks whether it does."""

    async def metrics(self) -> Figures: ...


@dataclass(slots=True)
class LoopLag:
    """How late a timer of the loop was lately, at most."""

    worst_s: float = 0.0

    def ticked(self, due_s: float, now_s: float) -> None:
        """Note that a timer came which was due then; it may have come early."""
        self.worst_s = max(0.0, now_s - due_s, self.worst_s * LAG_FADES)


def figures_of(sfu: Sfu, lag: LoopLag) -> Figures:
    """Return the figures of one process."""
    transports = list(sfu.transports.values())
    forwarded, cpu_s = sfu.forwarder.forwarded_packets, time.process_time()
    return {
        "rooms": len(sfu.rooms),
        "transports": sum(transport.connected for transport in transports),
        "received_packets": sfu.ended.received_packets + sum(each.received_packets for each in transports),
        "received_bytes": sfu.ended.received_bytes + sum(each.received_bytes for each in transports),
        "sent_bytes": sfu.ended.sent_bytes + sum(each.sent_bytes for each in transports),
        "forwarded_packets": forwarded,
        "cpu_seconds": cpu_s,
        "cpu_seconds_per_packet": cpu_s / forwarded if forwarded else 0.0,
        "loop_lag_seconds": lag.worst_s,
        "up_loss_ratio": _up_loss(transports),
        "paths": _paths(transports),
        "tcp_connections": len(sfu.streams.streams) if sfu.streams else 0,
        "dropped": _dropped(sfu, transports),
        "slots": _slots(transports),
    }


@dataclass(slots=True)
class Ended:
    """Sums of the transports that are gone, so that counters never fall."""

    received_packets: int = 0
    received_bytes: int = 0
    sent_bytes: int = 0
    counters: Counter[str] = field(default_factory=Counter)

    def add(self, transport: Transport) -> None:
        self.received_packets += transport.received_packets
        self.received_bytes += transport.received_bytes
        self.sent_bytes += transport.sent_bytes
        self.counters.update(transport.counters)


def _dropped(sfu: Sfu, transports: Iterable[Transport]) -> dict[str, float]:
    counted: Counter[str] = Counter()
    for one in (sfu.mux.dropped, sfu.forwarder.counters, *(port.counters for port in (sfu.port, *sfu.port.beside))):
        counted.update(one)
    if sfu.streams is not None:
        counted.update(sfu.streams.figures())
    for reason in ("srtp_refused", "nack_refused", "repeat_refused"):
        counted[reason] = sfu.ended.counters[reason] + sum(each.counters[reason] for each in transports)
    return {reason: float(count) for reason, count in counted.items()}


def _paths(transports: Iterable[Transport]) -> dict[str, float]:
    """Count connected transports by the protocol and family of the way to their browser."""
    counted = Counter(kind_of(each.ice.address) for each in transports if each.connected and each.ice.address)
    return {kind: float(count) for kind, count in counted.items()}


def _slots(transports: Iterable[Transport]) -> dict[str, float]:
    """Count the slots that carry something, by sound and the layer of the picture."""
    counted: Counter[str] = Counter()
    for transport in transports:
        for slot in transport.slots.values():
            if slot.publisher is not None:
                counted["sound" if slot.audio else slot.publisher.rid or "single"] += 1
    return {layer: float(count) for layer, count in counted.items()}


def _up_loss(transports: Iterable[Transport]) -> float:
    """Share of what browsers sent and present transports did not receive at first."""
    expected = lost = 0
    for transport in transports:
        for encoding in transport.encodings():
            expected += encoding.reception.expected_packets
            lost += max(0, encoding.reception.lost_packets)
    return lost / expected if expected else 0.0
