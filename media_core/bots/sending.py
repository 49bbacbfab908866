"""What a bot sends on one line: encoded once, numbered and stamped anew for each bot."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

from media_core.bots.answer import AUDIO_LEVEL_URI, MID_URI, Line, Sending
from media_core.bots.pictures import Clip
from media_core.bots.sounds import FRAME_SAMPLES, RATE_HZ, Sound
from media_core.rtp.cache import PacketCache
from media_core.rtp.packet import build_packet, parse_header, wrap_rtx

VIDEO_RATE_HZ = 90_000
_MOST_LATE_S = 0.5
"""After a longer pause of the whole program the frames in between are left out."""


def new_ssrc() -> int:
    """Return a random SSRC (RFC 3550 section 8.1); never 0."""
    return secrets.randbelow(0xFFFFFFFE) + 1


@dataclass(slots=True)
class Track:
    """Numbers of one outgoing stream. While ``on`` is false nothing is sent, and its clock runs on."""

    line: Line
    sending: Sending
    clock_rate_hz: int
    interval_s: float
    on: bool = True
    packets: int = 0
    octets: int = 0
    repeated: int = 0
    """Packets sent again because the server asked."""
    timestamp: int = field(default_factory=lambda: secrets.randbits(32))
    _sequence_number: int = field(default_factory=lambda: secrets.randbits(15))
    _rtx_sequence_number: int = field(default_factory=lambda: secrets.randbits(15))
    _next_s: float | None = None
    _sent: PacketCache[bytes] = field(default_factory=lambda: PacketCache(round_trip_s=0.02))

    def due(self, now_s: float) -> list[bytes]:
        """Return the packets of all frames that are due; call it every 20 ms or more often."""
        if self._next_s is None or now_s - self._next_s > _MOST_LATE_S:
            self._next_s = now_s
        packets: list[bytes] = []
        while self._next_s <= now_s:
            if self.on:
                packets += self._frame(now_s)
            else:
                self._pause()
            self._next_s += self.interval_s
            self.timestamp = (self.timestamp + round(self.interval_s * self.clock_rate_hz)) & 0xFFFFFFFF
        return packets

    def timestamp_at(self, now_s: float) -> int:
        """Return the timestamp that belongs to a moment, for a sender report (RFC 3550 section 6.4.1)."""
        ahead_s = 0.0 if self._next_s is None else self._next_s - now_s
        return (self.timestamp - round(ahead_s * self.clock_rate_hz)) & 0xFFFFFFFF

    def again(self, sequence_number: int, now_s: float) -> bytes | None:
        """Return the retransmission of a packet sent before, where the line has one."""
        packet, rtx_ssrc = self._sent.get(sequence_number, now_s), self.sending.rtx_ssrc
        header = None if packet is None else parse_header(packet)
        if packet is None or header is None or rtx_ssrc is None or self.line.rtx_payload_type is None:
            return None
        self._rtx_sequence_number = (self._rtx_sequence_number + 1) & 0xFFFF
        self.repeated += 1
        number = self._rtx_sequence_number
        return bytes(
            wrap_rtx(packet, header, payload_type=self.line.rtx_payload_type, sequence_number=number, ssrc=rtx_ssrc)
        )

    def _packet(self, payload: bytes, now_s: float, *, marker: bool, extensions: dict[int, bytes]) -> bytes:
        mid_id = self.line.extensions.get(MID_URI)
        if mid_id is not None:
            extensions[mid_id] = self.line.mid.encode()
        packet = build_packet(
            payload,
            payload_type=self.line.payload_type,
            sequence_number=self._sequence_number,
            timestamp=self.timestamp,
            ssrc=self.sending.ssrc,
            marker=marker,
            extensions=extensions,
        )
        self._sent.put(self._sequence_number, packet, now_s)
        self._sequence_number = (self._sequence_number + 1) & 0xFFFF
        self.packets += 1
        self.octets += len(payload)
        return packet

    def _frame(self, now_s: float) -> list[bytes]:
        raise NotImplementedError

    def _pause(self) -> None:
        """Note that a frame was left out."""


@dataclass(slots=True)
class SoundTrack(Track):
    """Opus with audio levels; ``sound`` may be changed at any time."""

    sound: Sound = ()
    _at: int = 0
    _resting: bool = True

    @classmethod
    def of(cls, line: Line, sending: Sending, sound: Sound) -> SoundTrack:
        return cls(line, sending, RATE_HZ, FRAME_SAMPLES / RATE_HZ, sound=sound)

    def _frame(self, now_s: float) -> list[bytes]:
        frame = self.sound[self._at % len(self.sound)]
        self._at += 1
        marker, self._resting = self._resting, False  # RFC 7587 section 4.1: the first packet after a pause
        extensions = {}
        level_id = self.line.extensions.get(AUDIO_LEVEL_URI)
        if level_id is not None:
            extensions[level_id] = bytes([frame.voice << 7 | frame.level_dbov])
        return [self._packet(frame.payload, now_s, marker=marker, extensions=extensions)]

    def _pause(self) -> None:
        self._resting = True


@dataclass(slots=True)
class PictureTrack(Track):
    """VP8 with picture ids of 15 bits; goes on at a keyframe when it is asked for one, or switched on."""

    clip: Clip = field(default_factory=lambda: Clip(()))
    keyframes: int = 0
    keyframes_asked: int = 0
    _at: int = 0
    _picture_id: int = field(default_factory=lambda: secrets.randbits(15))
    _jump: bool = True

    @classmethod
    def of(cls, line: Line, sending: Sending, clip: Clip) -> PictureTrack:
        return cls(line, sending, VIDEO_RATE_HZ, 1 / clip.frames_per_s, clip=clip)

    def want_keyframe(self) -> None:
        """The server asked: the next picture is one."""
        self.keyframes_asked += 1
        self._jump = True

    def _frame(self, now_s: float) -> list[bytes]:
        if self._jump:
            self._at, self._jump = self.clip.next_keyframe(self._at), False
        picture = self.clip.pictures[self._at]
        self._at = (self._at + 1) % len(self.clip.pictures)
        self.keyframes += picture.keyframe
        self._picture_id = (self._picture_id + 1) & 0x7FFF
        head = bytes([0x80, 0x80, self._picture_id >> 8 | 0x80, self._picture_id & 0xFF])  # RFC 7741 section 4.2
        last = len(picture.chunks) - 1
        return [
            self._packet(
                (b"\x90" + head[1:] if index == 0 else head) + chunk, now_s, marker=index == last, extensions={}
            )
            for index, chunk in enumerate(picture.chunks)
        ]

    def _pause(self) -> None:
        self._jump = True
