"""AV1 that a real encoder made, cut into RTP payloads as a sender may cut it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import cache
from typing import Any

import av

from media_core.bots import pictures


def obus(unit: bytes) -> Iterator[bytes]:
    """Yield the OBUs of a temporal unit without their sizes, and without the delimiter."""
    at = 0
    while at < len(unit):
        head = unit[at : at + (2 if unit[at] & 4 else 1)]
        at += len(head)
        size = shift = 0
        while True:
            octet = unit[at]
            size |= (octet & 0x7F) << shift
            at, shift = at + 1, shift + 7
            if octet < 0x80:
                break
        if head[0] >> 3 & 15 != 2:
            yield bytes([head[0] & ~2]) + head[1:] + unit[at : at + size]
        at += size


def leb128(value: int) -> bytes:
    out = b""
    while value > 0x7F:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])


def payloads(units: Sequence[bytes], *, most_bytes: int, keyframe: bool, counted: bool = True) -> list[bytes]:
    """
    Cut the OBUs of one temporal unit into payloads of about ``most_bytes``.

    ``counted``: the aggregation header counts the parts where it can (W), so that the last one needs no length.
    """
    packets: list[list[bytes]] = [[]]
    continued: list[bool] = [False]
    for obu in units:
        rest = obu
        while True:
            room = most_bytes - sum(map(len, packets[-1]))
            if room > 0:
                packets[-1].append(rest[:room])
                rest = rest[room:]
            if not rest:
                break
            cut = len(rest) < len(obu)
            packets.append([])
            continued.append(cut)
    found = []
    for number, parts in enumerate(packets):
        goes_on = number + 1 < len(packets) and continued[number + 1]
        count = len(parts) if counted and len(parts) <= 3 else 0
        head = continued[number] << 7 | goes_on << 6 | count << 4 | (keyframe and number == 0) << 3
        body = b"".join(
            part if count and place == count - 1 else leb128(len(part)) + part for place, part in enumerate(parts)
        )
        found.append(bytes([head]) + body)
    return found


@cache
def encoded(width: int = 320, height: int = 180, count: int = 10, picture: int = 3) -> tuple[bytes, ...]:
    """Return pictures of a bot's clip as temporal units, the first of them a keyframe."""
    encoder: Any = av.CodecContext.create("libsvtav1", "w")
    encoder.width, encoder.height, encoder.pix_fmt = width, height, "yuv420p"
    encoder.time_base, encoder.framerate = Fraction(1, 15), Fraction(15)
    encoder.options = {"preset": "12", "svtav1-params": "pred-struct=1:lookahead=0:keyint=-1"}
    found = []
    for number in range(count):
        drawn = av.VideoFrame.from_ndarray(pictures.draw(picture, number), format="rgb24")
        frame = drawn.reformat(width=width, height=height, format="yuv420p")
        frame.pts = number
        found += [bytes(packet) for packet in encoder.encode(frame)]
    return tuple([*found, *(bytes(packet) for packet in encoder.encode(None))])
