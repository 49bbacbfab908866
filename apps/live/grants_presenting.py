"""Whose a presentation on the stage is, and when it leaves it; asked by ``apps.live.grants`` after every change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apps.live.events_presenting import PresentationHanded, PresentationStopped, StopReason

if TYPE_CHECKING:
    from apps.live.state import Seat, SessionState


def stopped(state: SessionState, reason: StopReason) -> list[PresentationStopped]:
    """Return the event that takes what is presented off the stage; none if nothing is."""
    if state.showing is None:
        return []
    return [PresentationStopped(presentation=state.showing.presentation, reason=reason)]


def presentation_lapses(state: SessionState, *, reason: StopReason) -> list[PresentationHanded | PresentationStopped]:
    """
    Return what becomes of a presentation whose presenter lost the right to it: the new presenter goes on with it at the same page; without
    one it ends. What a moderator, or the console, presents stays as long as they are moderators.
    """
    showing = state.showing
    if showing is None or showing.participant is None:
        return []
    seat = state.seats.get(showing.participant)
    if seat is not None and (seat.role == "moderator" or state.presenter == seat.participant):
        return []
    if state.presenter is not None:
        return [PresentationHanded(presentation=showing.presentation, participant=state.presenter)]
    return [PresentationStopped(presentation=showing.presentation, reason=reason)]


def presented_by(state: SessionState, seat: Seat, reason: StopReason) -> list[PresentationStopped]:
    """Return the event that ends what this very participant presents: they leave for good."""
    if state.showing is None or state.showing.participant != seat.participant:
        return []
    return stopped(state, reason)
