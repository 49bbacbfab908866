"""``Tape``: what a plan needs of a tape, by track, with its clocks."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from media_core.tape.files import ClosedSegment, closed_segments
from media_core.tape.pictures import PictureTrack
from media_core.tape.plan import Plan, TapedTrack
from media_core.tape.timing import Timing, scan

LEAD_S = 2.0
"""Segments that end so shortly before the beginning may hold packets that were captured in it: their clocks differ."""


class Tape:
    """The segments that a plan needs, by track, with their clocks."""

    def __init__(self, folder: Path, plan: Plan) -> None:
        self.folder = folder
        self.begins_s = plan.begins_ns / 1e9
        self.ends_s = self.begins_s + plan.duration_ms / 1000
        early_s = self.begins_s - 130.0
        found = [
            each
            for each in closed_segments(folder)
            if each.end_ns / 1e9 >= early_s and each.start_ns / 1e9 <= self.ends_s + LEAD_S
        ]
        self.timing: Timing = scan(folder, found)
        self._by_track: dict[TapedTrack, list[ClosedSegment]] = {}
        for each in found:
            self._by_track.setdefault(TapedTrack(each.member, each.source), []).append(each)
        self._refused: dict[TapedTrack, list[tuple[float, float]]] = {}
        for stretch in plan.refused:
            moments = self.begins_s + stretch.from_ms / 1000, self.begins_s + stretch.to_ms / 1000
            self._refused.setdefault(stretch.track, []).append(moments)

    def segments(self, track: TapedTrack) -> Sequence[ClosedSegment]:
        return self._by_track.get(track, [])

    def pictures(self, track: TapedTrack, from_s: float) -> PictureTrack:
        return PictureTrack(self.folder, self.segments(track), self.timing, from_s, self.refused(track))

    def refused(self, track: TapedTrack) -> Sequence[tuple[float, float]]:
        """Return from when to when nothing of a track may be seen or heard, in seconds of UTC since 1970."""
        return self._refused.get(track, [])

    def covered(self, track: TapedTrack) -> list[tuple[float, float]]:
        return self.timing.coverage.get((track.member, track.source), [])
