"""What a receiver is missing, and when to ask for it (RFC 4585 section 6.2.1)."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from enum import IntEnum

from media_core.rtp.sequence import Unwrapper

REORDER_WAIT_S = 0.008
"""A packet that is only late comes within this time; asking at once would repeat it for nothing."""

GIVE_UP_S = 1.0
"""Older packets come too late for the picture: a keyframe is quicker."""

ROUND_TRIP_SMOOTHING = 4
"""What one answer counts for: a quarter, it may have waited behind others."""

MOST_TRIES = 8
MOST_MISSING = 256
"""A second of loss at 2.5 Mbit/s; a greater gap is an outage, after which only a keyframe helps."""

SOUND_GIVE_UP_S = 0.4
"""No player waits longer for sound. On a path of 160 ms it is time for a second request, on one of 60 ms for five."""
MOST_SOUND_MISSING = 20
"""0.4 s of packets of 20 ms; what a longer gap began with was played already."""


class Arrival(IntEnum):
    """What a packet is to those who wait for it."""

    KNOWN = 0
    """It was here before, or came after it was given up. What goes out under its number went out: it must not go out again."""
    NEWEST = 1
    LATE = 2
    """It was missing, and not asked for yet: others overtook it."""
    ASKED = 3
    """It was missing, and asked for."""


@dataclass(slots=True)
class _Missing:
    since_s: float
    next_try_s: float
    tries: int
    asked_s: float = 0.0


@dataclass(slots=True)
class NackGenerator:
    """
    Follow one stream's sequence numbers and say which to ask for again.

    ``round_trip_s`` may be changed as measurements come; a request is repeated no sooner than that.
    """

    round_trip_s: float = 0.1
    give_up_s: float = GIVE_UP_S
    most_missing: int = MOST_MISSING
    _numbers: Unwrapper = field(default_factory=Unwrapper)
    missing: dict[int, _Missing] = field(default_factory=dict)
    """Those that are not given up, by their extended numbers; an attribute, for each packet that comes in asks."""
    _gave_up: bool = False
    _patience: int = 1
    """By how much longer than the round trip's sake a request waits for its answer."""

    def again(self) -> NackGenerator:
        """Return one for what the same sender sends after a break."""
        return NackGenerator(self.round_trip_s, self.give_up_s, self.most_missing)

    def received(self, sequence_number: int, now_s: float, *, repeated: bool = False) -> Arrival:
        """
        Note a packet, and say what it is.

        ``repeated``: it came because it was asked for. Where it was asked for once, that tells the round trip: a browser that only sends
        gets no reports to answer, and would otherwise be asked a second time much too late. Where it was asked for more often, nobody knows
        which request it answers; what is lost next is asked for again later, until one answer is clear (Karn's algorithm, RFC 6298 section 5).
        """
        before = self._numbers.highest
        if before is not None and sequence_number - before & 0xFFFF == 1:
            self._numbers.highest = before + 1
            return Arrival.NEWEST
        extended = self._numbers.unwrap(sequence_number)
        if before is None:
            return Arrival.NEWEST
        if extended <= before:
            found = self.missing.pop(extended, None)
            if found is None:
                return Arrival.KNOWN
            if repeated and found.tries == 1:
                self.round_trip_s += (now_s - found.asked_s - self.round_trip_s) / ROUND_TRIP_SMOOTHING
                self._patience = 1
            elif repeated and found.tries > 1:
                self._patience = 2
            return Arrival.ASKED if found.tries else Arrival.LATE
        if extended - before > self.most_missing:
            self._give_up_all()
        else:
            self._note_gap(before + 1, extended, now_s)
        return Arrival.NEWEST

    def due(self, now_s: float) -> list[int]:
        """Return the sequence numbers to ask for now, oldest first; call it every 5 to 20 ms."""
        if not self.missing:
            return []
        wanted: list[int] = []
        lost: list[int] = []
        for extended, missing in self.missing.items():
            if now_s - missing.since_s > self.give_up_s:
                lost.append(extended)
            elif now_s < missing.next_try_s:
                continue
            elif missing.tries >= MOST_TRIES:
                self._gave_up = True
                missing.next_try_s = math.inf  # not asked for any more, but welcome if it still comes
            else:
                missing.tries += 1
                missing.asked_s = now_s
                missing.next_try_s = now_s + max(self.round_trip_s * 1.25 * self._patience, REORDER_WAIT_S)
                wanted.append(extended & 0xFFFF)
        for extended in lost:
            del self.missing[extended]
        self._gave_up |= bool(lost)
        return wanted

    def take_keyframe_needed(self) -> bool:
        """Tell, once, that packets were given up, so that only a keyframe mends the picture."""
        gave_up, self._gave_up = self._gave_up, False
        return gave_up

    def keyframe_received(self, sequence_number: int) -> None:
        """Stop asking for what was sent before this packet, the first of a keyframe: it needs none of it."""
        highest = self._numbers.highest
        if highest is None:
            return
        extended = highest + ((sequence_number - highest + 0x8000) & 0xFFFF) - 0x8000
        for number in [number for number in self.missing if number < extended]:
            del self.missing[number]
        self._gave_up = False

    def _note_gap(self, first: int, end: int, now_s: float) -> None:
        for extended in range(first, end):
            self.missing[extended] = _Missing(now_s, now_s + REORDER_WAIT_S, 0)
        if len(self.missing) > self.most_missing:
            self._give_up_all()

    def _give_up_all(self) -> None:
        self.missing.clear()
        self._gave_up = True


@dataclass(slots=True)
class Allowance:
    """How much somebody may ask for again, in packets or bytes: ``at_once``, and then ``per_s`` each second."""

    per_s: int
    at_once: int
    _left: float = math.inf
    _asked_s: float = 0.0

    def any_left(self, now_s: float) -> bool:
        """Tell whether ``spend`` is allowed, which may go beyond what is left once."""
        self.take(0, now_s)
        return self._left > 0

    def spend(self, amount: int) -> None:
        """Take off what ``any_left`` allowed, however much it became."""
        self._left -= amount

    def take(self, wanted: int, now_s: float) -> int:
        """Return how many of so many are granted now."""
        self._left = min(self._left + (now_s - self._asked_s) * self.per_s, self.at_once)
        self._asked_s = now_s
        granted = max(0, min(wanted, math.floor(self._left)))
        self._left -= granted
        return granted
