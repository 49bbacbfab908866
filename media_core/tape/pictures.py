"""The pictures of one taped track at rising moments: decoded as they are needed, and only while they are."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import av
from av.video.reformatter import VideoReformatter

from media_core.tape.files import ClosedSegment
from media_core.tape.frames import Unit, units
from media_core.tape.timing import Timing

BEFORE_S = 65.0
"""A segment begins with a keyframe within this time before any of its pictures."""
STALE_S = 3.0
"""A picture that nothing followed for so long is no longer shown; a still screen is sent anew each second."""
_DECODERS = {"av1": "libdav1d"}
"""Where the decoder that libav takes by itself needs a graphics card."""


class PictureTrack:
    """Call ``at`` with moments that do not fall."""

    def __init__(
        self,
        folder: Path,
        segments: Sequence[ClosedSegment],
        timing: Timing,
        from_s: float,
        refused: Sequence[tuple[float, float]] = (),
    ) -> None:
        self._refused = refused
        near = [each for each in segments if each.end_ns / 1e9 >= from_s - 2.0]
        earlier = [each for each in segments if each.end_ns / 1e9 < from_s - 2.0]
        if earlier and near and near[0].start_ns / 1e9 > from_s - BEFORE_S and earlier[-1].stream == near[0].stream:
            near.insert(0, earlier[-1])
        self._units = units(folder, near, timing)
        self._next: Unit | None = next(self._units, None)
        self._decoder: av.VideoCodecContext | None = None
        self._decodes = ("", "")
        self.frame: av.VideoFrame | None = None
        self._captured_s = -1e18
        self.number = 0
        """Changes with each new picture."""
        self.reformatter = VideoReformatter()

    def at(self, moment_s: float) -> av.VideoFrame | None:
        """Return the picture that is to be seen at a moment; ``None`` where there is none."""
        while self._next is not None and self._next.captured_s <= moment_s:
            self._decode(self._next)
            self._next = next(self._units, None)
        return self.frame if moment_s - self._captured_s < STALE_S else None

    def _decode(self, unit: Unit) -> None:
        if self._decoder is None or self._decodes != (unit.stream, unit.codec):
            if not unit.keyframe:
                return
            decoder = av.CodecContext.create(_DECODERS.get(unit.codec, unit.codec), "r")
            assert isinstance(decoder, av.VideoCodecContext)
            decoder.thread_count = 1
            self._decoder, self._decodes = decoder, (unit.stream, unit.codec)
        try:
            frames = self._decoder.decode(av.Packet(unit.content))
        except av.error.FFmpegError:
            self._decoder = None  # what was sent cannot be decoded; the next keyframe begins anew
            return
        if any(begin <= unit.captured_s < end for begin, end in self._refused):
            self.frame = None
        elif frames:
            self.frame, self._captured_s = frames[-1], unit.captured_s
            self.number += 1
