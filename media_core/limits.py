"""What one transport may take: time to connect, silence, packets."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Time-outs and budgets of a transport; tests pass their own."""

    connect_s: float = 30.0
    """A browser that has not finished ICE and DTLS by then asks for a new transport anyway."""
    consent_s: float = 15.0
    """Browsers check each 2.5 s or more often (RFC 7675 section 5.1); after six in vain nobody is there."""
    ssrcs: int = 12
    """Two for each simulcast layer and for the screen, one for each sound, and two to spare; a browser that invents more is not listened to."""
    packets_per_s: int = 1_500
    bps: int = 4_000_000
    """What one browser may send: a third above what it is asked to stay below (``reports.UPLINK_CAP_BPS``)."""
    encoder_bps: int = 8_000_000
    """What an encoder may send, which is asked by nobody: people set it to what they think their line carries."""
    flood_s: int = 3
    """Seconds in a row above those after which a transport is closed."""
    nacked_per_s: int = 1_000
    nacked_at_once: int = 2_000
    """Packets that a browser may ask for again: a fifth of all pictures that one page can show, and two seconds of a large one. More is not looked at."""


DEFAULT_LIMITS = Limits()
