from __future__ import annotations

import re
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media_core.engine import AUDIO_SLOT_MIDS, SEND_MIDS, STAGE_MID, THUMBNAIL_MIDS, Source
from media_core.errors import BadDescription
from media_core.signaling import numbers
from media_core.webrtc.sdp import Fingerprint, IceCredentials, make_offer, parse_answer
from tests.media_core.raw_client import RawClient

FINGERPRINT = Fingerprint("sha-256", ":".join(["AB"] * 32))
ICE = IceCredentials("ufra", "p" * 22)


def offer(*addresses: tuple[str, int]) -> str:
    return make_offer(ice=ICE, fingerprint=FINGERPRINT, addresses=addresses or [("192.0.2.1", 7000)], session_number=1)


async def answer(**changes: str) -> str:
    sdp = RawClient("pt_anna", publish=("mic", "cam")).answer()
    for old, new in changes.items():
        sdp = sdp.replace(old, new)
    return sdp


# --- offer --------------------------------------------------------------------------------------------------------------


def test_the_lines_stand_in_their_fixed_order() -> None:
    mids = re.findall(r"a=mid:(\S+)", offer())
    assert tuple(mids) == (*SEND_MIDS, *AUDIO_SLOT_MIDS, STAGE_MID, *THUMBNAIL_MIDS)
    assert f"a=group:BUNDLE {' '.join(mids)}\r\n" in offer()


def test_the_browser_sends_on_the_first_lines_and_receives_on_the_others() -> None:
    directions = re.findall(r"a=(sendonly|recvonly)\r", offer())
    assert directions == ["recvonly"] * len(SEND_MIDS) + ["sendonly"] * len(numbers.SLOT_MIDS)


def test_every_slot_has_ssrcs_of_its_own() -> None:
    told = re.findall(r"a=ssrc:(\d+) cname", offer())
    assert len(told) == len(set(told)) == len(numbers.SLOT_SSRC) + len(numbers.SLOT_RTX_SSRC)


def test_nothing_in_the_head_of_sound_differs_when_it_is_sent_again() -> None:
    """A number for transport-wide feedback would: the same number of SRTP twice, with different heads, gives its authentication key away."""
    _, *sections = offer().split("\r\nm=")
    sound = [section for section in sections if section.startswith("audio")]
    assert len(sound) == 2 + len(AUDIO_SLOT_MIDS)
    for section in sound:
        assert f"a=rtcp-fb:{numbers.OPUS} nack" in section
        assert numbers.TRANSPORT_CC_URI not in section
        assert numbers.ABS_SEND_TIME_URI not in section


def test_there_is_no_data_channel() -> None:
    assert "m=application" not in offer()


def test_every_address_is_a_candidate_and_the_first_is_the_best() -> None:
    found = re.findall(r"a=candidate:\d+ 1 udp (\d+) (\S+) (\d+) typ host", offer(("192.0.2.1", 7), ("2001:db8::1", 8)))
    assert [(host, port) for _, host, port in found[:2]] == [("192.0.2.1", "7"), ("2001:db8::1", "8")]
    assert int(found[0][0]) > int(found[1][0])


# --- answer -------------------------------------------------------------------------------------------------------------


async def test_an_answer_tells_what_the_browser_sends_and_receives() -> None:
    client = RawClient("pt_anna", publish=("mic", "cam"))
    found = parse_answer(client.answer())
    assert found.send["mic"].ssrc == client.ssrcs["mic"]
    assert (found.send["cam"].ssrc, found.send["cam"].rtx_ssrc) == (client.ssrcs["cam"], client.rtx_ssrcs["cam"])
    assert found.send["cam"].payload_types == {96, 97, 102, 103}
    assert found.send["cam"].source is Source.CAMERA
    assert not found.send["scr"].active
    assert set(found.receive) == set(numbers.SLOT_MIDS)
    assert found.fingerprints[0].algorithm == "sha-256"


async def test_ssrcs_need_not_be_told() -> None:
    sdp = re.sub(r"a=ssrc[^\r]*\r\n", "", await answer())
    assert parse_answer(sdp).send["mic"].ssrc is None


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("a=fingerprint:sha-256", "a=fingerprint:sha-1", "SHA-256"),
        ("a=fingerprint:", "a=nothing:", "no certificate"),
        ("a=setup:active", "a=setup:passive", "DTLS role"),
        ("a=ice-ufrag:", "a=nothing:", "ICE"),
        ("a=mid:v8", "a=mid:v9", "lines"),
        ("m=audio", "m=application", "not offered"),
        ("m=audio", "m=video", "kind"),
        ("a=recvonly", "a=sendrecv", "direction"),
        ("v=0", "v=1", "v=0"),
        ("a=ssrc:", "a=ssrc:x", "32-bit"),
    ],
)
async def test_answers_that_do_not_fit_are_refused_with_a_reason(old: str, new: str, reason: str) -> None:
    with pytest.raises(BadDescription, match=reason):
        parse_answer(await answer(**{old: new}))


async def test_an_answer_has_bounds() -> None:
    good = await answer()
    with pytest.raises(BadDescription, match="larger"):
        parse_answer(good + "a=x\r\n" * 10_000)
    candidates = [f"a=candidate:{number} 1 udp 1 192.0.2.1 9 typ host\r\n" for number in range(33)]
    parse_answer(good + candidates[0] * 40)
    with pytest.raises(BadDescription, match="candidates"):
        parse_answer(good + "".join(candidates))
    with pytest.raises(BadDescription, match="media lines"):
        parse_answer(good + "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n" * 4)
    ssrcs = "".join(f"a=ssrc:{number} cname:x\r\n" for number in range(1, 10))
    with pytest.raises(BadDescription, match="SSRCs"):
        parse_answer(good.replace("a=mid:mic\r\n", f"a=mid:mic\r\n{ssrcs}"))


@given(st.text(max_size=300))
def test_any_text_is_refused_and_breaks_nothing(text: str) -> None:
    with pytest.raises(BadDescription):
        parse_answer("v=0\r\n" + text)


@given(st.data())
async def test_a_damaged_answer_is_read_or_refused(data: st.DataObject) -> None:
    sdp = await answer()
    at = data.draw(st.integers(0, len(sdp) - 1))
    damaged = sdp[:at] + data.draw(st.text(max_size=5)) + sdp[at + data.draw(st.integers(0, 60)) :]
    with suppress(BadDescription):
        parse_answer(damaged)
