"""
RTCP: reading compound packets from anywhere, and writing our own.

``parse`` never raises. What is whole before a malformed part is returned; unknown packet types are skipped.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Sequence

from media_core.rtp.packet import Buffer
from media_core.rtp.rtcp_packets import (
    EstimatedMaximumBitrate,
    FullIntraRequest,
    GenericNack,
    Goodbye,
    PictureLossIndication,
    ReceiverReport,
    ReportBlock,
    RtcpPacket,
    SenderReport,
    SourceDescription,
)

__all__ = [
    "EstimatedMaximumBitrate",
    "FullIntraRequest",
    "GenericNack",
    "Goodbye",
    "PictureLossIndication",
    "ReceiverReport",
    "ReportBlock",
    "RtcpPacket",
    "SenderReport",
    "SourceDescription",
    "build",
    "parse",
]

_HEADER = struct.Struct("!BBH")
_WORD = struct.Struct("!I")
_TWO_WORDS = struct.Struct("!II")
_SENDER = struct.Struct("!QIII")
_BLOCK = struct.Struct("!IIIIII")
_NACK = struct.Struct("!HH")
_FIR = struct.Struct("!IB3x")

_SR, _RR, _SDES, _BYE = 200, 201, 202, 203  # RFC 3550 section 12.1
_RTPFB, _PSFB = 205, 206  # RFC 4585 section 6.1
_FMT_NACK, _FMT_PLI, _FMT_FIR, _FMT_AFB = 1, 1, 4, 15
_CNAME = 1
_MOST_BLOCKS = 31  # the count has five bits
_REMB = b"REMB"


# --- reading ----------------------------------------------------------------------------------------------------------


def parse(data: Buffer, *, names: bool = True) -> list[RtcpPacket]:
    """
    Return the packets of a compound or reduced-size packet (RFC 3550 section 6.1, RFC 5506) that are understood.

    ``names`` false: without descriptions of sources, which every browser sends with every report.
    """
    found: list[RtcpPacket] = []
    at, length = 0, len(data)
    while at + 4 <= length:
        first, kind, words = _HEADER.unpack_from(data, at)
        start, end = at + 4, at + 4 + 4 * words
        if first >> 6 != 2 or end > length:
            break
        at = end
        if first & 0x20:  # only the last packet may be padded
            padding = data[end - 1]
            if end != length or not padding or padding > end - start:
                break
            end -= padding
        if kind == _SDES and not names:
            continue
        packet = _read(first & 0x1F, kind, data, start, end)
        if packet is not None:
            found.append(packet)
        elif kind in (_SR, _RR):
            break  # a report that is too short for its own count: nothing after it can be trusted
    return found


def _read(count: int, kind: int, data: Buffer, start: int, end: int) -> RtcpPacket | None:
    if kind == _SDES:
        return SourceDescription(tuple(_cnames(count, data, start, end)))
    if kind == _BYE:
        ends = start + 4 * count
        return Goodbye(struct.unpack_from(f"!{count}I", data, start)) if ends <= end else None
    if end - start < 4:
        return None
    (ssrc,) = _WORD.unpack_from(data, start)
    if kind == _RR:
        blocks = _blocks(count, data, start + 4, end)
        return None if blocks is None else ReceiverReport(ssrc, blocks)
    if kind == _SR:
        blocks = _blocks(count, data, start + 24, end)
        if blocks is None:
            return None
        ntp_time, rtp_timestamp, packets, octets = _SENDER.unpack_from(data, start + 4)
        return SenderReport(ssrc, ntp_time, rtp_timestamp, packets, octets, blocks)
    if kind in (_RTPFB, _PSFB) and end - start >= 8:
        return _read_feedback(count, kind, data, start, end)
    return None


def _blocks(count: int, data: Buffer, start: int, end: int) -> tuple[ReportBlock, ...] | None:
    stop = start + 24 * count
    if stop > end:
        return None
    found = _BLOCK.iter_unpack(data[start:stop])
    return tuple(
        [  # the packets lost are a signed number of 24 bits
            ReportBlock(ssrc, lost >> 24, (lost & 0xFFFFFF ^ 0x800000) - 0x800000, highest, jitter, last_sr, delay)
            for ssrc, lost, highest, jitter, last_sr, delay in found
        ]
    )


def _cnames(count: int, data: Buffer, at: int, end: int) -> Iterator[tuple[int, str]]:
    for _ in range(count):
        if at + 4 > end:
            return
        (ssrc,) = _WORD.unpack_from(data, at)
        chunk, at = at, at + 4
        while at < end and data[at]:
            if at + 2 > end or at + 2 + data[at + 1] > end:
                return
            value = bytes(data[at + 2 : at + 2 + data[at + 1]])
            if data[at] == _CNAME:
                yield ssrc, value.decode("utf-8", "replace")
            at += 2 + len(value)
        at = chunk + (at - chunk + 4) // 4 * 4  # null octets up to the next word, at least one


def _read_feedback(fmt: int, kind: int, data: Buffer, start: int, end: int) -> RtcpPacket | None:
    sender, media = _TWO_WORDS.unpack_from(data, start)
    at = start + 8
    if kind == _RTPFB:
        return GenericNack(sender, media, tuple(_nacked(data, at, end))) if fmt == _FMT_NACK else None
    if fmt == _FMT_PLI:
        return PictureLossIndication(sender, media)
    if fmt == _FMT_FIR:
        return FullIntraRequest(sender, tuple(_FIR.unpack_from(data, entry) for entry in range(at, end - 7, 8)))
    if fmt == _FMT_AFB:
        return _read_remb(sender, data, at, end)
    return None


def _nacked(data: Buffer, at: int, end: int) -> Iterator[int]:
    for entry in range(at, end - 3, 4):
        number, bits = _NACK.unpack_from(data, entry)
        yield number
        while bits:
            low = bits & -bits
            yield (number + low.bit_length()) & 0xFFFF  # bit 0 stands for the number after
            bits ^= low


def _read_remb(sender: int, data: Buffer, at: int, end: int) -> EstimatedMaximumBitrate | None:
    if end - at < 8 or data[at : at + 4] != _REMB:
        return None
    (word,) = _WORD.unpack_from(data, at + 4)
    count = word >> 24
    if at + 8 + 4 * count > end:
        return None
    bitrate_bps = (word & 0x3FFFF) << (word >> 18 & 0x3F)
    return EstimatedMaximumBitrate(sender, bitrate_bps, struct.unpack_from(f"!{count}I", data, at + 8))


# --- writing ----------------------------------------------------------------------------------------------------------


def build(packets: Iterable[RtcpPacket]) -> bytes:
    """
    Write a compound packet; the caller puts a report first and an SDES with its CNAME (RFC 3550 section 6.1).

    At most 31 report blocks, chunks or goodbyes a packet are written; the rest is left out.
    """
    return b"".join(map(_build_one, packets))


def _build_one(packet: RtcpPacket) -> bytes:
    match packet:
        case SenderReport():
            sender = _SENDER.pack(packet.ntp_time, packet.rtp_timestamp, packet.packets, packet.octets)
            return _report(_SR, packet.ssrc, sender, packet.reports)
        case ReceiverReport():
            return _report(_RR, packet.ssrc, b"", packet.reports)
        case SourceDescription():
            chunks = [_chunk(ssrc, name) for ssrc, name in packet.cnames[:_MOST_BLOCKS]]
            return _packet(len(chunks), _SDES, b"".join(chunks))
        case Goodbye():
            ssrcs = packet.ssrcs[:_MOST_BLOCKS]
            return _packet(len(ssrcs), _BYE, _words(ssrcs))
        case GenericNack():
            entries = _nack_entries(packet.sequence_numbers)
            return _feedback(_RTPFB, _FMT_NACK, packet.sender_ssrc, packet.media_ssrc, entries)
        case PictureLossIndication():
            return _feedback(_PSFB, _FMT_PLI, packet.sender_ssrc, packet.media_ssrc, b"")
        case FullIntraRequest():
            entries = b"".join(_FIR.pack(*entry) for entry in packet.entries)
            return _feedback(_PSFB, _FMT_FIR, packet.sender_ssrc, 0, entries)
        case EstimatedMaximumBitrate():
            return _feedback(_PSFB, _FMT_AFB, packet.sender_ssrc, 0, _remb(packet))


def _packet(count: int, kind: int, body: bytes) -> bytes:
    return _HEADER.pack(0x80 | count, kind, len(body) // 4) + body


def _words(numbers: Sequence[int]) -> bytes:
    return struct.pack(f"!{len(numbers)}I", *numbers)


def _report(kind: int, ssrc: int, sender: bytes, reports: tuple[ReportBlock, ...]) -> bytes:
    blocks = [
        _BLOCK.pack(
            block.ssrc,
            block.fraction_lost << 24 | block.packets_lost & 0xFFFFFF,
            block.highest_sequence_number,
            block.jitter_ticks,
            block.last_sr,
            block.delay_since_last_sr,
        )
        for block in reports[:_MOST_BLOCKS]
    ]
    return _packet(len(blocks), kind, _WORD.pack(ssrc) + sender + b"".join(blocks))


def _chunk(ssrc: int, name: str) -> bytes:
    value = name.encode()[:255]
    chunk = _WORD.pack(ssrc) + bytes((_CNAME, len(value))) + value
    return chunk + bytes(4 - len(chunk) % 4)


def _feedback(kind: int, fmt: int, sender_ssrc: int, media_ssrc: int, body: bytes) -> bytes:
    return _packet(fmt, kind, _TWO_WORDS.pack(sender_ssrc, media_ssrc) + body)


def _nack_entries(numbers: Sequence[int]) -> bytes:
    """Pack numbers as first number and bit mask of the 16 after it; they are best given in order."""
    entries: list[bytes] = []
    first, bits = -1, 0
    for number in numbers:
        after = (number - first) & 0xFFFF
        if first >= 0 and 0 < after <= 16:
            bits |= 1 << after - 1
        elif first < 0 or after:
            if first >= 0:
                entries.append(_NACK.pack(first, bits))
            first, bits = number, 0
    if first >= 0:
        entries.append(_NACK.pack(first, bits))
    return b"".join(entries)


def _remb(packet: EstimatedMaximumBitrate) -> bytes:
    """Mantissa of 18 bits and exponent: rounded down, never promising more than was estimated."""
    exponent = max(0, packet.bitrate_bps.bit_length() - 18)
    if exponent > 63:
        exponent, mantissa = 63, 0x3FFFF
    else:
        mantissa = packet.bitrate_bps >> exponent
    ssrcs = packet.ssrcs[:255]
    return _REMB + _WORD.pack(len(ssrcs) << 24 | exponent << 18 | mantissa) + _words(ssrcs)
