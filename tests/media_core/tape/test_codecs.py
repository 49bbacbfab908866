"""A screen whose codec changes while it is recorded."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from media_core.bots import pictures
from media_core.signaling import numbers
from media_core.tape import format as fmt
from media_core.tape.compose import compose
from media_core.tape.plan import Plan, Scene, TapedTrack
from tests.media_core.rtp.av1_packets import encoded, obus, payloads
from tests.media_core.tape.making import BEGIN_S, NTP_AHEAD_S, write
from tests.media_core.tape.test_compose import expected_code, shown

RATE = pictures.FRAMES_PER_S
PART_S = 2


def chunks(codec: int, frame: int, picture: int) -> Iterator[tuple[bytes, bool]]:
    """Yield the payloads of a frame of a clip with their markers."""
    if codec == numbers.AV1:
        unit = encoded(320, 180, PART_S * RATE, picture)[frame]
        cut = payloads(list(obus(unit)), most_bytes=300, keyframe=frame == 0)
    else:
        whole = pictures.clip(picture).pictures[frame].chunks
        cut = [(b"\x10" if place == 0 else b"\x00") + chunk for place, chunk in enumerate(whole)]
    for place, payload in enumerate(cut):
        yield payload, place == len(cut) - 1


def test_each_part_is_decoded_by_its_own_codec(tmp_path: Path) -> None:
    parts = ((numbers.VP8, 3), (numbers.AV1, 8), (numbers.VP8, 5), (numbers.AV1, 1))
    records: list[Any] = []
    number, lost_at = 65_500, 0
    for part, (codec, picture) in enumerate(parts):
        for frame in range(PART_S * RATE):
            captured_s, timestamp = part * PART_S + frame / RATE, (part * PART_S * RATE + frame) * 90_000 // RATE
            for payload, last in chunks(codec, frame, picture):
                second_byte = codec | (0x80 if last else 0)
                if (part, frame) != (3, RATE) or not last:  # half of the last part is lost with one packet
                    values = (second_byte, number & 0xFFFF, timestamp, payload)
                    records.append((captured_s + 0.03, fmt.packet_record, values))
                else:
                    lost_at = frame
                number += 1
        report = (BEGIN_S + part * PART_S + NTP_AHEAD_S, part * PART_S * 90_000)
        records.append((part * PART_S + 0.02, fmt.clock_record, report))
    write(tmp_path / "tape", "ana", "screen", 90_000, records, False, "one")
    scene = Scene(0, len(parts) * PART_S * 1000, stage=TapedTrack("ana", "screen"))
    given = Plan(
        begins_ns=int(BEGIN_S * 1e9), duration_ms=scene.to_ms, scenes=(scene,), takes="stage", title="A", sound=()
    )
    done = compose(given, tmp_path / "tape", tmp_path / "work", tmp_path / "one.mp4")
    frames = shown(done.file)
    for part, (_, picture) in enumerate(parts):
        begin_s = part * PART_S
        seen = [each for each in frames if begin_s + 0.15 < each[0] < begin_s + PART_S - 0.05]
        assert {each[1] for each in seen} == {picture}
        codes = [(expected_code(moment_s, begin_s), code) for moment_s, _, code in seen]
        assert all(abs(min(expected, lost_at - 1 if part == 3 else expected) - code) <= 1 for expected, code in codes)
        # a picture of which a part is missing is not guessed at, nor what follows it
        newest = max(code for _, code in codes)
        assert newest == lost_at - 1 if part == 3 else newest >= PART_S * RATE - 2
