"""
The bytes of a segment file. Values in, values out; docs/tape.md describes the same for people.

A segment is a row of blocks: 4 bytes of kind, length and CRC-32 of what follows. The first block is ``HEAD`` (JSON), then come ``PACK`` blocks
(packets), and ``DONE`` (JSON) where the segment was closed. A reader stops at the first block that is cut short or damaged.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

from media_core.rtp.packet import Buffer

FORMAT = 1
HEAD, PACK, DONE = b"HEAD", b"PACK", b"DONE"
TICKS_PER_S = 100_000
"""Arrival times count 10 µs since the segment's anchor."""

_BLOCK = struct.Struct("!4sII")
_RECORD = struct.Struct("!IHB")
_PACKET = struct.Struct("!IHBBBHII")
_CLOCK = struct.Struct("!IHBdI")
_RTP = struct.Struct("!BBHII")
_NTP = struct.Struct("!dI")
_RTP_BYTES = 12
MAX_BLOCK_BYTES = 256 * 1024 * 1024
"""No block is longer: what says so is damaged."""

RTP_RECORD, CLOCK_RECORD = 0, 1


@dataclass(frozen=True, slots=True)
class SegmentHead:
    """
    What a segment holds: one track as one peer connection sent it, so that numbers and timestamps run on.

    ``wall_ns`` is the wall clock (UTC, since 1970) at the moment from which the arrival times count.
    """

    room: str
    member: str
    source: str
    stream: str
    """The same for all segments of one publisher; differs after a reconnection."""
    clock_rate_hz: int
    wall_ns: int
    format: int = FORMAT


@dataclass(frozen=True, slots=True)
class TapePacket:
    """One RTP packet, header extensions and padding gone. ``arrival_s`` counts from the segment's anchor."""

    arrival_s: float
    marker: bool
    payload_type: int
    sequence_number: int
    timestamp: int
    payload: bytes


@dataclass(frozen=True, slots=True)
class TapeClock:
    """A sender report: the RTP timestamp at a moment of the sender's clock (NTP seconds)."""

    arrival_s: float
    ntp_s: float
    timestamp: int


Record = TapePacket | TapeClock


def block(kind: bytes, body: bytes) -> bytes:
    return _BLOCK.pack(kind, len(body), zlib.crc32(body)) + body


def head_block(head: SegmentHead) -> bytes:
    return block(HEAD, json.dumps(asdict(head), separators=(",", ":")).encode())


def packet_record(
    arrival_s: float, second_byte: int, sequence_number: int, timestamp: int, payload: bytes
) -> tuple[bytes, bytes]:
    """Return a packet's record in two parts, so that the payload is copied once, when the block is joined."""
    ticks = max(0, int(arrival_s * TICKS_PER_S)) & 0xFFFFFFFF
    length = len(payload) + _RTP_BYTES
    head = _PACKET.pack(ticks, length, RTP_RECORD, 0x80, second_byte, sequence_number, timestamp & 0xFFFFFFFF, 0)
    return head, payload


def clock_record(arrival_s: float, ntp_s: float, timestamp: int) -> bytes:
    ticks = max(0, int(arrival_s * TICKS_PER_S)) & 0xFFFFFFFF
    return _CLOCK.pack(ticks, _NTP.size, CLOCK_RECORD, ntp_s, timestamp & 0xFFFFFFFF)


def head_from(body: Buffer) -> SegmentHead:
    """Raises ``ValueError`` for what is no head of this format."""
    try:
        found = SegmentHead(**json.loads(bytes(body)))
    except TypeError as error:
        raise ValueError(f"no head of a segment: {error}") from error
    if found.format != FORMAT:
        raise ValueError(f"a segment of format {found.format}; this Sala reads {FORMAT}")
    return found


def blocks(content: Buffer) -> Iterator[tuple[bytes, int, int]]:
    """Yield kind, begin and end of each sound block's body; ends at the first that is not."""
    view, at = memoryview(content), 0
    while at + _BLOCK.size <= len(view):
        kind, length, crc = _BLOCK.unpack_from(view, at)
        begin = at + _BLOCK.size
        at = begin + length
        if kind not in (HEAD, PACK, DONE) or length > MAX_BLOCK_BYTES or at > len(view):
            return
        if zlib.crc32(view[begin:at]) != crc:
            return
        yield kind, begin, at


def records(body: Buffer) -> Iterator[Record]:
    """Yield what a ``PACK`` block holds, in the order of arrival; unknown kinds of later formats are passed over."""
    view, at = memoryview(body), 0
    while at + _RECORD.size <= len(view):
        ticks, length, kind = _RECORD.unpack_from(view, at)
        begin = at + _RECORD.size
        at = begin + length
        if at > len(view):
            return
        if kind == RTP_RECORD and length >= _RTP_BYTES:
            _, second, number, timestamp, _ = _RTP.unpack_from(view, begin)
            payload = bytes(view[begin + _RTP_BYTES : at])
            yield TapePacket(ticks / TICKS_PER_S, second > 127, second & 0x7F, number, timestamp, payload)
        elif kind == CLOCK_RECORD and length == _NTP.size:
            ntp_s, timestamp = _NTP.unpack_from(view, begin)
            yield TapeClock(ticks / TICKS_PER_S, ntp_s, timestamp)


def index_line(entry: dict[str, object]) -> bytes:
    """Return one line of the index: JSON, a space, and the CRC-32 of that JSON in hex."""
    text = json.dumps(entry, separators=(",", ":"), sort_keys=True).encode()
    return text + b" %08x\n" % zlib.crc32(text)


def index_entries(content: bytes) -> list[dict[str, object]]:
    """Return the sound lines of an index; a torn or damaged one is passed over, its segment is found in the folder."""
    found = []
    for line in content.split(b"\n"):
        text, _, crc = line.rpartition(b" ")
        if text and crc == b"%08x" % zlib.crc32(text):
            found.append(json.loads(text))
    return found


def packets_of(found: Sequence[Record]) -> list[TapePacket]:
    return [record for record in found if isinstance(record, TapePacket)]
