"""Reading a server's offer and writing a bot's answer (JSEP, RFC 9429 section 5.3)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

MID_URI = "urn:ietf:params:rtp-hdrext:sdes:mid"
AUDIO_LEVEL_URI = "urn:ietf:params:rtp-hdrext:ssrc-audio-level"

_CODECS = {"audio": "opus", "video": "vp8"}
_SCREEN_CODEC = "av1"
"""Bots send none, but take it from others: who does not keeps it from a whole room."""


@dataclass(slots=True)
class Line:
    """One m-line of the offer, as far as a bot uses it."""

    mid: str = ""
    kind: str = ""
    protocol: str = ""
    bot_sends: bool = False
    bot_receives: bool = False
    payload_type: int = -1
    rtx_payload_type: int | None = None
    av1: tuple[int, int] | None = None
    """Payload types of AV1 and its retransmissions, where the bot receives and the server offers them."""
    ssrc: int | None = None
    """Of what the server sends here."""
    rtx_ssrc: int | None = None
    extensions: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class Description:
    """An offer: ICE and DTLS of the first line, which all others share."""

    lines: list[Line]
    ufrag: str
    password: str
    fingerprints: list[tuple[str, str]]
    addresses: list[tuple[str, int]]
    """Host candidates over UDP, in the order of the offer."""


@dataclass(frozen=True, slots=True)
class Sending:
    """SSRCs of what the bot sends on a line."""

    ssrc: int
    rtx_ssrc: int | None = None


def read_offer(sdp: str) -> Description:
    """
    Read an offer with Opus and VP8.

    Raises:
        ValueError: If something is missing that a bot needs.
    """
    session, *sections = _sections(sdp)
    everything = [session, *sections]
    try:
        return Description(
            lines=[_line(section) for section in sections],
            ufrag=next(_values(everything, "ice-ufrag")),
            password=next(_values(everything, "ice-pwd")),
            fingerprints=[_pair(value) for value in dict.fromkeys(_values(everything, "fingerprint"))],
            addresses=list(dict.fromkeys(_addresses(everything))),
        )
    except StopIteration as error:
        raise ValueError("the offer has no ICE credentials") from error


def write_answer(
    offer: Description, *, ufrag: str, password: str, fingerprint: str, sending: Mapping[str, Sending]
) -> str:
    """Accept every line, in VP8 or Opus, and for receiving in AV1 too; those in ``sending`` are announced with their SSRCs."""
    lines = [
        "v=0",
        "o=- 1 1 IN IP4 127.0.0.1",
        "s=-",
        "t=0 0",
        f"a=group:BUNDLE {' '.join(line.mid for line in offer.lines)}",
        "a=msid-semantic: WMS *",
    ]
    shared = ["c=IN IP4 0.0.0.0", f"a=ice-ufrag:{ufrag}", f"a=ice-pwd:{password}", f"a=fingerprint:{fingerprint}"]
    shared += ["a=setup:active", "a=rtcp-mux", "a=rtcp-rsize"]
    for line in offer.lines:
        lines += _answer_line(line, shared, sending.get(line.mid))
    return "\r\n".join(lines) + "\r\n"


def _answer_line(line: Line, shared: list[str], sending: Sending | None) -> list[str]:
    types = [line.payload_type, *([line.rtx_payload_type] if line.rtx_payload_type is not None else [])]
    types += line.av1 or ()
    lines = [f"m={line.kind} 9 {line.protocol} {' '.join(map(str, types))}", *shared, f"a=mid:{line.mid}"]
    direction = "sendonly" if line.bot_sends else "recvonly" if line.bot_receives else "inactive"
    lines.append(f"a={direction}")
    lines += [
        f"a=extmap:{number} {uri}" for uri, number in line.extensions.items() if uri in (MID_URI, AUDIO_LEVEL_URI)
    ]
    if line.kind == "audio":
        lines += [
            f"a=rtpmap:{line.payload_type} opus/48000/2",
            f"a=fmtp:{line.payload_type} minptime=10;useinbandfec=1",
        ]
    else:
        lines += _picture_codec("VP8", line.payload_type, line.rtx_payload_type)
        lines += [] if line.av1 is None else _picture_codec("AV1", *line.av1)
    if sending is not None and sending.rtx_ssrc is not None:
        lines.append(f"a=ssrc-group:FID {sending.ssrc} {sending.rtx_ssrc}")
    if sending is not None:
        numbers = [sending.ssrc, *([sending.rtx_ssrc] if sending.rtx_ssrc is not None else [])]
        lines += [f"a=ssrc:{number} cname:bot" for number in numbers]
    return lines


def _picture_codec(name: str, primary: int, rtx: int | None) -> list[str]:
    lines = [f"a=rtpmap:{primary} {name}/90000"]
    lines += [f"a=rtcp-fb:{primary} {kind}" for kind in ("nack", "nack pli", "ccm fir", "goog-remb")]
    return lines if rtx is None else [*lines, f"a=rtpmap:{rtx} rtx/90000", f"a=fmtp:{rtx} apt={primary}"]


def _sections(sdp: str) -> list[list[str]]:
    """Split into the session's lines and those of each m-line."""
    sections: list[list[str]] = [[]]
    for line in sdp.splitlines():
        if line.startswith("m="):
            sections.append([])
        sections[-1].append(line.strip())
    return sections


def _values(sections: list[list[str]], name: str) -> Iterator[str]:
    for section in sections:
        for line in section:
            if line.startswith(f"a={name}:"):
                yield line[len(name) + 3 :]


def _pair(value: str) -> tuple[str, str]:
    first, _, second = value.partition(" ")
    return first, second


def _addresses(sections: list[list[str]]) -> Iterator[tuple[str, int]]:
    for value in _values(sections, "candidate"):
        words = value.split()
        if len(words) >= 8 and words[1] == "1" and words[2].lower() == "udp" and words[7] == "host":
            yield words[4], int(words[5])


def _line(section: list[str]) -> Line:
    kind, _, protocol, *_ = section[0][2:].split()
    line = Line(kind=kind, protocol=protocol)
    line.mid = next(_values([section], "mid"), "")
    line.bot_sends, line.bot_receives = "a=recvonly" in section, "a=sendonly" in section
    line.extensions = {uri: int(number) for number, uri in map(_pair, _values([section], "extmap"))}
    found = [(name.lower().partition("/")[0], int(number)) for number, name in map(_pair, _values([section], "rtpmap"))]
    codecs = dict(reversed(found))  # of two with one name the first
    line.payload_type = codecs.get(_CODECS.get(kind, ""), -1)
    if line.payload_type < 0:
        raise ValueError(f"line {line.mid!r} offers neither Opus nor VP8")
    rtx = {parameters: int(number) for number, parameters in map(_pair, _values([section], "fmtp"))}
    line.rtx_payload_type = rtx.get(f"apt={line.payload_type}")
    av1 = codecs.get(_SCREEN_CODEC)
    av1_rtx = rtx.get(f"apt={av1}")
    if line.bot_receives and av1 is not None and av1_rtx is not None:
        line.av1 = av1, av1_rtx
    ssrcs = list(dict.fromkeys(int(value.split()[0]) for value in _values([section], "ssrc")))
    line.ssrc, line.rtx_ssrc = [*ssrcs, None, None][:2]
    return line
