"""Layers packet by packet: found by rid, switched at keyframes without a break, wished for and switched off."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import pytest

from media_core.engine import LayersWanted, Source, TrackRef, View
from media_core.ids import MemberId
from media_core.local import LocalEngine
from media_core.rtp.packet import build_packet, parse_header, wrap_rtx
from media_core.rtp.rtcp import EstimatedMaximumBitrate
from media_core.signaling import numbers
from tests.media_core.engines import ROOM, Events, local_engine
from tests.media_core.raw_client import RawClient, steps, text_of, vp8
from tests.waiting import until

CAMERA = TrackRef(MemberId("pt_anna"), Source.CAMERA)
FIRST_SSRC = 0x1000


class SimulcastClient(RawClient):
    """A client whose camera comes in three layers, told by rid alone."""

    def _media_lines(self, mid: str) -> list[str]:
        lines = super()._media_lines(mid)
        if mid != "cam":
            return lines
        lines = [line for line in lines if not line.startswith("a=ssrc")]
        return [*lines, *(f"a=rid:{rid} send" for rid in "lmh"), "a=simulcast:send l;m;h"]

    def send_layer(self, rid: str, number: int, *, keyframe: bool = False, again: bool = False) -> None:
        place = "lmh".index(rid)
        packet = build_packet(
            vp8(keyframe=keyframe, picture_id=number + 100 * place, text=f"{rid}{number}".encode()),
            payload_type=numbers.VP8,
            sequence_number=1000 * place + number & 0xFFFF,
            timestamp=number * 3000 + place * 77_777,
            ssrc=FIRST_SSRC + place,
            marker=True,
            extensions={numbers.MID_ID: b"cam", (numbers.REPAIRED_RID_ID if again else numbers.RID_ID): rid.encode()},
        )
        header = parse_header(packet)
        assert header is not None
        if again:
            packet = bytes(
                wrap_rtx(packet, header, payload_type=numbers.VP8_RTX, sequence_number=number, ssrc=0x2000 + place)
            )
        self.send_packet(packet)


@pytest.fixture
async def engine() -> AsyncIterator[LocalEngine]:
    async with local_engine() as found:
        await found.set_gates(ROOM, CAMERA.member, frozenset({Source.CAMERA}))
        yield found


async def test_a_slot_changes_its_layer_at_a_keyframe_without_a_break(engine: LocalEngine) -> None:
    anna = await SimulcastClient.join(engine, ROOM, "pt_anna")
    async with anna, await RawClient.join(engine, ROOM, "pt_bob") as bob:
        await engine.set_view(bob.transport, View(CAMERA, stage_height_px=180))
        for rid in "lmh":
            anna.send_layer(rid, 1, keyframe=True)
        await until(lambda: [text_of(one) for one in bob.slot("v0")] == [b"l1"])
        await engine.set_view(bob.transport, View(CAMERA, stage_height_px=720))
        for rid in "lh":
            anna.send_layer(rid, 2)
        await until(lambda: len(bob.slot("v0")) == 2)
        anna.send_layer("h", 3, keyframe=True)
        await until(lambda: len(bob.slot("v0")) == 3)
        for rid in "lh":
            anna.send_layer(rid, 4)
        await until(lambda: len(bob.slot("v0")) == 4)
        received = bob.slot("v0")
    assert [text_of(one) for one in received] == [b"l1", b"l2", b"h3", b"h4"]
    assert steps(one.header.sequence_number for one in received) == {1}
    stamps = [one.header.timestamp for one in received]
    assert stamps == sorted(stamps)


async def test_a_repeated_packet_finds_its_layer(engine: LocalEngine) -> None:
    anna = await SimulcastClient.join(engine, ROOM, "pt_anna")
    async with anna, await RawClient.join(engine, ROOM, "pt_bob") as bob:
        await engine.set_view(bob.transport, View(CAMERA, stage_height_px=180))
        anna.send_layer("l", 1, keyframe=True)
        anna.send_layer("l", 3)
        anna.send_layer("l", 2, again=True)
        await until(lambda: {text_of(one) for one in bob.slot("v0")} == {b"l1", b"l2", b"l3"})


async def test_layers_that_nobody_wants_are_switched_off(engine: LocalEngine) -> None:
    events = Events(engine)
    anna = await SimulcastClient.join(engine, ROOM, "pt_anna")
    async with anna, await RawClient.join(engine, ROOM, "pt_bob") as bob:
        await until(lambda: (found := events.last(LayersWanted)) is not None and found.rids == ())
        await engine.set_view(bob.transport, View(thumbnails=(CAMERA,), thumbnail_height_px=120))
        await until(lambda: (found := events.last(LayersWanted)) is not None and found.rids == ("l",))
        assert (found := events.last(LayersWanted)) is not None
        assert (found.transport, found.track) == (anna.transport, CAMERA)


async def test_a_narrow_line_gets_a_small_layer(engine: LocalEngine) -> None:
    events = Events(engine)
    anna = await SimulcastClient.join(engine, ROOM, "pt_anna")
    async with anna, await RawClient.join(engine, ROOM, "pt_bob") as bob:
        await engine.set_view(bob.transport, View(CAMERA, stage_height_px=720))
        for bps in (1_000_000, 200_000):
            bob.send_rtcp(EstimatedMaximumBitrate(1, bps, (numbers.SLOT_SSRC["v0"],)))
        await until(lambda: (found := events.last(LayersWanted)) is not None and found.rids == ("l",))
        for rid in "lmh":
            anna.send_layer(rid, 1, keyframe=True)
        await until(lambda: [text_of(one) for one in bob.slot("v0")] == [b"l1"])


async def test_a_layer_that_stops_is_left_for_one_that_comes(engine: LocalEngine) -> None:
    anna = await SimulcastClient.join(engine, ROOM, "pt_anna")
    async with anna, await RawClient.join(engine, ROOM, "pt_bob") as bob:
        await engine.set_view(bob.transport, View(CAMERA, stage_height_px=720))
        number = 0

        def came(rids: str, wanted: bytes, at_least: int) -> bool:
            nonlocal number
            number += 1
            for rid in rids:
                anna.send_layer(rid, number, keyframe=number % 5 == 1)
            return sum(text_of(one).startswith(wanted) for one in bob.slot("v0")) >= at_least

        await until(lambda: came("lmh", b"h", 50))  # all is at its best, and has been for a while
        await until(lambda: came("lm", b"m", 1))


async def test_the_offer_asks_for_three_layers_of_the_camera_alone(engine: LocalEngine) -> None:
    offer = (await engine.connect(ROOM, MemberId("pt_eve"))).sdp
    sections = offer.split("m=")[1:]
    assert [re.findall(r"a=mid:(\S+)", each)[0] for each in sections if "a=simulcast:recv l;m;h" in each] == ["cam"]
