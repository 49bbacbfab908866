"""Coming, going, roles, removal and the end of a session."""

from __future__ import annotations

import pytest

from apps.live import commands as cmd
from apps.live.state import Presence
from data.ids import ConnectionId, MessageId, ParticipantId, RoomId
from tests.apps.live.session import CHAIR, SYSTEM, Led, room_of, types

ANA, BOB, MOD = ParticipantId("ana"), ParticipantId("bob"), ParticipantId("mod")


def test_nobody_enters_a_session_that_is_not_open() -> None:
    led = Led()
    assert led.refused(led.join_command("ana"), "ana") == "session_not_open"
    led.open().done(cmd.CloseSession(), CHAIR)
    assert led.refused(led.join_command("ana"), "ana") == "session_ended"


def test_a_new_seat_starts_in_headphones_mode_with_the_camera_off() -> None:
    led = room_of("ana")
    seat = led.seat("ana")
    assert (seat.microphone, seat.camera, seat.screen, seat.presence) == (False, False, False, Presence.PRESENT)


def test_a_full_room_refuses_new_people_but_not_moderators_or_those_with_a_seat() -> None:
    led = Led().open(max_participants=2)
    led.join("ana")
    led.join("bob")
    assert led.refused(led.join_command("cleo"), "cleo") == "room_full"
    led.join("mod", "moderator")
    led.end("ana")
    led.end("mod")
    led.join("cleo")
    led.join("ana")
    assert led.seat("ana").presence is Presence.PRESENT


def test_a_newer_tab_takes_over_and_keeps_seat_role_hand_and_presenter() -> None:
    led = room_of("ana")
    led.done(cmd.SetRole(participant=ANA, role="moderator"), CHAIR)
    led.done(cmd.GivePresenter(participant=ANA), CHAIR)
    led.done(cmd.RaiseHand(), "ana")
    led.done(cmd.SetMicrophone(on=True), "ana")
    events = led.join("ana")
    assert types(events) == ["disconnected", "microphone_off", "connected"]
    seat = led.seat("ana")
    assert (seat.role, len(seat.connections), seat.microphone) == ("moderator", 1, False)
    assert (led.state.presenter, led.state.hands) == ("ana", ("ana",))


def test_a_page_that_reconnects_comes_back_with_sound_and_picture() -> None:
    led = room_of("ana")
    led.done(cmd.SetMicrophone(on=True), "ana")
    led.done(cmd.SetCamera(on=True), "ana")
    assert types(led.end("ana", "lost")) == ["disconnected"]
    assert led.seat("ana").presence is Presence.RECONNECTING
    assert types(led.join("ana", resumes=True)) == ["connected"]
    assert (led.seat("ana").microphone, led.seat("ana").camera) == (True, True)


def test_another_page_after_a_loss_starts_with_everything_off() -> None:
    led = room_of("ana")
    led.done(cmd.SetCamera(on=True), "ana")
    led.end("ana", "lost")
    assert types(led.join("ana")) == ["camera_off", "connected"]


def test_a_closed_tab_is_gone_at_once_with_all_it_sent() -> None:
    led = room_of("ana")
    led.done(cmd.SetCamera(on=True), "ana")
    assert types(led.end("ana")) == ["disconnected", "camera_off", "participant_gone"]
    assert led.seat("ana").presence is Presence.GONE


def test_a_lost_participant_is_given_up_once_but_keeps_place_in_the_queue_and_presenter() -> None:
    led = room_of("ana")
    led.done(cmd.RaiseHand(), "ana")
    led.done(cmd.GivePresenter(participant=ANA), "mod")
    led.done(cmd.SetScreen(on=True), "ana")
    led.end("ana", "lost")
    assert types(led.done(cmd.GiveUp(participant=ANA), SYSTEM)) == ["screen_off", "participant_gone"]
    assert led.done(cmd.GiveUp(participant=ANA), SYSTEM) == []
    assert (led.state.hands, led.state.presenter) == (("ana",), "ana")


def test_the_end_of_a_replaced_connection_changes_nothing() -> None:
    led = room_of("ana")
    old = next(iter(led.seat("ana").connections))
    led.join("ana")
    assert led.done(cmd.Disconnect(connection=old, reason="closed"), SYSTEM) == []
    assert led.done(cmd.Disconnect(connection=ConnectionId("cn_x"), reason="lost"), SYSTEM) == []


def test_leaving_gives_up_hand_and_presenter_but_not_the_way_back() -> None:
    led = room_of("ana")
    led.done(cmd.RaiseHand(), "ana")
    led.done(cmd.GivePresenter(participant=ANA), "mod")
    led.done(cmd.Leave(), "ana")
    assert (led.state.hands, led.state.presenter, led.seat("ana").presence) == ((), None, Presence.LEFT)
    assert types(led.join("ana")) == ["connected"]


def test_somebody_removed_does_not_come_back() -> None:
    led = room_of("ana")
    led.done(cmd.SetMicrophone(on=True), "ana")
    events = led.done(cmd.RemoveParticipant(participant=ANA), "mod")
    assert types(events) == ["microphone_off", "disconnected", "participant_removed"]
    assert led.done(cmd.RemoveParticipant(participant=ANA), "mod") == []
    assert led.refused(led.join_command("ana"), "ana") == "removed"
    assert led.refused(cmd.SetMicrophone(on=True), "ana") == "removed"


def test_nobody_removes_themselves_or_somebody_of_higher_standing() -> None:
    led = room_of("ana")
    led.join("boss", "moderator", account="administrator")
    led.join("chief", "moderator", account="moderator")
    assert led.refused(cmd.RemoveParticipant(participant=MOD), "mod") == "not_yourself"
    boss, chief = ParticipantId("boss"), ParticipantId("chief")
    assert led.refused(cmd.RemoveParticipant(participant=boss), "chief") == "higher_standing"
    assert led.refused(cmd.RemoveParticipant(participant=chief), "mod") == "higher_standing"
    assert led.refused(cmd.SetRole(participant=chief, role="participant"), "mod") == "higher_standing"
    led.done(cmd.RemoveParticipant(participant=chief), "boss")
    led.done(cmd.RemoveParticipant(participant=boss), CHAIR)


def test_a_demoted_moderator_can_do_nothing_more_in_the_same_second() -> None:
    led = room_of("ana", "bob")
    led.done(cmd.SetRole(participant=ANA, role="moderator"), "mod")
    led.done(cmd.SetScreen(on=True), "ana")
    assert types(led.done(cmd.SetRole(participant=ANA, role="participant"), "mod")) == ["role_changed", "screen_off"]
    assert led.refused(cmd.RemoveParticipant(participant=BOB), "ana") == "forbidden"


def test_the_last_moderator_is_not_demoted() -> None:
    led = room_of("ana")
    assert led.refused(cmd.SetRole(participant=MOD, role="participant"), "mod") == "last_moderator"
    led.done(cmd.SetRole(participant=ANA, role="moderator"), "mod")
    led.done(cmd.SetRole(participant=MOD, role="participant"), "mod")


def test_a_supplier_gets_no_other_role() -> None:
    led = room_of()
    led.join("firm", "supplier")
    firm = ParticipantId("firm")
    assert led.refused(cmd.SetRole(participant=firm, role="moderator"), "mod") == "not_for_suppliers"
    assert led.refused(cmd.GivePresenter(participant=firm), "mod") == "not_for_suppliers"
    assert led.refused(cmd.SetMicrophone(on=True), "firm") == "no_floor"
    assert led.refused(cmd.SetCamera(on=True), "firm") == "no_floor"


def test_the_end_ends_everything() -> None:
    led = room_of("ana", "bob")
    led.done(cmd.SetMicrophone(on=True), "ana")
    led.done(cmd.RaiseHand(), "bob")
    led.end("bob", "lost")
    events = led.done(cmd.CloseSession(), "mod")
    assert types(events) == ["disconnected", "microphone_off", "disconnected", "session_closed"]
    assert {seat.presence for seat in led.state.seats.values()} == {Presence.GONE}
    assert (led.state.hands, led.state.presenter, led.state.phase) == ((), None, "closed")
    assert led.done(cmd.CloseSession(), CHAIR) == []


def test_an_empty_session_is_abandoned_and_one_with_people_is_not() -> None:
    led = room_of("ana")
    led.end("mod")
    led.end("ana", "lost")
    assert led.done(cmd.Abandon(), SYSTEM) == []
    led.done(cmd.GiveUp(participant=ANA), SYSTEM)
    assert types(led.done(cmd.Abandon(), SYSTEM)) == ["session_closed"]


@pytest.mark.parametrize("command", [cmd.OpenSession(), cmd.Open(room=RoomId("rm_1"), max_participants=5, record=True)])
def test_opening_what_is_open_changes_nothing(command: cmd.AnyCommand) -> None:
    assert room_of().done(command, CHAIR) == []


def test_messages_reach_their_channel_and_only_moderators_choose_one_person() -> None:
    led = room_of("ana", "bob")

    def post(message: str, to: str) -> cmd.PostMessage:
        return cmd.PostMessage(message=MessageId(message), to=to, commitment="00")

    led.done(post("m1", "everyone"), "ana")
    led.done(post("m2", "moderators"), "ana")
    led.done(post("m3", "bob"), "mod")
    assert led.refused(post("m4", "bob"), "ana") == "forbidden"
    assert led.refused(post("m5", "nobody"), "mod") == "not_found"
    assert led.done(post("m1", "everyone"), "ana") == []
    assert led.refused(cmd.DeleteMessage(message=MessageId("m3")), "bob") == "forbidden"
    led.done(cmd.DeleteMessage(message=MessageId("m1")), "ana")
    led.done(cmd.DeleteMessage(message=MessageId("m2")), CHAIR)
    assert led.done(cmd.DeleteMessage(message=MessageId("m2")), "mod") == []
    assert led.refused(cmd.DeleteMessage(message=MessageId("mx")), "mod") == "not_found"
