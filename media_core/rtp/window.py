"""How long packets wait for others, so that they go to each receiver together."""

from __future__ import annotations

from dataclasses import dataclass

TOGETHER = 5.2
"""Packets for one receiver that should meet. A message costs about 5 us, each packet in it 2 us; beyond that little is left to gain."""
WAIT_S, WAIT_PER_RECEIVER_S = 0.016, 0.00004
"""What may be waited for them: a little where few receive, more where a wake-up is many messages."""
LONGEST_S = 0.018
"""Below the 20 ms between packets of sound."""
MOST_DELAY_S = 0.0205
"""From one flush to the end of the next, with twice as much to spare: who is last in a flush waits for all before, too, and flushes vary."""
SPARED = 3
"""Times that a flush took, so that longer ones keep below ``MOST_DELAY_S``."""
FEW = 4
"""Among fewer nothing waits: delay is all."""
LEAST_SHARE = 0.25
"""Of a wait that remains when the flush itself took that long: the loop serves others meanwhile."""
_SMOOTHING = 8


@dataclass(slots=True)
class Window:
    """Tells how long to wait between two flushes, by how many receive, and how much. ``update`` it a few times a second."""

    wait_s: float = 0.0
    _per_s: float = 0.0
    _counted: int = 0
    _updated_s: float | None = None

    def update(self, receivers: int, forwarded_packets: int, now_s: float) -> None:
        """
        Args:
            receivers: Those connected now.
            forwarded_packets: To all of them, ever.
        """
        if self._updated_s is not None and now_s > self._updated_s:
            per_s = (forwarded_packets - self._counted) / (now_s - self._updated_s)
            self._per_s += (per_s - self._per_s) / _SMOOTHING
        self._counted, self._updated_s = forwarded_packets, now_s
        if receivers < FEW or self._per_s < receivers:
            self.wait_s = 0.0
            return
        meet_s = TOGETHER * receivers / self._per_s
        self.wait_s = min(meet_s, WAIT_S + receivers * WAIT_PER_RECEIVER_S, LONGEST_S)

    def after(self, flush_s: float, busy_s: float) -> float:
        """Return the wait in seconds after a flush that took so long, and with all that was done beside it ``busy_s``: flushes keep a rhythm."""
        return max(min(self.wait_s, MOST_DELAY_S - SPARED * flush_s) - busy_s, self.wait_s * LEAST_SHARE)
