"""When to ask a publisher for a keyframe."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(slots=True)
class KeyframeRequests:
    """
    Turn any number of wishes for a keyframe into few PLIs (RFC 4585 section 6.3.1).

    A PLI may be lost, and so may the keyframe: it is repeated every ``retry_s`` until a keyframe comes. A keyframe
    costs the publisher much, so that two PLIs are never closer than that either.
    """

    retry_s: float = 0.5
    _wanted: bool = False
    _next_pli_s: float = -math.inf

    @property
    def wanted(self) -> bool:
        """Some subscriber waits for a keyframe."""
        return self._wanted

    def want(self) -> None:
        """A subscriber needs a keyframe: it was switched to this track, or lost what it cannot get back."""
        self._wanted = True

    def keyframe_received(self) -> None:
        """A keyframe came; every wish so far is served by it."""
        self._wanted = False

    def pli_due(self, now_s: float) -> bool:
        """Tell whether to send a PLI now; a yes counts as sent."""
        if not self._wanted or now_s < self._next_pli_s:
            return False
        self._next_pli_s = now_s + self.retry_s
        return True
