"""Rules about the floor of a tender's session: its policy, grants and their ends. One at a time has it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from apps.live import commands_tender as cmd
from apps.live import events_tender as ev
from apps.live.commands import Open
from apps.live.events import HandLowered, LiveEvent
from apps.live.events_tender import FloorEnd
from apps.live.evolve import evolve_all
from apps.live.grants import HERE, lapses
from apps.live.grants_tender import is_apart
from apps.live.permissions import seated_as
from apps.live.rule import Decision, Rule, seat_named
from apps.live.state import Actor, Denied, Presence, Seat, SessionState
from data.lots import lot_order
from data.presence_times import commitment


def _set_policy(state: SessionState, command: cmd.SetFloorPolicy, actor: Actor, now: datetime) -> Decision:
    return []  # whether they may; the Hub turns it into ``NotePolicy``, because it holds the seed


def _note_policy(state: SessionState, command: cmd.NotePolicy, actor: Actor, now: datetime) -> Decision:
    tender = state.tender
    if (tender.policy, tender.limit_s) == (command.policy, command.limit_s) and command.policy != "lot":
        return []
    sealed = command.commitment if command.policy == "lot" else ""
    return [ev.FloorPolicySet(policy=command.policy, limit_s=command.limit_s, commitment=sealed)]


def _draw(state: SessionState, command: cmd.DrawLot, actor: Actor, now: datetime) -> Decision:
    """Say whether lots can be drawn; the Hub then makes a ``NoteLot`` of it."""
    if state.tender.policy != "lot":
        return Denied("not_by_lot")
    return [] if state.hands else Denied("nobody_asks")


def _note_lot(state: SessionState, command: cmd.NoteLot, actor: Actor, now: datetime) -> Decision:
    refusal = _draw(state, cmd.DrawLot(), actor, now)
    if isinstance(refusal, Denied):
        return refusal
    if commitment(command.seed) != state.tender.commitment:
        return Denied("bad_state")  # another seed than the one that was committed to
    drawn = ev.LotDrawn(
        seed=command.seed,
        commitment=state.tender.commitment,
        order=lot_order(command.seed, state.hands),
        next_commitment=command.next_commitment,
    )
    return [drawn]


def _grant(state: SessionState, command: cmd.GrantFloor, actor: Actor, now: datetime) -> Decision:
    seat = _asking(state, command.participant)
    if isinstance(seat, Denied):
        return seat
    floor = state.tender.floor
    if floor is not None:
        return [] if floor.participant == seat.participant else Denied("floor_taken")
    if seat.presence not in HERE:
        return Denied("not_present")
    if is_apart(state, seat):
        return Denied("reserved_part")
    limit_s = state.tender.limit_s if command.limit_s is None else command.limit_s or None
    return [HandLowered(participant=seat.participant), ev.FloorGranted(participant=seat.participant, limit_s=limit_s)]


def _refuse(state: SessionState, command: cmd.RefuseFloor, actor: Actor, now: datetime) -> Decision:
    seat = _asking(state, command.participant)
    if isinstance(seat, Denied):
        return seat
    return [HandLowered(participant=seat.participant), ev.FloorRefused(participant=seat.participant)]


def _asking(state: SessionState, participant: Any) -> Seat | Denied:
    """Return the seat of somebody whose hand is up: nobody is given the floor, and asked for devices, unasked."""
    seat = seat_named(state, participant)
    if isinstance(seat, Denied):
        return seat
    floor = state.tender.floor
    has_it = floor is not None and floor.participant == participant
    return seat if participant in state.hands or has_it else Denied("hand_not_raised")


def _extend(state: SessionState, command: cmd.ExtendFloor, actor: Actor, now: datetime) -> Decision:
    floor = state.tender.floor
    if floor is None or floor.participant != command.participant:
        return Denied("floor_over")
    if floor.limit_s is None:
        return []
    return [ev.FloorExtended(participant=floor.participant, limit_s=floor.limit_s + command.more_s)]


def _end(state: SessionState, command: cmd.EndFloor, actor: Actor, now: datetime) -> Decision:
    floor = state.tender.floor
    own = seated_as(actor)
    whose = own if command.participant is None else command.participant
    if floor is None or floor.participant != whose:
        return []  # it is over already
    return ended(state, "self" if whose == own else "moderator", now)


def _time(state: SessionState, command: cmd.TimeFloor, actor: Actor, now: datetime) -> Decision:
    floor = state.tender.floor
    if floor is None or floor.participant != command.participant or floor.until is None or now < floor.until:
        return []
    return ended(state, "time", now)


def _show(state: SessionState, command: cmd.ShowSuppliers, actor: Actor, now: datetime) -> Decision:
    return [] if command.shown == state.tender.suppliers_shown else [ev.SuppliersShown(shown=command.shown)]


def opening(command: Open) -> list[LiveEvent]:
    """Return the events that a tender's session begins with, as its room is set."""
    if command.kind != "tender" or command.policy is None:
        return []
    policy = command.policy
    sealed = policy.commitment if policy.policy == "lot" else ""
    first = ev.FloorPolicySet(policy=policy.policy, limit_s=policy.limit_s, commitment=sealed)
    return [first, ev.SuppliersShown(shown=True)] if command.suppliers_shown else [first]


def ended(state: SessionState, reason: FloorEnd, now: datetime) -> list[LiveEvent]:
    """Return the events that end the floor, with microphone and camera of whoever had it; the Hub fills in how long they were heard."""
    floor = state.tender.floor
    if floor is None:
        return []
    over = ev.FloorEnded(participant=floor.participant, reason=reason)
    return [over, *lapses(evolve_all(state, [over], at=now), microphone="floor", camera="floor")]


def with_floor_ended(state: SessionState, decision: list[LiveEvent], now: datetime) -> list[LiveEvent]:
    """Return a decision, preceded by the end of the floor where it takes from whoever has it what they need to keep it."""
    floor = state.tender.floor
    if floor is None or not decision:
        return decision
    after = evolve_all(state, decision, at=now)
    if after.tender.floor is None:
        return decision
    reason = _why_over(after, after.seats[floor.participant])
    if reason is None:
        return decision
    return [ev.FloorEnded(participant=floor.participant, reason=reason), *decision]


def _why_over(after: SessionState, seat: Seat) -> FloorEnd | None:
    if after.phase == "closed":
        return "ended"
    if seat.presence is Presence.REMOVED:
        return "removed"
    if seat.presence not in HERE:
        return "gone"
    return "reserved" if is_apart(after, seat) else None


RULES: Mapping[type[Any], Rule] = {
    cmd.SetFloorPolicy: _set_policy,
    cmd.NotePolicy: _note_policy,
    cmd.ShowSuppliers: _show,
    cmd.DrawLot: _draw,
    cmd.NoteLot: _note_lot,
    cmd.GrantFloor: _grant,
    cmd.RefuseFloor: _refuse,
    cmd.ExtendFloor: _extend,
    cmd.EndFloor: _end,
    cmd.TimeFloor: _time,
}
