"""Tapes with known pictures and tones, written as the engine would write them."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

from media_core.bots import pictures, sounds
from media_core.tape import format as fmt
from media_core.tape.files import ClosedSegment, SegmentFile

BEGIN_S = 1_772_355_600.0
"""2026-03-01 09:00 UTC."""
NTP_AHEAD_S = 2_208_988_800 + 7.25
"""The browsers' clocks: NTP's epoch, and 7.25 s fast."""

Lost = Callable[[int], bool]


def never(_: int) -> bool:
    return False


def write_picture(
    folder: Path,
    member: str,
    picture: int,
    *,
    source: str = "camera",
    from_s: float = 0.0,
    to_s: float = 10.0,
    travel_s: float = 0.03,
    lost: Lost = never,
    shuffled: bool = False,
    reports: bool = True,
    stream: str = "",
) -> ClosedSegment:
    """Write a clip of ``media_core.bots.pictures``: frame n is captured at ``from_s + n / 15``."""
    clip, number = pictures.clip(picture), 65_500
    records: list[Any] = []
    for frame in range(int((to_s - from_s) * clip.frames_per_s)):
        captured_s = from_s + frame / clip.frames_per_s
        timestamp = 1_000_000 + frame * 90_000 // clip.frames_per_s
        chunks = clip.pictures[frame % len(clip.pictures)].chunks
        for place, chunk in enumerate(chunks):
            marker = 0x80 if place == len(chunks) - 1 else 0
            payload = (b"\x10" if place == 0 else b"\x00") + chunk
            if not lost(number):
                at_s = captured_s + travel_s + place / 10_000
                records.append((at_s, fmt.packet_record, (96 | marker, number & 0xFFFF, timestamp, payload)))
            number += 1
        if reports and frame % clip.frames_per_s == 0:
            report = (BEGIN_S + captured_s + NTP_AHEAD_S, timestamp)
            records.append((captured_s + 0.02, fmt.clock_record, report))
    return write(folder, member, source, 90_000, records, shuffled, stream or f"{member}-{source}-{from_s}")


def write_tone(
    folder: Path,
    member: str,
    hz: float,
    *,
    source: str = "microphone",
    from_s: float = 0.0,
    to_s: float = 10.0,
    travel_s: float = 0.02,
    reports: bool = True,
    shuffled: bool = False,
) -> ClosedSegment:
    """Write a tone from ``from_s`` to ``to_s``."""
    sound = sounds.tone(hz)
    records: list[Any] = []
    for frame in range(int((to_s - from_s) * 50)):
        captured_s, timestamp = from_s + frame / 50, 5_000 + frame * 960
        payload = sound[frame % len(sound)].payload
        records.append((captured_s + travel_s, fmt.packet_record, (111, frame & 0xFFFF, timestamp, payload)))
        if reports and frame % 50 == 0:
            records.append((captured_s + 0.02, fmt.clock_record, (BEGIN_S + captured_s + NTP_AHEAD_S, timestamp)))
    return write(folder, member, source, 48_000, records, shuffled, f"{member}-{source}-{from_s}")


def write(
    folder: Path, member: str, source: str, clock_rate_hz: int, records: list[Any], shuffled: bool, stream: str
) -> ClosedSegment:
    folder.mkdir(exist_ok=True)
    anchor_s = records[0][0]
    if shuffled:
        dice = random.Random(7)
        records = [(max(anchor_s, at_s + dice.uniform(0, 0.08)), kind, values) for at_s, kind, values in records]
    records.sort(key=lambda record: record[0])
    head = fmt.SegmentHead("se_room", member, source, stream, clock_rate_hz, int((BEGIN_S + anchor_s) * 1e9))
    segment = SegmentFile(folder, f"{int((BEGIN_S + anchor_s) * 1000)}-{member}-{source}", head)
    for first in range(0, len(records), 100):
        block = records[first : first + 100]
        parts = [kind(at_s - anchor_s, *values) for at_s, kind, values in block]
        body = b"".join(part if isinstance(part, bytes) else b"".join(part) for part in parts)
        packets = sum(kind is fmt.packet_record for _, kind, _ in block)
        segment.write(body, packets=packets, first_s=block[0][0] - anchor_s, last_s=block[-1][0] - anchor_s)
    return segment.close()
