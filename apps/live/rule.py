"""What a rule is, and the few questions that many rules ask."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from apps.live.events import LiveEvent
from apps.live.state import Actor, Denied, Presence, Seat, SessionState
from data.ids import ParticipantId

Decision = list[LiveEvent] | Denied
Rule = Callable[[SessionState, Any, Actor, datetime], Decision]
"""``(state, command, actor, now)``; called only when the session is open and the actor may ask."""

_STANDINGS = ("", "moderator", "administrator")


def seat_named(state: SessionState, participant: ParticipantId) -> Seat | Denied:
    """Return the seat of a participant who was not removed; anything else is not found."""
    seat = state.seats.get(participant)
    if seat is None or seat.presence is Presence.REMOVED:
        return Denied("not_found")
    return seat


def seat_of(state: SessionState, actor: Actor) -> Seat | Denied:
    """Return the actor's own seat; an account in the console has none and so nothing to switch on."""
    seat = state.seats.get(ParticipantId(actor.id)) if actor.kind == "participant" else None
    return Denied("bad_state") if seat is None else seat


def outranks(state: SessionState, seat: Seat, actor: Actor) -> bool:
    """
    Tell whether somebody stands above the actor, and so can't be removed or demoted by them.

    An administrator's account stands above a moderator's, and both above people who came by an invitation.
    """
    own = state.seats.get(ParticipantId(actor.id)) if actor.kind == "participant" else None
    standing = own.account if own is not None else actor.role
    return _STANDINGS.index(seat.account) > _STANDINGS.index(standing)
