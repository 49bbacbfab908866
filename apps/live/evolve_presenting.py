"""What the events about presentations make of a state; registered in ``apps.live.evolve``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from apps.live import events_presenting as ev
from apps.live.state import SessionState
from apps.live.state_presenting import Showing

Fold = Callable[[SessionState, Any, datetime], SessionState]


def _started(state: SessionState, event: ev.PresentationStarted, at: datetime) -> SessionState:
    showing = Showing(
        presentation=event.presentation,
        kind=event.kind,
        participant=event.participant,
        page=event.page,
        pages=event.pages,
        at=at,
        video=event.video,
        duration_s=event.duration_s,
    )
    return replace(state, showing=showing)


def _page_turned(state: SessionState, event: ev.PageTurned, at: datetime) -> SessionState:
    return _changed(state, page=event.page, at=at)


def _played(state: SessionState, event: ev.PresentationPlayed, at: datetime) -> SessionState:
    return _changed(state, playing=True, position_s=event.position_s, at=at)


def _paused(state: SessionState, event: ev.PresentationPaused, at: datetime) -> SessionState:
    return _changed(state, playing=False, position_s=event.position_s, at=at)


def _sought(state: SessionState, event: ev.PresentationSought, at: datetime) -> SessionState:
    return _changed(state, position_s=event.position_s, at=at)


def _handed(state: SessionState, event: ev.PresentationHanded, at: datetime) -> SessionState:
    return _changed(state, participant=event.participant)


def _stopped(state: SessionState, event: ev.PresentationStopped, at: datetime) -> SessionState:
    return replace(state, showing=None)


def _changed(state: SessionState, **changes: Any) -> SessionState:
    return state if state.showing is None else replace(state, showing=replace(state.showing, **changes))


FOLDS: Mapping[type[Any], Fold] = {
    ev.PresentationStarted: _started,
    ev.PageTurned: _page_turned,
    ev.PresentationPlayed: _played,
    ev.PresentationPaused: _paused,
    ev.PresentationSought: _sought,
    ev.PresentationHanded: _handed,
    ev.PresentationStopped: _stopped,
}
