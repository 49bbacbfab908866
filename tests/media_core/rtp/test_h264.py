import pytest
from hypothesis import given
from hypothesis import strategies as st

from media_core.rtp.h264 import is_keyframe


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        pytest.param(b"\x67\x42", True, id="SPS alone"),
        pytest.param(b"\x65\x88", True, id="IDR alone"),
        pytest.param(b"\x41\x9a", False, id="other picture alone"),
        pytest.param(b"\x68\xce", False, id="PPS alone"),
        pytest.param(b"\x7c\x85\x88", True, id="FU-A, first part of an IDR"),
        pytest.param(b"\x7c\x05\x88", False, id="FU-A, middle of an IDR"),
        pytest.param(b"\x7c\x45\x88", False, id="FU-A, end of an IDR"),
        pytest.param(b"\x7c\x81\x88", False, id="FU-A, first part of another picture"),
        pytest.param(b"\x78\x00\x02\x67\x42\x00\x01\x68", True, id="STAP-A with an SPS"),
        pytest.param(b"\x78\x00\x01\x09\x00\x02\x65\x88", True, id="STAP-A, IDR second"),
        pytest.param(b"\x78\x00\x02\x41\x9a", False, id="STAP-A without"),
        pytest.param(b"\x78\x00\x09\x67\x42", False, id="STAP-A with a size that is a lie"),
        pytest.param(b"\x78\x00\x00\x67\x42", False, id="STAP-A with an empty unit"),
        pytest.param(b"\x78", False, id="STAP-A of one octet"),
        pytest.param(b"\x67", False, id="header without unit"),
        pytest.param(b"", False, id="empty"),
    ],
)
def test_keyframes(payload: bytes, expected: bool) -> None:
    assert is_keyframe(payload) is expected


@given(st.binary(max_size=40), st.binary(max_size=20))
def test_random_payloads_never_raise(payload: bytes, before: bytes) -> None:
    assert is_keyframe(before + payload + b"\x67", len(before), len(before) + len(payload)) == is_keyframe(payload)
