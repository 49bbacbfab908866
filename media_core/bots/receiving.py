"""What a bot receives in one slot: counted, checked for breaks, asked for again where it is missing."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from media_core.bots.answer import Line
from media_core.rtp import av1
from media_core.rtp.nack import Arrival, NackGenerator
from media_core.rtp.packet import Header, parse_header, unwrap_rtx
from media_core.rtp.reception import Reception
from media_core.rtp.sequence import Unwrapper
from media_core.rtp.vp8 import parse_descriptor


@dataclass(slots=True)
class Received:
    """One slot. Counts are since the bot began; those below ``keyframes`` stay 0 on a path without loss."""

    line: Line
    kept_payloads: int = 0
    """How many of the last payloads to keep, for a test that decodes them."""
    packets: int = 0
    octets: int = 0
    frames: int = 0
    """Packets with the marker: the ends of pictures."""
    keyframes: int = 0
    repaired: int = 0
    """Missing packets that came again when asked for."""
    timestamp_breaks: int = 0
    """Timestamps that went back."""
    picture_breaks: int = 0
    """VP8 picture ids that did not follow on."""
    payloads: deque[tuple[int, bool, bytes]] = field(default_factory=deque)
    """Timestamp, marker and payload of the last packets, in the order of arrival."""
    reception: Reception = field(init=False)
    nacks: NackGenerator = field(default_factory=lambda: NackGenerator(round_trip_s=0.03))
    last_packet_s: float = float("-inf")
    _numbers: Unwrapper = field(default_factory=Unwrapper)
    _timestamp: int = 0
    _picture_id: int | None = None
    _primary_of: dict[int, int] = field(default_factory=dict)
    """Payload types by those of their retransmissions."""

    def __post_init__(self) -> None:
        rate_hz = 48_000 if self.line.kind == "audio" else 90_000
        self.reception = Reception(self.line.ssrc or 0, rate_hz)
        self.payloads = deque(maxlen=self.kept_payloads)
        screen, screen_rtx = self.line.av1 or (None, None)
        rtx = {self.line.rtx_payload_type: self.line.payload_type, screen_rtx: screen}
        self._primary_of = {again: first for again, first in rtx.items() if again is not None and first is not None}

    @property
    def lost(self) -> int:
        """Packets that did not come, though some of them may have come again."""
        return self.reception.lost_packets

    def take(self, data: bytes, header: Header, now_s: float) -> None:
        """Note one packet of this slot, or a retransmission for it."""
        self.last_packet_s = now_s
        primary = self._primary_of.get(header.payload_type)
        again = primary is not None
        if primary is not None:
            original = unwrap_rtx(data, header, payload_type=primary, ssrc=self.line.ssrc or 0)
            found = None if original is None else parse_header(original)
            if original is None or found is None:
                return
            data, header = bytes(original), found
        else:
            self.reception.received(header.sequence_number, header.timestamp, now_s)
        arrival = self.nacks.received(header.sequence_number, now_s)
        if again and arrival not in (Arrival.LATE, Arrival.ASKED):
            return
        self.repaired += again
        self._count(data, header)

    def _count(self, data: bytes, header: Header) -> None:
        before = self._numbers.highest
        number = self._numbers.unwrap(header.sequence_number)
        newest = before is None or number > before
        self.packets += 1
        self.octets += header.payload_end - header.payload_start
        self.frames += header.marker
        if self.kept_payloads:
            payload = data[header.payload_start : header.payload_end]
            self.payloads.append((header.timestamp, header.marker, payload))
        if newest:
            if before is not None and (header.timestamp - self._timestamp) & 0xFFFFFFFF >= 0x80000000:
                self.timestamp_breaks += 1
            self._timestamp = header.timestamp
        if self.line.kind == "video":
            self._count_picture(data, header, newest=newest)

    def _count_picture(self, data: bytes, header: Header, *, newest: bool) -> None:
        if self.line.av1 is not None and header.payload_type == self.line.av1[0]:
            self._count_keyframe(header, av1.is_keyframe(data, header.payload_start, header.payload_end))
            self._picture_id = None
            return
        descriptor = parse_descriptor(data, header.payload_start, header.payload_end)
        if descriptor is None or not descriptor.starts_frame:
            return
        self._count_keyframe(header, descriptor.keyframe)
        if not newest or descriptor.picture_id is None:
            return
        if (
            self._picture_id is not None
            and (descriptor.picture_id - self._picture_id) & descriptor.picture_id_mask != 1
        ):
            self.picture_breaks += 1
        self._picture_id = descriptor.picture_id

    def _count_keyframe(self, header: Header, keyframe: bool) -> None:
        if keyframe:
            self.keyframes += 1
            self.nacks.keyframe_received(header.sequence_number)
