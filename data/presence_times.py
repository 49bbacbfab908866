"""
When presence checks are due: times that nobody can choose afterwards or know before.

Who switches the checks on commits to a *seed* by its SHA-256. The gap before the ``n``-th check is a third of the mean, plus a random part
that is exponential with two thirds of the mean, at most three means; its random number is the first eight bytes of
HMAC-SHA256(seed, ``"check n"``), as a fraction of 2**64. Once the seed is told, anybody can recompute this with standard tools.
"""

from __future__ import annotations

import hashlib
import hmac
import math
from collections.abc import Iterator

LEAST_SHARE = 1 / 3  # of the mean: two checks in one minute would only annoy
MOST_MEANS = 3.0


def commitment(seed: str) -> str:
    """Return what stands in the log while the seed is secret."""
    return hashlib.sha256(seed.encode()).hexdigest()


def gap_s(seed: str, mean_s: float, nth: int) -> float:
    """Return the seconds between check ``nth - 1`` (or the beginning) and check ``nth``, which counts from 1."""
    digest = hmac.new(seed.encode(), f"check {nth}".encode(), hashlib.sha256).digest()
    chance = int.from_bytes(digest[:8], "big") / 2**64
    random_s = -math.log(1 - chance) * mean_s * (1 - LEAST_SHARE) if chance < 1 else math.inf
    return min(mean_s * LEAST_SHARE + random_s, mean_s * MOST_MEANS)


def due(seed: str, mean_s: float) -> Iterator[float]:
    """Yield when each check is due, in seconds after the checks were switched on; without an end."""
    at_s, nth = 0.0, 0
    while True:
        nth += 1
        at_s += gap_s(seed, mean_s, nth)
        yield at_s


def latest_due(seed: str, mean_s: float, elapsed_s: float) -> int:
    """Return the number of the last check that is due after ``elapsed_s``; 0 for none yet."""
    for nth, at_s in enumerate(due(seed, mean_s)):
        if at_s > elapsed_s:
            return nth
    raise AssertionError  # ``due`` has no end
