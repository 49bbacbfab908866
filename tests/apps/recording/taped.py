"""
What may be said of a recording that was made on a machine that stood still for a while: the people of these tests live in the same process,
and nobody spoke then.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from apps.single import Sala
from data.models import Recording
from media_core.tape import files
from media_core.tape.files import ClosedSegment
from media_core.tape.frames import units
from media_core.tape.timing import scan
from tests.waiting import until_async

Span = tuple[float, float]

LATE_S = 0.3
"""A loop that only sleeps gets its turn sooner in a process that runs."""
BREAK_S = 0.12
EDGE_S = 0.15
"""So much at the ends of a stretch is left out: packets of sound overlap, and decoders begin softly."""


def in_pieces(moments: Iterable[float], *, break_s: float) -> list[Span]:
    """Return where moments follow each other without a break."""
    found: list[Span] = []
    for at_s in sorted(moments):
        if found and at_s - found[-1][1] <= break_s:
            found[-1] = found[-1][0], at_s
        else:
            found.append((at_s, at_s))
    return found


def tape_of(sala: Sala, session: str) -> Path:
    return sala.settings.home / "recordings" / session / "tape"


def _sound_so_far(tape: Path) -> list[ClosedSegment]:
    """Return what a tape that is being written holds of microphones, as if all of it were closed."""
    found = files.closed_segments(tape)
    for path in tape.glob(f"*{files.OPEN_SUFFIX}"):
        with contextlib.suppress(ValueError):  # it has no head yet
            head = files.read_head(path)
            found.append(ClosedSegment(path.name, head.member, head.source, head.stream, head.wall_ns, 0, 0, 0, ""))
    return [each for each in found if each.source == "microphone"]


def _together(tape: Path, segments: Sequence[ClosedSegment], members: Sequence[str], whole: Span) -> Span:
    """Return the longest stretch within ``whole`` (seconds since 1970) in which all of them speak without a break."""
    timing, shared = scan(tape, segments), [whole]
    for member in members:
        own = [each for each in segments if (each.member, each.source) == (member, "microphone")]
        pieces = in_pieces((one.captured_s for one in units(tape, own, timing)), break_s=BREAK_S)
        shared = [(max(a, c), min(b, d)) for a, b in shared for c, d in pieces if max(a, c) < min(b, d)]
    return max(shared, key=lambda span: span[1] - span[0], default=(whole[0], whole[0]))


async def spoken(sala: Sala, session: str, *members: str, for_s: float) -> None:
    """Wait until the tape holds so much of everybody's sound at once and in one piece, from now on."""
    tape, since_s = tape_of(sala, session), time.time()

    def enough() -> bool:
        with contextlib.suppress(FileNotFoundError):  # a segment was closed meanwhile, and has its other name
            begin_s, end_s = _together(tape, _sound_so_far(tape), members, (since_s, 1e18))
            return end_s - begin_s >= for_s
        return False

    await until_async(
        lambda: asyncio.to_thread(enough), timeout_s=60.0, what=f"{for_s} s of everybody's sound on the tape"
    )


def stretch(sala: Sala, row: Recording, *members: str, from_s: float = 0.0, to_s: float = 1e9) -> Span:
    """Return the longest stretch of a recording in which all of them speak without a break, in seconds from its beginning."""
    tape, begins_s = tape_of(sala, row.session_id), row.begins_at.timestamp()
    whole = begins_s + max(0.0, from_s), begins_s + min(row.duration_ms / 1000, to_s)
    begin_s, end_s = _together(tape, files.closed_segments(tape), members, whole)
    return begin_s - begins_s + EDGE_S, end_s - begins_s - EDGE_S


class Pulse:
    """
    Knows when the loop of this process stood still, on which people, server and media are: the whole process, or its first thread alone.
    """

    def __init__(self) -> None:
        self.stood: list[Span] = []
        self._loop = asyncio.get_running_loop()
        self._last_s = time.time()
        self._timer = self._loop.call_later(0.02, self._beat)

    def _beat(self) -> None:
        now_s = time.time()
        if now_s - self._last_s > LATE_S:
            self.stood.append((self._last_s, now_s))
        self._last_s = now_s
        self._timer = self._loop.call_later(0.02, self._beat)

    def end(self) -> None:
        self._timer.cancel()

    def explains(self, begin_s: float, end_s: float) -> bool:
        """Say whether it stood still for most of the time between two moments."""
        stood_s = sum(max(0.0, min(end_s, end) - max(begin_s, begin)) for begin, end in self.stood)
        return stood_s > (end_s - begin_s) / 2

    def unexplained(self, row: Recording, *, lit_s: float) -> list[list[int]]:
        """Return the gaps of a recording that are not the machine's, since the lights said that all is recorded (``time.time()``)."""
        begins_s = row.begins_at.timestamp()
        spans = [(gap, begins_s + gap[0] / 1000, begins_s + gap[1] / 1000) for gap in row.gaps]
        return [gap for gap, begin_s, end_s in spans if end_s > lit_s and not self.explains(begin_s, end_s)]


@contextlib.contextmanager
def pulse() -> Iterator[Pulse]:
    """Feel it inside the block."""
    found = Pulse()
    try:
        yield found
    finally:
        found.end()


def beside_gaps(row: Recording, moment_s: float) -> bool:
    """Say whether a moment is well away from the gaps: a picture that is too old is shown no more, and the next has to come."""
    return not any(begin / 1000 - EDGE_S < moment_s < end / 1000 + 1.0 for begin, end in row.gaps)
