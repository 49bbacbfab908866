"""
When a packet was captured, on the server's wall clock.

A browser's sender reports tie the timestamps of each of its tracks to its own clock, one for all; the report that travelled fastest ties that
clock to the server's. Where a track has no reports, the packet that travelled fastest stands in for them.
"""

from __future__ import annotations

import bisect
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from media_core.tape import files
from media_core.tape import format as fmt
from media_core.tape.files import ClosedSegment

WINDOW_S = 60.0
"""Clocks drift by some ms in this time; the fastest report of so long is near the truth."""
SPLIT_S = 1.5
"""A track without packets for longer has a gap; sound in silence still sends one each 0.4 s."""
_HALF, _ALL = 0x80000000, 0x100000000


@dataclass(slots=True)
class Stream:
    """What is known of one publisher's clock: its reports as (arrival on the wall, sender's clock, timestamp), in order."""

    clock_rate_hz: int
    reports: list[tuple[float, float, int]] = field(default_factory=list)
    fastest: list[tuple[float, int, float]] = field(default_factory=list)
    """Arrival, timestamp and lag of the fastest packet of each window, for streams without reports."""


@dataclass(slots=True)
class Timing:
    """Made by ``scan``; answers in seconds of UTC since 1970."""

    streams: dict[str, Stream] = field(default_factory=dict)
    members: dict[str, list[tuple[float, float]]] = field(default_factory=lambda: defaultdict(list))
    """Per member: arrival of each report and how far the server's clock is ahead of the browser's, with the way it travelled."""
    coverage: dict[tuple[str, str], list[tuple[float, float]]] = field(default_factory=lambda: defaultdict(list))
    """Per track: where there are packets, by arrival."""

    def captured_s(self, member: str, stream: str, timestamp: int, arrival_s: float) -> float:
        """Return when what a packet holds was captured."""
        known = self.streams[stream]
        if known.reports and self.members[member]:
            _, ntp_s, at = _nearest(known.reports, arrival_s)
            return float(ntp_s) + _signed(timestamp - at) / known.clock_rate_hz + self._ahead_s(member, arrival_s)
        if not known.fastest:
            return arrival_s
        fastest_s, at, _ = _nearest(known.fastest, arrival_s)
        return float(fastest_s) + _signed(timestamp - at) / known.clock_rate_hz

    def _ahead_s(self, member: str, arrival_s: float) -> float:
        reports = self.members[member]
        first = bisect.bisect_left(reports, (arrival_s - WINDOW_S, -1e18))
        last = bisect.bisect_right(reports, (arrival_s + WINDOW_S, 1e18))
        near = reports[first:last] or [_nearest(reports, arrival_s)]
        return float(min(ahead for _, ahead in near))


def scan(folder: Path, segments: Sequence[ClosedSegment]) -> Timing:
    """Read the reports and arrivals of segments; decodes nothing and keeps no packet."""
    timing = Timing()
    for segment in segments:
        path = folder / segment.file
        head = files.read_head(path)
        stream = timing.streams.setdefault(head.stream, Stream(head.clock_rate_hz))
        wall_s = head.wall_ns / 1e9
        _scan_records(files.read_records(path), wall_s, stream, timing, head)
    for reports in timing.members.values():
        reports.sort()
    for track, spans in timing.coverage.items():
        timing.coverage[track] = joined(spans)
    return timing


def _scan_records(
    records: Iterable[fmt.Record], wall_s: float, stream: Stream, timing: Timing, head: fmt.SegmentHead
) -> None:
    spans = timing.coverage[(head.member, head.source)]
    began_s = last_s = -1e18
    origin: tuple[float, int] | None = None
    best: tuple[float, int, float] | None = None
    for record in records:
        at_s = wall_s + record.arrival_s
        if isinstance(record, fmt.TapeClock):
            stream.reports.append((at_s, record.ntp_s, record.timestamp))
            timing.members[head.member].append((at_s, at_s - record.ntp_s))
            continue
        if at_s - last_s > SPLIT_S:
            if last_s > 0:
                spans.append((began_s, last_s))
            began_s = at_s
        last_s = max(last_s, at_s)
        if origin is None:
            origin = at_s, record.timestamp
        lag_s = at_s - origin[0] - _signed(record.timestamp - origin[1]) / head.clock_rate_hz
        if best is None or lag_s < best[2]:
            best = at_s, record.timestamp, lag_s
    if last_s > 0:
        spans.append((began_s, last_s))
    if best is not None:
        stream.fastest.append(best)


def joined(spans: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return spans in order, those that touch within ``SPLIT_S`` as one."""
    found: list[tuple[float, float]] = []
    for begin, end in sorted(spans):
        if found and begin - found[-1][1] <= SPLIT_S:
            found[-1] = found[-1][0], max(found[-1][1], end)
        else:
            found.append((begin, end))
    return found


def without(
    wanted: Sequence[tuple[float, float]], there: Sequence[tuple[float, float]], *, least_s: float
) -> list[tuple[float, float]]:
    """Return the parts of ``wanted`` (in order) that ``there`` (in order) does not cover, if they last ``least_s``."""
    found = []
    for begin, end in wanted:
        at = begin
        for covered_from, covered_to in there:
            if covered_to <= at or covered_from >= end:
                continue
            if covered_from - at >= least_s:
                found.append((at, covered_from))
            at = max(at, covered_to)
        if end - at >= least_s:
            found.append((at, end))
    return found


def _nearest(found: list[Any], at_s: float) -> Any:
    """Return the entry whose first value is nearest."""
    place = bisect.bisect_left(found, (at_s,))
    around = found[max(0, place - 1) : place + 1]
    return min(around, key=lambda entry: abs(entry[0] - at_s))


def _signed(difference: int) -> int:
    difference &= _ALL - 1
    return difference - _ALL if difference >= _HALF else difference
