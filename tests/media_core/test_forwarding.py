"""What happens to packets: loss, keyframes, slots, reports. Every packet goes over real sockets, DTLS and SRTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from itertools import pairwise

import pytest

from media_core.engine import MediaEvent, QualitySample, SlotsChanged, Source, TrackRef, View
from media_core.ids import MemberId
from media_core.local import LocalEngine
from media_core.rtp.packet import build_packet
from media_core.rtp.rtcp import (
    EstimatedMaximumBitrate,
    GenericNack,
    PictureLossIndication,
    ReceiverReport,
    ReportBlock,
    SenderReport,
    SourceDescription,
)
from media_core.signaling import numbers
from media_core.subscriber import KEYFRAME_EVERY_S, KEYFRAMES_AT_ONCE
from tests.media_core.engines import ROOM, Events
from tests.media_core.raw_client import RawClient, steps, text_of, vp8
from tests.waiting import until

ANNA, BOB, CAROL = MemberId("pt_anna"), MemberId("pt_bob"), MemberId("pt_carol")
ALL = frozenset(Source)
CAMERA = TrackRef(ANNA, Source.CAMERA)
SCREEN = TrackRef(ANNA, Source.SCREEN)


@pytest.fixture
async def anna(local: LocalEngine) -> AsyncIterator[RawClient]:
    """Publishes everything; the sound of her screen is not let through yet."""
    await local.set_gates(ROOM, ANNA, ALL - {Source.SCREEN_AUDIO})
    async with await RawClient.join(local, ROOM, ANNA, publish=("mic", "cam", "scr", "sca")) as client:
        yield client


@pytest.fixture
async def bob(local: LocalEngine) -> AsyncIterator[RawClient]:
    """Watches Anna's camera on the stage."""
    async with await RawClient.join(local, ROOM, BOB, publish=()) as client:
        await local.set_view(client.transport, View(stage=CAMERA))
        yield client


async def show(anna: RawClient, bob: RawClient, *, mid: str = "v0") -> int:
    """Send keyframes until one arrives; return the number of the last one sent, which has arrived as well."""
    number = 0

    def shown() -> bool:
        nonlocal number
        if not bob.slot(mid):
            number = anna.send_picture(keyframe=True, text=b"shown %d" % (anna.sent["cam"] + 1))
        return bool(bob.slot(mid))

    await until(shown)
    await until(lambda: text_of(bob.slot(mid)[-1]) == b"shown %d" % number)
    return number


async def test_a_slot_is_silent_until_a_keyframe_which_is_asked_for(anna: RawClient, bob: RawClient) -> None:
    await until(lambda: anna.send_picture() and anna.came(PictureLossIndication))
    assert anna.came(PictureLossIndication)[0].media_ssrc == anna.ssrcs["cam"]
    assert not bob.slot("v0")
    anna.send_picture(keyframe=True, text=b"first")
    anna.send_picture(text=b"second")
    await until(lambda: len(bob.slot("v0")) == 2)
    assert [text_of(each) for each in bob.slot("v0")] == [b"first", b"second"]


async def test_many_wishes_for_a_keyframe_cost_one_pli(local: LocalEngine, anna: RawClient, bob: RawClient) -> None:
    await show(anna, bob)
    before = len(anna.came(PictureLossIndication))
    for _ in range(50):
        bob.send_rtcp(PictureLossIndication(1, numbers.SLOT_SSRC["v0"]))
    await until(lambda: len(anna.came(PictureLossIndication)) > before)
    bob.send_rtcp(PictureLossIndication(1, numbers.SLOT_SSRC["v0"]))
    await until(lambda: anna.send_picture(keyframe=True) and len(bob.slot("v0")) > 10)
    assert len(anna.came(PictureLossIndication)) == before + 1


async def test_who_comes_right_after_a_keyframe_begins_with_it(
    local: LocalEngine, anna: RawClient, bob: RawClient
) -> None:
    """Several people who come together cost one keyframe, and none waits for another."""
    async with await RawClient.join(local, ROOM, CAROL, publish=()) as carol:
        await show(anna, bob)
        anna.send_picture(keyframe=True, text=b"key")
        anna.send_picture(text=b"next")
        await until(lambda: text_of(bob.slot("v0")[-1]) == b"next")
        asked = len(anna.came(PictureLossIndication))
        await local.set_view(carol.transport, View(stage=CAMERA))
        await until(lambda: len(carol.slot("v0")) == 2)
        assert [text_of(each) for each in carol.slot("v0")] == [b"key", b"next"]
        anna.send_picture(text=b"and on")
        await until(lambda: len(carol.slot("v0")) == 3)
        assert steps(each.header.sequence_number for each in carol.slot("v0")) == {1}
        assert len(anna.came(PictureLossIndication)) == asked


async def test_a_browser_that_asks_for_keyframes_all_the_time_gets_few(
    local: LocalEngine, anna: RawClient, bob: RawClient
) -> None:
    await show(anna, bob)
    slot = local.sfu.transports[bob.transport].slots["v0"]
    given = [now_s for now_s in range(100, 120) for _ in range(5) if slot.may_ask_for_keyframe(float(now_s))]
    assert len(given) <= KEYFRAMES_AT_ONCE + 20 / KEYFRAME_EVERY_S


async def test_a_pli_is_repeated_until_a_keyframe_comes(anna: RawClient, bob: RawClient) -> None:
    await until(lambda: anna.send_picture() and len(anna.came(PictureLossIndication)) >= 2)


async def test_a_nack_is_answered_with_the_packet_that_was_lost(anna: RawClient, bob: RawClient) -> None:
    await show(anna, bob)
    anna.send_picture(text=b"lost")
    await until(lambda: text_of(bob.slot("v0")[-1]) == b"lost")
    lost = bob.slot("v0")[-1]
    bob.send_rtcp(GenericNack(1, numbers.SLOT_SSRC["v0"], (lost.header.sequence_number,)))
    await until(lambda: bob.repeats("v0"))
    repeated = bob.repeats("v0")[0]
    assert repeated.header.payload_type == numbers.VP8_RTX
    assert repeated.header.timestamp == lost.header.timestamp
    assert repeated.header.marker
    assert int.from_bytes(repeated.payload[:2], "big") == lost.header.sequence_number
    assert repeated.payload[2:] == lost.payload


async def test_a_nack_for_what_was_never_sent_is_not_answered(anna: RawClient, bob: RawClient) -> None:
    await show(anna, bob)
    last = bob.slot("v0")[-1].header.sequence_number
    bob.send_rtcp(GenericNack(1, numbers.SLOT_SSRC["v0"], (last + 100 & 0xFFFF, last)))
    await until(lambda: bob.repeats("v0"))
    assert len(bob.repeats("v0")) == 1


async def test_missing_packets_are_asked_for_and_the_repeated_ones_forwarded(anna: RawClient, bob: RawClient) -> None:
    await show(anna, bob)
    came = len(bob.slot("v0"))
    missing = anna.next_number("cam")
    anna.send_picture(text=b"after")
    await until(lambda: anna.came(GenericNack))
    nack = anna.came(GenericNack)[0]
    assert (nack.media_ssrc, nack.sequence_numbers) == (anna.ssrcs["cam"], (missing & 0xFFFF,))
    anna.send_packet(
        build_packet(
            (missing & 0xFFFF).to_bytes(2, "big") + vp8(keyframe=False, picture_id=missing, text=b"late"),
            payload_type=numbers.VP8_RTX,
            sequence_number=7,
            timestamp=missing * 3000 & 0xFFFFFFFF,
            ssrc=anna.rtx_ssrcs["cam"],
        )
    )
    await until(lambda: len(bob.slot("v0")) == came + 2)
    in_order = sorted(bob.slot("v0")[came:], key=lambda each: each.header.timestamp)
    assert [text_of(each) for each in in_order] == [b"late", b"after"]
    assert (in_order[1].header.sequence_number - in_order[0].header.sequence_number) & 0xFFFF == 1


async def test_packets_that_come_twice_are_forwarded_once(anna: RawClient, bob: RawClient) -> None:
    number = await show(anna, bob)
    packet = anna.picture(number, vp8(keyframe=True, picture_id=number))
    came = len(bob.slot("v0"))
    repeat = build_packet(
        (number & 0xFFFF).to_bytes(2, "big") + packet[20:],
        payload_type=numbers.VP8_RTX,
        sequence_number=9,
        timestamp=number * 3000 & 0xFFFFFFFF,
        ssrc=anna.rtx_ssrcs["cam"],
    )
    anna.send_packet(repeat)
    anna.send_picture(text=b"next")
    await until(lambda: len(bob.slot("v0")) > came)
    assert [text_of(each) for each in bob.slot("v0")[came:]] == [b"next"]


async def test_a_second_packet_of_one_number_goes_to_nobody(anna: RawClient, bob: RawClient) -> None:
    """It would be protected with the numbers of the first, whatever the publisher meant by it."""
    number = await show(anna, bob)
    came = len(bob.slot("v0"))
    for timestamp in (number * 3000, number * 3000 + 90):
        content = (number & 0xFFFF).to_bytes(2, "big") + vp8(keyframe=True, picture_id=number, text=b"other")
        anna.send_packet(
            build_packet(
                content,
                payload_type=numbers.VP8_RTX,
                sequence_number=timestamp & 0xFFFF,
                timestamp=timestamp & 0xFFFFFFFF,
                ssrc=anna.rtx_ssrcs["cam"],
            )
        )
    anna.send_picture(text=b"next")
    await until(lambda: text_of(bob.slot("v0")[-1]) == b"next")
    assert len(bob.slot("v0")) == came + 1


async def test_sound_is_sent_again_as_the_very_same_datagram(anna: RawClient, bob: RawClient) -> None:
    """The same number of SRTP with anything else in it would give its keys away."""
    await until(lambda: anna.send_sound() and bob.slot("a0"))
    anna.send_sound(b"before")
    await until(lambda: bob.slot("a0")[-1].payload == b"before")
    bob.losing = True
    anna.send_sound(b"lost")
    await until(lambda: bob.lost)
    first = bob.lost[0]
    anna.send_sound(b"next")
    await until(lambda: bob.lost[-1] != first)
    nack = GenericNack(1, numbers.SLOT_SSRC["a0"], (int.from_bytes(first[2:4], "big"),))

    def again() -> bool:
        bob.send_rtcp(nack)
        return sum(each[2:4] == first[2:4] for each in bob.lost) >= 3

    await until(again)
    assert len({each for each in bob.lost if each[2:4] == first[2:4]}) == 1
    bob.losing = False
    bob.datagram_received(first, None)
    bob.losing = True
    assert bob.slot("a0")[-1].payload == b"lost"


async def test_sound_that_came_again_was_lost_all_the_same(local: LocalEngine, anna: RawClient, bob: RawClient) -> None:
    """Browsers do not count it, so their reports alone would call a bad line a good one."""
    told: list[MediaEvent] = []
    local.listen(told.append)
    await until(lambda: anna.send_sound() and bob.slot("a0"))
    bob.losing, ssrc = True, numbers.SLOT_SSRC["a0"]

    def lossy() -> bool:
        anna.send_sound()
        if bob.lost:
            number = int.from_bytes(bob.lost[-1][2:4], "big")
            bob.send_rtcp(
                GenericNack(1, ssrc, (number,)), ReceiverReport(1, (ReportBlock(ssrc, 0, 0, number, 0, 0, 0),))
            )
        samples = [each for each in told if isinstance(each, QualitySample) and each.member == BOB]
        return any(sample.down_loss_pct for sample in samples)

    await until(lossy)


async def test_missing_sound_is_asked_for_and_takes_its_place(
    local: LocalEngine, anna: RawClient, bob: RawClient
) -> None:
    await until(lambda: anna.send_sound() and bob.slot("a0"))
    missing = anna.next_number("mic")
    anna.send_sound(b"after")
    await until(lambda: anna.came(GenericNack))
    nack = anna.came(GenericNack)[0]
    assert (nack.media_ssrc, nack.sequence_numbers) == (anna.ssrcs["mic"], (missing & 0xFFFF,))
    anna.send_sound(b"late", number=missing)
    await until(lambda: bob.slot("a0")[-1].payload == b"late")
    after, late = bob.slot("a0")[-2:]
    assert (after.header.sequence_number - late.header.sequence_number) & 0xFFFF == 1
    assert (after.header.timestamp - late.header.timestamp) & 0xFFFFFFFF == 960
    microphone = local.sfu.transports[anna.transport].publishers[Source.MICROPHONE]
    assert microphone.reception.lost_packets == 1  # that it came again hides nothing from the reports


async def test_sound_that_is_given_up_is_not_asked_for_and_costs_no_keyframe(
    local: LocalEngine, anna: RawClient, bob: RawClient
) -> None:
    await until(lambda: anna.send_sound() and bob.slot("a0"))
    missing = anna.next_number("mic")
    microphone = local.sfu.transports[anna.transport].publishers[Source.MICROPHONE]
    await until(lambda: anna.send_sound(b"after") and anna.came(GenericNack) and not microphone.nacks.missing)
    came = len(bob.slot("a0"))
    anna.send_sound(b"too late", number=missing)
    anna.send_sound(b"end")
    await until(lambda: bob.slot("a0")[-1].payload == b"end")
    assert all(each.payload != b"too late" for each in bob.slot("a0")[came:])
    assert all(each.media_ssrc != anna.ssrcs["mic"] for each in anna.came(PictureLossIndication))


async def test_a_slot_stays_one_stream_when_its_track_changes(
    local: LocalEngine, anna: RawClient, bob: RawClient
) -> None:
    await show(anna, bob)
    for _ in range(5):
        anna.send_picture(text=b"camera")
    await until(lambda: len(bob.slot("v0")) >= 6)
    await local.set_view(bob.transport, View(stage=SCREEN))
    anna.send_picture(text=b"camera again")
    await until(
        lambda: anna.send_picture(mid="scr", keyframe=True, text=b"screen") and text_of(bob.slot("v0")[-1]) == b"screen"
    )
    stream = bob.slot("v0")
    assert steps(each.header.sequence_number for each in stream) == {1}
    pictures = [int.from_bytes(each.payload[2:4], "big") & 0x7FFF for each in stream]
    assert steps(pictures) == {1}
    assert b"camera again" not in {text_of(each) for each in stream}
    times = [each.header.timestamp for each in stream]
    assert all((after - before) & 0xFFFFFFFF < 90_000 * 30 for before, after in pairwise(times))


async def test_no_extension_of_a_publisher_reaches_a_subscriber(anna: RawClient, bob: RawClient) -> None:
    """Its mid names a line of the other browser, and would lead the packet astray."""
    await show(anna, bob)
    await until(lambda: anna.send_sound() and bob.slot("a0"))
    assert not bob.slot("a0")[0].header.extension_profile
    header = bob.slot("v0")[0].header
    assert (header.extension_profile, header.extension_end - header.extension_start) == (0xBEDE, 4)


async def test_a_shared_screen_with_sound_takes_an_audio_slot(
    local: LocalEngine, anna: RawClient, bob: RawClient
) -> None:
    events = Events(local)
    await local.set_gates(ROOM, ANNA, ALL)
    slots = events.of(SlotsChanged)[-1].slots
    assert {slots["a0"], slots["a1"]} == {TrackRef(ANNA, Source.MICROPHONE), TrackRef(ANNA, Source.SCREEN_AUDIO)}
    mid = next(mid for mid, track in slots.items() if track == TrackRef(ANNA, Source.SCREEN_AUDIO))
    await until(lambda: anna.send_sound(b"film", mid="sca") and bob.slot(mid))
    assert bob.slot(mid)[0].payload == b"film"


async def test_nobody_receives_the_own_voice(local: LocalEngine, anna: RawClient, bob: RawClient) -> None:
    await local.set_gates(ROOM, ANNA, ALL)
    await until(lambda: anna.send_sound() and anna.send_sound(mid="sca") and bob.slot("a0") and bob.slot("a1"))
    assert not anna.media


async def test_the_same_track_can_be_on_the_stage_and_small(
    local: LocalEngine, anna: RawClient, bob: RawClient
) -> None:
    await local.set_view(bob.transport, View(stage=CAMERA, thumbnails=(CAMERA, SCREEN)))
    await until(lambda: anna.send_picture(keyframe=True) and bob.slot("v0") and bob.slot("v1"))
    await until(lambda: anna.send_picture(keyframe=True, mid="scr") and bob.slot("v2"))


async def test_reports_reach_both_sides(local: LocalEngine, anna: RawClient, bob: RawClient) -> None:
    await show(anna, bob)
    anna.send_rtcp(SenderReport(anna.ssrcs["cam"], 0x1_0000_0000 * 1000, 0, 1, 1))
    await until(lambda: anna.send_picture() and anna.came(ReceiverReport) and bob.came(SenderReport))
    await until(
        lambda: any(
            block.ssrc == anna.ssrcs["cam"] and block.last_sr
            for report in anna.came(ReceiverReport)
            for block in report.reports
        )
    )
    assert anna.came(EstimatedMaximumBitrate)[0].ssrcs == (anna.ssrcs["cam"],)
    report = bob.came(SenderReport)[0]
    assert report.ssrc == numbers.SLOT_SSRC["v0"]
    assert report.packets >= 1
    assert (numbers.SLOT_SSRC["v0"], "sala") in bob.came(SourceDescription)[0].cnames


async def test_sound_and_pictures_of_a_member_are_reported_on_one_clock(
    local: LocalEngine, anna: RawClient, bob: RawClient
) -> None:
    """Anna's tracks both stand at her moment 1000 s: what Bob is told of their copies must meet there too."""
    await show(anna, bob)
    await until(lambda: anna.send_sound() and bob.slot("a0"))
    anna.send_rtcp(SenderReport(anna.ssrcs["cam"], 1000 << 32, 90_000_000, 1, 1))
    anna.send_rtcp(SenderReport(anna.ssrcs["mic"], 1000 << 32, 48_000_000, 1, 1))
    await until(
        lambda: (
            anna.send_picture(text=b"%d" % (anna.sent["cam"] * 3000 + 3000))
            and anna.send_sound(b"%d" % (anna.sent["mic"] * 960 + 960))
            and len(bob.came(SenderReport)) >= 4
        )
    )
    picture, sound = bob.slot("v0")[-1], bob.slot("a0")[-1]
    newest = {report.ssrc: report for report in bob.came(SenderReport)}
    video, audio = newest[picture.header.ssrc], newest[sound.header.ssrc]
    assert video.ntp_time == audio.ntp_time
    video_ticks = video.rtp_timestamp - picture.header.timestamp + int(text_of(picture)) - 90_000_000 & 0xFFFFFFFF
    audio_ticks = audio.rtp_timestamp - sound.header.timestamp + int(sound.payload) - 48_000_000 & 0xFFFFFFFF
    assert video_ticks / 90_000 == pytest.approx(audio_ticks / 48_000, abs=0.002)
