"""Presence: what pages say of themselves, whose media flow, and *are you there?*, decided and folded."""

from __future__ import annotations

import hashlib
import hmac
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.live import commands as cmd
from apps.live import commands_presence as pre
from data import presence_times as times
from data.ids import ParticipantId
from tests.apps.live.session import CHAIR, SYSTEM, Led, actor, room_of

ANA, BOB, MOD = (ParticipantId(who) for who in ("ana", "bob", "mod"))


def asked(*people: str) -> Led:
    led = room_of(*people)
    led.done(pre.StartChecks(mean_s=600, answer_s=60, commitment="00"), SYSTEM)
    led.done(pre.AskPresence(nth=1), SYSTEM)
    return led


def test_those_present_are_asked_but_moderators_and_the_presenter() -> None:
    led = room_of("ana", "bob", "pres")
    led.done(cmd.GivePresenter(participant=ParticipantId("pres")), "mod")
    led.done(pre.StartChecks(mean_s=600, answer_s=60, commitment="00"), SYSTEM)
    led.done(pre.AskPresence(nth=1), SYSTEM)
    assert led.state.presence.asked is not None
    assert led.state.presence.asked.pending == {ANA, BOB}


def test_an_answer_counts_once_and_silence_is_an_event() -> None:
    led = asked("ana", "bob")
    assert [event.type for event in led.done(pre.AnswerPresence(check=1), "ana")] == ["presence_checked"]
    assert led.done(pre.AnswerPresence(check=1), "ana") == []
    missed = led.done(pre.CloseCheck(check=1), SYSTEM)
    assert [(event.participant, event.answered) for event in missed] == [(BOB, False)]  # type: ignore[union-attr]
    assert led.state.presence.asked is None
    assert led.refused(pre.AnswerPresence(check=1), "bob") == "check_over"


def test_who_comes_later_or_left_is_not_waited_for() -> None:
    led = asked("ana", "bob")
    led.join("carl")
    led.done(cmd.Leave(), "bob")
    assert led.done(pre.AnswerPresence(check=1), "carl") == []
    missed = led.done(pre.CloseCheck(check=1), SYSTEM)
    assert [event.participant for event in missed] == [ANA]  # type: ignore[union-attr]


def test_who_lost_the_connection_may_come_back_and_answer() -> None:
    led = asked("ana")
    [connection] = led.state.seats[ANA].connections
    led.done(cmd.Disconnect(connection=connection, reason="lost"), SYSTEM)
    led.join("ana")
    assert led.done(pre.AnswerPresence(check=1), "ana")


def test_a_new_connection_is_visible_and_without_media_until_told_otherwise() -> None:
    led = room_of("ana")
    led.done(pre.SetVisibility(visible=False), "ana")
    led.done(pre.NoteFlows(up=frozenset({ANA, ParticipantId("nobody")})), SYSTEM)
    assert led.state.presence.hidden == {ANA}
    assert led.state.presence.flowing == {ANA}
    assert led.done(pre.SetVisibility(visible=False), "ana") == []
    [connection] = led.state.seats[ANA].connections
    led.done(cmd.Disconnect(connection=connection, reason="lost"), SYSTEM)
    assert led.state.presence.hidden == {ANA}
    assert led.state.presence.flowing == frozenset()
    led.join("ana")
    assert led.state.presence.hidden == frozenset()


def test_an_account_in_the_console_has_no_page_to_hide_and_nothing_to_answer() -> None:
    led = asked("ana")
    assert led.refused(pre.SetVisibility(visible=False), CHAIR) == "forbidden"
    assert led.refused(pre.AnswerPresence(check=1), CHAIR) == "forbidden"


def test_only_leaders_switch_checks() -> None:
    led = room_of("ana")
    assert led.refused(pre.SetPresenceChecks(on=True), actor("ana")) == "forbidden"
    assert led.done(pre.SetPresenceChecks(on=True), "mod") == []


SEED = "5eed" * 16


def test_times_can_be_recomputed_with_standard_tools() -> None:
    digest = hmac.new(SEED.encode(), b"check 3", hashlib.sha256).digest()
    chance = int.from_bytes(digest[:8], "big") / 2**64
    assert times.gap_s(SEED, 600, 3) == pytest.approx(min(200 - math.log(1 - chance) * 400, 1800))
    assert times.commitment(SEED) == hashlib.sha256(SEED.encode()).hexdigest()


@given(seed=st.text("0123456789abcdef", min_size=64, max_size=64), mean_s=st.integers(120, 7200))
def test_gaps_are_never_short_never_endless_and_told_in_order(seed: str, mean_s: int) -> None:
    moments = [at_s for at_s, _ in zip(times.due(seed, mean_s), range(30), strict=False)]
    gaps = [later - earlier for earlier, later in zip([0.0, *moments], moments, strict=False)]
    assert all(mean_s / 3 - 1e-6 <= gap <= mean_s * 3 + 1e-6 for gap in gaps)
    for nth, at_s in enumerate(moments[:5], start=1):
        assert times.latest_due(seed, mean_s, at_s) == nth
        assert times.latest_due(seed, mean_s, at_s - 0.001) == nth - 1


def test_on_average_the_gap_is_what_was_asked_for() -> None:
    gaps = [times.gap_s(f"{number:064x}", 600, 1) for number in range(4000)]
    assert sum(gaps) / len(gaps) == pytest.approx(600, rel=0.05)
