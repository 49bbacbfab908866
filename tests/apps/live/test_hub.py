"""The Hub from outside: tabs come and go, ask, and are told."""

from __future__ import annotations

import logging

import pytest
from sqlmodel import Session

from apps.live.commands import CloseSession, OpenSession, SendMessage
from apps.live.events import event_from
from apps.live.evolve import evolve
from apps.live.state import Actor, Denied, SessionState
from apps.service import Done, RecordsNotice, SessionNotice
from data import event_log, invitations, messages, participants, rooms, sessions
from data.commitments import matches
from data.ids import PersonId, SessionId
from tests.apps.live.conftest import House, invite
from tests.apps.live.fakes import FakeBrowser
from tests.waiting import until, until_async

CHAIR = Actor("account", "ac_chair", "moderator")


async def test_a_moderator_who_enters_a_closed_room_opens_it_and_those_who_wait_are_let_in(house: House) -> None:
    ana = await house.enter("Ana")
    assert ana.browser.last("waiting")["room"]["title"] == "Instruire SSM"
    mod = await house.enter("Mara", "moderator")
    assert mod.snapshot["phase"] == "open"
    await until(lambda: ana.browser.of_type("welcome"))
    assert [seat["name"] for seat in ana.snapshot["participants"]] == ["Mara", "Ana"]
    assert ana.browser.last("welcome")["offer"]["sdp"].startswith("offer of")
    assert mod.browser.event_types() == ["participant_joined", "connected"]
    assert mod.browser.events()[0]["name"] == "Ana"


async def test_what_one_does_all_are_told_and_the_media_follow(house: House) -> None:
    mod = await house.enter("Mara", "moderator")
    ana = await house.enter("Ana")
    await ana.done("set_microphone", on=True)
    assert house.engine.gates() == {ana.me: {"microphone"}}
    assert mod.browser.event_types()[-1] == "microphone_on"
    await mod.done("mute_microphone", participant=ana.me)
    assert house.engine.gates() == {}
    assert ana.browser.events()[-1]["reason"] == "moderator"
    numbers = [event["number"] for event in ana.browser.events()]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))


async def test_a_refusal_is_a_sentence_in_the_persons_language(house: House) -> None:
    await house.enter("Mara", "moderator")
    ana = await house.enter_as(house.person("Ana", language="ro"))
    answer = await ana.ask("close_session")
    assert (answer["type"], answer["code"]) == ("denied", "forbidden")
    assert answer["message"] == "Nu aveți dreptul să faceți acest lucru."


async def test_three_forbidden_commands_close_the_socket(house: House) -> None:
    mod = await house.enter("Mara", "moderator")
    ana = await house.enter("Ana")
    for _ in range(3):
        await ana.ask("lock_microphones", locked=True)
    assert ana.browser.last("refused")["code"] == "forbidden"
    assert ana.browser.closed == (1008, "forbidden")
    assert mod.browser.event_types()[-2:] == ["disconnected", "participant_gone"]


async def test_a_newer_tab_takes_over(house: House) -> None:
    await house.enter("Mara", "moderator")
    first = await house.enter("Ana")
    await first.done("raise_hand")
    second = await house.enter("Ana")
    assert first.browser.last("refused")["code"] == "elsewhere"
    assert second.me in second.snapshot["hands"]
    assert len(second.snapshot["participants"]) == 2
    await first.attachment.detach("closed")
    await second.done("set_camera", on=True)
    reloaded = await house.enter("Ana", session=second.snapshot["session"])  # a page that knows nothing any more
    assert not next(seat for seat in reloaded.snapshot["participants"] if seat["participant"] == second.me)["camera"]


async def test_a_page_that_lost_its_socket_comes_back_with_its_transport_and_sources(house: House) -> None:
    mod = await house.enter("Mara", "moderator")
    ana = await house.enter("Ana")
    transport = ana.browser.last("welcome")["offer"]["transport"]
    await ana.done("set_microphone", on=True)
    await ana.attachment.detach("lost")
    assert mod.browser.event_types()[-1] == "disconnected"
    again = await house.enter("Ana", session=ana.snapshot["session"], transport=transport, since=3)
    assert again.browser.last("welcome")["offer"] is None
    assert house.engine.gates() == {again.me: {"microphone"}}
    assert again.me == ana.me
    await again.say({"type": "answer", "transport": transport, "sdp": "v=0"})
    assert house.engine.answers == {transport: "v=0"}


async def test_a_reloaded_page_starts_with_everything_off_and_a_fresh_transport(house: House) -> None:
    await house.enter("Mara", "moderator")
    ana = await house.enter("Ana")
    await ana.done("set_microphone", on=True)
    await ana.attachment.detach("closed")
    assert house.engine.gates() == {}
    await until(lambda: ana.me not in house.engine.room())
    again = await house.enter("Ana")
    assert again.browser.last("welcome")["offer"] is not None
    assert again.me == ana.me


async def test_a_lost_participant_is_gone_after_the_grace_time(house: House) -> None:
    mod = await house.enter("Mara", "moderator")
    ana = await house.enter("Ana")
    await ana.done("set_camera", on=True)
    await ana.attachment.detach("lost")
    assert house.engine.gates() == {ana.me: {"camera"}}
    house.seconds += house.settings.reconnect_grace_s
    await until(lambda: mod.browser.event_types()[-1] == "participant_gone")
    await until(lambda: house.engine.gates() == {})


async def test_removal_ends_it_bans_the_invitation_and_closes_the_door(house: House) -> None:
    mod = await house.enter("Mara", "moderator")
    person = invite(house, "Ana")
    ana = await house.enter_as(person)
    await ana.done("set_microphone", on=True)
    await mod.done("remove_participant", participant=ana.me)
    assert ana.browser.last("closed")["reason"] == "removed"
    assert ana.browser.closed is not None
    await until(lambda: ana.me not in house.engine.room())
    assert RecordsNotice("invitation", (person.id,), house.room) in house.notices
    kept = house.database.read_now(invitations.get, invitation_id=person.id)
    assert kept is not None
    assert kept.banned_at is not None
    again = await house.enter_as(person)
    assert again.browser.last("refused")["code"] == "removed"
    await house.restart()
    assert (await house.enter_as(person)).browser.last("refused")["code"] == "removed"


async def test_the_end_names_who_ended_it(house: House) -> None:
    mod = await house.enter("Mara", "moderator")
    ana = await house.enter("Ana")
    await mod.done("set_microphone", on=True)
    await mod.done("close_session")
    closed = ana.browser.last("closed")
    assert (closed["reason"], closed["by"], closed["go"]) == ("ended", "Mara", "/r/ssm-2026")
    assert closed["message"] == "Mara has ended the conference."
    assert mod.browser.last("closed")["reason"] == "ended"
    assert house.hub.live_rooms() == ()
    assert house.database.read_now(sessions.open_of_room, room_id=house.room) is None
    await until(lambda: not house.engine.media)
    back = await house.enter("Ana", session=ana.snapshot["session"])
    assert back.browser.last("closed")["reason"] == "ended"


async def test_leaving_is_answered_and_lets_come_back(house: House) -> None:
    await house.enter("Mara", "moderator")
    ana = await house.enter("Ana")
    await ana.done("leave")
    assert ana.browser.last("closed")["reason"] == "left"
    again = await house.enter("Ana")
    assert again.me == ana.me


async def test_a_full_room_says_how_many_it_takes(house: House) -> None:
    await house.enter("Mara", "moderator")
    for name in ("Ana", "Bob", "Cleo"):
        await house.enter(name)
    dan = await house.enter("Dan")
    assert dan.browser.last("refused")["message"] == "The room is full: it takes 4 people. Please ask the organiser."
    assert dan.browser.closed is not None
    session = SessionId(house.hub.live_rooms()[0]["session"])
    assert len(house.database.read_now(participants.of_session, session_id=session)) == 4


async def test_two_people_of_one_name_can_be_told_apart(house: House) -> None:
    mod = await house.enter("Mara", "moderator")
    for id_, name in (("in_1", "Ion Popescu"), ("in_2", "Ion  Pоpescu")):  # the second with a Cyrillic o
        await house.enter_as(house.person(name, id=id_))
    snapshot = await house.hub.snapshot(house.room)
    assert not isinstance(snapshot, Denied)
    assert [seat["badge"] for seat in snapshot["participants"]] == ["", "", "2"]
    assert [e["badge"] for e in mod.browser.events() if e["type"] == "participant_joined"] == ["", "2"]


async def test_chat_reaches_those_it_is_for_and_late_comers(house: House) -> None:
    mod = await house.enter("Mara", "moderator")
    ana = await house.enter("Ana")
    bob = await house.enter("Bob")
    await ana.done("send_message", text="  Bună ziua  ")
    await ana.done("send_message", text="Nu aud", to="moderators")
    await mod.done("send_message", text="Verificați boxele", to=ana.me)
    assert [event.get("text") for event in bob.browser.events()][-3:] == ["Bună ziua", None, None]
    assert [event["type"] for event in bob.browser.events()][-2:] == ["hidden", "hidden"]
    assert ana.browser.events()[-1]["name"] == "Mara"
    cleo = await house.enter("Cleo")
    assert [message["text"] for message in cleo.snapshot["messages"]] == ["Bună ziua"]
    snapshot = await house.hub.snapshot(house.room)
    assert not isinstance(snapshot, Denied)
    assert len(snapshot["messages"]) == 3
    first = snapshot["messages"][0]["message"]
    await mod.done("delete_message", message=first)
    assert bob.browser.events()[-1] == {**bob.browser.events()[-1], "type": "message_deleted", "message": first}
    dan = await house.enter("Ana")
    assert next((m["text"], m["deleted"]) for m in dan.snapshot["messages"]) == ("", True)


async def test_texts_and_names_stay_out_of_the_log_but_are_committed_to(house: House) -> None:
    mod = await house.enter_as(house.person("Mara Ionescu", "moderator", id="in_7"))
    await mod.done("send_message", text="Strict confidențial")
    session = SessionId(mod.snapshot["session"])
    log = house.database.read_now(event_log.read, session)
    assert "confidențial" not in str([line.payload for line in log])
    assert "Mara" not in str([line.payload for line in log])
    assert event_log.verify(log) is None
    (text,) = house.database.read_now(messages.of_session, session_id=session)
    assert matches(log[-1].payload["commitment"], salt=text.salt, text=text.text)
    (row,) = house.database.read_now(participants.of_session, session_id=session)
    joined = next(line for line in log if line.type == "participant_joined")
    assert matches(joined.payload["name_commitment"], salt=row.salt, text=row.name)


async def test_too_much_chat_and_too_many_hands_are_refused(house: House) -> None:
    mod = await house.enter("Mara", "moderator")
    answers = [await mod.ask("send_message", text=str(number)) for number in range(6)]
    assert [answer["type"] for answer in answers] == ["done"] * 5 + ["denied"]
    assert answers[-1]["code"] == "too_many_requests"
    await mod.done("raise_hand")
    assert (await mod.ask("lower_hand"))["code"] == "too_many_requests"


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ({"type": "nonsense"}, "bad_message"),
        ({"type": "answer", "transport": "tr_of_another", "sdp": "v=0"}, "bad_state"),
        ({"type": "view", "transport": "tr_x", "stage": {"participant": "p", "source": "keyboard"}}, "bad_message"),
        ({"type": "hello"}, "bad_message"),
        ({}, "bad_message"),
    ],
)
async def test_a_message_that_cannot_be_used_is_answered_with_an_error(
    house: House, message: dict[str, object], code: str
) -> None:
    mod = await house.enter("Mara", "moderator")
    await mod.say(message)
    assert mod.browser.last("error")["code"] == code


async def test_commands_that_cannot_be_used_are_denied(house: House) -> None:
    mod = await house.enter("Mara", "moderator")
    assert (await mod.ask("join", participant="pt_x"))["code"] == "bad_message"
    assert (await mod.ask("send_message", text="a" * 2001))["code"] == "message_too_long"
    assert (await mod.ask("mute_microphone", participant="pt_x"))["code"] == "not_found"
    await mod.say({"type": "command", "id": 7, "command": "leave"})
    assert mod.browser.last("denied")["id"] == 7


async def test_an_answer_that_is_bad_and_a_ping(house: House) -> None:
    mod = await house.enter("Mara", "moderator")
    transport = mod.browser.last("welcome")["offer"]["transport"]
    await mod.say({"type": "answer", "transport": transport, "sdp": "bad"})
    assert mod.browser.last("error")["code"] == "bad_description"
    await mod.say({"type": "ping", "at": 12.5})
    assert mod.browser.last("pong")["at"] == 12.5
    await mod.say({"type": "new_transport"})
    assert mod.browser.last("offer")["transport"] != transport


async def test_a_view_reaches_the_engine(house: House) -> None:
    mod = await house.enter("Mara", "moderator")
    transport = mod.browser.last("welcome")["offer"]["transport"]
    shown = {"participant": "pt_1", "source": "camera"}
    await mod.say({"type": "view", "transport": transport, "stage": shown, "thumbnails": [shown] * 20})
    view = house.engine.views[transport]
    assert (view.stage is not None, len(view.thumbnails)) == (True, 8)


async def test_a_gap_is_filled_from_the_log(house: House) -> None:
    mod = await house.enter("Mara", "moderator")
    ana = await house.enter("Ana")
    await ana.done("send_message", text="Bună")
    before = len(mod.browser.messages)
    await mod.say({"type": "since", "number": 0})
    (answer,) = mod.browser.messages[before:]
    assert [event["number"] for event in answer["events"]] == list(range(1, 7))
    assert answer["events"][-1]["text"] == "Bună"
    assert answer["events"][0]["type"] == "session_opened"


async def test_expelled_people_are_out_at_once(house: House) -> None:
    mod = await house.enter("Mara", "moderator")
    ana = await house.enter("Ana")
    await ana.done("set_microphone", on=True)
    await house.hub.expel(PersonId("in_Ana"))
    assert ana.browser.last("refused")["code"] == "link_revoked"
    assert ana.browser.closed == (1008, "link_revoked")
    assert mod.browser.event_types()[-1] == "participant_gone"
    await until(lambda: ana.me not in house.engine.room())


async def test_the_console_opens_leads_and_ends_a_session(house: House) -> None:
    assert await house.hub.command(CHAIR, house.room, CloseSession()) == Denied("session_not_open")
    ana = await house.enter("Ana")
    opened = await house.hub.command(CHAIR, house.room, OpenSession(), name="Elena Chair")
    assert isinstance(opened, Done)
    await until(lambda: ana.browser.of_type("welcome"))
    assert house.hub.live_rooms()[0]["present"] == 1
    await house.hub.command(CHAIR, house.room, SendMessage(text="Începem"), name="Elena Chair")
    assert (ana.browser.events()[-1]["name"], ana.browser.events()[-1]["participant"]) == ("Elena Chair", None)
    again = await house.hub.command(CHAIR, house.room, OpenSession())
    assert isinstance(again, Done)
    await house.hub.command(CHAIR, house.room, CloseSession(), name="Elena Chair")
    assert ana.browser.last("closed")["by"] == "Elena Chair"
    told = [event for n in house.notices if isinstance(n, SessionNotice) for event in n.events]
    assert [event["number"] for event in told] == list(range(1, len(told) + 1))


async def test_a_room_that_was_renamed_shows_its_new_title(house: House) -> None:
    await house.enter("Mara", "moderator")

    def rename(session: Session) -> None:
        room = rooms.get(session, room_id=house.room)
        assert room is not None
        room.title = "Instruire nouă"

    house.database.run_now(rename)
    house.hub.publish(RecordsNotice("room", (house.room,), house.room))

    async def renamed() -> bool:
        snapshot = await house.hub.snapshot(house.room)
        return not isinstance(snapshot, Denied) and snapshot["room"]["title"] == "Instruire nouă"

    await until_async(renamed)


async def test_the_log_replayed_is_the_state(house: House) -> None:
    mod = await house.enter("Mara", "moderator")
    ana = await house.enter("Ana")
    await ana.done("set_camera", on=True)
    await mod.done("give_presenter", participant=ana.me)
    session = SessionId(mod.snapshot["session"])
    state = SessionState(session=session)
    for line in house.database.read_now(event_log.read, session):
        state = evolve(state, event_from(line.type, dict(line.payload)), at=line.at, number=line.number)
    assert state == house.hub._runners[house.room].state


async def test_a_restart_gives_everybody_back_what_they_had(house: House) -> None:
    mod = await house.enter("Mara", "moderator")
    ana = await house.enter("Ana")
    await ana.done("raise_hand")
    await ana.done("set_microphone", on=True)
    await mod.done("send_message", text="Bine ați venit")
    await mod.done("give_presenter", participant=ana.me)
    transport = ana.browser.last("welcome")["offer"]["transport"]
    calls = len(house.engine.log)
    await house.restart()
    assert house.engine.gates() == {ana.me: {"microphone"}}
    assert not any(call[0] in ("disconnect", "close_room") for call in house.engine.log[calls:])
    again = await house.enter("Ana", session=ana.snapshot["session"], since=9, transport=transport)
    assert again.browser.last("welcome")["offer"] is None
    assert (again.me, again.snapshot["presenter"], again.snapshot["hands"]) == (ana.me, ana.me, [ana.me])
    assert [message["text"] for message in again.snapshot["messages"]] == ["Bine ați venit"]
    mine = next(seat for seat in again.snapshot["participants"] if seat["participant"] == ana.me)
    assert (mine["name"], mine["microphone"], mine["presence"]) == ("Ana", True, "present")


async def test_a_session_without_anybody_closes_as_abandoned(house: House) -> None:
    mod = await house.enter("Mara", "moderator")
    await mod.attachment.detach("closed")
    (keeper,) = house.hub._keepers.values()
    await until(lambda: keeper._empty_since_s is not None, what="a look at the empty session")
    house.seconds += house.settings.abandon_after_s
    await until(lambda: not house.hub.live_rooms())
    last = house.database.read_now(event_log.read, SessionId(mod.snapshot["session"]))[-1]
    assert (last.type, last.payload, last.actor) == ("session_closed", {"reason": "abandoned"}, "system")


async def test_a_browser_that_fails_costs_the_others_nothing(house: House, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.CRITICAL):
        mod = await house.enter("Mara", "moderator")
        await house.enter("Ana", browser=FakeBrowser(broken=True))
        await mod.done("lock_microphones", locked=True)
    assert mod.browser.event_types()[-1] == "microphones_locked"


async def test_an_unknown_room_is_not_found(house: House) -> None:
    browser = FakeBrowser()
    room = type(house.room)("rm_unknown")
    await house.hub.attach(room, house.person("Ana"), browser, {"type": "hello"})
    assert browser.last("refused")["code"] == "not_found"
    assert await house.hub.snapshot(room) == Denied("not_found")
