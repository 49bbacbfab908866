"""A Hub that asks whether people are there, and notes what browsers and media core say."""

from __future__ import annotations

from datetime import timedelta

from apps.live import pace
from apps.live.presence_keeper import DOWN_AFTER_S
from data import event_log, presence_times, rooms
from data.attendance import attendance
from data.event_log import verify
from data.facts import facts
from data.ids import SessionId
from data.models import Event
from media_core.engine import SpeakersChanged, TransportClosed, TransportConnected
from media_core.ids import MediaRoomId, MemberId, TransportId
from tests.apps.live.conftest import House
from tests.waiting import until


def lines(house: House) -> list[Event]:
    session = SessionId(str(house.hub.live_rooms()[0]["session"]))
    return house.database.read_now(event_log.read, session)


def of_type(house: House, type_: str) -> list[Event]:
    return [line for line in lines(house) if line.type == type_]


async def test_checks_come_when_the_seed_says_and_the_seed_is_told_at_the_end(house: House) -> None:
    lead, ana, bob = await house.enter("mod", "moderator"), await house.enter("ana"), await house.enter("bob")
    await lead.done("set_presence_checks", on=True, mean_min=10)
    [on] = of_type(house, "presence_checks_on")
    session = on.session_id
    assert not of_type(house, "presence_check_asked")
    house.now += timedelta(minutes=31)  # at most three means after the beginning
    await until(lambda: bool(ana.browser.event_types().count("presence_check_asked")), what="the question")
    asked = next(event for event in ana.browser.events() if event["type"] == "presence_check_asked")
    await ana.done("answer_presence", check=asked["check"])
    house.now += timedelta(seconds=asked["answer_s"] + 1)
    await until(lambda: len(of_type(house, "presence_checked")) >= 2, what="answer and silence")
    assert {
        line.payload["participant"]: line.payload["answered"] for line in of_type(house, "presence_checked")[:2]
    } == {ana.me: True, bob.me: False}
    await lead.done("close_session")
    log = house.database.read_now(event_log.read, SessionId(session))
    off = next(line for line in log if line.type == "presence_checks_off")
    assert presence_times.commitment(off.payload["seed"]) == on.payload["commitment"]
    for line in log:
        if line.type == "presence_check_asked":
            due = presence_times.latest_due(
                off.payload["seed"], on.payload["mean_s"], (line.at - on.at).total_seconds()
            )
            assert line.payload["nth"] == due
    assert verify(log) is None
    rows = attendance(log).set_index("participant_id")
    assert (rows.loc[ana.me, "checks_answered"], rows.loc[ana.me, "checks_asked"]) >= (1, 1)
    assert rows.loc[bob.me, "checks_answered"] == 0
    assert rows.loc[lead.me, "checks_asked"] == 0


async def test_after_a_restart_the_same_seed_goes_on(house: House) -> None:
    lead = await house.enter("mod", "moderator")
    await lead.done("set_presence_checks", on=True, mean_min=10)
    await house.restart()
    again = await house.enter("mod", "moderator")
    assert again.snapshot["presence"]["checks"] == {"mean_min": 10}
    [on] = of_type(house, "presence_checks_on")
    await again.done("set_presence_checks", on=False)
    [off] = of_type(house, "presence_checks_off")
    assert presence_times.commitment(off.payload["seed"]) == on.payload["commitment"]


async def test_others_do_not_learn_who_looks_away_or_answers(house: House) -> None:
    lead, ana, bob = await house.enter("mod", "moderator"), await house.enter("ana"), await house.enter("bob")
    await ana.done("set_visibility", visible=False)
    assert "visibility_changed" in lead.browser.event_types()
    assert "visibility_changed" not in bob.browser.event_types()
    assert bob.browser.event_types()[-1] == "hidden"
    later = await house.enter("carl")
    assert later.snapshot["presence"]["hidden"] == []


async def test_a_page_that_flickers_is_held_back(house: House) -> None:
    await house.enter("mod", "moderator")
    ana = await house.enter("ana")
    answers = [await ana.ask("set_visibility", visible=bool(number % 2)) for number in range(12)]
    done = len(answers) - [answer.get("code") for answer in answers].count("too_many_requests")
    assert len(of_type(house, "visibility_changed")) <= done == pace.VISIBILITY_BURST
    house.seconds += 1 / pace.VISIBILITY_PER_S
    await ana.done("set_visibility", visible=False)


async def test_flowing_media_are_noted_and_a_replaced_transport_is_no_gap(house: House) -> None:
    await house.enter("mod", "moderator")
    ana = await house.enter("ana")
    room, member = MediaRoomId(of_type(house, "session_opened")[0].session_id), MemberId(ana.me)
    house.engine.tell(TransportConnected(room, member, TransportId("tr_1")))
    await until(lambda: len(of_type(house, "media_flowing")) == 1, what="flowing media")
    house.engine.tell(TransportConnected(room, member, TransportId("tr_2")))
    house.engine.tell(TransportClosed(room, member, TransportId("tr_1"), "replaced"))
    house.engine.tell(TransportClosed(room, member, TransportId("tr_2"), "closed"))
    house.seconds += DOWN_AFTER_S
    await until(lambda: len(of_type(house, "media_flowing")) == 2, what="the end of the media")
    assert [line.payload["flowing"] for line in of_type(house, "media_flowing")] == [True, False]


async def test_speech_is_noted_when_the_microphone_goes_off(house: House) -> None:
    await house.enter("mod", "moderator")
    ana = await house.enter("ana")
    await ana.done("set_microphone", on=True)
    room, member = MediaRoomId(of_type(house, "session_opened")[0].session_id), MemberId(ana.me)
    house.engine.tell(SpeakersChanged(room, (member,)))
    house.seconds += 2.5
    house.engine.tell(SpeakersChanged(room, ()))
    house.engine.tell(SpeakersChanged(room, (member,)))
    await ana.done("set_microphone", on=False)
    types = [line.type for line in lines(house)]
    assert types.index("spoke") == types.index("microphone_off") - 1
    [spoke] = of_type(house, "spoke")
    assert spoke.payload["speech_ms"] == 2500
    assert facts([spoke])["amount"].tolist() == [spoke.payload["speech_ms"]]


async def test_a_room_that_says_so_asks_from_the_opening_on(house: House) -> None:
    room = house.database.read_now(rooms.get, room_id=house.room)
    assert room is not None
    kept = room.model_dump(include={"title", "description", "starts_at", "length_min", "zone", "language"})
    house.database.run_now(
        rooms.update, room_id=house.room, **kept, max_participants=4, record=False, presence_every_min=20
    )
    lead = await house.enter("mod", "moderator")
    assert [line.payload["mean_s"] for line in of_type(house, "presence_checks_on")] == [1200]
    assert lead.snapshot["presence"]["checks"] == {"mean_min": 20}
