"""
What may be said of a recording that was made on a machine that stood still for a while: the people of these tests live in the same process,
and nobody spoke then.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from apps.single import Sala
from data.models import Recording
from media_core.tape import files
from media_core.tape import format as fmt
from media_core.tape.frames import units
from media_core.tape.timing import scan
from tests.waiting import until

Span = tuple[float, float]

LATE_S = 0.3
"""A thread that only sleeps gets its turn sooner in a process that runs."""
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


def _arrivals(tape: Path, member: str, since_s: float) -> Iterator[float]:
    for path in [*tape.glob("*.part"), *tape.glob("*.tape")]:
        with contextlib.suppress(FileNotFoundError):  # it was closed, and has its other name
            head = files.read_head(path)
            if (head.member, head.source) == (member, "microphone"):
                wall_s = head.wall_ns / 1e9
                packets = (one for one in files.read_records(path) if isinstance(one, fmt.TapePacket))
                yield from (at_s for one in packets if (at_s := wall_s + one.arrival_s) > since_s)


async def spoken(sala: Sala, session: str, *members: str, for_s: float) -> None:
    """Wait until the tape holds so much of everybody's sound in one piece, from now on."""
    tape, since_s = tape_of(sala, session), time.time()

    def enough() -> bool:
        pieces = [in_pieces(_arrivals(tape, member, since_s), break_s=LATE_S) for member in members]
        return all(any(end - begin >= for_s for begin, end in each) for each in pieces)

    await until(enough, timeout_s=60.0, what=f"{for_s} s of sound on the tape")


def stretch(sala: Sala, row: Recording, *members: str, from_s: float = 0.0, to_s: float = 1e9) -> Span:
    """Return the longest stretch of a recording in which all of them speak without a break, in seconds from its beginning."""
    tape = tape_of(sala, row.session_id)
    closed = files.closed_segments(tape)
    timing, begins_s = scan(tape, closed), row.begins_at.timestamp()
    shared = [(max(0.0, from_s), min(row.duration_ms / 1000, to_s))]
    for member in members:
        own = [each for each in closed if (each.member, each.source) == (member, "microphone")]
        pieces = in_pieces((one.captured_s - begins_s for one in units(tape, own, timing)), break_s=BREAK_S)
        shared = [(max(a, c), min(b, d)) for a, b in shared for c, d in pieces if max(a, c) < min(b, d)]
    begin, end = max(shared, key=lambda span: span[1] - span[0])
    return begin + EDGE_S, end - EDGE_S


class Pulse:
    """Knows when this process stood still."""

    def __init__(self) -> None:
        self.stood: list[Span] = []
        self._over = threading.Event()

    def run(self) -> None:
        last_s = time.time()
        while not self._over.wait(0.02):
            now_s = time.time()
            if now_s - last_s > LATE_S:
                self.stood.append((last_s, now_s))
            last_s = now_s

    def end(self) -> None:
        self._over.set()

    def explains(self, begin_s: float, end_s: float) -> bool:
        """Say whether it stood still for most of the time between two moments."""
        return self.stood_s(begin_s, end_s) > (end_s - begin_s) / 2

    def stood_s(self, begin_s: float, end_s: float) -> float:
        """Return for how long it stood still between two moments (``time.time()``), in seconds."""
        return sum(max(0.0, min(end_s, end) - max(begin_s, begin)) for begin, end in self.stood)

    def unexplained(self, row: Recording) -> list[list[int]]:
        """Return the gaps of a recording that are not the machine's."""
        begins_s = row.begins_at.timestamp()
        return [gap for gap in row.gaps if not self.explains(begins_s + gap[0] / 1000, begins_s + gap[1] / 1000)]


@contextlib.contextmanager
def pulse() -> Iterator[Pulse]:
    """Feel it inside the block."""
    found = Pulse()
    thread = threading.Thread(target=found.run, name="pulse")
    thread.start()
    try:
        yield found
    finally:
        found.end()
        thread.join()


def beside_gaps(row: Recording, moment_s: float) -> bool:
    """Say whether a moment is well away from the gaps: a picture that is too old is shown no more, and the next has to come."""
    return not any(begin / 1000 - EDGE_S < moment_s < end / 1000 + 1.0 for begin, end in row.gaps)
