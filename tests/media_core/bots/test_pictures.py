import pytest

from media_core.bots.pictures import CODE_BITS, FRAMES_PER_S, KEYFRAME_EVERY_S, PICTURES, clip, draw, read
from tests.media_core.bots.decoding import images


@pytest.mark.parametrize("picture", range(PICTURES))
def test_a_drawn_picture_can_be_read(picture: int) -> None:
    assert [read(draw(picture, frame)) for frame in (0, 1, 77, 255)] == [(picture, frame) for frame in (0, 1, 77, 255)]


@pytest.mark.parametrize("picture", [0, 5, 11])
def test_an_encoded_clip_shows_its_picture_and_every_frame_number(picture: int) -> None:
    payloads = [
        (0, index == len(encoded.chunks) - 1, (b"\x10" if index == 0 else b"\x00") + chunk)
        for encoded in clip(picture).pictures
        for index, chunk in enumerate(encoded.chunks)
    ]
    seen = [read(image) for image in images(payloads)]
    assert seen == [(picture, frame % 2**CODE_BITS) for frame in range(len(clip(picture).pictures))]


def test_keyframes_come_regularly_and_are_found_from_anywhere() -> None:
    made = clip(1)
    every = FRAMES_PER_S * KEYFRAME_EVERY_S
    assert made.pictures[0].keyframe
    assert [made.next_keyframe(at) for at in (0, 1, every, every + 1)] == [0, every, every, 2 * every]
    assert made.next_keyframe(len(made.pictures) - 1) == 0


def test_each_packet_fits_everywhere() -> None:
    assert max(len(chunk) for picture in clip(1).pictures for chunk in picture.chunks) <= 1100


def test_a_clip_is_encoded_once() -> None:
    assert clip(1) is clip(1)
