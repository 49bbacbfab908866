from __future__ import annotations

from typing import Any

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from media_core.bots import pictures
from media_core.rtp.av1 import frame_size, is_keyframe, pieces, temporal_unit
from tests.media_core.rtp.av1_packets import encoded, obus, payloads

OBUS = st.lists(
    st.builds(
        lambda kind, body: bytes([kind << 3]) + body,
        st.sampled_from([1, 3, 4, 5, 6]),
        st.binary(min_size=1, max_size=60),
    ),
    min_size=1,
    max_size=6,
)


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        pytest.param(b"\x08\x01\x0a", True, id="N"),
        pytest.param(b"\x28\x01\x0a", True, id="N with counted parts"),
        pytest.param(b"\x88\x01\x0a", False, id="N on what goes on from before is nonsense"),
        pytest.param(b"\x10\x32", False, id="another picture"),
        pytest.param(b"\x08", False, id="header alone"),
        pytest.param(b"", False, id="empty"),
    ],
)
def test_keyframes(payload: bytes, expected: bool) -> None:
    assert is_keyframe(payload) is expected
    assert is_keyframe(b"\xff" + payload + b"\xff", 1, len(payload) + 1) is expected


@given(OBUS, st.integers(1, 80), st.booleans())
def test_a_picture_comes_together_however_it_was_cut(units: list[bytes], most_bytes: int, counted: bool) -> None:
    together = temporal_unit(payloads(units, most_bytes=most_bytes, keyframe=True, counted=counted))
    assert together is not None
    assert together[:2] == b"\x12\x00"
    assert list(obus(together)) == units


@given(OBUS, st.integers(1, 40), st.data())
def test_a_picture_with_a_part_missing_is_never_taken_for_whole(units: list[bytes], most_bytes: int, data: Any) -> None:
    cut = payloads(units, most_bytes=most_bytes, keyframe=True)
    missing = data.draw(st.integers(0, len(cut) - 1))
    together = temporal_unit(cut[:missing] + cut[missing + 1 :])
    assert together is None or list(obus(together)) != units


@given(st.lists(st.binary(max_size=40), max_size=5))
def test_random_payloads_never_raise(random: list[bytes]) -> None:
    temporal_unit(random)
    for payload in random:
        pieces(payload)
        frame_size(b"\x18" + payload)


@pytest.mark.parametrize(
    "malformed",
    [
        pytest.param([], id="nothing"),
        pytest.param([b"\x10"], id="header alone"),
        pytest.param([b"\x00\x05\x30"], id="a length beyond the end"),
        pytest.param([b"\x00" + b"\xff" * 9], id="a length without end"),
        pytest.param([b"\x30\x01\x30"], id="fewer parts than counted"),
        pytest.param([b"\x90\x30\x01"], id="goes on from nothing"),
        pytest.param([b"\x50\x30\x01"], id="goes on into nothing"),
        pytest.param([b"\x50\x30\x01", b"\x10\x30\x01"], id="does not go on"),
        pytest.param([b"\x10\xb0\x01"], id="the forbidden bit"),
        pytest.param([b"\x10\x32\x09\x01"], id="a size that is a lie"),
        pytest.param([b"\x10\x34"], id="an extension that is not there"),
        pytest.param([b"\x00\x00"], id="an empty unit"),
        pytest.param([b"\x10\x10"], id="nothing but a delimiter"),
    ],
)
def test_malformed_payloads_are_refused(malformed: list[bytes]) -> None:
    assert temporal_unit(malformed) is None


def test_sizes_that_a_sender_left_in_are_written_anew() -> None:
    assert temporal_unit([b"\x10\x32\x02\x01\x02"]) == b"\x12\x00\x32\x02\x01\x02"


@pytest.mark.parametrize("size", [(320, 180), (176, 144)])
def test_a_real_encoder_s_pictures_survive_and_tell_their_size(size: tuple[int, int]) -> None:
    decoder: Any = av.CodecContext.create("libdav1d", "r")
    decoder.thread_count = 1
    for number, unit in enumerate(encoded(*size)):
        cut = payloads(list(obus(unit)), most_bytes=50, keyframe=number == 0)
        assert [is_keyframe(payload) for payload in cut] == [number == 0, *[False] * (len(cut) - 1)]
        assert frame_size(cut[0]) == (size if number == 0 else None)
        together = temporal_unit(cut)
        assert together == unit
        (frame,) = decoder.decode(av.Packet(together))
        assert (frame.width, frame.height) == size
        image = frame.to_ndarray(format="rgb24").reshape(-1, 3)
        assert np.abs(np.median(image, axis=0) - pictures.colour_of(3)).sum() < 60


@pytest.mark.parametrize(
    ("bits", "size"),
    [
        pytest.param("0001 1 00101" + "0111 0110" + "11111111" + "1111111", (256, 128), id="a still picture"),
        pytest.param(
            # timing (with a number in Exp-Golomb code) and decoder model, delays told, two operating points, one with a tier
            "00000 1" + "0" * 64 + "1 00101" + "1 00100" + "0" * 42 + "1 00001"
            + "0" * 12 + "01000 1" + "1" + "0" * 11 + "1 0011"
            + "0" * 12 + "00101" + "0" + "0"
            + "1010 1010" + "11101111111" + "10000110111",
            (1920, 1080),
            id="all that can stand before it",
        ),
    ],
)  # fmt: skip
def test_the_size_is_found_behind_whatever_precedes_it(bits: str, size: tuple[int, int]) -> None:
    plain = bits.replace(" ", "")
    plain += "0" * (-len(plain) % 8)
    header = b"\x08" + int(plain, 2).to_bytes(len(plain) // 8, "big")
    assert frame_size(b"\x18" + header) == size
    for shorter in range(2, len(header) - 1):
        frame_size(b"\x18" + header[:shorter])
