"""Packets kept for a moment, to be sent again to whoever lost them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Generic, TypeVar

Kept = TypeVar("Kept")

KEPT_PACKETS = 512
"""A second of video at 4 Mbit/s in packets of 1000 bytes; a power of two."""

KEPT_S = 2.0
"""Longer than a receiver's jitter buffer waits; older packets would come too late to be of use."""

SHORTEST_REPEAT_S = 0.02
"""Receivers repeat a NACK after one round trip; on a fast path not before this."""


@dataclass(slots=True)
class RepeatGuard:
    """
    Refuse to send a packet again while the last repetition may still be under way.

    Remembers the last ``KEPT_PACKETS`` that it allowed; most receivers never ask, and it keeps nothing for them.
    """

    _sent_s: dict[int, float] = field(default_factory=dict)
    """By number, the newest last."""

    def repeated(self, sequence_number: int) -> bool:
        """Tell whether this packet was repeated before."""
        return sequence_number in self._sent_s

    def allow(self, sequence_number: int, now_s: float, round_trip_s: float) -> bool:
        """Tell whether this packet may be repeated now, on a path that long; a yes counts as repeated."""
        sent_s = self._sent_s.get(sequence_number)
        if sent_s is not None and now_s - sent_s < max(round_trip_s, SHORTEST_REPEAT_S):
            return False
        self._sent_s.pop(sequence_number, None)
        self._sent_s[sequence_number] = now_s
        if len(self._sent_s) > KEPT_PACKETS:
            del self._sent_s[next(iter(self._sent_s))]
        return True


class PacketCache(Generic[Kept]):
    """
    Keep the last packets of one stream by sequence number, at most ``capacity`` and for ``keep_s``.

    What is kept is up to the owner: bytes, or a packet with what was found out about it. ``get`` is for a cache that
    answers one receiver; where one cache serves many, each has a ``RepeatGuard`` and the cache is asked with ``peek``.
    """

    __slots__ = ("_guard", "_keep_s", "_kept", "_mask", "_round_trip_s")

    def __init__(self, *, capacity: int = KEPT_PACKETS, keep_s: float = KEPT_S, round_trip_s: float = 0.1) -> None:
        if capacity < 1 or capacity & (capacity - 1):
            raise ValueError(f"capacity is {capacity}; it must be a power of two")
        self._mask = capacity - 1
        self._keep_s = keep_s
        self._kept: list[tuple[int, float, Kept] | None] = [None] * capacity
        self._guard = RepeatGuard()
        self._round_trip_s = round_trip_s

    def put(self, sequence_number: int, packet: Kept, now_s: float) -> None:
        """Keep a packet in place of an older one."""
        self._kept[sequence_number & self._mask] = sequence_number, now_s, packet

    def peek(self, sequence_number: int, now_s: float) -> Kept | None:
        """Return the packet if it is still kept."""
        kept = self._kept[sequence_number & self._mask]
        if kept is None or kept[0] != sequence_number or now_s - kept[1] > self._keep_s:
            return None
        return kept[2]

    def get(self, sequence_number: int, now_s: float) -> Kept | None:
        """Return the packet to repeat it; ``None`` also where it was repeated less than a round trip ago."""
        packet = self.peek(sequence_number, now_s)
        if packet is None or not self._guard.allow(sequence_number, now_s, self._round_trip_s):
            return None
        return packet

    def clear(self) -> None:
        """Forget all packets."""
        self._kept[:] = [None] * len(self._kept)
