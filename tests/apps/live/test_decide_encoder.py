"""An encoder: a seat whose screen is the stage, and that is nobody."""

from __future__ import annotations

import pytest

from apps.live import commands as cmd
from apps.live.commands_presence import AskPresence, StartChecks
from apps.live.grants import gates
from apps.live.grants_recording import taped
from apps.live.state import Presence
from data.ids import ParticipantId, RoomId
from media_core.engine import Source
from tests.apps.live.session import CHAIR, SYSTEM, Led, room_of

OBS = ParticipantId("obs")
STAGE = frozenset({Source.SCREEN, Source.SCREEN_AUDIO})


def with_encoder(*who: str) -> Led:
    led = room_of(*who)
    led.join("obs", "encoder")
    return led


def test_its_picture_replaces_what_is_on_the_stage_and_is_replaced() -> None:
    led = with_encoder()
    led.done(cmd.SetScreen(on=True), "mod")
    began = led.done(cmd.SetScreen(on=True), "obs")
    assert [event.type for event in began] == ["screen_off", "screen_on"]
    assert gates(led.state) == {OBS: STAGE}
    led.done(cmd.SetScreen(on=True), "mod")
    assert not led.seat("obs").screen
    assert OBS not in gates(led.state)


@pytest.mark.parametrize(
    "command", [cmd.GivePresenter(participant=OBS), cmd.SetRole(participant=OBS, role="moderator")]
)
def test_it_is_given_no_role(command: cmd.AnyCommand) -> None:
    assert with_encoder().refused(command, "mod") == "not_for_encoders"


def test_it_speaks_and_writes_not() -> None:
    led = with_encoder()
    for command in (cmd.SetMicrophone(on=True), cmd.SetCamera(on=True), cmd.RaiseHand()):
        assert led.refused(command, "obs") == "forbidden"


def test_it_takes_no_place() -> None:
    led = Led().open(max_participants=1)
    led.join("obs", "encoder")
    led.join("ana")
    led.end("ana")
    led.join("second", "encoder")


def test_it_keeps_no_session_open() -> None:
    led = with_encoder()
    led.end("mod")
    assert [event.type for event in led.done(cmd.Abandon(), SYSTEM)][-1] == "session_closed"


def test_a_moderator_stops_or_removes_it_and_it_does_not_come_back() -> None:
    led = with_encoder()
    led.done(cmd.SetScreen(on=True), "obs")
    led.done(cmd.StopScreen(participant=OBS), "mod")
    assert not gates(led.state)
    led.done(cmd.RemoveParticipant(participant=OBS), "mod")
    assert led.seat("obs").presence is Presence.REMOVED
    assert led.refused(led.join_command("obs", "encoder"), "obs") == "removed"


def test_it_is_recorded_without_being_asked() -> None:
    led = Led()
    led.done(cmd.Open(room=RoomId("rm_1"), max_participants=5, record=True), CHAIR)
    led.join("ana")
    led.join("obs", "encoder")
    assert set(taped(led.state)) == {OBS}


def test_nobody_asks_it_whether_it_is_there() -> None:
    led = with_encoder("ana")
    led.done(StartChecks(mean_s=600, answer_s=60, commitment="00"), CHAIR)
    led.done(AskPresence(nth=1), SYSTEM)
    asked = led.state.presence.asked
    assert asked is not None
    assert set(asked.pending) == {"ana"}
