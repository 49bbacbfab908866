"""Lines that every description of Sala's has, offers to browsers and answers to encoders alike (RFC 8866)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from media_core.webrtc.sdp import Fingerprint, IceCredentials


def session_lines(session_number: int, mids: Iterable[str]) -> list[str]:
    """Return what begins every description of Sala's: one ICE-lite transport for these lines."""
    return [
        "v=0",
        f"o=- {session_number} 1 IN IP4 127.0.0.1",
        "s=-",
        "t=0 0",
        "a=ice-lite",
        f"a=group:BUNDLE {' '.join(mids)}",
    ]


def transport_lines(
    ice: IceCredentials,
    fingerprint: Fingerprint,
    addresses: Sequence[tuple[str, int]],
    *,
    setup: Literal["actpass", "active", "passive"],
    tcp: bool,
) -> list[str]:
    """Return what every media line says of the one transport; ``setup`` is of RFC 8842, 5."""
    return [
        "c=IN IP4 0.0.0.0",
        "a=rtcp:9 IN IP4 0.0.0.0",
        f"a=ice-ufrag:{ice.ufrag}",
        f"a=ice-pwd:{ice.password}",
        f"a=fingerprint:{fingerprint.algorithm} {fingerprint.value}",
        f"a=setup:{setup}",
        "a=rtcp-mux",
        "a=rtcp-rsize",
        # on every line: aiortc takes them from the last line of the bundle, browsers from the first
        *candidate_lines(addresses, tcp=tcp),
    ]


def candidate_lines(addresses: Sequence[tuple[str, int]], *, tcp: bool) -> list[str]:
    """Return the lines of all candidates, UDP first, and of their end."""
    lines = []
    for number, (host, port) in enumerate(addresses):
        priority = (126 << 24) + ((65535 - number) << 8) + 255  # RFC 8445 section 5.1.2, host, component 1
        lines.append(f"a=candidate:{number + 1} 1 udp {priority} {host} {port} typ host")
    for number, (host, port) in enumerate(addresses if tcp else ()):
        # RFC 6544 section 4.2: a type preference below all of UDP, and direction preference 4, passive
        priority = (90 << 24) + ((4 << 13) + 8191 - number << 8) + 255
        foundation = len(addresses) + number + 1
        lines.append(f"a=candidate:{foundation} 1 tcp {priority} {host} {port} typ host tcptype passive")
    return [*lines, "a=end-of-candidates"]
