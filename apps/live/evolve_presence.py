"""What the events about presence make of a state; registered in ``apps.live.evolve``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from apps.live import events_presence as ev
from apps.live.grants_tender import is_apart
from apps.live.state import Presence, SessionState
from apps.live.state_presence import Asked, Checks
from data.ids import ParticipantId

Fold = Callable[[SessionState, Any, datetime], SessionState]


def connected(state: SessionState, participant: ParticipantId) -> SessionState:
    """Return the state after a connection began: its page counts as visible, its media not yet as flowing."""
    presence = state.presence
    return _with(state, hidden=presence.hidden - {participant}, flowing=presence.flowing - {participant})


def disconnected(state: SessionState, participant: ParticipantId) -> SessionState:
    """Return the state after a connection ended."""
    return _with(state, flowing=state.presence.flowing - {participant})


def gone_for_good(state: SessionState, participant: ParticipantId) -> SessionState:
    """Return the state after somebody left or was removed: nobody waits for their answer."""
    return _answered(state, participant)


def closed(state: SessionState) -> SessionState:
    """Return the state after the session ended."""
    return _with(state, asked=None, checks=None, hidden=frozenset(), flowing=frozenset())


def asked_of(state: SessionState) -> frozenset[ParticipantId]:
    """Return whom a check asks: who is present, but those whose presence shows, moderators and the presenter."""
    return frozenset(
        seat.participant
        for seat in state.seats.values()
        if seat.presence is Presence.PRESENT
        and seat.role not in ("moderator", "encoder")
        and seat.participant != state.presenter
        and not is_apart(state, seat)
    )


def _visibility(state: SessionState, event: ev.VisibilityChanged, at: datetime) -> SessionState:
    hidden = state.presence.hidden
    return _with(state, hidden=hidden - {event.participant} if event.visible else hidden | {event.participant})


def _flowing(state: SessionState, event: ev.MediaFlowing, at: datetime) -> SessionState:
    flowing = state.presence.flowing
    return _with(state, flowing=flowing | {event.participant} if event.flowing else flowing - {event.participant})


def _spoke(state: SessionState, event: ev.Spoke, at: datetime) -> SessionState:
    return state


def _on(state: SessionState, event: ev.PresenceChecksOn, at: datetime) -> SessionState:
    checks = Checks(since=at, mean_s=event.mean_s, answer_s=event.answer_s, commitment=event.commitment)
    return _with(state, checks=checks, rounds=state.presence.rounds + 1)


def _off(state: SessionState, event: ev.PresenceChecksOff, at: datetime) -> SessionState:
    return _with(state, checks=None, asked=None)


def _asked(state: SessionState, event: ev.PresenceCheckAsked, at: datetime) -> SessionState:
    checks = state.presence.checks
    pending = asked_of(state)
    asked = Asked(check=event.check, at=at, answer_s=event.answer_s, pending=pending) if pending else None
    checks = None if checks is None else replace(checks, nth=event.nth)
    return _with(state, asked=asked, check=event.check, checks=checks)


def _checked(state: SessionState, event: ev.PresenceChecked, at: datetime) -> SessionState:
    return _answered(state, event.participant)


def _answered(state: SessionState, participant: ParticipantId) -> SessionState:
    asked = state.presence.asked
    if asked is None:
        return state
    pending = asked.pending - {participant}
    return _with(state, asked=replace(asked, pending=pending) if pending else None)


def _with(state: SessionState, **changes: Any) -> SessionState:
    return replace(state, presence=replace(state.presence, **changes))


FOLDS: Mapping[type[Any], Fold] = {
    ev.VisibilityChanged: _visibility,
    ev.MediaFlowing: _flowing,
    ev.Spoke: _spoke,
    ev.PresenceChecksOn: _on,
    ev.PresenceChecksOff: _off,
    ev.PresenceCheckAsked: _asked,
    ev.PresenceChecked: _checked,
}
