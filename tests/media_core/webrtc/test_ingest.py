from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media_core.engine import Source
from media_core.errors import BadDescription, NotAcceptable
from media_core.signaling import numbers
from media_core.webrtc.ingest import make_ingest_answer, parse_ingest_offer
from media_core.webrtc.sdp import Fingerprint, IceCredentials
from tests.media_core.raw_encoder import H264, OPUS, RTX, RawEncoder

FINGERPRINT = Fingerprint("sha-256", ":".join(["AB"] * 32))


async def offer() -> str:
    return RawEncoder("pt_studio").offer()


async def test_the_encoders_numbers_are_translated_and_its_lines_have_the_stages_sources() -> None:
    read = parse_ingest_offer(await offer())
    assert [(line.kind, line.source) for line in read.lines] == [
        ("audio", Source.SCREEN_AUDIO),
        ("video", Source.SCREEN),
    ]
    assert read.payload_types == {OPUS: numbers.OPUS, H264: numbers.H264, RTX: numbers.H264_RTX}
    assert not read.active


async def test_the_answer_repeats_the_lines_in_the_encoders_own_words() -> None:
    answer = make_ingest_answer(
        parse_ingest_offer(await offer()),
        ice=IceCredentials("ufra", "p" * 22),
        fingerprint=FINGERPRINT,
        addresses=[("192.0.2.1", 7000), ("2001:db8::1", 7000)],
        session_number=1,
    )
    lines = answer.split("\r\n")
    assert [line for line in lines if line.startswith("m=")] == [
        f"m=audio 9 UDP/TLS/RTP/SAVPF {OPUS}",
        f"m=video 9 UDP/TLS/RTP/SAVPF {H264} {RTX}",
    ]
    assert "a=group:BUNDLE 0 1" in lines
    assert lines.count("a=recvonly") == lines.count("a=setup:passive") == lines.count("a=rtcp-mux") == 2
    assert f"a=fmtp:{H264} packetization-mode=1;profile-level-id=42e01f" in lines
    assert f"a=rtcp-fb:{H264} nack pli" in lines
    assert f"a=rtcp-fb:{H264} goog-remb" not in lines, "only what the encoder said it understands"
    assert not any("extmap" in line for line in lines)
    assert sum("2001:db8::1" in line for line in lines) == 2


async def test_an_encoder_that_only_waits_is_called_first() -> None:
    read = parse_ingest_offer(RawEncoder("pt_studio").offer(setup="passive"))
    assert read.active


async def test_the_codec_that_stands_first_is_taken() -> None:
    sdp = (await offer()).replace(f"{H264} {RTX}", f"98 {H264} {RTX}") + "a=rtpmap:98 VP8/90000\r\n"
    picture = parse_ingest_offer(sdp).lines[1]
    assert (picture.ours, picture.payload_type, picture.rtx) == (numbers.VP8, 98, None)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a=sendonly", "a=recvonly"),
        ("opus/48000/2", "PCMU/8000"),
        ("H264/90000", "H265/90000"),
        ("a=group:BUNDLE 0 1", "a=group:LS 0 1"),
        ("a=group:BUNDLE 0 1", "a=group:BUNDLE 0"),
        ("a=rtcp-mux\r\n", ""),
        ("m=audio", "m=video"),
    ],
)
async def test_what_is_not_done_here_is_not_acceptable(old: str, new: str) -> None:
    with pytest.raises(NotAcceptable):
        parse_ingest_offer((await offer()).replace(old, new))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a=setup:actpass", "a=setup:holdconn"),
        ("a=setup:actpass\r\n", ""),
        ("a=mid:1", "a=mid:"),
        ("a=mid:1", "a=mid:a b"),
        ("a=ice-pwd", "a=ice-lite"),
        ("a=fingerprint:sha-256", "a=fingerprint:md5"),
        ("m=video", "m=application"),
        ("v=0", "v=1"),
    ],
)
async def test_what_is_malformed_is_refused(old: str, new: str) -> None:
    with pytest.raises(BadDescription) as refused:
        parse_ingest_offer((await offer()).replace(old, new))
    assert not isinstance(refused.value, NotAcceptable) or old == "a=mid:1"


@given(st.text(max_size=400))
def test_any_text_is_read_or_refused(text: str) -> None:
    with pytest.raises(BadDescription):
        parse_ingest_offer("v=0\r\n" + text)
