"""The floor of a tender's session: asked for, granted or refused, timed, ended; lots; reserved parts; statements."""

from __future__ import annotations

from datetime import timedelta

import pytest

from apps.live import commands as cmd
from apps.live import commands_presenting as show
from apps.live import commands_recording as rec
from apps.live import commands_tender as ten
from apps.live import events as ev
from apps.live.floor_queue import queue
from apps.live.grants import gates
from apps.live.state import Presence
from data.ids import ParticipantId, PresentationId, RecordingId, StatementId
from data.lots import lot_order
from data.presence_times import commitment
from media_core.engine import Source
from tests.apps.live.session import CHAIR, SYSTEM, Led, tender_of, types

ANNA, BEPPE, CARLO = ParticipantId("acme.anna"), ParticipantId("beta.beppe"), ParticipantId("acme.carlo")
RECORDING = RecordingId("rc_1")


@pytest.fixture
def led() -> Led:
    return tender_of(ANNA, BEPPE, CARLO)


def grant(led: Led, who: ParticipantId, limit_s: int | None = None) -> list[ev.LiveEvent]:
    led.done(cmd.RaiseHand(), who)
    return led.done(ten.GrantFloor(participant=who, limit_s=limit_s), CHAIR)


def test_a_supplier_sends_nothing_before_the_grant_and_after_its_end(led: Led) -> None:
    assert led.refused(cmd.SetMicrophone(on=True), ANNA) == "no_floor"
    assert types(grant(led, ANNA)) == ["hand_lowered", "floor_granted"]
    assert gates(led.state) == {}  # nothing goes on by itself
    led.done(cmd.SetMicrophone(on=True), ANNA)
    assert gates(led.state) == {ANNA: frozenset({Source.MICROPHONE})}  # without a camera
    led.done(cmd.SetCamera(on=True), ANNA)
    ended = led.done(ten.EndFloor(), ANNA)
    assert types(ended) == ["floor_ended", "microphone_off", "camera_off"]
    assert {event.reason for event in ended} == {"self", "floor"}  # type: ignore[union-attr]
    assert gates(led.state) == {}
    assert led.refused(cmd.SetCamera(on=True), ANNA) == "no_floor"


def test_only_a_raised_hand_is_granted_and_one_at_a_time(led: Led) -> None:
    assert led.refused(ten.GrantFloor(participant=ANNA), CHAIR) == "hand_not_raised"
    grant(led, ANNA)
    led.done(cmd.RaiseHand(), BEPPE)
    assert led.refused(ten.GrantFloor(participant=BEPPE), "mod") == "floor_taken"
    assert led.done(ten.GrantFloor(participant=ANNA), "mod") == []  # both moderators pressed
    assert led.done(cmd.RaiseHand(), ANNA) == []  # has it already


def test_a_refusal_lowers_the_hand_and_is_past_with_the_next_one(led: Led) -> None:
    led.done(cmd.RaiseHand(), ANNA)
    assert types(led.done(ten.RefuseFloor(participant=ANNA), "mod")) == ["hand_lowered", "floor_refused"]
    assert led.state.tender.refused == {ANNA}
    led.done(cmd.RaiseHand(), ANNA)
    assert led.state.tender.refused == frozenset()


def test_the_time_of_the_policy_counts_unless_the_grant_says_otherwise(led: Led) -> None:
    led.done(ten.NotePolicy(policy="arrival", limit_s=120), CHAIR)
    for asked, limit_s in ((None, 120), (30, 30), (0, None)):
        grant(led, ANNA, asked)
        assert led.state.tender.floor is not None
        assert led.state.tender.floor.limit_s == limit_s
        led.done(ten.EndFloor(participant=ANNA), CHAIR)


def test_time_ends_the_floor_and_an_extension_moves_the_end(led: Led) -> None:
    grant(led, ANNA, 30)
    led.done(ten.ExtendFloor(participant=ANNA, more_s=60), "mod")
    led.now += timedelta(seconds=60)
    assert led.done(ten.TimeFloor(participant=ANNA), SYSTEM) == []
    led.now += timedelta(seconds=30)
    (ended,) = led.done(ten.TimeFloor(participant=ANNA), SYSTEM)
    assert ended.model_dump()["reason"] == "time"
    assert led.state.tender.used[ANNA].held_ms == 93_000
    assert led.refused(ten.ExtendFloor(participant=ANNA, more_s=60), "mod") == "floor_over"


@pytest.mark.parametrize(
    ("command", "by", "reason"),
    [
        (cmd.Leave(), ANNA, "gone"),
        (cmd.RemoveParticipant(participant=ANNA), CHAIR, "removed"),
        (cmd.CloseSession(), CHAIR, "ended"),
        (ten.NoteReserved(minutes=5, recording=RECORDING), CHAIR, "reserved"),
        (ten.EndFloor(participant=ANNA), CHAIR, "moderator"),
    ],
)
def test_what_else_ends_the_floor(led: Led, command: cmd.AnyCommand, by: object, reason: str) -> None:
    grant(led, ANNA)
    led.done(cmd.SetMicrophone(on=True), ANNA)
    events = led.done(command, by)  # type: ignore[arg-type]
    assert (events[0].type, events[0].reason) == ("floor_ended", reason)  # type: ignore[union-attr]
    assert "microphone_off" in types(events)
    assert gates(led.state) == {}


def test_a_lost_connection_keeps_the_floor_for_the_grace_time(led: Led) -> None:
    grant(led, ANNA)
    led.end(ANNA, "lost")
    assert led.state.tender.floor is not None
    assert types(led.done(cmd.GiveUp(participant=ANNA), SYSTEM)) == ["floor_ended", "participant_gone"]


# --- order ----------------------------------------------------------------------------------------------------------------


def test_a_lot_follows_from_the_seed_that_was_committed_to(led: Led) -> None:
    led.done(ten.NotePolicy(policy="lot", commitment=commitment("seed")), CHAIR)
    assert led.refused(ten.NoteLot(seed="seed", next_commitment=""), CHAIR) == "nobody_asks"
    for who in (ANNA, BEPPE, CARLO):
        led.done(cmd.RaiseHand(), who)
    assert led.refused(ten.NoteLot(seed="another", next_commitment=""), CHAIR) == "bad_state"
    (drawn,) = led.done(ten.NoteLot(seed="seed", next_commitment=commitment("next")), CHAIR)
    assert drawn.order == lot_order("seed", [CARLO, ANNA, BEPPE]) == queue(led.state)  # type: ignore[union-attr]
    assert led.state.tender.commitment == commitment("next")


def test_a_hand_raised_after_the_lot_waits_behind_it(led: Led) -> None:
    led.done(ten.NotePolicy(policy="lot", commitment=commitment("seed")), CHAIR)
    for who in (ANNA, CARLO):
        led.done(cmd.RaiseHand(), who)
    led.done(ten.NoteLot(seed="seed", next_commitment=""), CHAIR)
    led.done(cmd.RaiseHand(), BEPPE)
    assert queue(led.state)[-1] == BEPPE


def test_lots_are_drawn_only_where_the_policy_says_so(led: Led) -> None:
    led.done(cmd.RaiseHand(), ANNA)
    assert led.refused(ten.DrawLot(), CHAIR) == "not_by_lot"


# --- the reserved part ----------------------------------------------------------------------------------------------------


def test_the_public_can_do_nothing_in_a_reserved_part_but_go(led: Led) -> None:
    led.done(cmd.RaiseHand(), ANNA)
    (begun,) = led.done(ten.NoteReserved(minutes=10, admitted=(BEPPE,), recording=RECORDING), "mod")
    assert begun.resumes_at == led.now + timedelta(minutes=10)  # type: ignore[union-attr]
    for command in (cmd.RaiseHand(), cmd.SendMessage(text="?"), cmd.SetMicrophone(on=True), ten.EndFloor()):
        assert led.refused(command, ANNA) == "reserved_part"
    assert led.refused(ten.GrantFloor(participant=ANNA), "mod") == "reserved_part"
    led.done(cmd.RaiseHand(), BEPPE)
    led.done(cmd.Leave(), ANNA)
    assert types(led.done(ten.NoteResumed(recording=RECORDING), "mod")) == ["reserved_ended"]
    assert led.state.tender.parts[0].last == led.state.number
    assert led.done(ten.NoteResumed(recording=RECORDING), "mod") == []


def test_people_are_let_in_and_sent_out_while_it_lasts(led: Led) -> None:
    assert led.refused(ten.ChangeReserved(participant=ANNA, inside=True), CHAIR) == "no_reserved_part"
    led.done(ten.NoteReserved(admitted=(BEPPE,), recording=RECORDING, reason="Offerta anomala"), "mod")
    begun = led.state.number
    assert led.done(ten.ChangeReserved(participant=BEPPE, inside=True), CHAIR) == []
    assert types(led.done(ten.ChangeReserved(participant=ANNA, inside=True), CHAIR)) == ["reserved_changed"]
    grant(led, ANNA)
    led.done(cmd.SetMicrophone(on=True), ANNA)
    out = led.done(ten.ChangeReserved(participant=ANNA, inside=False), "mod")
    assert types(out) == ["floor_ended", "reserved_changed", "microphone_off"]
    assert led.refused(cmd.SendMessage(text="?"), ANNA) == "reserved_part"
    assert (
        led.refused(ten.ChangeReserved(participant=ParticipantId("mod"), inside=False), CHAIR) == "leads_reserved_part"
    )
    part = led.state.tender.reserved
    assert part is not None
    assert (part.begun, part.reason) == (begun, "Offerta anomala")
    assert set(part.admitted) == {"person of beta.beppe"}
    stretches = led.state.tender.parts
    assert [one.first for one in stretches[1:]] == [one.last for one in stretches[:-1]]
    assert len({one.since for one in stretches}) == 1


def test_a_reserved_part_has_its_own_recording() -> None:
    led = tender_of(ANNA, record=True)
    led.done(rec.BeginRecording(recording=RecordingId("rc_a"), name="Apertura", takes="stage"), "mod")
    reserved = led.done(ten.NoteReserved(recording=RecordingId("rc_b")), "mod")
    assert types(reserved) == ["recording_stopped", "reserved_begun", "recording_started"]
    back = led.done(ten.NoteResumed(recording=RecordingId("rc_c")), "mod")
    assert types(back) == ["recording_stopped", "reserved_ended", "recording_started"]
    fragments = [(each.recording, each.name, each.reserved) for each in led.state.recording.fragments]
    assert fragments == [("rc_a", "Apertura", False), ("rc_b", "", True), ("rc_c", "Apertura", False)]


def test_a_presenter_who_is_left_out_presents_no_more() -> None:
    led = tender_of(ANNA)
    led.join("guest")
    led.done(cmd.GivePresenter(participant=ParticipantId("guest")), "mod")
    led.done(cmd.SetScreen(on=True), "guest")
    events = led.done(ten.NoteReserved(recording=RECORDING), "mod")
    assert types(events) == ["reserved_begun", "presenter_taken", "screen_off"]
    shown = show.ShowPresentation(presentation=PresentationId("pn"), kind="document", page=1, pages=2)
    assert led.refused(shown, "guest") == "forbidden"


def test_a_session_may_end_in_its_reserved_part(led: Led) -> None:
    led.done(ten.NoteReserved(recording=RECORDING), "mod")
    led.done(cmd.CloseSession(), "mod")
    assert led.state.tender.reserved is None
    assert led.seat(ANNA).presence is Presence.GONE


# --- statements -----------------------------------------------------------------------------------------------------------


def test_a_statement_is_answered_once_and_a_refusal_says_why(led: Led) -> None:
    filed = ten.NoteStatement(statement=StatementId("st_1"), commitment="c0", document_sha256="ab")
    led.done(filed, ANNA)
    assert led.done(filed, ANNA) == []
    declined = ten.AnswerStatement(statement=StatementId("st_1"), answer="declined")
    assert led.refused(declined, "mod") == "reason_needed"
    answer = ten.NoteAnswer(statement=StatementId("st_1"), answer="declined", commitment="c1")
    assert types(led.done(answer, "mod")) == ["statement_answered"]
    assert led.refused(answer, CHAIR) == "statement_answered"
    assert led.refused(filed, "mod") == "forbidden"


def test_nobody_fills_the_record_alone(led: Led) -> None:
    for number in range(20):
        led.done(ten.NoteStatement(statement=StatementId(f"st_{number}"), commitment="c0"), ANNA)
    assert led.refused(ten.FileStatement(text="ancora"), ANNA) == "too_many_statements"


def test_a_conference_knows_none_of_this() -> None:
    led = Led().open()
    led.join("mod", "moderator")
    assert led.refused(ten.SetFloorPolicy(policy="lot"), "mod") == "not_a_tender"
    assert led.refused(ten.NoteReserved(recording=RECORDING), CHAIR) == "not_a_tender"
