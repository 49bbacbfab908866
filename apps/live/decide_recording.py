"""Rules about recording: only where the room says so; nobody is recorded before they said what of them may be."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from apps.live import commands_recording as cmd
from apps.live import events_recording as ev
from apps.live.events import LiveEvent
from apps.live.rule import Decision, Rule, seat_of
from apps.live.state import Actor, Denied, SessionState


def _start(state: SessionState, command: cmd.StartRecording, actor: Actor, now: datetime) -> Decision:
    return Denied("bad_state")  # only the Hub can name a recording; it asks with ``BeginRecording``


def _begin(state: SessionState, command: cmd.BeginRecording, actor: Actor, now: datetime) -> Decision:
    if not state.record:
        return Denied("recording_not_planned")
    if state.recording.reason == "disk_full":
        return Denied("disk_full")
    if state.recording.running is not None:
        return []
    reserved = state.tender.reserved is not None
    started = ev.RecordingStarted(
        recording=command.recording, name=command.name, takes=command.takes, reserved=reserved
    )
    return [started]


def _stop(state: SessionState, command: cmd.StopRecording, actor: Actor, now: datetime) -> Decision:
    return stopped(state, "moderator")


def stopped(state: SessionState, reason: Any) -> list[LiveEvent]:
    """Return the event that ends the running fragment, if one runs."""
    running = state.recording.running
    return [] if running is None else [ev.RecordingStopped(recording=running.recording, reason=reason)]


def _consent(state: SessionState, command: cmd.SetConsent, actor: Actor, now: datetime) -> Decision:
    seat = seat_of(state, actor)
    if isinstance(seat, Denied):
        return seat
    if not state.record or state.recording.consents.get(seat.participant) == command.choice:
        return []
    return [ev.ConsentSet(participant=seat.participant, choice=command.choice)]


def _tape(state: SessionState, command: cmd.NoteTape, actor: Actor, now: datetime) -> Decision:
    if (state.recording.tape, state.recording.reason) == (command.running, command.reason):
        return []
    noted = ev.TapeRunning(running=command.running, reason=command.reason)
    return [noted, *stopped(state, "disk_full")] if command.reason == "disk_full" else [noted]


def _segments(state: SessionState, command: cmd.NoteSegments, actor: Actor, now: datetime) -> Decision:
    new = tuple(segment for segment in command.segments if segment.file not in state.recording.segments)
    return [ev.SegmentsSealed(segments=new)] if new else []


RULES: Mapping[type[Any], Rule] = {
    cmd.StartRecording: _start,
    cmd.BeginRecording: _begin,
    cmd.StopRecording: _stop,
    cmd.SetConsent: _consent,
    cmd.NoteTape: _tape,
    cmd.NoteSegments: _segments,
}
