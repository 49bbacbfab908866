"""
Transport-wide feedback about what a browser sends (draft-holmer-rmcat-transport-wide-cc-extensions-01).

The browser numbers all its packets in one line; the server tells it ten times a second which came and when. The browser's own estimator does
the rest: it finds a queue by the arrival times long before anything is lost, and lowers its rate and its layers.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

from media_core.rtp.sequence import Unwrapper

TICKS_PER_S = 4000
"""Section 3.1.5: deltas are in units of 250 us."""
_REFERENCE_TICKS = 256
"""The reference time is in units of 64 ms."""
MOST_PACKETS = 400
"""In one feedback; more in a tenth of a second is a flood."""
LONGEST_GAP = 1000
"""Numbers that jump farther began anew."""

_HEAD = struct.Struct("!BBHIIHHI")
_CHUNK = struct.Struct("!H")
_LARGE = struct.Struct("!h")
_RTPFB, _FMT = 205, 15
_MISSING, _SMALL, _BIG = 0, 1, 2


@dataclass(slots=True)
class FeedbackCollector:
    """The arrivals of one transport's packets. ``received`` for each, ``take`` a few times a second."""

    _numbers: Unwrapper = field(default_factory=Unwrapper)
    _arrivals: dict[int, int] = field(default_factory=dict)
    """Extended number to arrival in ticks, since the last feedback."""
    _next: int | None = None
    """The first number that no feedback covered yet."""
    _count: int = 0

    def received(self, number: int, now_s: float) -> None:
        """Note a packet by its transport-wide number."""
        if len(self._arrivals) < MOST_PACKETS:
            self._arrivals.setdefault(self._numbers.unwrap(number), int(now_s * TICKS_PER_S))

    def take(self, sender_ssrc: int, media_ssrc: int) -> bytes | None:
        """
        Return the feedback about what came since the last one, as an RTCP packet; ``None`` if nothing came.

        Args:
            media_ssrc: One that the browser sends: it looks at no feedback about others.
        """
        arrivals = self._covered()
        if not arrivals:
            return None
        numbers = sorted(arrivals)
        base, last = self._next if self._next is not None else numbers[0], numbers[-1]
        self._next = last + 1
        reference = arrivals[numbers[0]] // _REFERENCE_TICKS
        symbols, deltas = _encode(arrivals, base, last, reference * _REFERENCE_TICKS)
        body = b"".join(_chunks(symbols)) + b"".join(deltas)
        padding = -len(body) % 4
        if padding:
            body += bytes(padding - 1) + bytes([padding])
        first = 0x80 | (0x20 if padding else 0) | _FMT
        head = _HEAD.pack(
            first,
            _RTPFB,
            (20 + len(body)) // 4 - 1,
            sender_ssrc,
            media_ssrc,
            base & 0xFFFF,
            len(symbols),
            (reference & 0xFFFFFF) << 8 | self._count,
        )
        self._count = self._count + 1 & 0xFF
        return head + body

    def _covered(self) -> dict[int, int]:
        """Take the arrivals that continue what was told; what came too late for its feedback is left out."""
        arrivals, self._arrivals = self._arrivals, {}
        if not arrivals or self._next is None:
            return arrivals
        if max(arrivals) - self._next > LONGEST_GAP or max(arrivals) < self._next - LONGEST_GAP:
            self._next = None
            highest = max(arrivals)
            return {number: at for number, at in arrivals.items() if highest - number < LONGEST_GAP}
        return {number: at for number, at in arrivals.items() if number >= self._next}


def _encode(arrivals: dict[int, int], base: int, last: int, reference_ticks: int) -> tuple[list[int], list[bytes]]:
    """Return a symbol for each number from ``base`` to ``last``, and the deltas of those that came."""
    symbols: list[int] = []
    deltas: list[bytes] = []
    before = reference_ticks
    for number in range(base, last + 1):
        at = arrivals.get(number)
        if at is None:
            symbols.append(_MISSING)
            continue
        delta, before = at - before, at
        if 0 <= delta <= 0xFF:
            symbols.append(_SMALL)
            deltas.append(bytes([delta]))
        else:
            symbols.append(_BIG)
            deltas.append(_LARGE.pack(max(-0x8000, min(delta, 0x7FFF))))
    return symbols, deltas


def _chunks(symbols: list[int]) -> list[bytes]:
    """Write runs of one symbol as run lengths (section 3.1.3), the rest as vectors of seven (section 3.1.4)."""
    chunks: list[bytes] = []
    at = 0
    while at < len(symbols):
        run = 1
        while at + run < len(symbols) and symbols[at + run] == symbols[at] and run < 0x1FFF:
            run += 1
        if run >= 7 or at + run == len(symbols):
            chunks.append(_CHUNK.pack(symbols[at] << 13 | run))
            at += run
            continue
        word = 0xC000
        for place, symbol in enumerate(symbols[at : at + 7]):
            word |= symbol << 2 * (6 - place)
        chunks.append(_CHUNK.pack(word))
        at += 7
    return chunks


def parse(packet: bytes) -> tuple[int, list[float | None], int] | None:
    """
    Read a feedback packet, as a sender does: base number, arrival of each number in seconds or ``None``, and its count.

    For tests and bots; ``None`` for what is no feedback or is cut short.
    """
    if len(packet) < _HEAD.size or packet[0] & 0xDF != 0x80 | _FMT or packet[1] != _RTPFB:
        return None
    _, _, words, _, _, base, count, reference = _HEAD.unpack_from(packet)
    end = 4 * (words + 1)
    if end > len(packet):
        return None
    end -= packet[end - 1] if packet[0] & 0x20 else 0
    symbols, at = _read_chunks(packet, count, end)
    ticks, arrivals = (reference >> 8) * _REFERENCE_TICKS, list[float | None]()
    for symbol in symbols:
        size = {_SMALL: 1, _BIG: 2}.get(symbol, 0)
        if at + size > end:
            return None
        ticks += packet[at] if size == 1 else _LARGE.unpack_from(packet, at)[0] if size == 2 else 0
        at += size
        arrivals.append(ticks / TICKS_PER_S if size else None)
    return (base, arrivals, reference & 0xFF) if len(arrivals) == count else None


def _read_chunks(packet: bytes, count: int, end: int) -> tuple[list[int], int]:
    symbols: list[int] = []
    at = _HEAD.size
    while len(symbols) < count and at + 2 <= end:
        (word,) = _CHUNK.unpack_from(packet, at)
        at += 2
        if not word & 0x8000:
            symbols += [word >> 13 & 3] * min(word & 0x1FFF, count - len(symbols))
        elif word & 0x4000:
            symbols += [word >> 2 * (6 - place) & 3 for place in range(7)]
        else:
            symbols += [word >> 13 - place & 1 for place in range(14)]
    return symbols[:count], at
