"""
The numbers that the server's one offer fixes for everybody, so that no packet needs translating between browsers.

Payload types, header-extension ids and the SSRCs of the receive slots are the same on every transport: each transport has
its own SRTP keys, and a browser sees each slot once.
"""

from __future__ import annotations

from collections.abc import Mapping

from media_core.engine import AUDIO_SLOT_MIDS, SEND_MIDS, STAGE_MID, THUMBNAIL_MIDS, Source

OPUS = 111
VP8 = 96
VP8_RTX = 97
H264 = 102
H264_RTX = 103
AV1 = 98
AV1_RTX = 99

RTX_OF: Mapping[int, int] = {VP8: VP8_RTX, H264: H264_RTX, AV1: AV1_RTX}
PRIMARY_OF: Mapping[int, int] = {rtx: primary for primary, rtx in RTX_OF.items()}

AUDIO_CLOCK_HZ = 48_000
VIDEO_CLOCK_HZ = 90_000

AUDIO_LEVEL_ID = 1
"""RFC 6464, on the sound that browsers send."""
ABS_SEND_TIME_ID = 2
"""What a receiver's REMB is computed from; on pictures, both ways."""
TRANSPORT_CC_ID = 3
"""Numbers all packets that a browser sends in one line, for the feedback by which it estimates its uplink."""
MID_ID = 4
"""RFC 9143: names the line of a packet whose SSRC the answer did not tell."""
RID_ID = 5
REPAIRED_RID_ID = 6
"""RFC 8852: which simulcast layer a packet belongs to, or repeats."""

RIDS: tuple[str, ...] = ("l", "m", "h")
"""Simulcast layers of a camera, smallest first: a quarter, half, and all of its height."""
SIMULCAST_MIDS: frozenset[str] = frozenset({"cam"})
"""A shared screen is sent once: what matters of it is its sharpness."""

ABS_SEND_TIME_URI = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"
AUDIO_LEVEL_URI = "urn:ietf:params:rtp-hdrext:ssrc-audio-level"
TRANSPORT_CC_URI = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"
MID_URI = "urn:ietf:params:rtp-hdrext:sdes:mid"
RID_URI = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"
REPAIRED_RID_URI = "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id"

SLOT_MIDS: tuple[str, ...] = (*AUDIO_SLOT_MIDS, STAGE_MID, *THUMBNAIL_MIDS)
VIDEO_SLOT_MIDS: tuple[str, ...] = (STAGE_MID, *THUMBNAIL_MIDS)
MIDS: tuple[str, ...] = (*SEND_MIDS, *SLOT_MIDS)
"""Every line of the offer in its order."""

_FIRST_SLOT_SSRC = 0x5A1A0000
_FIRST_SLOT_RTX_SSRC = 0x5A1A1000

SLOT_SSRC: Mapping[str, int] = {mid: _FIRST_SLOT_SSRC + number for number, mid in enumerate(SLOT_MIDS)}
SLOT_RTX_SSRC: Mapping[str, int] = {mid: _FIRST_SLOT_RTX_SSRC + number for number, mid in enumerate(VIDEO_SLOT_MIDS)}

FEEDBACK_SSRC = 0x5A1A2000
"""Sender SSRC of the reports and requests that the server makes as a receiver."""

AUDIO_SOURCES = frozenset({Source.MICROPHONE, Source.SCREEN_AUDIO})

CARRIED: Mapping[Source, frozenset[int]] = {
    Source.MICROPHONE: frozenset({OPUS}),
    Source.SCREEN_AUDIO: frozenset({OPUS}),
    Source.CAMERA: frozenset({VP8, H264}),
    Source.SCREEN: frozenset({VP8, H264, AV1}),
}
"""What a track may carry, repetitions aside. A camera is not worth AV1: that costs a phone more than it saves."""


def is_audio(source: Source) -> bool:
    """Tell whether a source is sound."""
    return source in AUDIO_SOURCES


def codecs(mid: str) -> tuple[int, ...]:
    """Return what a line of pictures is offered with, the one that a browser takes by itself first. Any receive line may carry a screen."""
    return (VP8, H264) if mid in SIMULCAST_MIDS else (VP8, H264, AV1)
