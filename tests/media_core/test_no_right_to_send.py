"""Media of somebody who was not given the floor (safety.md AB-15): 0 packets are forwarded or recorded, before the grant and after its end."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from media_core.engine import MediaEngine, SegmentClosed, Source, TapeLight
from media_core.errors import BadDescription
from media_core.ids import MemberId
from media_core.local import LocalEngine
from tests.media_core.engines import ROOM, Events
from tests.media_core.raw_client import RawClient
from tests.waiting import until

FIRM, CHAIR = MemberId("pt_firm"), MemberId("pt_chair")
MICROPHONE = frozenset({Source.MICROPHONE})
SENDS = ("mic", "cam")


class Bidder(RawClient):
    """Answers as it was offered, and then sends what it likes."""

    @classmethod
    async def sit_down(cls, engine: MediaEngine, *, sends: bool) -> Bidder:
        client = cls(FIRM, publish=SENDS if sends else ())
        offer = await engine.connect(ROOM, FIRM, sends=sends)
        client.transport = offer.transport
        assert offer.sdp.count("a=inactive") == (0 if sends else 4)
        assert offer.sdp.count("a=recvonly") == (4 if sends else 0)
        await client.open(offer.sdp)
        await engine.answer(offer.transport, client.answer())
        await client.connect()
        return client


def send_everything(client: RawClient, count: int = 50) -> None:
    for _ in range(count):
        client.send_sound()
        client.send_picture(keyframe=True)


async def test_nothing_gets_through_before_the_grant(
    local: LocalEngine, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    events = Events(local)
    await local.set_gates(ROOM, FIRM, frozenset(Source))  # even with open gates: the transport has no right to send
    await local.start_tape(ROOM, str(tmp_path))
    await local.set_tape(ROOM, FIRM, frozenset(Source))
    chair = await RawClient.join(local, ROOM, CHAIR, publish=())
    with caplog.at_level(logging.WARNING, "media_core"):
        async with chair, await Bidder.sit_down(local, sends=False) as firm:
            send_everything(firm)
            await until(lambda: local.sfu.forwarder.counters["no_right_to_send"] == 100)
            assert local.sfu.forwarder.forwarded_packets == 0
            assert not chair.media
    await local.stop_tape(ROOM)
    assert not events.of(SegmentClosed)
    assert not events.of(TapeLight)
    assert [record.message for record in caplog.records].count("media_without_right") == 1


async def test_nothing_gets_through_after_the_end_of_a_grant(local: LocalEngine) -> None:
    await local.set_gates(ROOM, FIRM, MICROPHONE)
    chair = await RawClient.join(local, ROOM, CHAIR, publish=())
    async with chair, await Bidder.sit_down(local, sends=True) as firm:
        await until(lambda: firm.send_sound() and len(chair.slot("a0")) > 5)
        before = len(chair.slot("a0"))
        await local.set_gates(ROOM, FIRM, frozenset())
        forwarded = local.sfu.forwarder.forwarded_packets
        send_everything(firm)
        await until(lambda: local.sfu.forwarder.counters["gate_closed"] >= 100)
        assert local.sfu.forwarder.forwarded_packets == forwarded
        assert len(chair.slot("a0")) <= before + 20  # what was on its way


async def test_a_grant_is_a_new_transport_that_replaces_the_old_one(local: LocalEngine) -> None:
    chair = await RawClient.join(local, ROOM, CHAIR, publish=())
    async with chair, await Bidder.sit_down(local, sends=False) as firm:
        send_everything(firm, 5)
        await local.set_gates(ROOM, FIRM, MICROPHONE)
        async with await Bidder.sit_down(local, sends=True) as speaking:
            await until(lambda: speaking.send_sound() and chair.slot("a0"))


async def test_an_answer_that_sends_all_the_same_is_refused(engine: MediaEngine) -> None:
    firm = RawClient(FIRM, publish=SENDS)
    offer = await engine.connect(ROOM, FIRM, sends=False)
    await firm.open(offer.sdp)
    with pytest.raises(BadDescription):
        await engine.answer(offer.transport, firm.answer())
    await firm.vanish()
