import pytest

from media_core.bots.answer import AUDIO_LEVEL_URI, MID_URI, Sending, read_offer, write_answer
from media_core.engine import AUDIO_SLOT_MIDS, SEND_MIDS, STAGE_MID, THUMBNAIL_MIDS
from media_core.signaling import numbers
from media_core.webrtc.sdp import Fingerprint, IceCredentials, make_offer, parse_answer

FINGERPRINT = ":".join(["AB"] * 32)
OFFER = make_offer(
    ice=IceCredentials("ufrag1", "p" * 24),
    fingerprint=Fingerprint("sha-256", FINGERPRINT),
    addresses=[("127.0.0.1", 4000), ("192.0.2.1", 4000)],
    session_number=7,
)


def test_the_offer_is_read() -> None:
    offer = read_offer(OFFER)
    assert [line.mid for line in offer.lines] == [*SEND_MIDS, *AUDIO_SLOT_MIDS, STAGE_MID, *THUMBNAIL_MIDS]
    assert (offer.ufrag, offer.password) == ("ufrag1", "p" * 24)
    assert offer.fingerprints == [("sha-256", FINGERPRINT)]
    assert offer.addresses == [("127.0.0.1", 4000), ("192.0.2.1", 4000)]
    by_mid = {line.mid: line for line in offer.lines}
    assert (by_mid["cam"].payload_type, by_mid["cam"].rtx_payload_type) == (numbers.VP8, numbers.VP8_RTX)
    assert by_mid["mic"].payload_type == numbers.OPUS
    assert by_mid["mic"].extensions[AUDIO_LEVEL_URI] == numbers.AUDIO_LEVEL_ID
    assert by_mid["mic"].extensions[MID_URI] == numbers.MID_ID
    assert by_mid["mic"].bot_sends
    assert by_mid["v0"].bot_receives
    assert (by_mid["v0"].ssrc, by_mid["v0"].rtx_ssrc) == (numbers.SLOT_SSRC["v0"], numbers.SLOT_RTX_SSRC["v0"])


def test_the_server_takes_the_answer() -> None:
    offer = read_offer(OFFER)
    answer = parse_answer(
        write_answer(
            offer,
            ufrag="botfrag",
            password="q" * 24,
            fingerprint=f"sha-256 {FINGERPRINT}",
            sending={"mic": Sending(11), "cam": Sending(12, 13)},
        )
    )
    assert answer.ice == IceCredentials("botfrag", "q" * 24)
    assert (answer.send["mic"].ssrc, answer.send["cam"].ssrc, answer.send["cam"].rtx_ssrc) == (11, 12, 13)
    assert set(answer.receive) == set(numbers.SLOT_MIDS)
    assert answer.send["cam"].payload_types == {numbers.VP8, numbers.VP8_RTX}
    assert answer.receive["v0"] == {numbers.VP8, numbers.VP8_RTX, numbers.AV1, numbers.AV1_RTX}


def test_an_offer_without_av1_is_answered_without() -> None:
    line = next(line for line in read_offer(OFFER.replace("AV1/90000", "VP9/90000")).lines if line.mid == "v0")
    assert (line.payload_type, line.av1) == (numbers.VP8, None)


def test_an_offer_without_credentials_is_refused() -> None:
    with pytest.raises(ValueError, match="ICE credentials"):
        read_offer("v=0\r\ns=-\r\n")


def test_an_offer_of_other_codecs_is_refused() -> None:
    with pytest.raises(ValueError, match="neither Opus nor VP8"):
        read_offer(OFFER.replace("opus/48000", "PCMU/8000"))
