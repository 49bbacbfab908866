"""
Lots that nobody can steer and everybody can recompute.

The seed is committed to (``data.presence_times.commitment``) before the hands are known, and told with the draw. Each hand's place
follows from HMAC-SHA256 of its participant id under the seed: the smallest goes first.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable

from data.ids import ParticipantId


def lot_order(seed: str, hands: Iterable[ParticipantId]) -> tuple[ParticipantId, ...]:
    """Return the hands in the order that the seed draws; in which order they are given makes no difference."""
    return tuple(
        sorted(hands, key=lambda hand: (hmac.new(seed.encode(), hand.encode(), hashlib.sha256).digest(), hand))
    )
