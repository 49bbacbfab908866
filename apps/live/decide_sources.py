"""Rules about microphones, cameras and screens. Nobody's goes on but by their own command, and only with the right to it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from apps.live import commands as cmd
from apps.live import events as ev
from apps.live.evolve import evolve
from apps.live.grants import lapses, may_show_camera, may_speak
from apps.live.grants_presenting import stopped
from apps.live.grants_tender import has_floor
from apps.live.rule import Decision, Rule, seat_named, seat_of
from apps.live.state import Actor, Denied, Seat, SessionState


def _set_microphone(state: SessionState, command: cmd.SetMicrophone, actor: Actor, now: datetime) -> Decision:
    seat = seat_of(state, actor)
    if isinstance(seat, Denied):
        return seat
    if seat.microphone == command.on:
        return []
    if not command.on:
        return [ev.MicrophoneOff(participant=seat.participant)]
    if not may_speak(state, seat):
        return Denied("no_floor" if _waits_for_floor(state, seat) else "microphone_locked")
    return [ev.MicrophoneOn(participant=seat.participant)]


def _waits_for_floor(state: SessionState, seat: Seat) -> bool:
    return seat.role == "supplier" and not has_floor(state, seat)


def _set_camera(state: SessionState, command: cmd.SetCamera, actor: Actor, now: datetime) -> Decision:
    seat = seat_of(state, actor)
    if isinstance(seat, Denied):
        return seat
    if seat.camera == command.on:
        return []
    if not command.on:
        return [ev.CameraOff(participant=seat.participant)]
    if not may_show_camera(state, seat):
        return Denied("no_floor")
    return [ev.CameraOn(participant=seat.participant)]


def _set_screen(state: SessionState, command: cmd.SetScreen, actor: Actor, now: datetime) -> Decision:
    """One thing on the stage at a time: a start takes it from another screen, or from a presentation."""
    seat = seat_of(state, actor)
    if isinstance(seat, Denied):
        return seat
    if seat.screen == command.on:
        return []
    if not command.on:
        return [ev.ScreenOff(participant=seat.participant)]
    replaced = [
        ev.ScreenOff(participant=other.participant, reason="replaced") for other in state.seats.values() if other.screen
    ]
    return [*replaced, *stopped(state, "screen"), ev.ScreenOn(participant=seat.participant)]


def _mute(state: SessionState, command: cmd.MuteMicrophone, actor: Actor, now: datetime) -> Decision:
    seat = seat_named(state, command.participant)
    if isinstance(seat, Denied):
        return seat
    return [ev.MicrophoneOff(participant=seat.participant, reason="moderator")] if seat.microphone else []


def _lock_one(state: SessionState, command: cmd.LockMicrophone, actor: Actor, now: datetime) -> Decision:
    seat = seat_named(state, command.participant)
    if isinstance(seat, Denied):
        return seat
    if seat.microphone_locked == command.locked:
        return []
    locked = ev.MicrophoneLocked(participant=seat.participant, locked=command.locked)
    return [locked, *lapses(evolve(state, locked, at=now))]


def _lock_all(state: SessionState, command: cmd.LockMicrophones, actor: Actor, now: datetime) -> Decision:
    if state.microphones_locked == command.locked:
        return []
    locked = ev.MicrophonesLocked(locked=command.locked)
    return [locked, *lapses(evolve(state, locked, at=now))]


def _stop_camera(state: SessionState, command: cmd.StopCamera, actor: Actor, now: datetime) -> Decision:
    seat = seat_named(state, command.participant)
    if isinstance(seat, Denied):
        return seat
    return [ev.CameraOff(participant=seat.participant, reason="moderator")] if seat.camera else []


def _stop_screen(state: SessionState, command: cmd.StopScreen, actor: Actor, now: datetime) -> Decision:
    seat = seat_named(state, command.participant)
    if isinstance(seat, Denied):
        return seat
    return [ev.ScreenOff(participant=seat.participant, reason="moderator")] if seat.screen else []


RULES: Mapping[type[Any], Rule] = {
    cmd.SetMicrophone: _set_microphone,
    cmd.SetCamera: _set_camera,
    cmd.SetScreen: _set_screen,
    cmd.MuteMicrophone: _mute,
    cmd.LockMicrophone: _lock_one,
    cmd.LockMicrophones: _lock_all,
    cmd.StopCamera: _stop_camera,
    cmd.StopScreen: _stop_screen,
}
