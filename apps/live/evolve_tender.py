"""What the events of a tender's session make of a state; registered in ``apps.live.evolve``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import Any

from apps.live import events_tender as ev
from apps.live.state import SessionState
from apps.live.state_tender import Floor, ReservedPart, StatementHead, Used
from data.ids import ParticipantId

Fold = Callable[[SessionState, Any, datetime], SessionState]


def hand_raised(state: SessionState, participant: ParticipantId) -> SessionState:
    """Return the state after somebody asked for the floor anew: an earlier refusal is past."""
    refused = state.tender.refused
    return _with(state, refused=refused - {participant}) if participant in refused else state


def closed(state: SessionState, at: datetime) -> SessionState:
    """Return the state after the session ended, in a reserved part or not."""
    return _part_ended(state, at) if state.tender.reserved is not None else state


def _policy(state: SessionState, event: ev.FloorPolicySet, at: datetime) -> SessionState:
    return _with(state, policy=event.policy, limit_s=event.limit_s, commitment=event.commitment, drawn=())


def _shown(state: SessionState, event: ev.SuppliersShown, at: datetime) -> SessionState:
    return _with(state, suppliers_shown=event.shown)


def _drawn(state: SessionState, event: ev.LotDrawn, at: datetime) -> SessionState:
    return _with(state, drawn=event.order, draws=state.tender.draws + 1, commitment=event.next_commitment)


def _granted(state: SessionState, event: ev.FloorGranted, at: datetime) -> SessionState:
    return _with(state, floor=Floor(event.participant, at, event.limit_s))


def _extended(state: SessionState, event: ev.FloorExtended, at: datetime) -> SessionState:
    floor = state.tender.floor
    return state if floor is None else _with(state, floor=replace(floor, limit_s=event.limit_s))


def _refused(state: SessionState, event: ev.FloorRefused, at: datetime) -> SessionState:
    return _with(state, refused=state.tender.refused | {event.participant})


def _ended(state: SessionState, event: ev.FloorEnded, at: datetime) -> SessionState:
    floor, before = state.tender.floor, state.tender.used.get(event.participant, Used())
    held_ms = 0 if floor is None else round((at - floor.since).total_seconds() * 1000)
    used = Used(before.turns + 1, before.held_ms + held_ms, before.used_ms + event.used_ms)
    return _with(state, floor=None, used=MappingProxyType({**state.tender.used, event.participant: used}))


def _part_begun(state: SessionState, event: ev.ReservedBegun, at: datetime) -> SessionState:
    number = state.number + 1
    part = ReservedPart(number, number, at, event.resumes_at, frozenset(event.admitted), event.reason)
    return _with(state, parts=(*state.tender.parts, part))


def _part_changed(state: SessionState, event: ev.ReservedChanged, at: datetime) -> SessionState:
    """The stretch with those who were in it ends, and one with those who are in it now begins."""
    before = state.tender.reserved
    if before is None:
        return state
    admitted = before.admitted | {event.person} if event.inside else before.admitted - {event.person}
    state = _part_ended(state, at)
    return _with(state, parts=(*state.tender.parts, replace(before, first=state.number + 1, admitted=admitted)))


def _part_over(state: SessionState, event: ev.ReservedEnded, at: datetime) -> SessionState:
    return _part_ended(state, at)


def _part_ended(state: SessionState, at: datetime) -> SessionState:
    if state.tender.reserved is None:
        return state
    *before, last = state.tender.parts
    return _with(state, parts=(*before, replace(last, last=state.number + 1, until=at)))


def _filed(state: SessionState, event: ev.StatementFiled, at: datetime) -> SessionState:
    head = StatementHead(event.statement, event.participant, at, event.document_sha256)
    return _statement(state, head)


def _answered(state: SessionState, event: ev.StatementAnswered, at: datetime) -> SessionState:
    head = state.tender.statements[event.statement]
    return _statement(state, replace(head, answer=event.answer, answered_at=at))


def _statement(state: SessionState, head: StatementHead) -> SessionState:
    return _with(state, statements=MappingProxyType({**state.tender.statements, head.statement: head}))


def _with(state: SessionState, **changes: Any) -> SessionState:
    return replace(state, tender=replace(state.tender, **changes))


FOLDS: Mapping[type[Any], Fold] = {
    ev.FloorPolicySet: _policy,
    ev.SuppliersShown: _shown,
    ev.LotDrawn: _drawn,
    ev.FloorGranted: _granted,
    ev.FloorExtended: _extended,
    ev.FloorRefused: _refused,
    ev.FloorEnded: _ended,
    ev.ReservedBegun: _part_begun,
    ev.ReservedChanged: _part_changed,
    ev.ReservedEnded: _part_over,
    ev.StatementFiled: _filed,
    ev.StatementAnswered: _answered,
}
