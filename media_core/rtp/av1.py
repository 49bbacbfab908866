"""
AV1 in RTP: where a keyframe begins, how large it is, and a whole picture out of its packets.

After the "RTP Payload Format For AV1" v1.0 of the Alliance for Open Media (here: *payload format*) and the "AV1 Bitstream & Decoding Process
Specification" (*bitstream*). A payload is one octet, the aggregation header, and then pieces of open bitstream units (OBUs).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from media_core.rtp.packet import Buffer

SEQUENCE_HEADER, TEMPORAL_DELIMITER, TILE_LIST = 1, 2, 8
"""Types of OBUs (bitstream section 6.2.2). The last two do not travel in RTP (payload format section 5)."""

_CONTINUES, _CONTINUED, _BEGINS_SEQUENCE = 0x80, 0x40, 0x08
"""The bits Z, Y and N of the aggregation header (payload format section 4.4)."""
_HAS_EXTENSION, _HAS_SIZE = 0x04, 0x02
_DELIMITER = bytes([TEMPORAL_DELIMITER << 3 | _HAS_SIZE, 0])
_MOST_LENGTH_BYTES = 8
"""Of a number in LEB128 (bitstream section 4.10.5)."""


@dataclass(frozen=True, slots=True)
class Pieces:
    """What a payload carries: OBUs, of which the first and the last may be parts."""

    parts: tuple[bytes, ...]
    continues: bool
    """The first part goes on with what the packet before ended with."""
    continued: bool
    """The last part goes on in the next packet."""


def is_keyframe(data: Buffer, start: int = 0, end: int | None = None) -> bool:
    """Tell whether a payload is the first of a coded video sequence, which needs no picture before it."""
    stop = len(data) if end is None else end
    return stop - start > 1 and data[start] & (_BEGINS_SEQUENCE | _CONTINUES) == _BEGINS_SEQUENCE


def pieces(payload: bytes) -> Pieces | None:
    """Take a payload apart; ``None`` for one that is malformed."""
    if len(payload) < 2:
        return None
    first, at, parts = payload[0], 1, list[bytes]()
    count = first >> 4 & 3  # W; 0: each part has its length before it, else the last has none
    while at < len(payload):
        if count and len(parts) == count - 1:
            size = len(payload) - at
        else:
            found = _leb128(payload, at)
            if found is None:
                return None
            size, at = found
        if at + size > len(payload):
            return None
        parts.append(payload[at : at + size])
        at += size
    if count and len(parts) != count:
        return None
    return Pieces(tuple(parts), bool(first & _CONTINUES), bool(first & _CONTINUED))


def temporal_unit(payloads: Sequence[bytes]) -> bytes | None:
    """
    Put the payloads of one timestamp together to what a decoder takes: a temporal delimiter, then each OBU with its size (bitstream section 5.2).

    Returns:
        ``None`` if a part is missing or malformed, or if there is nothing in it.
    """
    out, open_part = bytearray(_DELIMITER), b""
    expected = False
    for payload in payloads:
        found = pieces(payload)
        if found is None or found.continues is not expected:
            return None
        parts = [open_part + found.parts[0], *found.parts[1:]]
        open_part, expected = parts.pop() if found.continued else b"", found.continued
        for part in parts:
            sized = _sized(part)
            if sized is None:
                return None
            out += sized
    return bytes(out) if not expected and len(out) > len(_DELIMITER) else None


def _sized(obu: bytes) -> bytes | None:
    """Return an OBU with its size; nothing of what does not travel in RTP; ``None`` for what is none."""
    split = _split(obu)
    if split is None:
        return None
    head, body = split
    if head[0] >> 3 & 15 in (TEMPORAL_DELIMITER, TILE_LIST):
        return b""
    return bytes([head[0] | _HAS_SIZE]) + head[1:] + _to_leb128(len(body)) + body


def _split(obu: bytes) -> tuple[bytes, bytes] | None:
    """Return header (one octet, or two with the extension) and payload of an OBU (bitstream section 5.3)."""
    if not obu or obu[0] & 0x80:  # the forbidden bit
        return None
    at = 2 if obu[0] & _HAS_EXTENSION else 1
    if len(obu) < at:
        return None
    if not obu[0] & _HAS_SIZE:
        return obu[:at], obu[at:]
    found = _leb128(obu, at)
    if found is None or found[1] + found[0] > len(obu):
        return None
    size, begin = found
    return obu[:at], obu[begin : begin + size]


def _leb128(data: Buffer, at: int) -> tuple[int, int] | None:
    """Return a number and the place after it."""
    value = 0
    for place in range(_MOST_LENGTH_BYTES):
        if at + place >= len(data):
            return None
        octet = data[at + place]
        value |= (octet & 0x7F) << 7 * place
        if octet < 0x80:
            return value, at + place + 1
    return None


def _to_leb128(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


# --- size -------------------------------------------------------------------------------------------------------------


class _TooShort(Exception):
    """The bits end before the size comes."""


class _Bits:
    def __init__(self, data: bytes) -> None:
        self._value, self._left = int.from_bytes(data, "big"), len(data) * 8

    def take(self, count: int) -> int:
        """Return the next bits as a number, most significant first."""
        self._left -= count
        if self._left < 0:
            raise _TooShort
        return self._value >> self._left & (1 << count) - 1

    def skip_uvlc(self) -> None:
        """Pass over a number in Exp-Golomb code (bitstream section 4.10.3)."""
        zeros = 0
        while not self.take(1):
            zeros += 1
        if zeros < 32:
            self.take(zeros)


def frame_size(payload: bytes) -> tuple[int, int] | None:
    """Return the largest width and height in pixels of the pictures that a keyframe's first payload begins; ``None`` where it does not tell."""
    found = pieces(payload) if is_keyframe(payload) else None
    for obu in () if found is None else found.parts:
        split = _split(obu)
        if split is not None and split[0][0] >> 3 & 15 == SEQUENCE_HEADER:
            try:
                return _size(_Bits(split[1]))
            except _TooShort:
                return None
    return None


def _size(bits: _Bits) -> tuple[int, int]:
    """Read a sequence header as far as the size (bitstream section 5.5.1)."""
    bits.take(4)  # profile, still picture
    if bits.take(1):  # reduced still picture header
        bits.take(5)
    else:
        delay_bits = _skip_timing(bits)
        told_delay = bits.take(1)
        for _ in range(bits.take(5) + 1):
            _skip_operating_point(bits, delay_bits, told_delay=bool(told_delay))
    width_bits, height_bits = bits.take(4) + 1, bits.take(4) + 1
    return bits.take(width_bits) + 1, bits.take(height_bits) + 1


def _skip_timing(bits: _Bits) -> int:
    """Pass over timing and decoder model (bitstream sections 5.5.3 and 5.5.4); return how long delays are in bits, 0 if there are none."""
    if not bits.take(1):
        return 0
    bits.take(64)
    if bits.take(1):
        bits.skip_uvlc()
    if not bits.take(1):
        return 0
    delay_bits = bits.take(5) + 1
    bits.take(32 + 10)
    return delay_bits


def _skip_operating_point(bits: _Bits, delay_bits: int, *, told_delay: bool) -> None:
    bits.take(12)
    if bits.take(5) > 7:  # levels from 4.0 on have a tier
        bits.take(1)
    if delay_bits and bits.take(1):
        bits.take(2 * delay_bits + 1)
    if told_delay and bits.take(1):
        bits.take(4)
