"""
What a subscriber's downlink carries, from what its browser says: REMB and the losses in its receiver reports.

A browser computes REMB from the arrival times of what it gets, so it costs the way of a packet nothing but the send time that each copy has
anyway. Two things about it must be known. It falls within a fraction of a second when a queue builds up, and that is the signal used here. And it
never rises much above 1.5 times what arrives: a REMB that is not falling says nothing about the room above. So the estimate grows by itself
while nothing speaks against it, the budget then admits a better picture, and if that was too much REMB or loss say so. And a single late burst
(a keyframe, a busy phone) makes it fall to 0.85 of what arrived in that moment, however little was sent: so one fall takes no more than half of what
the path has been seen to carry. The first REMB, after five seconds, is simply the rate at which something arrives in that moment: a few kbit/s for a
screen on which somebody writes. It measures the path only if more than that was sent.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field

START_BPS = 1_500_000
"""Before anything is known: a stage of 720p. What is too much for a line shows within a second."""
LEAST_BPS = 60_000
MOST_BPS = 8_000_000

GROWTH_PER_S = 0.2
"""From 200 kbit/s to 1.5 Mbit/s in 11 s."""
MOST_ABOVE_CONFIRMED = 2.5
"""The estimate may exceed what the browser confirmed, by its REMB or by getting it, enough for the next step of a ladder to be tried."""
FALLING = 0.97
"""Browsers tell a REMB that fell by more at once, and others each second."""

ARRIVES = 0.7
"""A first REMB of this share of what was sent says that all of it arrived: both are measured roughly, at different moments."""
MOST_FALL = 0.5
"""What is left of the estimate, or of what the path was seen to carry, after one report at least: a narrow path tells it again at once."""
PROVEN_S = 3.0
"""What was sent for so long without a complaint has been carried."""
FORGOTTEN_PER_S = 0.02
TRY = 1.15
"""So much more than was carried is a try; if it fails the next one waits longer."""
FREE_LOSS, CONGESTED_LOSS = 0.08, 0.12
"""Below, the estimate grows: wireless links lose as much without being full, and a REMB that falls tells those that are. Above, it falls."""

SHORTEST_HOLD_S = 2.0
LONGEST_HOLD_S = 20.0
"""No growth for so long after a fall; doubled each time that growth led to the next fall: on a line that stays narrow each try costs a second of sound."""
FORGIVEN_AFTER_S = 20.0
"""After growth has begun again: then it led to no fall."""
SAME_FALL_S = 1.5
"""Losses reported so soon after a fall are those that led to it."""


@dataclass(slots=True)
class DownlinkEstimate:
    """The estimate of one transport. ``remb`` and ``loss`` as reports come, ``grow`` a few times a second."""

    estimate_bps: int = START_BPS
    remb_bps: int | None = None
    _hold_s: float = SHORTEST_HOLD_S
    _held_until_s: float = 0.0
    _fell_s: float = float("-inf")
    _lossy_s: float = float("-inf")
    _grown_s: float | None = None
    _sent: deque[tuple[float, int]] = field(default_factory=deque)
    """When and how much, in the last ``PROVEN_S``."""
    _proven_bps: float = 0.0
    _fresh_bps: float = math.inf
    """What was sent in the last half second or so; infinite while it is unknown."""

    def remb(self, bps: int, now_s: float) -> bool:
        """Note what the browser thinks it can receive; true if the path has become too narrow."""
        before, self.remb_bps = self.remb_bps, bps
        if bps < self.estimate_bps and before is not None and bps < before * FALLING:
            self._fall(max(bps, int(self._proven_bps * MOST_FALL)), now_s)
            return True
        narrow = bps < self.estimate_bps / MOST_ABOVE_CONFIRMED and bps < self._fresh_bps * ARRIVES
        if before is None and narrow:  # the first: not a fall, but a measure
            self.estimate_bps = _clamp(int(bps * MOST_ABOVE_CONFIRMED))
            return True
        self.estimate_bps = _clamp(max(self.estimate_bps, bps))
        return False

    def loss(self, fraction: float, now_s: float) -> bool:
        """Note the share of packets lost since the last report; true if it says that the path is too narrow."""
        if fraction <= FREE_LOSS:
            return False
        self._lossy_s = now_s
        if fraction < CONGESTED_LOSS:
            return False
        if now_s - self._fell_s > SAME_FALL_S:
            came_bps = min(self.estimate_bps, self._sent[-1][1] if self._sent else MOST_BPS) * (1 - fraction / 2)
            self._fall(int(max(came_bps, self.estimate_bps * MOST_FALL)), now_s)
        return True

    def grow(self, now_s: float, sent_bps: int, *, fresh_bps: int | None = None, room_bps: int = 0) -> int:
        """
        Let time pass; return the estimate.

        Args:
            sent_bps: What was sent in the last seconds, without repetitions: if nothing speaks against it, it arrived.
            fresh_bps: What was sent since the last call or so; ``None``: the same.
            room_bps: What may be tried whatever was confirmed: a picture rests for which nothing smaller can confirm the room.
        """
        elapsed_s = 0.0 if self._grown_s is None else now_s - self._grown_s
        self._grown_s, self._fresh_bps = now_s, sent_bps if fresh_bps is None else fresh_bps
        self._note_sent(now_s, sent_bps, elapsed_s)
        if now_s - self._fell_s > self._hold_s + FORGIVEN_AFTER_S:
            self._hold_s = SHORTEST_HOLD_S
        if now_s >= self._held_until_s and now_s - self._lossy_s > 1.5:
            grown = self.estimate_bps * (1 + GROWTH_PER_S * min(elapsed_s, 1.0))
            confirmed = max(sent_bps, self.remb_bps or START_BPS)
            grown = min(grown, max(confirmed * MOST_ABOVE_CONFIRMED, self.estimate_bps, room_bps))
            self.estimate_bps = _clamp(int(grown))
        return self.estimate_bps

    def _fall(self, bps: int, now_s: float) -> None:
        if now_s - self._fell_s > self._hold_s:  # a new fall, not the rest of the last one
            tried = bool(self._sent) and self._sent[-1][1] > self._proven_bps * TRY
            self._hold_s = min(self._hold_s * 2, LONGEST_HOLD_S) if tried else SHORTEST_HOLD_S
        self._fell_s = now_s
        self._held_until_s = now_s + self._hold_s
        self.estimate_bps = _clamp(min(self.estimate_bps, bps))
        self._proven_bps = min(self._proven_bps, self.estimate_bps)
        self._sent.clear()

    def _note_sent(self, now_s: float, sent_bps: int, elapsed_s: float) -> None:
        """Learn what the path carries from what was sent since somebody complained."""
        self._proven_bps -= max(0.0, self._proven_bps - sent_bps) * FORGOTTEN_PER_S * min(elapsed_s, 1.0)
        if now_s - self._lossy_s < SAME_FALL_S:
            self._sent.clear()
        self._sent.append((now_s, sent_bps))
        if now_s - self._sent[0][0] >= PROVEN_S:
            self._proven_bps = max(self._proven_bps, min(bps for _, bps in self._sent))
            while now_s - self._sent[0][0] >= PROVEN_S:
                self._sent.popleft()


def _clamp(bps: int) -> int:
    return max(LEAST_BPS, min(bps, MOST_BPS))
