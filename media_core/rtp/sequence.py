"""Numbers that wrap: comparing them and following them over the wrap (RFC 1982, RFC 3550 section 5.1)."""

from __future__ import annotations

from dataclasses import dataclass


def distance(a: int, b: int) -> int:
    """Return how far sequence number ``a`` is after ``b``, from -32768 to 32767."""
    return ((a - b + 0x8000) & 0xFFFF) - 0x8000


def newer(a: int, b: int) -> bool:
    """Tell whether sequence number ``a`` comes after ``b``."""
    return 0 < (a - b) & 0xFFFF < 0x8000


@dataclass(slots=True)
class Unwrapper:
    """
    Follow 16-bit sequence numbers over their wraps.

    Extended numbers begin with the first number as it is; a packet that was sent before the first one received may
    get a negative one.
    """

    highest: int | None = None
    """The highest extended number so far; ``None`` before the first."""

    def unwrap(self, number: int) -> int:
        """Return the extended number nearest to the highest so far, and remember it if it is higher."""
        highest = self.highest
        if highest is None:
            self.highest = number
            return number
        extended = highest + ((number - highest + 0x8000) & 0xFFFF) - 0x8000
        if extended > highest:
            self.highest = extended
        return extended


@dataclass(slots=True)
class TimestampUnwrapper:
    """The same for 32-bit RTP timestamps."""

    highest: int | None = None

    def unwrap(self, timestamp: int) -> int:
        highest = self.highest
        if highest is None:
            self.highest = timestamp
            return timestamp
        extended = highest + ((timestamp - highest + 0x80000000) & 0xFFFFFFFF) - 0x80000000
        if extended > highest:
            self.highest = extended
        return extended
