"""Rules about hands, which stand in the order in which they were raised, and about the presenter, of whom there is at most one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from apps.live import commands as cmd
from apps.live import events as ev
from apps.live.evolve import evolve_all
from apps.live.grants import HERE, lapses
from apps.live.grants_tender import has_floor
from apps.live.rule import Decision, Rule, seat_named, seat_of
from apps.live.state import Actor, Denied, SessionState


def _raise_hand(state: SessionState, command: cmd.RaiseHand, actor: Actor, now: datetime) -> Decision:
    seat = seat_of(state, actor)
    if isinstance(seat, Denied):
        return seat
    if seat.participant in state.hands or has_floor(state, seat):
        return []
    return [ev.HandRaised(participant=seat.participant)]


def _lower_hand(state: SessionState, command: cmd.LowerHand, actor: Actor, now: datetime) -> Decision:
    seat = seat_of(state, actor) if command.participant is None else seat_named(state, command.participant)
    if isinstance(seat, Denied):
        return seat
    return [ev.HandLowered(participant=seat.participant)] if seat.participant in state.hands else []


def _lower_all(state: SessionState, command: cmd.LowerAllHands, actor: Actor, now: datetime) -> Decision:
    return [ev.HandLowered(participant=participant) for participant in state.hands]


def _give_presenter(state: SessionState, command: cmd.GivePresenter, actor: Actor, now: datetime) -> Decision:
    seat = seat_named(state, command.participant)
    if isinstance(seat, Denied):
        return seat
    if state.presenter == seat.participant:
        return []
    if seat.role == "supplier":
        return Denied("not_for_suppliers")
    if seat.role == "encoder":
        return Denied("not_for_encoders")
    if seat.presence not in HERE:
        return Denied("not_present")
    given = ev.PresenterGiven(participant=seat.participant)
    taken = _taken(state)
    return [*taken, given, *lapses(evolve_all(state, [*taken, given], at=now))]


def _take_presenter(state: SessionState, command: cmd.TakePresenter, actor: Actor, now: datetime) -> Decision:
    taken = _taken(state)
    return [*taken, *lapses(evolve_all(state, taken, at=now))]


def _taken(state: SessionState) -> list[ev.LiveEvent]:
    return [] if state.presenter is None else [ev.PresenterTaken(participant=state.presenter)]


RULES: Mapping[type[Any], Rule] = {
    cmd.RaiseHand: _raise_hand,
    cmd.LowerHand: _lower_hand,
    cmd.LowerAllHands: _lower_all,
    cmd.GivePresenter: _give_presenter,
    cmd.TakePresenter: _take_presenter,
}
