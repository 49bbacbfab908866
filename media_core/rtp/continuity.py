"""Numbers of changing sources, with gaps left out on purpose, as one line of numbers without a break."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

REMEMBERED_RUNS = 256
"""Runs of dropped numbers kept: several seconds of dropped temporal layers, longer than any retransmission."""


@dataclass(slots=True)
class _Run:
    """From ``start`` on, ``offset`` is between source and outgoing; the ``dropped`` numbers before it have no place."""

    start: int
    offset: int
    dropped: int


@dataclass(slots=True)
class Continuity:
    """
    Map the numbers of one source after another to consecutive outgoing ones.

    Numbers inside are extended (they never wrap); ``mask`` is the source's width (0xFFFF for sequence numbers). Before
    the first ``switch`` nothing has a place.
    """

    next_out: int = 0
    """The outgoing number that follows the highest one given so far."""
    mask: int = 0xFFFF
    _half: int = 0x8000
    _first: int = 0
    _highest: int = 0
    _offset: int = 0
    _start: int = 0
    """From here on ``_offset`` holds."""
    _open: bool = False
    _runs: deque[_Run] = field(default_factory=lambda: deque(maxlen=REMEMBERED_RUNS))

    def switch(self, first: int, mask: int = 0xFFFF) -> None:
        """Continue with another source, whose number ``first`` comes next; what it had before has no place."""
        self.mask, self._half = mask, (mask + 1) >> 1
        self._first, self._highest = first, first - 1
        self._start, self._offset = first, first - self.next_out
        self._runs.clear()
        self._runs.append(_Run(first, self._offset, 0))
        self._open = True

    def close(self) -> None:
        """Give no number a place until the next ``switch``."""
        self._open = False

    def map(self, number: int) -> int | None:
        """Return the extended outgoing number; the same one for the same packet, whenever it comes."""
        highest = self._highest
        extended = highest + ((number - highest + self._half) & self.mask) - self._half
        if extended > highest:
            if not self._open:
                return None
            self._highest = extended
            out = extended - self._offset
            if out >= self.next_out:
                self.next_out = out + 1
            return out
        if extended >= self._start and self._open:  # another packet of the same picture, a little reordering
            out = extended - self._offset
            if out >= self.next_out:
                self.next_out = out + 1
            return out
        return self._map_late(extended)

    def run(self, first: int, last: int) -> int | None:
        """
        Take the numbers from ``first`` to ``last``, which follow on all before, in one step.

        Returns:
            What to take off each of them (wrapped to ``mask``), or ``None`` if ``map`` must be asked for each.
        """
        highest = self._highest
        extended = highest + ((first - highest + self._half) & self.mask) - self._half
        if extended < highest or extended < self._start or not self._open:
            return None
        self._highest = extended + ((last - first) & self.mask)
        out = self._highest - self._offset
        if out >= self.next_out:
            self.next_out = out + 1
        return self._offset & self.mask

    def drop(self, number: int) -> None:
        """
        Leave a number of the present source out: the next ones close the gap.

        For a number that is not newer than all before it is too late: its place was kept.
        """
        highest = self._highest
        extended = highest + ((number - highest + self._half) & self.mask) - self._half
        if extended <= highest or not self._open:
            return
        self._highest = extended
        self._offset += 1
        self._start = extended + 1
        last = self._runs[-1]
        if last.start == extended:  # directly after the run before: one longer run
            last.start, last.offset, last.dropped = extended + 1, self._offset, last.dropped + 1
        else:
            self._runs.append(_Run(extended + 1, self._offset, 1))

    def source_of(self, out: int, out_mask: int = 0xFFFF) -> int | None:
        """Return the extended number of the present source that got the wrapped outgoing number ``out``."""
        last = self.next_out - 1
        out_extended = last - ((last - out) & out_mask)
        for run in reversed(self._runs):
            if out_extended >= run.start - run.offset:
                extended = out_extended + run.offset
                return extended if self._open and extended <= self._highest else None
        return None

    def _map_late(self, extended: int) -> int | None:
        """Place a number that came after a higher one, by the offset that held there."""
        if extended < self._first or not self._open:
            return None
        for run in reversed(self._runs):
            if extended >= run.start:
                out = extended - run.offset
                if out >= self.next_out:
                    self.next_out = out + 1
                return out
            if extended >= run.start - run.dropped:
                return None
        return None
