"""Rules about presence: what a page says of itself, what the media core sees, and *are you there?*."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from apps.live import commands_presence as cmd
from apps.live import events_presence as ev
from apps.live.events import LiveEvent
from apps.live.rule import Decision, Rule, seat_of
from apps.live.state import Actor, Denied, Presence, SessionState


def _visibility(state: SessionState, command: cmd.SetVisibility, actor: Actor, now: datetime) -> Decision:
    seat = seat_of(state, actor)
    if isinstance(seat, Denied):
        return seat
    if command.visible == (seat.participant not in state.presence.hidden):
        return []
    return [ev.VisibilityChanged(participant=seat.participant, visible=command.visible)]


def _answer(state: SessionState, command: cmd.AnswerPresence, actor: Actor, now: datetime) -> Decision:
    seat = seat_of(state, actor)
    if isinstance(seat, Denied):
        return seat
    asked = state.presence.asked
    if asked is None or asked.check != command.check or seat.participant not in asked.pending:
        return Denied("check_over") if command.check < state.presence.check or asked is None else []
    return [ev.PresenceChecked(participant=seat.participant, check=asked.check, answered=True)]


def _set(state: SessionState, command: cmd.SetPresenceChecks, actor: Actor, now: datetime) -> Decision:
    return []  # whether they may; the Hub turns it into ``StartChecks`` or ``StopChecks``, because it holds the seed


def _start(state: SessionState, command: cmd.StartChecks, actor: Actor, now: datetime) -> Decision:
    if state.presence.checks is not None:
        return []
    on = ev.PresenceChecksOn(mean_s=command.mean_s, answer_s=command.answer_s, commitment=command.commitment)
    return [on]


def _stop(state: SessionState, command: cmd.StopChecks, actor: Actor, now: datetime) -> Decision:
    if state.presence.checks is None:
        return []
    return [ev.PresenceChecksOff(seed=command.seed)]


def _ask(state: SessionState, command: cmd.AskPresence, actor: Actor, now: datetime) -> Decision:
    checks = state.presence.checks
    if checks is None or command.nth <= checks.nth:
        return []
    asked = ev.PresenceCheckAsked(check=state.presence.check + 1, nth=command.nth, answer_s=checks.answer_s)
    return [*missed(state), asked]


def _close(state: SessionState, command: cmd.CloseCheck, actor: Actor, now: datetime) -> Decision:
    asked = state.presence.asked
    return [] if asked is None or asked.check != command.check else missed(state)


def missed(state: SessionState) -> list[LiveEvent]:
    """Return that those who have not answered the check that runs did not."""
    asked = state.presence.asked
    if asked is None:
        return []
    seated = [seat.participant for seat in state.seats.values() if seat.participant in asked.pending]
    return [ev.PresenceChecked(participant=one, check=asked.check, answered=False) for one in seated]


def _flows(state: SessionState, command: cmd.NoteFlows, actor: Actor, now: datetime) -> Decision:
    flowing = state.presence.flowing
    here = {seat.participant for seat in state.seats.values() if seat.presence is Presence.PRESENT}
    up = [ev.MediaFlowing(participant=one, flowing=True) for one in sorted((command.up & here) - flowing)]
    down = [ev.MediaFlowing(participant=one, flowing=False) for one in sorted(command.down & flowing)]
    return [*up, *down]


def _speech(state: SessionState, command: cmd.NoteSpeech, actor: Actor, now: datetime) -> Decision:
    known = [(one, ms) for one, ms in sorted(command.speech_ms.items()) if one in state.seats and ms > 0]
    return [ev.Spoke(participant=one, speech_ms=ms) for one, ms in known]


RULES: Mapping[type[Any], Rule] = {
    cmd.SetVisibility: _visibility,
    cmd.AnswerPresence: _answer,
    cmd.SetPresenceChecks: _set,
    cmd.StartChecks: _start,
    cmd.StopChecks: _stop,
    cmd.AskPresence: _ask,
    cmd.CloseCheck: _close,
    cmd.NoteFlows: _flows,
    cmd.NoteSpeech: _speech,
}
