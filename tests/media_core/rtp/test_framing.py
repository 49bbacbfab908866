"""Datagrams on a byte stream, and what is dropped when the stream is slow."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media_core.rtp.framing import (
    MOST_PICTURE_BYTES,
    MOST_URGENT_BYTES,
    PICTURES_WAIT_S,
    URGENT_WAITS_S,
    BadFrame,
    FrameReader,
    Outbox,
    frame,
    is_picture,
)
from media_core.signaling.numbers import OPUS, VP8

PICTURE = bytes([0x80, VP8]) + bytes(1000)
SOUND = bytes([0x80, 0x80 | OPUS]) + bytes(80)
REPORT = bytes([0x80, 200]) + bytes(26)
CHECK = bytes([0, 1]) + bytes(90)
HANDSHAKE = bytes([22, 254, 253]) + bytes(200)


@given(st.lists(st.binary(min_size=1, max_size=300)), st.integers(1, 50))
def test_a_stream_is_read_however_it_is_cut(datagrams: list[bytes], step: int) -> None:
    stream, reader, came = b"".join(map(frame, datagrams)), FrameReader(), list[bytes]()
    for at in range(0, len(stream), step):
        came += reader.feed(stream[at : at + step], most_bytes=300)
    assert came == datagrams


def test_a_frame_of_nothing_says_nothing() -> None:
    assert FrameReader().feed(b"\0\0\0\0\0\x01x\0\0", most_bytes=10) == [b"x"]


def test_a_frame_that_is_too_long_ends_the_stream_before_it_is_kept() -> None:
    with pytest.raises(BadFrame):
        FrameReader().feed(b"\x00\x0b", most_bytes=10)


def test_only_pictures_are_pictures() -> None:
    assert is_picture(PICTURE)
    assert not any(map(is_picture, (SOUND, REPORT, CHECK, HANDSHAKE, b"", b"\x80")))


def framed(stream: bytes) -> list[bytes]:
    return FrameReader().feed(stream, most_bytes=2048)


def test_sound_and_reports_overtake_pictures() -> None:
    box = Outbox()
    for datagram in (PICTURE, SOUND, PICTURE, REPORT, CHECK):
        box.put(datagram, 0.0)
    assert framed(box.take(1 << 20, 0.1)) == [SOUND, REPORT, CHECK, PICTURE, PICTURE]
    assert not box
    assert box.waiting_bytes == 0


def test_what_is_taken_at_a_time_is_small() -> None:
    box = Outbox()
    for _ in range(10):
        box.put(PICTURE, 0.0)
    assert framed(box.take(1500, 0.0)) == [PICTURE, PICTURE]


def test_pictures_are_dropped_first_and_sound_only_when_it_is_stale() -> None:
    box = Outbox()
    box.put(PICTURE, 0.0)
    box.put(SOUND, 0.0)
    assert framed(box.take(1 << 20, PICTURES_WAIT_S + 0.01)) == [SOUND]
    assert (box.dropped_pictures, box.dropped_urgent) == (1, 0)
    box.put(SOUND, 1.0)
    assert box.take(1 << 20, 1.0 + URGENT_WAITS_S + 0.01) == b""
    assert box.dropped_urgent == 1


def test_a_stream_that_never_moves_takes_a_fixed_memory() -> None:
    box = Outbox()
    for number in range(100_000):
        box.put(PICTURE if number % 2 else SOUND, number * 0.000001)
    assert box.waiting_bytes <= MOST_PICTURE_BYTES + MOST_URGENT_BYTES
    assert box.dropped_pictures > 49_000
