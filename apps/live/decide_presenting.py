"""Rules about presentations: one thing on the stage at a time; the presenter and moderators lead it; films follow the server's clock."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from apps.live import commands_presenting as cmd
from apps.live import events as ev
from apps.live import events_presenting as shown
from apps.live.grants_presenting import stopped
from apps.live.permissions import seated_as
from apps.live.rule import Decision, Rule
from apps.live.state import Actor, Denied, SessionState
from apps.live.state_presenting import Showing


def _start(state: SessionState, command: cmd.StartPresentation, actor: Actor, now: datetime) -> Decision:
    return Denied("bad_state")  # only the Hub can look a presentation up; it asks with ``ShowPresentation``


def _show(state: SessionState, command: cmd.ShowPresentation, actor: Actor, now: datetime) -> Decision:
    """The newer takes the stage from the older, a presentation or a screen."""
    if command.pages and command.page > command.pages:
        return Denied("no_such_page", {"pages": command.pages})
    participant = seated_as(actor)
    showing = state.showing
    if showing is not None and (showing.presentation, showing.participant) == (command.presentation, participant):
        return _turned(showing, command.page)
    screens = [
        ev.ScreenOff(participant=seat.participant, reason="replaced") for seat in state.seats.values() if seat.screen
    ]
    started = shown.PresentationStarted(
        presentation=command.presentation,
        kind=command.kind,
        participant=participant,
        page=command.page,
        pages=command.pages,
        video=command.video,
        duration_s=command.duration_s,
        sha256=command.sha256,
    )
    return [*screens, *stopped(state, "replaced"), started]


def _turn(state: SessionState, command: cmd.TurnPage, actor: Actor, now: datetime) -> Decision:
    showing = state.showing
    if showing is None or showing.is_film:
        return Denied("nothing_presented")
    if command.page > showing.pages:
        return Denied("no_such_page", {"pages": showing.pages})
    return _turned(showing, command.page)


def _turned(showing: Showing, page: int) -> Decision:
    if showing.is_film or showing.page == page:
        return []
    return [shown.PageTurned(presentation=showing.presentation, page=page)]


def _play(state: SessionState, command: cmd.Play, actor: Actor, now: datetime) -> Decision:
    showing = _film(state)
    if isinstance(showing, Denied):
        return showing
    if showing.playing and command.position_s is None:
        return []
    position_s = _wanted(showing, command.position_s, now)
    return [shown.PresentationPlayed(presentation=showing.presentation, position_s=position_s)]


def _pause(state: SessionState, command: cmd.Pause, actor: Actor, now: datetime) -> Decision:
    showing = _film(state)
    if isinstance(showing, Denied):
        return showing
    if not showing.playing and command.position_s is None:
        return []
    position_s = _wanted(showing, command.position_s, now)
    return [shown.PresentationPaused(presentation=showing.presentation, position_s=position_s)]


def _seek(state: SessionState, command: cmd.Seek, actor: Actor, now: datetime) -> Decision:
    showing = _film(state)
    if isinstance(showing, Denied):
        return showing
    position_s = _wanted(showing, command.position_s, now)
    return [shown.PresentationSought(presentation=showing.presentation, position_s=position_s)]


def _film(state: SessionState) -> Showing | Denied:
    showing = state.showing
    return Denied("nothing_presented") if showing is None or not showing.is_film else showing


def _wanted(showing: Showing, position_s: float | None, now: datetime) -> float:
    """Return a position in milliseconds' exactness: the log need not tell more than a clock can."""
    found = showing.position_at(now) if position_s is None else showing.within(position_s)
    return round(found, 3)


def _stop(state: SessionState, command: cmd.StopPresentation, actor: Actor, now: datetime) -> Decision:
    showing = state.showing
    own = showing is not None and showing.participant == seated_as(actor)
    return [*stopped(state, "self" if own else "moderator")]


RULES: Mapping[type[Any], Rule] = {
    cmd.StartPresentation: _start,
    cmd.ShowPresentation: _show,
    cmd.TurnPage: _turn,
    cmd.Play: _play,
    cmd.Pause: _pause,
    cmd.Seek: _seek,
    cmd.StopPresentation: _stop,
}
