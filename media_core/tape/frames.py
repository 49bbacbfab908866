"""Pictures and sound out of the tape's packets: in order, whole, each with the moment it was captured. Decodes nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from media_core.rtp import av1, h264
from media_core.rtp.vp8 import parse_descriptor
from media_core.signaling.numbers import AV1, H264, OPUS, VP8
from media_core.tape import files
from media_core.tape import format as fmt
from media_core.tape.files import ClosedSegment
from media_core.tape.timing import Timing

LATE_PACKETS = 300
"""So many packets around the end of a segment are put in order together."""
_START_CODE = b"\x00\x00\x00\x01"
_STAP_A, _FU_A = 24, 28


@dataclass(frozen=True, slots=True)
class Unit:
    """One picture, or one packet of sound, as its decoder takes it."""

    captured_s: float
    codec: str
    """``vp8``, ``h264``, ``av1`` or ``opus``; that of a screen may change with a keyframe."""
    content: bytes
    keyframe: bool
    stream: str


@dataclass(slots=True)
class _Placed:
    packet: fmt.TapePacket
    number: int
    arrival_s: float


def units(folder: Path, segments: Sequence[ClosedSegment], timing: Timing) -> Iterator[Unit]:
    """
    Yield what the segments of one track hold, in order.

    A picture with a part missing is left out, and all after it up to the next keyframe: what a decoder would make of them is mud.
    """
    streams: dict[str, list[ClosedSegment]] = {}
    for segment in segments:
        streams.setdefault(segment.stream, []).append(segment)
    for stream, own in streams.items():
        member = own[0].member
        packets = _in_order(folder, own)
        if own[0].source in ("microphone", "screen_audio"):
            for placed in packets:
                packet = placed.packet
                if packet.payload_type == OPUS:
                    at_s = timing.captured_s(member, stream, packet.timestamp, placed.arrival_s)
                    yield Unit(at_s, "opus", packet.payload, True, stream)
        else:
            yield from _pictures(packets, member, stream, timing)


def _in_order(folder: Path, segments: Sequence[ClosedSegment]) -> Iterator[_Placed]:
    """Yield the packets of one stream by their sequence numbers, each once."""
    held: list[_Placed] = []
    highest: int | None = None
    told = -1 << 62
    for segment in segments:
        path = folder / segment.file
        wall_s = files.read_head(path).wall_ns / 1e9
        for record in files.read_records(path):
            if not isinstance(record, fmt.TapePacket):
                continue
            number = record.sequence_number if highest is None else _extended(record.sequence_number, highest)
            highest = number if highest is None else max(highest, number)
            held.append(_Placed(record, number, wall_s + record.arrival_s))
        held.sort(key=lambda placed: placed.number)
        out, held = held[:-LATE_PACKETS], held[-LATE_PACKETS:]
        for placed in out:
            if placed.number > told:
                told = placed.number
                yield placed
    for placed in held:
        if placed.number > told:
            told = placed.number
            yield placed


def _extended(number: int, near: int) -> int:
    """Return a 16-bit number as the one of all its extensions that is nearest to ``near``."""
    ahead = (number - near) & 0xFFFF
    return near + ahead if ahead < 0x8000 else near + ahead - 0x10000


def _pictures(packets: Iterator[_Placed], member: str, stream: str, timing: Timing) -> Iterator[Unit]:
    """Put pictures together out of packets that are in order."""
    parts: list[_Placed] = []
    expected: int | None = None
    usable = False
    for placed in packets:
        if parts and placed.packet.timestamp != parts[0].packet.timestamp:
            parts, usable = [], False  # the last packet of the picture before is missing
        if expected is not None and placed.number != expected:
            parts, usable = [], False
            expected = placed.number + 1
            if not _begins(placed.packet):
                continue
        expected = placed.number + 1
        if not placed.packet.payload:
            continue
        parts.append(placed)
        if not placed.packet.marker:
            continue
        found = _unit(parts)
        arrival_s, timestamp = parts[-1].arrival_s, placed.packet.timestamp
        parts = []
        if found is None:
            usable = False
            continue
        codec, content, keyframe = found
        usable = usable or keyframe
        if usable:
            at_s = timing.captured_s(member, stream, timestamp, arrival_s)
            yield Unit(at_s, codec, content, keyframe, stream)


def _begins(packet: fmt.TapePacket) -> bool:
    if packet.payload_type == VP8:
        found = parse_descriptor(packet.payload)
        return found is not None and found.starts_frame
    begins = av1.is_keyframe if packet.payload_type == AV1 else h264.is_keyframe
    return begins(packet.payload)


def _unit(parts: list[_Placed]) -> tuple[str, bytes, bool] | None:
    first = parts[0].packet
    if first.payload_type == VP8:
        return _vp8(parts)
    if first.payload_type == H264:
        return _h264(parts)
    if first.payload_type == AV1:
        content = av1.temporal_unit([part.packet.payload for part in parts])
        return None if content is None else ("av1", content, av1.is_keyframe(first.payload))
    return None


def _vp8(parts: list[_Placed]) -> tuple[str, bytes, bool] | None:
    content, keyframe = [], False
    for place, part in enumerate(parts):
        found = parse_descriptor(part.packet.payload)
        if found is None or found.starts_frame is not (place == 0):
            return None
        keyframe = keyframe or found.keyframe
        content.append(part.packet.payload[found.header_length :])
    return "vp8", b"".join(content), keyframe


def _h264(parts: list[_Placed]) -> tuple[str, bytes, bool] | None:
    """Return the picture with start codes (RFC 6184 sections 5.6 to 5.8 undone)."""
    out = bytearray()
    keyframe = False
    for part in parts:
        payload = part.packet.payload
        keyframe = keyframe or h264.is_keyframe(payload)
        kind = payload[0] & 0x1F
        if kind == _STAP_A:
            at = 1
            while at + 2 < len(payload):
                size = payload[at] << 8 | payload[at + 1]
                out += _START_CODE + payload[at + 2 : at + 2 + size]
                at += 2 + size
        elif kind == _FU_A and len(payload) > 2:
            if payload[1] & 0x80:
                out += _START_CODE + bytes([payload[0] & 0xE0 | payload[1] & 0x1F])
            out += payload[2:]
        else:
            out += _START_CODE + payload
    return ("h264", bytes(out), keyframe) if out else None
