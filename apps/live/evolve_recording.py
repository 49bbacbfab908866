"""What the events about recording make of a state; registered in ``apps.live.evolve``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import Any

from apps.live import events_recording as ev
from apps.live.events_archive import RecordingNamed, RecordingReleased
from apps.live.state import SessionState
from apps.live.state_recording import Fragment

Fold = Callable[[SessionState, Any, datetime], SessionState]


def _consent(state: SessionState, event: ev.ConsentSet, at: datetime) -> SessionState:
    return _with(state, consents=MappingProxyType({**state.recording.consents, event.participant: event.choice}))


def _started(state: SessionState, event: ev.RecordingStarted, at: datetime) -> SessionState:
    fragment = Fragment(event.recording, event.name, event.takes, at, reserved=event.reserved)
    return _with(state, fragments=(*state.recording.fragments, fragment))


def _stopped(state: SessionState, event: ev.RecordingStopped, at: datetime) -> SessionState:
    fragments = tuple(
        replace(fragment, stopped_at=at) if fragment.recording == event.recording else fragment
        for fragment in state.recording.fragments
    )
    return _with(state, fragments=fragments)


def _tape(state: SessionState, event: ev.TapeRunning, at: datetime) -> SessionState:
    return _with(state, tape=event.running, reason=event.reason)


def _sealed(state: SessionState, event: ev.SegmentsSealed, at: datetime) -> SessionState:
    return _with(state, segments=state.recording.segments | {segment.file for segment in event.segments})


def _afterwards(state: SessionState, event: Any, at: datetime) -> SessionState:
    """What becomes of the archive of a closed session changes nothing in the session."""
    return state


def _with(state: SessionState, **changes: Any) -> SessionState:
    return replace(state, recording=replace(state.recording, **changes))


FOLDS: Mapping[type[Any], Fold] = {
    ev.ConsentSet: _consent,
    ev.RecordingStarted: _started,
    ev.RecordingStopped: _stopped,
    ev.TapeRunning: _tape,
    ev.SegmentsSealed: _sealed,
    ev.RecordingCut: _afterwards,
    ev.RecordingReady: _afterwards,
    ev.RecordingDeleted: _afterwards,
    ev.SegmentsErased: _afterwards,
    ev.ArchiveKept: _afterwards,
    ev.ArchiveDeleted: _afterwards,
    RecordingNamed: _afterwards,
    RecordingReleased: _afterwards,
}
