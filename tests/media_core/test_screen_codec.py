"""A shared screen whose codec changes on the way, packet by packet."""

from __future__ import annotations

from collections.abc import AsyncIterator
from itertools import pairwise

import pytest

from media_core.engine import CodecWanted, Source, TrackRef, View
from media_core.ids import MemberId
from media_core.local import LocalEngine
from media_core.rtp.packet import build_packet
from media_core.rtp.rtcp import GenericNack, PictureLossIndication
from media_core.screen_codec import CALM_S, TELL_AGAIN_S, ScreenCodec
from media_core.signaling import numbers
from tests.media_core.engines import ROOM, Events, local_engine
from tests.media_core.raw_client import RawClient, Received, steps, vp8
from tests.media_core.rtp.av1_packets import encoded, obus, payloads
from tests.waiting import until

SCREEN = TrackRef(MemberId("pt_anna"), Source.SCREEN)
SIZE = (96, 64)
"""Small enough for a keyframe in one packet."""


class Av1Client(RawClient):
    """Takes AV1 wherever it is offered."""

    def _media_lines(self, mid: str) -> list[str]:
        lines = super()._media_lines(mid)
        return lines if mid == "cam" else [line.replace("102 103", "102 103 98 99") for line in lines]

    def send_screen(self, payload_type: int, *, picture: int = 0, picture_id: int = 0) -> int:
        """Send a picture in one packet, ``picture`` 0 is a keyframe; return its extended number."""
        number = self.next_number("scr")
        if payload_type == numbers.AV1:
            (payload,) = payloads(list(obus(encoded(*SIZE, 3)[picture])), most_bytes=1200, keyframe=picture == 0)
        else:
            payload = vp8(keyframe=picture == 0, picture_id=picture_id)
        packet = build_packet(
            payload,
            payload_type=payload_type,
            sequence_number=number & 0xFFFF,
            timestamp=number * 3000 & 0xFFFFFFFF,
            ssrc=self.ssrcs["scr"],
            marker=True,
            extensions={numbers.MID_ID: b"scr"},
        )
        self.send_packet(packet)
        return number


@pytest.fixture
async def engine() -> AsyncIterator[LocalEngine]:
    async with local_engine() as found:
        await found.set_gates(ROOM, SCREEN.member, frozenset({Source.SCREEN}))
        yield found


async def look(engine: LocalEngine, kind: type[RawClient], name: str) -> RawClient:
    client = await kind.join(engine, ROOM, name, publish=())
    await engine.set_view(client.transport, View(SCREEN))
    return client


def types(received: list[Received]) -> list[int]:
    return [one.header.payload_type for one in received]


def picture_ids(received: list[Received]) -> list[int]:
    pictures = [one.payload for one in received if one.header.payload_type == numbers.VP8]
    return [(payload[2] & 0x7F) << 8 | payload[3] for payload in pictures]


async def test_the_codec_changes_at_a_keyframe_without_a_break(engine: LocalEngine) -> None:
    anna = await Av1Client.join(engine, ROOM, "pt_anna", publish=("scr",))
    async with anna, await look(engine, Av1Client, "pt_bob") as bob, await look(engine, RawClient, "pt_carol") as carol:
        publisher = engine.sfu.transports[anna.transport].publishers[Source.SCREEN]
        sent = [(numbers.VP8, 0, 7), (numbers.VP8, 1, 8), (numbers.AV1, 0, 0), (numbers.AV1, 1, 0)]
        sent += [(numbers.AV1, 2, 0), (numbers.VP8, 0, 30_000), (numbers.VP8, 1, 30_001), (numbers.VP8, 2, 30_002)]
        for count, (payload_type, picture, picture_id) in enumerate(sent, 1):
            anna.send_screen(payload_type, picture=picture, picture_id=picture_id)
            await until(lambda: len(bob.slot("v0")) == count)  # noqa: B023 - awaited before it changes
            if payload_type == numbers.AV1:
                assert publisher.height_px == min(SIZE)
        await until(lambda: len(carol.slot("v0")) == 5)
    for received, expected in ((bob.slot("v0"), [each[0] for each in sent]), (carol.slot("v0"), [numbers.VP8] * 5)):
        assert types(received) == expected
        assert steps(one.header.sequence_number for one in received) == {1}
        assert steps(picture_ids(received)) == {1}
        assert all(0 < step < 1 << 31 for step in stamps(received))
    assert not anna.came(PictureLossIndication)  # who does not take AV1 asks for nothing


def stamps(received: list[Received]) -> list[int]:
    """Return the distances between timestamps."""
    found = [one.header.timestamp for one in received]
    return [(after - before) & 0xFFFFFFFF for before, after in pairwise(found)]


async def test_a_slot_begins_with_a_keyframe_in_av1_as_in_any_codec(engine: LocalEngine) -> None:
    anna = await Av1Client.join(engine, ROOM, "pt_anna", publish=("scr",))
    async with anna, await look(engine, Av1Client, "pt_bob") as bob:
        for picture in (1, 2):
            anna.send_screen(numbers.AV1, picture=picture)
        await until(lambda: anna.came(PictureLossIndication))
        assert not bob.slot("v0")
        for picture in (0, 1):
            anna.send_screen(numbers.AV1, picture=picture)
        await until(lambda: types(bob.slot("v0")) == [numbers.AV1] * 2)


async def test_a_packet_in_av1_is_sent_again(engine: LocalEngine) -> None:
    anna = await Av1Client.join(engine, ROOM, "pt_anna", publish=("scr",))
    async with anna, await look(engine, Av1Client, "pt_bob") as bob:
        for picture in (0, 1):
            anna.send_screen(numbers.AV1, picture=picture)
        await until(lambda: len(bob.slot("v0")) == 2)
        wanted = bob.slot("v0")[1]
        bob.send_rtcp(GenericNack(1, numbers.SLOT_SSRC["v0"], (wanted.header.sequence_number,)))
        await until(lambda: bob.repeats("v0"))
        (again,) = bob.repeats("v0")
    assert again.header.payload_type == numbers.AV1_RTX
    assert again.payload == wanted.header.sequence_number.to_bytes(2, "big") + wanted.payload


def test_comings_and_goings_do_not_change_the_codec_each_time() -> None:
    codec = ScreenCodec()
    assert codec.choose(True, 0.0) == "av1"
    assert codec.choose(False, 1.0) == "vp8"  # at once: somebody sees nothing
    assert codec.choose(True, 2.0) == "vp8"
    assert codec.choose(False, CALM_S) == "vp8"
    assert codec.choose(True, 2 * CALM_S - 0.1) == "vp8"
    assert codec.choose(True, 2 * CALM_S) == "av1"


async def test_a_screen_is_wanted_in_av1_until_somebody_comes_who_does_not_take_it(engine: LocalEngine) -> None:
    events = Events(engine)
    anna = await Av1Client.join(engine, ROOM, "pt_anna", publish=("scr",))
    async with anna, await look(engine, Av1Client, "pt_bob") as bob:
        await until(lambda: events.of(CodecWanted))
        (told,) = events.of(CodecWanted)
        assert (told.member, told.transport, told.track, told.codec) == ("pt_anna", anna.transport, SCREEN, "av1")
        anna.send_screen(numbers.AV1)
        await until(lambda: types(bob.slot("v0")) == [numbers.AV1])
        async with await look(engine, RawClient, "pt_carol") as carol:
            await until(lambda: len(events.of(CodecWanted)) > 1)
            assert [each.codec for each in events.of(CodecWanted)] == ["av1", "vp8"]
            for picture in range(2):
                anna.send_screen(numbers.VP8, picture=picture, picture_id=picture)
            await until(lambda: types(carol.slot("v0")) == [numbers.VP8] * 2)
            await until(lambda: types(bob.slot("v0")) == [numbers.AV1, numbers.VP8, numbers.VP8])


async def test_who_has_not_heard_that_it_is_vp8_now_is_told_again(engine: LocalEngine) -> None:
    events = Events(engine)
    anna = await Av1Client.join(engine, ROOM, "pt_anna", publish=("scr",))
    async with anna, await look(engine, RawClient, "pt_carol"):
        screen = engine.sfu.transports[anna.transport].publishers[Source.SCREEN]
        await until(lambda: anna.send_screen(numbers.AV1) and screen.payload_type == numbers.AV1)
        assert not events.of(CodecWanted)  # it begins with VP8 by itself
        assert screen.codec_told is not None
        screen.codec_told = "vp8", screen.last_packet_s - TELL_AGAIN_S - 0.1
        await until(lambda: [each.codec for each in events.of(CodecWanted)] == ["vp8"])


@pytest.mark.parametrize("kind", [RawClient, Av1Client])
async def test_nobody_is_told_a_codec_who_has_no_choice_or_shows_nothing(
    engine: LocalEngine, kind: type[RawClient]
) -> None:
    events = Events(engine)
    if kind is Av1Client:
        await engine.set_gates(ROOM, SCREEN.member, frozenset())
    anna = await kind.join(engine, ROOM, "pt_anna", publish=("scr",))
    async with anna:
        room = engine.sfu.rooms[ROOM]
        room.update_layers(0.0)
    assert not events.of(CodecWanted)
