"""
How often somebody may try. Pure: the time is an argument, in seconds of a clock that never jumps.

Every table is bounded; the key that was used longest ago is forgotten first, so that a flood of new keys costs its sender, not the
memory.
"""

from __future__ import annotations

import ipaddress
import math
from collections import OrderedDict, deque
from dataclasses import dataclass, field

MAX_KEYS = 10_000  # some 5 MB when full


def address_key(ip: str) -> str:
    """Return what stands for a visitor's address: IPv4 whole, IPv6 by its /64, of which one household has all."""
    try:
        address = ipaddress.ip_address(ip)
    except ValueError:
        return ip[:64]
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


def is_loopback(ip: str) -> bool:
    """Say whether an address is this machine itself."""
    try:
        address = ipaddress.ip_address(ip)
    except ValueError:
        return False
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return (mapped or address).is_loopback


@dataclass(slots=True)
class TokenBucket:
    """``burst`` at once, then ``per_s`` a second."""

    per_s: float
    burst: float
    _tokens: float = field(default=math.nan, init=False)
    _at_s: float = field(default=0.0, init=False)

    def take(self, now_s: float, tokens: float = 1.0) -> bool:
        """Take tokens if there are enough; say whether it did."""
        if math.isnan(self._tokens):
            self._tokens = self.burst
        else:
            self._tokens = min(self.burst, self._tokens + max(0.0, now_s - self._at_s) * self.per_s)
        self._at_s = now_s
        if self._tokens < tokens:
            return False
        self._tokens -= tokens
        return True


@dataclass(slots=True)
class WindowLimit:
    """At most ``limit`` attempts of one key within ``window_s``."""

    limit: int
    window_s: float
    max_keys: int = MAX_KEYS
    _attempts: OrderedDict[str, deque[float]] = field(default_factory=OrderedDict, init=False)

    def allows(self, key: str, now_s: float) -> bool:
        """Say whether one more attempt is within the limit; counts nothing."""
        attempts = self._attempts.get(key)
        if attempts is None:
            return True
        while attempts and attempts[0] <= now_s - self.window_s:
            attempts.popleft()
        if not attempts:
            del self._attempts[key]
        return len(attempts) < self.limit

    def count(self, key: str, now_s: float) -> None:
        """Remember an attempt."""
        attempts = self._attempts.setdefault(key, deque(maxlen=self.limit))
        attempts.append(now_s)
        self._attempts.move_to_end(key)
        while len(self._attempts) > self.max_keys:
            self._attempts.popitem(last=False)


@dataclass(slots=True)
class _Failures:
    times: deque[float]
    delay_s: float = 0.0
    blocked_until_s: float = -math.inf


@dataclass(slots=True)
class Lockout:
    """
    ``limit`` failures within ``window_s`` block a key for ``first_delay_s``; each further failure doubles that, up to ``window_s``.

    A success, or ``window_s`` without a failure, starts over.
    """

    limit: int
    window_s: float
    first_delay_s: float
    max_keys: int = MAX_KEYS
    _failures: OrderedDict[str, _Failures] = field(default_factory=OrderedDict, init=False)

    def wait_s(self, key: str, now_s: float) -> float:
        """Return the seconds until the key may try again; 0 if it may now."""
        failures = self._failures.get(key)
        return max(0.0, failures.blocked_until_s - now_s) if failures else 0.0

    def fail(self, key: str, now_s: float) -> None:
        failures = self._failures.get(key)
        if failures is None or self._is_over(failures, now_s):
            failures = self._failures[key] = _Failures(deque(maxlen=self.limit))
        failures.times.append(now_s)
        self._failures.move_to_end(key)
        within = len(failures.times) == self.limit and failures.times[0] > now_s - self.window_s
        if within or failures.delay_s:
            failures.delay_s = min(self.window_s, failures.delay_s * 2 or self.first_delay_s)
            failures.blocked_until_s = now_s + failures.delay_s
        while len(self._failures) > self.max_keys:
            self._failures.popitem(last=False)

    def succeed(self, key: str) -> None:
        self._failures.pop(key, None)

    def _is_over(self, failures: _Failures, now_s: float) -> bool:
        last_s = max(failures.times[-1], failures.blocked_until_s)
        return last_s <= now_s - self.window_s
