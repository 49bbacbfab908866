from __future__ import annotations

import itertools

from media_core.bots.answer import AUDIO_LEVEL_URI, MID_URI, Line, Sending
from media_core.bots.pictures import clip
from media_core.bots.sending import PictureTrack, SoundTrack
from media_core.bots.sounds import tone
from media_core.rtp.packet import Header, audio_level, parse_header, read_text, unwrap_rtx
from media_core.rtp.vp8 import parse_descriptor

SOUND_LINE = Line(mid="mic", kind="audio", payload_type=111, extensions={AUDIO_LEVEL_URI: 1, MID_URI: 4})
PICTURE_LINE = Line(mid="cam", kind="video", payload_type=96, rtx_payload_type=97)


def sent(track: SoundTrack | PictureTrack, *, from_s: float, for_s: float) -> list[tuple[bytes, Header]]:
    packets = []
    for tick in range(round(for_s / 0.02)):
        for packet in track.due(from_s + tick * 0.02):
            header = parse_header(packet)
            assert header is not None
            packets.append((packet, header))
    return packets


def test_sound_is_fifty_packets_a_second_with_levels() -> None:
    track = SoundTrack.of(SOUND_LINE, Sending(5), tone(440.0))
    packets = sent(track, from_s=100.0, for_s=2.0)
    assert 99 <= len(packets) <= 101
    headers = [header for _, header in packets]
    assert {header.ssrc for header in headers} == {5}
    assert [header.marker for header in headers].count(True) == 1
    steps = {(b.timestamp - a.timestamp) & 0xFFFFFFFF for a, b in itertools.pairwise(headers)}
    assert steps == {960}
    level = audio_level(*packets[5], 1)
    assert level is not None
    assert level == (17, True)
    assert read_text(*packets[5], 4) == "mic"


def test_pictures_are_numbered_and_begin_with_a_keyframe() -> None:
    track = PictureTrack.of(PICTURE_LINE, Sending(5, 6), clip(1))
    packets = sent(track, from_s=100.0, for_s=2.0)
    found = [parse_descriptor(data, header.payload_start, header.payload_end) for data, header in packets]
    starts = [descriptor for descriptor in found if descriptor and descriptor.starts_frame]
    assert 29 <= len(starts) <= 31
    assert starts[0].keyframe
    ids = [start.picture_id or 0 for start in starts]
    assert all((later - earlier) & 0x7FFF == 1 for earlier, later in itertools.pairwise(ids))
    assert sum(header.marker for _, header in packets) == len(starts)


def test_a_keyframe_is_sent_at_once_when_asked_for() -> None:
    track = PictureTrack.of(PICTURE_LINE, Sending(5, 6), clip(1))
    sent(track, from_s=100.0, for_s=0.4)
    before = track.keyframes
    track.want_keyframe()
    data, header = sent(track, from_s=100.4, for_s=0.08)[0]
    descriptor = parse_descriptor(data, header.payload_start)
    assert descriptor is not None
    assert descriptor.keyframe
    assert (track.keyframes, track.keyframes_asked) == (before + 1, 1)


def test_switched_off_nothing_is_sent_and_time_goes_on() -> None:
    track = SoundTrack.of(SOUND_LINE, Sending(5), tone(440.0))
    before = sent(track, from_s=0.0, for_s=0.1)[-1][1]
    track.on = False
    assert sent(track, from_s=0.1, for_s=1.0) == []
    track.on = True
    after = sent(track, from_s=1.1, for_s=0.1)[0][1]
    assert after.marker
    assert (after.sequence_number - before.sequence_number) & 0xFFFF == 1
    assert (after.timestamp - before.timestamp) & 0xFFFFFFFF >= 48_000


def test_switched_on_again_a_picture_begins_with_a_keyframe() -> None:
    track = PictureTrack.of(PICTURE_LINE, Sending(5, 6), clip(1))
    sent(track, from_s=0.0, for_s=0.5)
    track.on = False
    sent(track, from_s=0.5, for_s=0.5)
    track.on = True
    data, header = sent(track, from_s=1.0, for_s=0.1)[0]
    descriptor = parse_descriptor(data, header.payload_start)
    assert descriptor is not None
    assert descriptor.keyframe


def test_a_pause_of_the_program_is_not_made_up_for() -> None:
    track = SoundTrack.of(SOUND_LINE, Sending(5), tone(440.0))
    sent(track, from_s=0.0, for_s=0.1)
    assert len(track.due(60.0)) == 1


def test_what_was_sent_can_be_sent_again() -> None:
    track = PictureTrack.of(PICTURE_LINE, Sending(5, 6), clip(1))
    data, header = sent(track, from_s=0.0, for_s=0.1)[0]
    again = track.again(header.sequence_number, 0.2)
    assert again is not None
    found = parse_header(again)
    assert found is not None
    assert (found.ssrc, found.payload_type) == (6, 97)
    assert unwrap_rtx(again, found, payload_type=96, ssrc=5) == bytearray(data)
    assert track.again(header.sequence_number - 9 & 0xFFFF, 0.2) is None


def test_the_timestamp_of_a_moment_lies_between_frames() -> None:
    track = SoundTrack.of(SOUND_LINE, Sending(5), tone(440.0))
    (data,) = track.due(10.0)
    header = parse_header(data)
    assert header is not None
    assert (track.timestamp_at(10.01) - header.timestamp) & 0xFFFFFFFF == 480
