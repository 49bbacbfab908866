"""An encoder that made the offer itself (WHIP) is seen and heard, in every engine."""

from __future__ import annotations

import pytest

from media_core.engine import MediaEngine, Source, TrackRef, TransportClosed, TransportConnected, View
from media_core.errors import BadDescription, NotAcceptable
from media_core.ids import MemberId
from media_core.rtp.rtcp import PictureLossIndication
from media_core.signaling import numbers
from tests.media_core.engines import ROOM, Events
from tests.media_core.raw_client import RawClient, steps
from tests.media_core.raw_encoder import RawEncoder
from tests.waiting import until

STUDIO, BOB = MemberId("pt_studio"), MemberId("pt_bob")
STAGE = frozenset({Source.SCREEN, Source.SCREEN_AUDIO})
SPS, PPS, IDR, P = b"\x67\x42\xe0\x1f", b"\x68\xce", b"\x65\x88\x80", b"\x41\x9a\x00"


@pytest.mark.parametrize(("setup", "ssrcs"), [("actpass", True), ("active", False), ("passive", True)])
async def test_its_picture_and_sound_are_the_stage(
    engine: MediaEngine, events: Events, setup: str, ssrcs: bool
) -> None:
    await engine.set_gates(ROOM, STUDIO, STAGE)
    async with (
        await RawClient.join(engine, ROOM, BOB) as bob,
        await RawEncoder.present(engine, ROOM, STUDIO, setup=setup, ssrcs=ssrcs) as studio,
    ):
        await engine.set_view(bob.transport, View(stage=TrackRef(STUDIO, Source.SCREEN)))

        def show() -> bool:
            studio.send_opus(b"tone")
            studio.send_h264(SPS, PPS, IDR)
            studio.send_h264(P)
            return bool(bob.slot("a0") and len(bob.slot("v0")) >= 8)

        await until(show)
        pictures = bob.slot("v0")
        assert {each.header.payload_type for each in pictures} == {numbers.H264}
        assert {each.header.payload_type for each in bob.slot("a0")} == {numbers.OPUS}
        assert pictures[0].payload == SPS, "a slot begins with what a decoder needs first"
        assert steps(each.header.sequence_number for each in pictures) == {1}
        assert not studio.media, "an encoder receives nothing"
        await until(lambda: [each for each in events.of(TransportConnected) if each.member == STUDIO])
    await until(lambda: any(each.member == STUDIO and each.reason == "closed" for each in events.of(TransportClosed)))


async def test_a_viewer_who_comes_later_begins_at_the_parameter_sets_of_the_last_keyframe(engine: MediaEngine) -> None:
    await engine.set_gates(ROOM, STUDIO, STAGE)
    stage = View(stage=TrackRef(STUDIO, Source.SCREEN))
    async with (
        await RawEncoder.present(engine, ROOM, STUDIO) as studio,
        await RawClient.join(engine, ROOM, MemberId("pt_carol")) as carol,
        await RawClient.join(engine, ROOM, BOB) as bob,
    ):
        await engine.set_view(carol.transport, stage)

        def show_carol() -> bool:
            studio.send_h264(SPS, PPS, IDR)
            studio.send_h264(P)
            return bool(carol.slot("v0"))

        await until(show_carol)
        await engine.set_view(bob.transport, stage)
        asked = len(studio.came(PictureLossIndication))

        def show_bob() -> bool:
            nonlocal asked
            if len(studio.came(PictureLossIndication)) > asked:  # the machine stood still: that keyframe is too old
                asked = len(studio.came(PictureLossIndication))
                studio.send_h264(SPS, PPS, IDR)
            studio.send_h264(P)
            return len(bob.slot("v0")) >= 6

        await until(show_bob)
        assert [each.payload for each in bob.slot("v0")][:4] == [SPS, PPS, IDR, P]


async def test_a_closed_gate_holds_an_encoder_back(engine: MediaEngine) -> None:
    await engine.set_gates(ROOM, BOB, frozenset({Source.MICROPHONE}))
    async with (
        await RawClient.join(engine, ROOM, BOB) as bob,
        await RawClient.join(engine, ROOM, MemberId("pt_carol")) as carol,
        await RawEncoder.present(engine, ROOM, STUDIO) as studio,
    ):
        await engine.set_view(carol.transport, View(stage=TrackRef(STUDIO, Source.SCREEN)))
        for _ in range(20):
            studio.send_opus()
            studio.send_h264(SPS, PPS, IDR)
        await until(lambda: bob.send_sound() and carol.slot("a0"))
        assert {each.payload for each in carol.slot("a0")} == {b"sound"}
        assert not carol.slot("v0")


async def test_an_offer_that_cannot_be_used_changes_nothing(engine: MediaEngine) -> None:
    encoder = RawEncoder("pt_studio")
    for bad in ("", "v=0\r\n", "x" * 40_000, encoder.offer().replace("sha-256", "sha-1")):
        with pytest.raises(BadDescription):
            await engine.accept(ROOM, STUDIO, bad)
    with pytest.raises(NotAcceptable):
        await engine.accept(ROOM, STUDIO, encoder.offer(kinds=("audio",)))
    with pytest.raises(NotAcceptable):
        await engine.accept(ROOM, STUDIO, encoder.offer().replace("H264/90000", "AV1/90000"))
    assert (await engine.rooms())[ROOM] == ()
