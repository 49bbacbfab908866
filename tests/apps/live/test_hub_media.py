"""What the media engine tells and what becomes of a session while it is slow, failing, gone and back."""

from __future__ import annotations

import logging

import pytest

from apps.live import room_media
from apps.live.media_events import QUALITY_EVERY_S, QUALITY_ROW_EVERY_S
from apps.live.quality import LEVELS_AT_LEAST_EVERY_S
from apps.service import QualityNotice, SpeakersNotice
from data import quality
from data.ids import SessionId
from media_core.engine import QualitySample, SlotsChanged, Source, SpeakersChanged, TrackRef, TransportClosed
from media_core.ids import MediaRoomId, MemberId, TransportId
from tests.apps.live.conftest import House
from tests.waiting import until


async def test_a_worker_that_died_and_came_back_gets_rooms_gates_and_everybody_an_offer(house: House) -> None:
    mod = await house.enter("Mara", "moderator")
    ana = await house.enter("Ana")
    await ana.done("set_camera", on=True)
    house.engine.die()
    await ana.done("set_microphone", on=True)
    assert mod.browser.event_types()[-1] == "microphone_on"
    house.engine.come_back()
    await until(lambda: mod.browser.of_type("offer") and ana.browser.of_type("offer"))
    assert house.engine.gates() == {ana.me: {"camera", "microphone"}}
    offered = ana.browser.last("offer")["transport"]
    await ana.say({"type": "answer", "transport": offered, "sdp": "v=0"})
    assert offered in house.engine.answers


async def test_without_an_engine_people_come_in_and_get_their_offer_later(house: House) -> None:
    house.engine.die()
    mod = await house.enter("Mara", "moderator")
    assert mod.browser.last("welcome")["offer"] is None
    await mod.say({"type": "new_transport"})
    assert mod.browser.last("error")["code"] == "service_unavailable"
    house.engine.come_back()
    await until(lambda: mod.browser.of_type("offer"))


async def test_a_link_that_broke_and_mended_keeps_the_transports(house: House) -> None:
    mod = await house.enter("Mara", "moderator")
    await mod.done("set_camera", on=True)
    transport = mod.browser.last("welcome")["offer"]["transport"]
    house.engine.come_back()  # ready, and not fresh
    await until(lambda: ("connect", mod.me, transport) in house.engine.log)
    await mod.done("set_camera", on=False)
    assert mod.browser.of_type("offer") == []
    assert house.engine.gates() == {}


async def test_a_restart_closes_media_of_sessions_that_are_over(house: House) -> None:
    await house.engine.open_room(MediaRoomId("se_of_before"))
    await house.restart()
    assert house.engine.media == {}


async def test_a_gate_that_failed_is_closed_by_another_try(house: House, caplog: pytest.LogCaptureFixture) -> None:
    mod = await house.enter("Mara", "moderator")
    ana = await house.enter("Ana")
    await ana.done("set_microphone", on=True)
    house.engine.failing = 1
    with caplog.at_level(logging.CRITICAL):
        await mod.done("mute_microphone", participant=ana.me)
        await until(lambda: house.engine.gates() == {})


async def test_a_slow_engine_does_not_hold_up_what_people_are_told(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room_media, "SETTLE_LIMIT_S", 0.1)
    mod = await house.enter("Mara", "moderator")
    house.engine.ready.clear()
    await mod.done("set_microphone", on=True)
    assert house.engine.gates() == {}
    house.engine.ready.set()
    await mod.done("set_microphone", on=False)
    assert mod.browser.event_types()[-2:] == ["microphone_on", "microphone_off"]
    await until(lambda: house.hub._runners[house.room].media._following.done())  # type: ignore[union-attr]
    assert house.engine.gates() == {}


async def test_slots_go_to_the_tab_they_are_of_and_speakers_to_all(house: House) -> None:
    mod = await house.enter("Mara", "moderator")
    ana = await house.enter("Ana")
    room = MediaRoomId(mod.snapshot["session"])
    transport = TransportId(ana.browser.last("welcome")["offer"]["transport"])
    slots = {"v0": TrackRef(MemberId(mod.me), Source.CAMERA), "v1": None}
    house.engine.tell(SlotsChanged(room, MemberId(ana.me), transport, slots))
    assert ana.browser.last("slots")["slots"] == {"v0": {"participant": mod.me, "source": "camera"}, "v1": None}
    assert mod.browser.of_type("slots") == []
    house.engine.tell(SpeakersChanged(room, (MemberId(ana.me),)))
    assert list(mod.browser.last("speakers")["participants"]) == [ana.me]
    assert house.notices[-1] == SpeakersNotice(house.room, (ana.me,))
    house.engine.tell(SpeakersChanged(MediaRoomId("se_other"), ()))


async def test_quality_is_told_and_kept(house: House) -> None:
    mod = await house.enter("Mara", "moderator")
    session = SessionId(mod.snapshot["session"])
    room, me = MediaRoomId(session), MemberId(mod.me)
    transport = TransportId("tr_1")
    house.engine.tell(QualitySample(room, me, transport, 2.0, up_bps=1000, up_loss_pct=2.0, round_trip_ms=20.0))
    house.engine.tell(QualitySample(room, me, transport, 2.0, up_bps=2000, up_loss_pct=12.0))
    house.seconds += QUALITY_EVERY_S
    await until(lambda: mod.browser.of_type("quality"))
    assert mod.browser.last("quality")["participants"][mod.me]["level"] == "poor"
    assert any(isinstance(notice, QualityNotice) for notice in house.notices)
    house.seconds += QUALITY_ROW_EVERY_S
    await until(lambda: house.database.read_now(quality.of_session, session_id=session))
    (row,) = house.database.read_now(quality.of_session, session_id=session)
    assert (row.up_bps, row.up_loss_pct, row.round_trip_ms, row.jitter_ms) == (1500, 7.0, 20.0, None)
    house.engine.tell(TransportClosed(room, me, transport, "timeout"))
    await mod.done("set_camera", on=True)
    told = len(mod.browser.of_type("quality"))
    house.seconds += LEVELS_AT_LEAST_EVERY_S
    await until(lambda: house.hub._media._told_at_s == house.seconds, what="the next telling")
    assert len(mod.browser.of_type("quality")) == told
