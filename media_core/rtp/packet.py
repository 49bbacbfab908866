"""
Reading and rewriting RTP packets without copying more than must be.

Nothing here raises on what came from the network: what cannot be read is ``None``.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass

Buffer = bytes | bytearray | memoryview

HEADER_BYTES = 12
"""The fixed header, RFC 3550 section 5.1."""

_FIXED = struct.Struct("!BBHII")
_EXTENDED = struct.Struct("!BBHIIHH")
"""The fixed header without CSRCs, and the head of an extension."""
_EXTENDED_BYTES = _EXTENDED.size
_WORD = struct.Struct("!H")
_EXTENSION = struct.Struct("!HH")
_NUMBERS = struct.Struct("!HII")

_ONE_BYTE_PROFILE = 0xBEDE  # RFC 8285 section 4.2
_TWO_BYTE_PROFILE = 0x1000  # RFC 8285 section 4.3; the low four bits are "appbits", to be ignored


@dataclass(slots=True)
class Header:
    """What the header of one RTP packet says, and where its parts lie in the packet (offsets in bytes)."""

    marker: bool
    payload_type: int
    sequence_number: int
    timestamp: int
    ssrc: int
    payload_start: int
    payload_end: int
    """Padding begins here; equal to ``payload_start`` in a packet that is only padding."""
    extension_profile: int
    """0 where the packet has no header extension."""
    extension_start: int
    extension_end: int


def is_rtcp(data: Buffer) -> bool:
    """Tell RTCP from RTP on one port (RFC 5761 section 4): RTCP packet types 192 to 223 are RTP types never used."""
    return len(data) > 1 and 192 <= data[1] <= 223


def parse_header(data: Buffer) -> Header | None:  # noqa: C901 - for each packet that comes in
    """Read the header of an RTP packet; ``None`` for anything that is not one (RFC 3550 section 5.1, A.1)."""
    length = len(data)
    if length >= _EXTENDED_BYTES:
        first, second, sequence_number, timestamp, ssrc, profile, words = _EXTENDED.unpack_from(data)
        start = _EXTENDED_BYTES + 4 * words
        if first == 0x90 and start <= length:  # as by far the most packets come from browsers
            at = _EXTENDED_BYTES
            return Header(
                second > 127, second & 0x7F, sequence_number, timestamp, ssrc, start, length, profile, at, start
            )
    if length < HEADER_BYTES:
        return None
    first, second, sequence_number, timestamp, ssrc = _FIXED.unpack_from(data)
    if first == 0x80:  # version 2 and nothing more: by far the most packets that come back from a cache
        return Header(second > 127, second & 0x7F, sequence_number, timestamp, ssrc, 12, length, 0, 12, 12)
    if first >> 6 != 2:
        return None
    start = extension_start = HEADER_BYTES + 4 * (first & 0x0F)
    profile = 0
    if first & 0x10:
        if start + 4 > length:
            return None
        profile, words = _EXTENSION.unpack_from(data, start)
        extension_start = start + 4
        start = extension_start + 4 * words
    end = length
    if first & 0x20:
        padding = data[length - 1]  # counts itself, so 0 is malformed
        if not padding:
            return None
        end -= padding
    if start > end:
        return None
    return Header(
        second > 127, second & 0x7F, sequence_number, timestamp, ssrc, start, end, profile, extension_start, start
    )


def extension_span(data: Buffer, header: Header, extension_id: int) -> tuple[int, int] | None:
    """Return where the value of a header extension element begins and ends, in either form of RFC 8285."""
    profile, at, end = header.extension_profile, header.extension_start, header.extension_end
    if profile == _ONE_BYTE_PROFILE:
        while at < end:
            octet = data[at]
            at += 1
            if octet < 16:  # id 0: one byte of padding (section 4.1.1, a length with id 0 is to be ignored)
                continue
            found = octet >> 4
            if found == 15:  # section 4.2: stop
                return None
            stop = at + (octet & 0x0F) + 1
            if found == extension_id:
                return (at, stop) if stop <= end else None
            at = stop
    elif profile & 0xFFF0 == _TWO_BYTE_PROFILE:
        while at < end - 1:
            found = data[at]
            if not found:
                at += 1
                continue
            start = at + 2
            at = start + data[at + 1]
            if found == extension_id:
                return (start, at) if at <= end else None
    return None


def find_extension(data: Buffer, header: Header, extension_id: int) -> bytes | None:
    """Return the value of a header extension element, ``None`` where the packet has none of that id."""
    span = extension_span(data, header, extension_id)
    return None if span is None else bytes(data[span[0] : span[1]])


def audio_level(data: Buffer, header: Header, extension_id: int) -> tuple[int, bool] | None:
    """
    Return how loud a packet is and whether the sender hears a voice in it (RFC 6464 section 3).

    The level is in -dBov: 0 is the loudest, 127 is digital silence.
    """
    span = extension_span(data, header, extension_id)
    if span is None or span[0] == span[1]:
        return None
    octet = data[span[0]]
    return octet & 0x7F, octet > 127


def read_text(data: Buffer, header: Header, extension_id: int) -> str | None:
    """Return a text element, such as the mid (RFC 9143 section 15) or the rid (RFC 8852); ``None`` if it is no text."""
    span = extension_span(data, header, extension_id)
    if span is None:
        return None
    try:
        return str(bytes(data[span[0] : span[1]]), "utf-8")
    except UnicodeDecodeError:
        return None


def bare_packet(data: Buffer, header: Header) -> bytearray:
    """
    Copy a packet without CSRCs, header extension and padding: twelve octets and the payload.

    Forwarded packets have this form: a publisher's mid or transport-wide number means nothing to a subscriber.
    """
    packet = bytearray(data[: header.payload_end])
    if header.payload_start != HEADER_BYTES:
        del packet[HEADER_BYTES : header.payload_start]
    packet[0] = 0x80
    return packet


def write_numbers(packet: bytearray, sequence_number: int, timestamp: int, ssrc: int) -> None:
    """Overwrite the three numbers that differ for each receiver, in place."""
    _NUMBERS.pack_into(packet, 2, sequence_number, timestamp, ssrc)


def build_packet(
    payload: Buffer,
    *,
    payload_type: int,
    sequence_number: int,
    timestamp: int,
    ssrc: int,
    marker: bool = False,
    extensions: Mapping[int, bytes] | None = None,
) -> bytes:
    """Make a packet; ``extensions`` (id 1 to 14, 1 to 16 bytes each) are written in the one-byte form."""
    second = payload_type | (marker << 7)
    if not extensions:
        return _FIXED.pack(0x80, second, sequence_number, timestamp, ssrc) + payload
    elements = b"".join(bytes([number << 4 | len(value) - 1]) + value for number, value in extensions.items())
    elements += bytes(-len(elements) % 4)
    extension = _EXTENSION.pack(_ONE_BYTE_PROFILE, len(elements) // 4) + elements
    return _FIXED.pack(0x90, second, sequence_number, timestamp, ssrc) + extension + payload


def wrap_rtx(data: Buffer, header: Header, *, payload_type: int, sequence_number: int, ssrc: int) -> bytearray:
    """Make the retransmission of a packet (RFC 4588 section 4): padding goes, the rest of the header stays."""
    packet = bytearray(data[: header.payload_end])
    packet[header.payload_start : header.payload_start] = _WORD.pack(header.sequence_number)
    _FIXED.pack_into(
        packet, 0, packet[0] & ~0x20, packet[1] & 0x80 | payload_type, sequence_number, header.timestamp, ssrc
    )
    return packet


def unwrap_rtx(data: Buffer, header: Header, *, payload_type: int, ssrc: int) -> bytearray | None:
    """Restore the original of a retransmission; ``None`` for one without an original, as used to probe a path."""
    start = header.payload_start
    if header.payload_end - start < 2:
        return None
    packet = bytearray(data[: header.payload_end])
    (sequence_number,) = _WORD.unpack_from(packet, start)
    del packet[start : start + 2]
    _FIXED.pack_into(
        packet, 0, packet[0] & ~0x20, packet[1] & 0x80 | payload_type, sequence_number, header.timestamp, ssrc
    )
    return packet
