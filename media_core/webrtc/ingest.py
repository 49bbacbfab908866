"""
The offer of a program that only sends (WHIP, RFC 9725), and the server's answer to it.

Here the other side makes the numbers: payload types and mids are its own. The answer repeats them, as RFC 3264 section 6.1 asks, and
``payload_types`` says which of Sala's each of them is, so that what is forwarded carries the numbers that all browsers know.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from media_core.engine import Source
from media_core.errors import BadDescription, NotAcceptable
from media_core.signaling import numbers
from media_core.webrtc.sdp import (
    Fingerprint,
    IceCredentials,
    Section,
    read_fingerprints,
    read_ice,
    read_ssrcs,
    split_sections,
)
from media_core.webrtc.sdp_lines import session_lines, transport_lines

SOURCES: Mapping[str, Source] = {"video": Source.SCREEN, "audio": Source.SCREEN_AUDIO}
"""What an encoder sends is for the stage, and its sound belongs to it."""

_CODECS: Mapping[str, int] = {
    "opus/48000/2": numbers.OPUS,
    "vp8/90000": numbers.VP8,
    "h264/90000": numbers.H264,
}
_KINDS: Mapping[int, str] = {numbers.OPUS: "audio", numbers.VP8: "video", numbers.H264: "video"}
_FEEDBACK = ("nack", "nack pli", "ccm fir", "goog-remb")
"""What the server says about pictures it receives, where the encoder listens."""

_MID = re.compile(r"[A-Za-z0-9!#$%&'*+\-.^_`{|}~]{1,16}")
_NUMBER = re.compile(r"[0-9]{1,3}")
_FMTP = re.compile(r"[A-Za-z0-9=;,. _\-/+]{0,400}")


@dataclass(frozen=True, slots=True)
class IngestLine:
    """One line of an offer that is taken, with one codec of those it names; ``rtx`` is the payload type of its retransmissions."""

    kind: str
    mid: str
    codec: str
    ours: int
    """Sala's payload type for the codec."""
    payload_type: int
    fmtp: str
    rtx: int | None
    feedback: tuple[str, ...]
    ssrc: int | None
    rtx_ssrc: int | None

    @property
    def source(self) -> Source:
        return SOURCES[self.kind]


@dataclass(frozen=True, slots=True)
class IngestOffer:
    """What the server needs of an encoder's offer."""

    ice: IceCredentials
    fingerprints: tuple[Fingerprint, ...]
    active: bool
    """The server begins the DTLS handshake: the encoder only waits for one."""
    lines: tuple[IngestLine, ...]

    @property
    def payload_types(self) -> Mapping[int, int]:
        """The encoder's payload types to Sala's."""
        found = {}
        for line in self.lines:
            found[line.payload_type] = line.ours
            if line.rtx is not None:
                found[line.rtx] = numbers.RTX_OF[line.ours]
        return found


def parse_ingest_offer(sdp: str) -> IngestOffer:
    """
    Read the offer of an encoder.

    Raises:
        BadDescription: If it is too large or malformed.
        NotAcceptable: If it is well-formed, but not one picture (H.264 or VP8) and at most one sound (Opus), all of it sent to the server.
    """
    session, sections = split_sections(sdp)
    kinds = [section.kind for section in sections]
    if not sections:
        raise BadDescription("it has no media line")
    if kinds.count("video") != 1 or kinds.count("audio") > 1:
        raise NotAcceptable("one picture and at most one sound are taken")
    if len(sections) > 1:
        _check_bundle(session, sections)
    setup = {section.first("setup") for section in (session, *sections)} - {None}
    if len(setup) != 1 or not setup <= {"actpass", "active", "passive"}:
        raise BadDescription("it says nothing, or different things, about who begins the DTLS handshake")
    lines = tuple(_line(section) for section in sections)
    if len({line.payload_type for line in lines}) != len(lines):
        raise BadDescription("two lines have the same payload type")
    return IngestOffer(
        ice=read_ice(session, sections[0]),
        fingerprints=read_fingerprints((session, *sections)),
        active=setup == {"passive"},
        lines=lines,
    )


def _check_bundle(session: Section, sections: Sequence[Section]) -> None:
    """All lines must go one way: RFC 9725 section 4.4.1."""
    words = (session.first("group") or "").split()
    if words[:1] != ["BUNDLE"] or {section.first("mid") for section in sections} - set(words[1:]):
        raise NotAcceptable("all media must be bundled")


def _line(section: Section) -> IngestLine:
    mid = section.first("mid") or ""
    if not _MID.fullmatch(mid):
        raise BadDescription("a media line has no usable mid")
    if section.direction not in ("sendonly", "sendrecv"):
        raise NotAcceptable("every line must send to the server")
    if section.first("rtcp-mux") is None:
        raise NotAcceptable("RTP and RTCP must share one way")
    number, codec = _first_codec(section)
    ssrc, rtx_ssrc = read_ssrcs(section)
    rtx = _rtx_of(section, number)
    return IngestLine(
        kind=section.kind,
        mid=mid,
        codec=codec,
        ours=_CODECS[codec.lower()],
        payload_type=number,
        fmtp=_fmtp(section, number),
        rtx=rtx,
        feedback=tuple(kind for kind in _FEEDBACK if _listens(section, number, kind)),
        ssrc=ssrc,
        rtx_ssrc=None if rtx is None else rtx_ssrc,
    )


def _first_codec(section: Section) -> tuple[int, str]:
    """Return the codec that the encoder likes best of those that are forwarded here."""
    named = {number: codec for number, _, codec in _attributes(section, "rtpmap")}
    for word in section.formats:
        codec = named.get(int(word), "") if _NUMBER.fullmatch(word) else ""
        ours = _CODECS.get(codec.lower())
        if ours is not None and _KINDS[ours] == section.kind and 95 < int(word) < 128:
            return int(word), codec
    raise NotAcceptable(f"its {section.kind} has no codec that is taken here: H.264, VP8, Opus")


def _attributes(section: Section, name: str) -> Iterator[tuple[int, str, str]]:
    """Return payload type, separator and rest of attributes that begin with a payload type."""
    for value in section.values(name):
        number, separator, rest = value.partition(" ")
        if _NUMBER.fullmatch(number):
            yield int(number), separator, rest.strip()


def _rtx_of(section: Section, primary: int) -> int | None:
    """Return the payload type of the retransmissions of another (RFC 4588 section 8.6)."""
    rtx = {number for number, _, codec in _attributes(section, "rtpmap") if codec.lower() == "rtx/90000"}
    found = [number for number, _, rest in _attributes(section, "fmtp") if rest == f"apt={primary}"]
    return next((number for number in found if number in rtx and number != primary and 95 < number < 128), None)


def _fmtp(section: Section, primary: int) -> str:
    found = next((rest for number, _, rest in _attributes(section, "fmtp") if number == primary), "")
    return found if _FMTP.fullmatch(found) else ""


def _listens(section: Section, number: int, kind: str) -> bool:
    return any(value in (f"{number} {kind}", f"* {kind}") for value in section.values("rtcp-fb"))


# --- answer -----------------------------------------------------------------------------------------------------------


def make_ingest_answer(
    offer: IngestOffer,
    *,
    ice: IceCredentials,
    fingerprint: Fingerprint,
    addresses: Sequence[tuple[str, int]],
    session_number: int,
    tcp: bool = False,
) -> str:
    """Write the answer; ``addresses``, ``session_number`` and ``tcp`` as for ``sdp.make_offer``. No header extension is taken."""
    lines = [*session_lines(session_number, (line.mid for line in offer.lines)), "a=msid-semantic: WMS *"]
    shared = transport_lines(ice, fingerprint, addresses, setup="active" if offer.active else "passive", tcp=tcp)
    for line in offer.lines:
        payload_types = [line.payload_type, *([] if line.rtx is None else [line.rtx])]
        lines.append(f"m={line.kind} 9 UDP/TLS/RTP/SAVPF {' '.join(map(str, payload_types))}")
        lines += [f"a=mid:{line.mid}", "a=recvonly", *shared, *_codec_lines(line)]
    return "\r\n".join(lines) + "\r\n"


def _codec_lines(line: IngestLine) -> Iterator[str]:
    yield f"a=rtpmap:{line.payload_type} {line.codec}"
    if line.fmtp:
        yield f"a=fmtp:{line.payload_type} {line.fmtp}"
    for kind in line.feedback:
        yield f"a=rtcp-fb:{line.payload_type} {kind}"
    if line.rtx is not None:
        yield f"a=rtpmap:{line.rtx} rtx/90000"
        yield f"a=fmtp:{line.rtx} apt={line.payload_type}"
