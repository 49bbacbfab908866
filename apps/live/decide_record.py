"""Rules about the reserved part of a tender's session, and about what is put on its record."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from apps.live import commands_tender as cmd
from apps.live import events_tender as ev
from apps.live.decide_recording import stopped as recording_stopped
from apps.live.events import LiveEvent, PresenterTaken
from apps.live.events_recording import RecordingStarted
from apps.live.evolve import evolve_all
from apps.live.grants import lapses
from apps.live.grants_tender import ALWAYS_IN, is_apart, takes_part
from apps.live.rule import Decision, Rule, seat_named, seat_of
from apps.live.state import Actor, Denied, SessionState
from apps.live.state_recording import Fragment
from data.ids import PersonId


def _begin(state: SessionState, command: cmd.BeginReserved, actor: Actor, now: datetime) -> Decision:
    """Say whether it can begin; the Hub then makes a ``NoteReserved`` of it, with the id of its own recording."""
    named = [seat_named(state, participant) for participant in command.admitted]
    return next((seat for seat in named if isinstance(seat, Denied)), [])


def _note_begin(state: SessionState, command: cmd.NoteReserved, actor: Actor, now: datetime) -> Decision:
    refusal = _begin(state, cmd.BeginReserved(admitted=command.admitted), actor, now)
    if isinstance(refusal, Denied):
        return refusal
    if state.tender.reserved is not None:
        return []
    resumes_at = None if command.minutes is None else now + timedelta(minutes=command.minutes)
    admitted = tuple(PersonId(state.seats[participant].person) for participant in command.admitted)
    begun = ev.ReservedBegun(resumes_at=resumes_at, admitted=admitted, reason=command.reason)
    events: list[LiveEvent] = [*recording_stopped(state, "moderator"), begun]
    events += _lost_by_leaving_out(state, events, now)
    if state.record:
        events.append(RecordingStarted(recording=command.recording, name="", takes="stage_and_cameras", reserved=True))
    return events


def _lost_by_leaving_out(state: SessionState, events: list[LiveEvent], now: datetime) -> list[LiveEvent]:
    """Return what goes on no longer once ``events`` left somebody out: their presenter role, their sources."""
    after, lost = evolve_all(state, events, at=now), list[LiveEvent]()
    if after.presenter is not None and is_apart(after, after.seats[after.presenter]):
        lost.append(PresenterTaken(participant=after.presenter))
        after = evolve_all(state, [*events, *lost], at=now)
    return [*lost, *lapses(after, microphone="reserved", camera="reserved", screen="reserved")]


def _change(state: SessionState, command: cmd.ChangeReserved, actor: Actor, now: datetime) -> Decision:
    part, seat = state.tender.reserved, seat_named(state, command.participant)
    if part is None:
        return Denied("no_reserved_part")
    if isinstance(seat, Denied):
        return seat
    if takes_part(part, seat) is command.inside:
        return []
    if seat.role in ALWAYS_IN:
        return Denied("leads_reserved_part")
    changed = ev.ReservedChanged(participant=seat.participant, person=seat.person, inside=command.inside)
    return [changed, *_lost_by_leaving_out(state, [changed], now)]


def _end(state: SessionState, command: cmd.EndReserved, actor: Actor, now: datetime) -> Decision:
    return []  # whether they may; the Hub turns it into ``NoteResumed``, with the id of the recording that goes on


def _note_end(state: SessionState, command: cmd.NoteResumed, actor: Actor, now: datetime) -> Decision:
    part = state.tender.reserved
    if part is None:
        return []
    events: list[LiveEvent] = [*recording_stopped(state, "moderator"), ev.ReservedEnded()]
    before = _interrupted(state, part.since)
    if before is not None:
        events.append(RecordingStarted(recording=command.recording, name=before.name, takes=before.takes))
    return events


def _interrupted(state: SessionState, since: datetime) -> Fragment | None:
    """Return the public recording that a reserved part cut off."""
    ended = (fragment for fragment in state.recording.fragments if not fragment.reserved)
    return next((fragment for fragment in ended if fragment.stopped_at == since), None)


def _file(state: SessionState, command: cmd.FileStatement, actor: Actor, now: datetime) -> Decision:
    """Say whether a statement can be filed; the Hub then stores it and makes a ``NoteStatement`` of it."""
    seat = seat_of(state, actor)
    if isinstance(seat, Denied):
        return seat
    filed = sum(head.participant == seat.participant for head in state.tender.statements.values())
    return Denied("too_many_statements", {"limit": MOST_STATEMENTS}) if filed >= MOST_STATEMENTS else []


def _note_statement(state: SessionState, command: cmd.NoteStatement, actor: Actor, now: datetime) -> Decision:
    refusal = _file(state, cmd.FileStatement(text="…"), actor, now)
    seat = seat_of(state, actor)
    if isinstance(refusal, Denied) or isinstance(seat, Denied):
        return refusal
    if command.statement in state.tender.statements:
        return []
    filed = ev.StatementFiled(
        statement=command.statement,
        participant=seat.participant,
        commitment=command.commitment,
        document_sha256=command.document_sha256,
    )
    return [filed]


def _answer(state: SessionState, command: cmd.AnswerStatement, actor: Actor, now: datetime) -> Decision:
    """Say whether it can be answered; the Hub then stores the reason and makes a ``NoteAnswer`` of it."""
    head = state.tender.statements.get(command.statement)
    if head is None:
        return Denied("not_found")
    if head.answer is not None:
        return Denied("statement_answered")
    return Denied("reason_needed") if command.answer == "declined" and not command.reason else []


def _note_answer(state: SessionState, command: cmd.NoteAnswer, actor: Actor, now: datetime) -> Decision:
    asked = cmd.AnswerStatement(
        statement=command.statement, answer=command.answer, reason="…" if command.commitment else ""
    )
    refusal = _answer(state, asked, actor, now)
    if isinstance(refusal, Denied):
        return refusal
    answered = ev.StatementAnswered(statement=command.statement, answer=command.answer, commitment=command.commitment)
    return [answered]


MOST_STATEMENTS = 20  # of one person in one session; each may bring a document

RULES: Mapping[type[Any], Rule] = {
    cmd.BeginReserved: _begin,
    cmd.NoteReserved: _note_begin,
    cmd.ChangeReserved: _change,
    cmd.EndReserved: _end,
    cmd.NoteResumed: _note_end,
    cmd.FileStatement: _file,
    cmd.NoteStatement: _note_statement,
    cmd.AnswerStatement: _answer,
    cmd.NoteAnswer: _note_answer,
}
