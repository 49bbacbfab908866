"""
The server's one offer, and the reader of the browser's answer.

The offer's text is made here and not through a general SDP model: it has one shape, and an answer is only good if it fits
that shape. JSEP (RFC 9429) section 5.3 says how an answer follows an offer line by line.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from media_core.engine import AUDIO_SLOT_MIDS, SEND_MIDS, Source
from media_core.errors import BadDescription
from media_core.signaling import numbers
from media_core.signaling.numbers import is_audio
from media_core.webrtc.sdp_lines import session_lines, transport_lines

MAX_ANSWER_BYTES = 32 * 1024
"""Chromium's answer to this offer has about 9 kB."""
MAX_CANDIDATES = 32
"""Different ones; some programs repeat all of them on every line. None is used: the server learns addresses from checks."""
MAX_MEDIA_LINES = 20
MAX_SSRCS_PER_LINE = 8

CNAME = "sala"

_OPUS_LINES = (
    f"a=rtpmap:{numbers.OPUS} opus/48000/2",
    f"a=fmtp:{numbers.OPUS} minptime=10;useinbandfec=1;usedtx=1",
    f"a=rtcp-fb:{numbers.OPUS} nack",
)
_H264_FMTP = "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f"
_VIDEO_CODECS: Mapping[int, tuple[str, str]] = {
    numbers.VP8: ("VP8/90000", ""),
    numbers.H264: ("H264/90000", _H264_FMTP),
    numbers.AV1: ("AV1/90000", "level-idx=5;profile=0;tier=0"),
}
"""Name and parameters; those of AV1 are what its payload format assumes where nothing is said (its section 7.1)."""
_FINGERPRINT = re.compile(r"(sha-256|sha-384|sha-512) ([0-9A-F]{2}(?::[0-9A-F]{2}){31,63})", re.IGNORECASE)
_UFRAG = re.compile(r"[A-Za-z0-9+/]{4,256}")
_PASSWORD = re.compile(r"[A-Za-z0-9+/]{22,256}")
_NUMBER = re.compile(r"[0-9]{1,10}")
_DIRECTIONS = frozenset({"sendrecv", "sendonly", "recvonly", "inactive"})


@dataclass(frozen=True, slots=True)
class IceCredentials:
    """One side's username fragment and password."""

    ufrag: str
    password: str


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """Hash of a DTLS certificate; ``algorithm`` in lower case, ``value`` in upper case with colons."""

    algorithm: str
    value: str


# --- offer ------------------------------------------------------------------------------------------------------------


def make_offer(
    *,
    ice: IceCredentials,
    fingerprint: Fingerprint,
    addresses: Sequence[tuple[str, int]],
    session_number: int,
    tcp: bool = False,
    sends: bool = True,
) -> str:
    """
    Write the offer of one transport.

    Args:
        addresses: Host and UDP port of each candidate, best first; IPv4 or IPv6.
        session_number: The number in the ``o=`` line; any positive one that was not used for this browser before.
        tcp: The same ports take TCP connections.
        sends: Whether the browser may send; else its send lines are inactive.
    """
    lines = [*session_lines(session_number, numbers.MIDS), "a=extmap-allow-mixed", "a=msid-semantic: WMS *"]
    shared = transport_lines(ice, fingerprint, addresses, setup="actpass", tcp=tcp)
    for mid in numbers.MIDS:
        lines += _media_lines(mid, shared, sends=sends)
    return "\r\n".join(lines) + "\r\n"


def _media_lines(mid: str, shared: Sequence[str], *, sends: bool) -> list[str]:
    sound = mid in AUDIO_SLOT_MIDS or (mid in SEND_MIDS and is_audio(SEND_MIDS[mid]))
    codecs = (numbers.OPUS,) if sound else numbers.codecs(mid)
    payload_types = codecs if sound else [number for codec in codecs for number in (codec, numbers.RTX_OF[codec])]
    head = f"m={'audio' if sound else 'video'} 9 UDP/TLS/RTP/SAVPF {' '.join(map(str, payload_types))}"
    lines = [head, *shared, f"a=mid:{mid}"]
    if mid in SEND_MIDS:
        lines += ["a=recvonly" if sends else "a=inactive", f"a=extmap:{numbers.MID_ID} {numbers.MID_URI}"]
        if sound:  # not numbered for feedback: what is sent again must be the same, see docs/media.md
            lines.append(f"a=extmap:{numbers.AUDIO_LEVEL_ID} {numbers.AUDIO_LEVEL_URI}")
        else:
            lines.append(f"a=extmap:{numbers.TRANSPORT_CC_ID} {numbers.TRANSPORT_CC_URI}")
            lines += [f"a=rtcp-fb:{number} transport-cc" for number in payload_types if number in _VIDEO_CODECS]
    else:
        lines += ["a=sendonly", f"a=msid:{mid} {mid}"]
    if not sound:
        lines.append(f"a=extmap:{numbers.ABS_SEND_TIME_ID} {numbers.ABS_SEND_TIME_URI}")
    lines += _OPUS_LINES if sound else _video_codec_lines(codecs)
    if mid in numbers.SIMULCAST_MIDS and sends:
        lines += _simulcast_lines()
    return lines + _slot_ssrc_lines(mid)


def _simulcast_lines() -> list[str]:
    """Ask for all layers (RFC 8853); a browser that cannot leaves them out of its answer and sends one picture."""
    return [
        f"a=extmap:{numbers.RID_ID} {numbers.RID_URI}",
        f"a=extmap:{numbers.REPAIRED_RID_ID} {numbers.REPAIRED_RID_URI}",
        *(f"a=rid:{rid} recv" for rid in numbers.RIDS),
        f"a=simulcast:recv {';'.join(numbers.RIDS)}",
    ]


def _video_codec_lines(codecs: Sequence[int]) -> list[str]:
    lines = []
    for primary in codecs:
        rtx, (name, parameters) = numbers.RTX_OF[primary], _VIDEO_CODECS[primary]
        lines.append(f"a=rtpmap:{primary} {name}")
        lines += [f"a=rtcp-fb:{primary} {kind}" for kind in ("nack", "nack pli", "ccm fir", "goog-remb")]
        if parameters:
            lines.append(f"a=fmtp:{primary} {parameters}")
        lines += [f"a=rtpmap:{rtx} rtx/90000", f"a=fmtp:{rtx} apt={primary}"]
    return lines


def _slot_ssrc_lines(mid: str) -> list[str]:
    ssrc, rtx_ssrc = numbers.SLOT_SSRC.get(mid), numbers.SLOT_RTX_SSRC.get(mid)
    if ssrc is None:
        return []
    if rtx_ssrc is None:
        return [f"a=ssrc:{ssrc} cname:{CNAME}"]
    return [
        f"a=ssrc-group:FID {ssrc} {rtx_ssrc}",
        f"a=ssrc:{ssrc} cname:{CNAME}",
        f"a=ssrc:{rtx_ssrc} cname:{CNAME}",
    ]


# --- answer -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SendLine:
    """What the browser says about one line it may send on. ``ssrc`` is ``None`` where it is told by the first packets only."""

    source: Source
    active: bool
    payload_types: frozenset[int]
    ssrc: int | None
    rtx_ssrc: int | None
    rids: tuple[str, ...] = ()
    """Its simulcast layers, smallest first; empty where it sends one picture only."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server needs of a browser's answer."""

    ice: IceCredentials
    fingerprints: tuple[Fingerprint, ...]
    send: Mapping[str, SendLine]
    receive: Mapping[str, frozenset[int]]
    """Slots that the browser receives, by mid, with the payload types it accepted."""
    transport_cc: bool = False
    """It numbers what it sends and wants transport-wide feedback."""


@dataclass(slots=True)
class Section:
    """Attributes of one m-line (or of the session, with an empty ``kind``)."""

    kind: str = ""
    port: str = "9"
    formats: tuple[str, ...] = ()
    attributes: list[tuple[str, str]] = field(default_factory=list)

    def values(self, name: str) -> list[str]:
        return [value for key, value in self.attributes if key == name]

    def first(self, name: str) -> str | None:
        return next(iter(self.values(name)), None)

    @property
    def direction(self) -> str:
        if self.port == "0":
            return "inactive"
        return next((key for key, _ in self.attributes if key in _DIRECTIONS), "sendrecv")


def parse_answer(sdp: str) -> Answer:
    """
    Read a browser's answer to ``make_offer``.

    Raises:
        BadDescription: If it is too large, malformed, or does not answer that offer.
    """
    session, sections = split_sections(sdp)
    _check_shape(sections)
    tagged = sections[0]
    for section in (session, *sections):
        if section.first("setup") not in (None, "active"):
            raise BadDescription("the browser must take the active DTLS role")
    ice = read_ice(session, tagged)
    fingerprints = read_fingerprints((session, *sections))
    by_mid = dict(zip(numbers.MIDS, sections, strict=True))
    return Answer(
        ice=ice,
        fingerprints=fingerprints,
        send={mid: _send_line(source, by_mid[mid]) for mid, source in SEND_MIDS.items()},
        receive={
            mid: _payload_types(by_mid[mid])
            for mid in numbers.SLOT_MIDS
            if by_mid[mid].direction in ("recvonly", "sendrecv")
        },
        transport_cc=any(_wants_feedback(by_mid[mid]) for mid in SEND_MIDS),
    )


def _wants_feedback(section: Section) -> bool:
    extension = f"{numbers.TRANSPORT_CC_ID} {numbers.TRANSPORT_CC_URI}"
    return extension in section.values("extmap") and any(
        value.endswith("transport-cc") for value in section.values("rtcp-fb")
    )


def split_sections(sdp: str) -> tuple[Section, list[Section]]:
    """Return the attributes before the first media line, and those of each; raises ``BadDescription``."""
    if len(sdp) > MAX_ANSWER_BYTES or len(sdp.encode(errors="replace")) > MAX_ANSWER_BYTES:
        raise BadDescription(f"it is larger than {MAX_ANSWER_BYTES} bytes")
    session, sections, candidates = Section(), list[Section](), set[str]()
    if not sdp.startswith("v=0"):
        raise BadDescription("it does not begin with v=0")
    for line in sdp.splitlines():
        current = sections[-1] if sections else session
        if line.startswith("m="):
            sections.append(_media_section(line))
            if len(sections) > MAX_MEDIA_LINES:
                raise BadDescription(f"it has more than {MAX_MEDIA_LINES} media lines")
        elif line.startswith("a="):
            name, _, value = line[2:].partition(":")
            if name == "candidate":
                candidates.add(value)
            if len(candidates) > MAX_CANDIDATES:
                raise BadDescription(f"it has more than {MAX_CANDIDATES} candidates")
            current.attributes.append((name, value.strip()))
    return session, sections


def _media_section(line: str) -> Section:
    words = line[2:].split()
    if len(words) < 4 or not _NUMBER.fullmatch(words[1]):
        raise BadDescription("a media line is malformed")
    if words[0] not in ("audio", "video"):
        raise BadDescription(f"a media line of kind {words[0][:20]!r} was not offered")
    return Section(kind=words[0], port=words[1], formats=tuple(words[3:]))


def _check_shape(sections: Sequence[Section]) -> None:
    mids = tuple(section.first("mid") for section in sections)
    if mids != numbers.MIDS:
        raise BadDescription("its lines are not those of the offer")
    for mid, section in zip(numbers.MIDS, sections, strict=True):
        sound = mid in AUDIO_SLOT_MIDS or (mid in SEND_MIDS and is_audio(SEND_MIDS[mid]))
        if (section.kind == "audio") is not sound:
            raise BadDescription(f"line {mid} has the wrong kind")
        allowed = ("sendonly", "sendrecv", "inactive") if mid in SEND_MIDS else ("recvonly", "inactive")
        if section.direction not in allowed:
            raise BadDescription(f"line {mid} has the direction {section.direction}")


def read_ice(session: Section, tagged: Section) -> IceCredentials:
    """Return the credentials of the bundle; raises ``BadDescription``."""
    ufrag = tagged.first("ice-ufrag") or session.first("ice-ufrag") or ""
    password = tagged.first("ice-pwd") or session.first("ice-pwd") or ""
    if not _UFRAG.fullmatch(ufrag) or not _PASSWORD.fullmatch(password):
        raise BadDescription("its ICE credentials are missing or malformed")
    return IceCredentials(ufrag, password)


def read_fingerprints(sections: Iterable[Section]) -> tuple[Fingerprint, ...]:
    """Return all fingerprints, each once; raises ``BadDescription`` if there is none, or a weak one."""
    found: dict[Fingerprint, None] = {}
    for section in sections:
        for value in section.values("fingerprint"):
            match = _FINGERPRINT.fullmatch(value)
            if match is None:
                raise BadDescription("only fingerprints of SHA-256 or better are taken")
            found[Fingerprint(match[1].lower(), match[2].upper())] = None
    if not found:
        raise BadDescription("it has no certificate fingerprint")
    return tuple(found)


def _payload_types(section: Section) -> frozenset[int]:
    return frozenset(int(name) for name in section.formats if _NUMBER.fullmatch(name) and int(name) < 128)


def _send_line(source: Source, section: Section) -> SendLine:
    active = section.direction in ("sendonly", "sendrecv")
    ssrc, rtx_ssrc = read_ssrcs(section) if active else (None, None)
    rids = _rids(section) if active and section.first("mid") in numbers.SIMULCAST_MIDS else ()
    if rids:  # each layer has its own SSRCs, told by the packets
        ssrc = rtx_ssrc = None
    return SendLine(source, active, _payload_types(section) if active else frozenset(), ssrc, rtx_ssrc, rids)


def _rids(section: Section) -> tuple[str, ...]:
    """Return the offered layers that the browser sends (RFC 8853 section 5.1; ``~`` marks one that is paused)."""
    words = (section.first("simulcast") or "").split()
    if len(words) != 2 or words[0] != "send":
        return ()
    sent = {choice.split(",")[0].lstrip("~") for choice in words[1].split(";")}
    rids = tuple(rid for rid in numbers.RIDS if rid in sent)
    return rids if len(rids) > 1 else ()


def read_ssrcs(section: Section) -> tuple[int | None, int | None]:
    """Return the primary and the retransmission SSRC (RFC 5576 FID group)."""
    told = list(dict.fromkeys(_ssrc(value.split(" ")[0]) for value in section.values("ssrc")))
    if len(told) > MAX_SSRCS_PER_LINE:
        raise BadDescription(f"a line has more than {MAX_SSRCS_PER_LINE} SSRCs")
    for value in section.values("ssrc-group"):
        words = value.split()
        if len(words) == 3 and words[0] == "FID":
            return _ssrc(words[1]), _ssrc(words[2])
    return (told[0] if told else None), None


def _ssrc(word: str) -> int:
    if not _NUMBER.fullmatch(word) or not 0 < int(word) < 1 << 32:
        raise BadDescription("an SSRC is not a 32-bit number")
    return int(word)
