"""Rules about the session itself and who is in it: opening, coming, going, roles, removal, the end."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from apps.live import commands as cmd
from apps.live import events as ev
from apps.live.decide_recording import stopped as recording_stopped
from apps.live.decide_tender import opening
from apps.live.events_recording import ConsentSet
from apps.live.evolve import evolve
from apps.live.grants import HERE, all_off, lapses
from apps.live.grants_presenting import presented_by, stopped
from apps.live.permissions import seated_as
from apps.live.rule import Decision, Rule, outranks, seat_named, seat_of
from apps.live.state import Actor, Denied, Presence, Seat, SessionState


def _open(state: SessionState, command: cmd.Open, actor: Actor, now: datetime) -> Decision:
    if state.phase == "open":
        return []
    opened = ev.SessionOpened(
        room=command.room,
        kind=command.kind,
        max_participants=command.max_participants,
        record=command.record,
    )
    return [opened, *opening(command)]


def _open_session(state: SessionState, command: cmd.OpenSession, actor: Actor, now: datetime) -> Decision:
    return []  # it is open; the Hub turns this command into ``Open`` where no session is


def _join(state: SessionState, command: cmd.Join, actor: Actor, now: datetime) -> Decision:
    if command.person in state.removed_people:
        return Denied("removed")
    seat = state.seats.get(command.participant)
    if seat is None:
        return _first_join(state, command)
    if seat.person != command.person:
        return Denied("bad_state")
    if command.connection in seat.connections:
        return []
    replaced = [
        ev.Disconnected(participant=seat.participant, connection=connection, reason="replaced")
        for connection in seat.connections
    ]
    off = [] if command.resumes else all_off(seat, "replaced" if replaced else "left")
    return [*replaced, *off, _connected(command)]


def _first_join(state: SessionState, command: cmd.Join) -> Decision:
    if any(seat.person == command.person for seat in state.seats.values()):
        return Denied("bad_state")  # one seat per person
    taken = sum(seat.presence in HERE and seat.role != "encoder" for seat in state.seats.values())
    if taken >= state.max_participants and command.role not in ("moderator", "encoder"):
        return Denied("room_full", {"limit": state.max_participants})
    joined = ev.ParticipantJoined(
        participant=command.participant,
        person=command.person,
        role=command.role,
        name_commitment=command.name_commitment,
        account=command.account,
        organisation=command.organisation,
    )
    if command.role == "encoder" and state.record:  # whoever sets one up means it to be seen
        return [joined, _connected(command), ConsentSet(participant=command.participant, choice="all")]
    return [joined, _connected(command)]


def _connected(command: cmd.Join) -> ev.Connected:
    return ev.Connected(participant=command.participant, connection=command.connection, device=command.device)


def _disconnect(state: SessionState, command: cmd.Disconnect, actor: Actor, now: datetime) -> Decision:
    seat = next((seat for seat in state.seats.values() if command.connection in seat.connections), None)
    if seat is None:
        return []
    ended = ev.Disconnected(participant=seat.participant, connection=command.connection, reason=command.reason)
    if command.reason == "lost" or len(seat.connections) > 1:
        return [ended]
    return [ended, *all_off(seat, "left"), ev.ParticipantGone(participant=seat.participant)]


def _give_up(state: SessionState, command: cmd.GiveUp, actor: Actor, now: datetime) -> Decision:
    seat = state.seats.get(command.participant)
    if seat is None or seat.presence is not Presence.RECONNECTING:
        return []
    return [*all_off(seat, "left"), ev.ParticipantGone(participant=seat.participant)]


def _leave(state: SessionState, command: cmd.Leave, actor: Actor, now: datetime) -> Decision:
    seat = seat_of(state, actor)
    if isinstance(seat, Denied):
        return seat
    return [*_clear(state, seat, "left"), ev.ParticipantLeft(participant=seat.participant)]


def _remove(state: SessionState, command: cmd.RemoveParticipant, actor: Actor, now: datetime) -> Decision:
    seat = state.seats.get(command.participant)
    if seat is None:
        return Denied("not_found")
    if seat.presence is Presence.REMOVED:
        return []
    if seat.participant == seated_as(actor):
        return Denied("not_yourself")
    if outranks(state, seat, actor):
        return Denied("higher_standing")
    return [*_clear(state, seat, "removed"), ev.ParticipantRemoved(participant=seat.participant)]


def _clear(state: SessionState, seat: Seat, reason: Any) -> list[ev.LiveEvent]:
    """Return the events that take from a participant all that they have in the room, but the seat."""
    cleared = all_off(seat, reason)
    if seat.participant in state.hands:
        cleared.append(ev.HandLowered(participant=seat.participant))
    if state.presenter == seat.participant:
        cleared.append(ev.PresenterTaken(participant=seat.participant))
    cleared += presented_by(state, seat, reason)
    cleared += [
        ev.Disconnected(participant=seat.participant, connection=connection, reason=reason)
        for connection in seat.connections
    ]
    return cleared


def _set_role(state: SessionState, command: cmd.SetRole, actor: Actor, now: datetime) -> Decision:
    seat = seat_named(state, command.participant)
    if isinstance(seat, Denied):
        return seat
    if seat.role == command.role:
        return []
    refusal = _role_refusal(state, seat, actor)
    if refusal is not None:
        return refusal
    changed = ev.RoleChanged(participant=seat.participant, role=command.role)
    return [changed, *lapses(evolve(state, changed, at=now), screen="moderator")]


def _role_refusal(state: SessionState, seat: Seat, actor: Actor) -> Denied | None:
    if seat.role == "supplier":
        return Denied("not_for_suppliers")
    if seat.role == "encoder":
        return Denied("not_for_encoders")
    if outranks(state, seat, actor):
        return Denied("higher_standing")
    if seat.role == "moderator" and not _another_moderator(state, seat):
        return Denied("last_moderator")
    return None


def _another_moderator(state: SessionState, seat: Seat) -> bool:
    return any(
        other.role == "moderator" and other.presence in HERE and other.participant != seat.participant
        for other in state.seats.values()
    )


def _close_session(state: SessionState, command: cmd.CloseSession, actor: Actor, now: datetime) -> Decision:
    events: list[ev.LiveEvent] = []
    for seat in state.seats.values():
        events += all_off(seat, "ended")
        events += [
            ev.Disconnected(participant=seat.participant, connection=connection, reason="ended")
            for connection in seat.connections
        ]
    return [*events, *stopped(state, "ended"), *recording_stopped(state, "ended"), ev.SessionClosed(reason="ended")]


def _abandon(state: SessionState, command: cmd.Abandon, actor: Actor, now: datetime) -> Decision:
    if any(seat.presence in HERE and seat.role != "encoder" for seat in state.seats.values()):
        return []
    return [*stopped(state, "ended"), *recording_stopped(state, "ended"), ev.SessionClosed(reason="abandoned")]


RULES: Mapping[type[Any], Rule] = {
    cmd.Open: _open,
    cmd.OpenSession: _open_session,
    cmd.Join: _join,
    cmd.Disconnect: _disconnect,
    cmd.GiveUp: _give_up,
    cmd.Leave: _leave,
    cmd.RemoveParticipant: _remove,
    cmd.SetRole: _set_role,
    cmd.CloseSession: _close_session,
    cmd.Abandon: _abandon,
}
