"""The RTCP packets that Sala understands, as values: tuples, of which each listener's report makes several a second."""

from __future__ import annotations

from typing import NamedTuple


class ReportBlock(NamedTuple):
    """What a receiver says of one source (RFC 3550 section 6.4.1)."""

    ssrc: int
    fraction_lost: int
    """Since the last report, in 1/256."""
    packets_lost: int
    """Since the beginning; negative where packets came twice."""
    highest_sequence_number: int
    jitter_ticks: int
    last_sr: int
    """Middle 32 bits of the NTP time in the last sender report; 0 if there was none."""
    delay_since_last_sr: int
    """In 1/65536 s."""


class SenderReport(NamedTuple):
    """RFC 3550 section 6.4.1."""

    ssrc: int
    ntp_time: int
    """64 bits: seconds since 1900 and 2**-32 s."""
    rtp_timestamp: int
    packets: int
    octets: int
    reports: tuple[ReportBlock, ...] = ()


class ReceiverReport(NamedTuple):
    """RFC 3550 section 6.4.2."""

    ssrc: int
    reports: tuple[ReportBlock, ...] = ()


class SourceDescription(NamedTuple):
    """The CNAMEs of a packet (RFC 3550 section 6.5); other items are skipped."""

    cnames: tuple[tuple[int, str], ...]


class Goodbye(NamedTuple):
    """RFC 3550 section 6.6; the reason is skipped."""

    ssrcs: tuple[int, ...]


class GenericNack(NamedTuple):
    """Sequence numbers that were not received, in the order of the packet (RFC 4585 section 6.2.1)."""

    sender_ssrc: int
    media_ssrc: int
    sequence_numbers: tuple[int, ...]


class PictureLossIndication(NamedTuple):
    """RFC 4585 section 6.3.1."""

    sender_ssrc: int
    media_ssrc: int


class FullIntraRequest(NamedTuple):
    """RFC 5104 section 4.3.1; ``entries`` are media SSRC and command number."""

    sender_ssrc: int
    entries: tuple[tuple[int, int], ...]


class EstimatedMaximumBitrate(NamedTuple):
    """REMB, draft-alvestrand-rmcat-remb-03: what the receiver thinks its downlink carries."""

    sender_ssrc: int
    bitrate_bps: int
    ssrcs: tuple[int, ...]


RtcpPacket = (
    SenderReport
    | ReceiverReport
    | SourceDescription
    | Goodbye
    | GenericNack
    | PictureLossIndication
    | FullIntraRequest
    | EstimatedMaximumBitrate
)
