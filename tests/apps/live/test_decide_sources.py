"""Microphones, cameras, screens, hands and the presenter; and what the media core may forward of them."""

from __future__ import annotations

from apps.live import commands as cmd
from apps.live import events as ev
from apps.live.grants import gates
from data.ids import ParticipantId
from media_core.engine import Source
from tests.apps.live.session import CHAIR, SYSTEM, room_of, types

ANA, BOB, MOD = ParticipantId("ana"), ParticipantId("bob"), ParticipantId("mod")
ON, OFF = cmd.SetMicrophone(on=True), cmd.SetMicrophone(on=False)


def test_a_muted_participant_may_switch_on_again_and_a_locked_one_may_not() -> None:
    led = room_of("ana")
    led.done(ON, "ana")
    led.done(cmd.MuteMicrophone(participant=ANA), "mod")
    assert not led.seat("ana").microphone
    led.done(ON, "ana")
    locked = led.done(cmd.LockMicrophone(participant=ANA, locked=True), "mod")
    assert types(locked) == ["microphone_locked", "microphone_off"]
    assert led.refused(ON, "ana") == "microphone_locked"
    assert types(led.done(cmd.LockMicrophone(participant=ANA, locked=False), "mod")) == ["microphone_locked"]
    assert not led.seat("ana").microphone


def test_locking_all_microphones_spares_moderators_and_the_presenter() -> None:
    led = room_of("ana", "bob")
    for who in ("mod", "ana", "bob"):
        led.done(ON, who)
    led.done(cmd.GivePresenter(participant=ANA), "mod")
    assert types(led.done(cmd.LockMicrophones(locked=True), CHAIR)) == ["microphones_locked", "microphone_off"]
    assert [led.seat(who).microphone for who in ("mod", "ana", "bob")] == [True, True, False]
    assert led.refused(ON, "bob") == "microphone_locked"
    taken = led.done(cmd.TakePresenter(), "mod")
    assert taken == [ev.PresenterTaken(participant=ANA), ev.MicrophoneOff(participant=ANA, reason="locked")]
    assert types(led.done(cmd.LockMicrophones(locked=False), "mod")) == ["microphones_locked"]


def test_only_presenter_and_moderators_share_a_screen_and_one_at_a_time() -> None:
    led = room_of("ana", "bob")
    share = cmd.SetScreen(on=True)
    assert led.refused(share, "ana") == "not_presenter"
    led.done(cmd.GivePresenter(participant=ANA), "mod")
    led.done(share, "ana")
    assert led.done(share, "mod") == [
        ev.ScreenOff(participant=ANA, reason="replaced"),
        ev.ScreenOn(participant=MOD),
    ]
    led.done(share, "ana")
    given = led.done(cmd.GivePresenter(participant=BOB), "mod")
    assert given == [
        ev.PresenterTaken(participant=ANA),
        ev.PresenterGiven(participant=BOB),
        ev.ScreenOff(participant=ANA, reason="presenter"),
    ]


def test_a_moderator_keeps_the_screen_when_the_presenter_role_goes() -> None:
    led = room_of("ana")
    led.done(cmd.GivePresenter(participant=MOD), "mod")
    led.done(cmd.SetScreen(on=True), "mod")
    assert types(led.done(cmd.GivePresenter(participant=ANA), "mod")) == ["presenter_taken", "presenter_given"]
    assert led.seat("mod").screen


def test_the_presenter_must_be_here_or_coming_back() -> None:
    led = room_of("ana", "bob")
    led.end("ana", "lost")
    led.done(cmd.GivePresenter(participant=ANA), "mod")
    led.end("bob")
    assert led.refused(cmd.GivePresenter(participant=BOB), "mod") == "not_present"
    assert led.refused(cmd.GivePresenter(participant=ParticipantId("x")), "mod") == "not_found"


def test_a_moderator_stops_camera_and_screen() -> None:
    led = room_of("ana")
    led.done(cmd.SetCamera(on=True), "ana")
    led.done(cmd.GivePresenter(participant=ANA), "mod")
    led.done(cmd.SetScreen(on=True), "ana")
    led.done(cmd.StopCamera(participant=ANA), "mod")
    led.done(cmd.StopScreen(participant=ANA), "mod")
    assert (led.seat("ana").camera, led.seat("ana").screen) == (False, False)
    assert led.done(cmd.StopCamera(participant=ANA), "mod") == []


def test_hands_keep_the_order_in_which_they_were_raised() -> None:
    led = room_of("ana", "bob", "cleo")
    for who in ("bob", "ana", "cleo"):
        led.done(cmd.RaiseHand(), who)
    assert led.done(cmd.RaiseHand(), "bob") == []
    led.end("bob", "lost")
    led.join("bob", resumes=True)
    assert list(led.state.hands) == ["bob", "ana", "cleo"]
    led.done(cmd.LowerHand(), "ana")
    assert led.refused(cmd.LowerHand(participant=BOB), "ana") == "forbidden"
    led.done(cmd.LowerHand(participant=BOB), "mod")
    assert list(led.state.hands) == ["cleo"]
    assert types(led.done(cmd.LowerAllHands(), "mod")) == ["hand_lowered"]


def test_asking_for_what_is_gives_no_events() -> None:
    led = room_of("ana")
    assert led.done(OFF, "ana") == []
    led.done(ON, "ana")
    assert led.done(ON, "ana") == []
    assert led.done(cmd.LockMicrophones(locked=False), "mod") == []
    assert led.done(cmd.TakePresenter(), "mod") == []


def test_an_account_in_the_console_has_no_microphone() -> None:
    led = room_of("ana")
    assert led.refused(ON, CHAIR) == "forbidden"
    assert led.refused(cmd.LowerHand(), CHAIR) == "forbidden"


def test_gates_are_open_for_what_is_on_while_the_person_is_here_or_coming_back() -> None:
    led = room_of("ana")
    led.done(ON, "ana")
    led.done(cmd.SetScreen(on=True), "mod")
    screen = frozenset({Source.SCREEN, Source.SCREEN_AUDIO})
    assert gates(led.state) == {ANA: frozenset({Source.MICROPHONE}), MOD: screen}
    led.end("ana", "lost")
    assert ANA in gates(led.state)
    led.done(cmd.GiveUp(participant=ANA), SYSTEM)
    assert gates(led.state) == {MOD: screen}
    led.done(cmd.CloseSession(), CHAIR)
    assert gates(led.state) == {}
