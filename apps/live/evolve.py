"""
``evolve(state, event)``: what an event makes of a state. Total and without judgement: what is in the log has happened.

One small function for each type of event, found by the type in ``_FOLDS``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import Any, TypeVar

from apps.live import events as ev
from apps.live import evolve_presence, evolve_presenting, evolve_recording, evolve_tender
from apps.live.state import MessageHead, Presence, Seat, SessionState
from data.ids import ParticipantId

Key = TypeVar("Key")
Value = TypeVar("Value")
Fold = Callable[[SessionState, Any, datetime], SessionState]


def evolve(state: SessionState, event: ev.LiveEvent, *, at: datetime, number: int | None = None) -> SessionState:
    """
    Return the state after an event.

    Args:
        at: When it happened, as the log has it.
        number: Its number in the log; ``None`` for the next one.
    """
    folded = _FOLDS[type(event)](state, event, at)
    return replace(folded, number=state.number + 1 if number is None else number)


def evolve_all(state: SessionState, events: Iterable[ev.LiveEvent], *, at: datetime) -> SessionState:
    """Return the state after several events of one moment."""
    for event in events:
        state = evolve(state, event, at=at)
    return state


# --- the session ----------------------------------------------------------------------------------------------------------


def _session_opened(state: SessionState, event: ev.SessionOpened, at: datetime) -> SessionState:
    return replace(
        state,
        phase="open",
        room=event.room,
        kind=event.kind,
        opened_at=at,
        max_participants=event.max_participants,
        record=event.record,
    )


def _session_closed(state: SessionState, event: ev.SessionClosed, at: datetime) -> SessionState:
    """Nobody is in a closed session: those who were there are gone, hands and presenter with them."""
    state = evolve_tender.closed(evolve_presence.closed(state), at)
    seats = {
        participant: replace(seat, presence=Presence.GONE, connections=MappingProxyType({}))
        if seat.presence in (Presence.PRESENT, Presence.RECONNECTING)
        else seat
        for participant, seat in state.seats.items()
    }
    return replace(state, phase="closed", closed_at=at, seats=MappingProxyType(seats), hands=(), presenter=None)


# --- people ---------------------------------------------------------------------------------------------------------------


def _joined(state: SessionState, event: ev.ParticipantJoined, at: datetime) -> SessionState:
    seat = Seat(
        participant=event.participant,
        person=event.person,
        role=event.role,
        joined_at=at,
        account=event.account,
        organisation=event.organisation,
        presence=Presence.RECONNECTING,  # until its ``Connected``, which follows in the same moment
    )
    return replace(state, seats=_with(state.seats, event.participant, seat))


def _connected(state: SessionState, event: ev.Connected, at: datetime) -> SessionState:
    state = evolve_presence.connected(state, event.participant)
    seat = state.seats[event.participant]
    connections = _with(seat.connections, event.connection, event.device)
    return _seat(state, event.participant, presence=Presence.PRESENT, connections=connections)


def _disconnected(state: SessionState, event: ev.Disconnected, at: datetime) -> SessionState:
    state = evolve_presence.disconnected(state, event.participant)
    seat = state.seats[event.participant]
    connections = MappingProxyType({c: d for c, d in seat.connections.items() if c != event.connection})
    presence = Presence.RECONNECTING if seat.presence is Presence.PRESENT and not connections else seat.presence
    return _seat(state, event.participant, presence=presence, connections=connections)


def _gone(state: SessionState, event: ev.ParticipantGone, at: datetime) -> SessionState:
    return _seat(state, event.participant, presence=Presence.GONE)


def _left(state: SessionState, event: ev.ParticipantLeft, at: datetime) -> SessionState:
    state = evolve_presence.gone_for_good(state, event.participant)
    return _seat(state, event.participant, presence=Presence.LEFT)


def _removed(state: SessionState, event: ev.ParticipantRemoved, at: datetime) -> SessionState:
    person = state.seats[event.participant].person
    state = evolve_presence.gone_for_good(state, event.participant)
    state = replace(state, removed_people=state.removed_people | {person})
    return _seat(state, event.participant, presence=Presence.REMOVED)


def _role_changed(state: SessionState, event: ev.RoleChanged, at: datetime) -> SessionState:
    return _seat(state, event.participant, role=event.role)


# --- sources --------------------------------------------------------------------------------------------------------------


def _switch(source: str, on: bool) -> Fold:
    def fold(state: SessionState, event: Any, at: datetime) -> SessionState:
        return _seat(state, event.participant, **{source: on})

    return fold


def _microphones_locked(state: SessionState, event: ev.MicrophonesLocked, at: datetime) -> SessionState:
    return replace(state, microphones_locked=event.locked)


def _microphone_locked(state: SessionState, event: ev.MicrophoneLocked, at: datetime) -> SessionState:
    return _seat(state, event.participant, microphone_locked=event.locked)


# --- floor ----------------------------------------------------------------------------------------------------------------


def _hand_raised(state: SessionState, event: ev.HandRaised, at: datetime) -> SessionState:
    state = evolve_tender.hand_raised(state, event.participant)
    return replace(state, hands=(*state.hands, event.participant))


def _hand_lowered(state: SessionState, event: ev.HandLowered, at: datetime) -> SessionState:
    return replace(state, hands=tuple(hand for hand in state.hands if hand != event.participant))


def _presenter_given(state: SessionState, event: ev.PresenterGiven, at: datetime) -> SessionState:
    return replace(state, presenter=event.participant)


def _presenter_taken(state: SessionState, event: ev.PresenterTaken, at: datetime) -> SessionState:
    return replace(state, presenter=None)


# --- chat -----------------------------------------------------------------------------------------------------------------


def _message_sent(state: SessionState, event: ev.MessageSent, at: datetime) -> SessionState:
    part = len(state.tender.parts) - 1 if state.tender.reserved is not None else None
    head = MessageHead(sender=event.participant, to=event.to, at=at, part=part)
    return replace(state, messages=_with(state.messages, event.message, head))


def _message_deleted(state: SessionState, event: ev.MessageDeleted, at: datetime) -> SessionState:
    head = replace(state.messages[event.message], deleted=True)
    return replace(state, messages=_with(state.messages, event.message, head))


def _seat(state: SessionState, participant: ParticipantId, **changes: Any) -> SessionState:
    return replace(state, seats=_with(state.seats, participant, replace(state.seats[participant], **changes)))


def _with(mapping: Mapping[Key, Value], key: Key, value: Value) -> Mapping[Key, Value]:
    """Return a read-only copy with one entry set; its place in the order is kept."""
    return MappingProxyType({**mapping, key: value})


_FOLDS: Mapping[type[Any], Fold] = {
    ev.SessionOpened: _session_opened,
    ev.SessionClosed: _session_closed,
    ev.ParticipantJoined: _joined,
    ev.Connected: _connected,
    ev.Disconnected: _disconnected,
    ev.ParticipantGone: _gone,
    ev.ParticipantLeft: _left,
    ev.ParticipantRemoved: _removed,
    ev.RoleChanged: _role_changed,
    ev.MicrophoneOn: _switch("microphone", True),
    ev.MicrophoneOff: _switch("microphone", False),
    ev.CameraOn: _switch("camera", True),
    ev.CameraOff: _switch("camera", False),
    ev.ScreenOn: _switch("screen", True),
    ev.ScreenOff: _switch("screen", False),
    ev.MicrophonesLocked: _microphones_locked,
    ev.MicrophoneLocked: _microphone_locked,
    ev.HandRaised: _hand_raised,
    ev.HandLowered: _hand_lowered,
    ev.PresenterGiven: _presenter_given,
    ev.PresenterTaken: _presenter_taken,
    ev.MessageSent: _message_sent,
    ev.MessageDeleted: _message_deleted,
    **evolve_presenting.FOLDS,
    **evolve_recording.FOLDS,
    **evolve_presence.FOLDS,
    **evolve_tender.FOLDS,
}
