"""Pictures that need no change are copied: one H.264 track that fills the stage from beginning to end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

import av

from media_core.tape.frames import Unit, units
from media_core.tape.opened import Tape
from media_core.tape.plan import Plan, TapedTrack

LATE_KEYFRAME_S = 2.0
"""A keyframe that comes later would leave the beginning black; then it is rather encoded."""
CLOCK_HZ = 90_000
_SPS, _PPS = 7, 8


def copyable(plan: Plan, tape: Tape, gaps: Sequence[tuple[int, int]]) -> TapedTrack | None:
    """Return the track whose packets can be the recording's pictures as they are; ``None`` if there is work to do."""
    if plan.takes != "stage" or gaps or len(plan.scenes) != 1:
        return None
    (scene,) = plan.scenes
    track = scene.stage
    if track is None or scene.slide or scene.from_ms > 0 or scene.to_ms < plan.duration_ms:
        return None
    segments = tape.segments(track)
    if len({segment.stream for segment in segments}) != 1:
        return None
    size, first_s = None, None
    for unit in _within(plan, tape, track):
        if unit.codec != "h264":
            return None
        if unit.keyframe:
            found = size_of(unit)
            if found is None or (size is not None and found != size):
                return None
            size = found
            first_s = unit.captured_s if first_s is None else first_s
    if first_s is None or first_s - tape.begins_s > LATE_KEYFRAME_S:
        return None
    return track


def copied(plan: Plan, tape: Tape, track: TapedTrack, out: av.container.OutputContainer) -> Iterator[Any]:
    """Add the stream to a file; return its packets."""
    found = _within(plan, tape, track)
    first = next(unit for unit in found if unit.keyframe)
    stream: Any = out.add_stream("libx264", rate=plan.frames_per_s)
    stream.width, stream.height = size_of(first) or (plan.width, plan.height)
    stream.pix_fmt, stream.time_base = "yuv420p", Fraction(1, CLOCK_HZ)
    stream.codec_context.extradata = parameter_sets(first.content)

    def packets() -> Iterator[Any]:
        last = -1
        for unit in (first, *found):
            at = max(last + 1, round((unit.captured_s - tape.begins_s) * CLOCK_HZ))
            packet: Any = av.Packet(unit.content)
            packet.stream, packet.time_base = stream, Fraction(1, CLOCK_HZ)
            packet.pts = packet.dts = last = at
            packet.is_keyframe = unit.keyframe
            yield packet

    return packets()


def _within(plan: Plan, tape: Tape, track: TapedTrack) -> Iterator[Unit]:
    for unit in units(tape.folder, tape.segments(track), tape.timing):
        if unit.captured_s > tape.ends_s:
            return
        if unit.captured_s >= tape.begins_s:
            yield unit


def size_of(unit: Unit) -> tuple[int, int] | None:
    """Return width and height of a keyframe, by decoding it."""
    decoder: Any = av.CodecContext.create("h264", "r")
    try:
        frames = [*decoder.decode(av.Packet(unit.content)), *decoder.decode(None)]
    except av.error.FFmpegError:
        return None
    return (frames[0].width, frames[0].height) if frames else None


def parameter_sets(content: bytes) -> bytes:
    """Return the sequence and picture parameter sets of a keyframe, with start codes."""
    found = b""
    for nal in content.split(b"\x00\x00\x00\x01"):
        if nal and nal[0] & 0x1F in (_SPS, _PPS):
            found += b"\x00\x00\x00\x01" + nal
    return found
