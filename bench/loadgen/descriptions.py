"""The SDP that the instrument writes, and the little it reads."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_FEEDBACK = ("nack", "nack pli", "ccm fir")


@dataclass(frozen=True, slots=True)
class End:
    """The instrument's end of a connection."""

    ufrag: str
    password: str
    fingerprint: str
    port: int

    def lines(self, setup: str) -> list[str]:
        return [
            f"a=candidate:1 1 udp 2130706431 127.0.0.1 {self.port} typ host",
            "a=end-of-candidates",
            f"a=ice-ufrag:{self.ufrag}",
            f"a=ice-pwd:{self.password}",
            f"a=fingerprint:sha-256 {self.fingerprint}",
            f"a=setup:{setup}",
        ]


@dataclass(frozen=True, slots=True)
class Other:
    """What the server said of its end."""

    ufrag: str
    password: str
    fingerprint: str
    address: tuple[str, int]
    active: bool
    """It begins the DTLS handshake."""
    controls: bool
    """It chooses the path (RFC 8445 section 6.1.1): it made the offer, and does the whole of ICE."""


def read(sdp: str) -> Other:
    text = sdp.replace("\r", "")

    def first(pattern: str) -> str:
        found = re.search(pattern, text, re.MULTILINE)
        return found[1] if found else ""

    candidate = re.search(r"^a=candidate:\S+ 1 (?:udp|UDP) \d+ (127\.\S+) (\d+) typ host", text, re.MULTILINE)
    if candidate is None:
        raise RuntimeError(f"no candidate on the loopback interface:\n{text}")
    return Other(
        first(r"^a=ice-ufrag:(\S+)"),
        first(r"^a=ice-pwd:(\S+)"),
        first(r"^a=fingerprint:sha-256 (\S+)").upper(),
        (candidate[1], int(candidate[2])),
        first(r"^a=setup:(\S+)") == "active",
        first(r"^a=setup:(\S+)") == "actpass" and not re.search(r"^a=ice-lite", text, re.MULTILINE),
    )


def publish_offer(end: End, ssrcs: Mapping[str, int]) -> str:
    """Offer one sound (``ssrcs["0"]``) and one picture (``ssrcs["1"]``)."""
    lines = _session(list(ssrcs))
    for mid, ssrc in ssrcs.items():
        lines += _section("audio" if mid == "0" else "video", mid, "sendonly", end.lines("actpass"))
        lines += ["a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level"] if mid == "0" else []
        lines += ["a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid", f"a=msid:load t{mid}"]
        lines += [f"a=ssrc:{ssrc} cname:load", f"a=ssrc:{ssrc} msid:load t{mid}"]
    return "\r\n".join(lines) + "\r\n"


def subscribe_offer(end: End, *, sounds: int, pictures: int) -> str:
    lines = _session([str(number) for number in range(sounds + pictures)])
    for number in range(sounds + pictures):
        lines += _section("audio" if number < sounds else "video", str(number), "recvonly", end.lines("actpass"))
    return "\r\n".join(lines) + "\r\n"


def answer(offer: str, end: End, sending: Mapping[str, int]) -> str:
    """Answer a server's offer: receive all it sends, send on the lines named in ``sending`` with these SSRCs."""
    sections = re.split(r"(?m)^(?=m=)", offer.replace("\r", ""))[1:]
    mids = [re.findall(r"(?m)^a=mid:(\S+)", section)[0] for section in sections]
    lines = _session(mids)
    for mid, section in zip(mids, sections, strict=True):
        kind = section[2:7]
        receives = "a=sendonly" in section or "a=sendrecv" in section
        direction = "sendonly" if mid in sending else "recvonly" if receives else "inactive"
        payload = re.search(r"(?mi)^a=rtpmap:(\d+) (?:opus|vp8)/", section)
        lines += _section(kind, mid, direction, end.lines("active"), payload[1] if payload else None)
        if mid in sending:
            lines += [f"a=ssrc:{sending[mid]} cname:load"]
    return "\r\n".join(lines) + "\r\n"


def _session(mids: Sequence[str]) -> list[str]:
    number = secrets.randbits(31)
    return ["v=0", f"o=- {number} 2 IN IP4 127.0.0.1", "s=-", "t=0 0", f"a=group:BUNDLE {' '.join(mids)}"]


def _section(kind: str, mid: str, direction: str, ends: list[str], payload_type: str | None = None) -> list[str]:
    number, name = ("111", "opus/48000/2") if kind == "audio" else ("96", "VP8/90000")
    number = payload_type or number
    lines = [f"m={kind} 9 UDP/TLS/RTP/SAVPF {number}", "c=IN IP4 127.0.0.1", "a=rtcp:9 IN IP4 0.0.0.0", *ends]
    lines += [f"a=mid:{mid}", f"a={direction}", "a=rtcp-mux", f"a=rtpmap:{number} {name}"]
    if kind == "video":
        lines += [f"a=rtcp-fb:{number} {what}" for what in _FEEDBACK]
    return lines
