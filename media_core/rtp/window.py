"""How long packets wait for others, so that they go to each receiver together."""

from __future__ import annotations

from dataclasses import dataclass

WAIT_PER_RECEIVER_S = 0.0001
"""A message to one receiver costs about 5 us, a packet that goes with it 2 us: this spends a twentieth of the time on messages."""
SHORTEST_S = 0.002
"""Below it nothing would meet: a camera sends a packet each 3 to 10 ms."""
LONGEST_S = 0.012
"""A bit more than half of what sound and pictures may be delayed by. The longer, the cheaper: a core that slept has cold caches."""


@dataclass(slots=True)
class Window:
    """
    Tells after each flush how long to wait before the next one.

    Nothing in small rooms, where each message costs little and delay is all; up to ``LONGEST_S`` where one flush has many receivers.
    """

    _receivers: float = 0.0

    def after(self, receivers: int) -> float:
        """Return the wait in seconds after a flush to so many receivers; 0 for none."""
        if not receivers:
            return 0.0
        self._receivers += (receivers - self._receivers) / 8
        return self.wait_s

    @property
    def wait_s(self) -> float:
        """The wait after a flush to as many receivers as there were lately."""
        wait_s = min(self._receivers * WAIT_PER_RECEIVER_S, LONGEST_S)
        return wait_s if wait_s >= SHORTEST_S else 0.0
