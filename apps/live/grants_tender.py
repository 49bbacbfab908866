"""Who has the floor of a tender's session, and who takes part in its reserved part: asked by ``apps.live.grants`` and by ``visibility``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from data.ids import ParticipantId

if TYPE_CHECKING:
    from apps.live.state import Seat, SessionState
    from apps.live.state_tender import ReservedPart


ALWAYS_IN = ("moderator", "encoder")
"""Roles that are in every reserved part: the authority, with what it presents by."""


def has_floor(state: SessionState, seat: Seat) -> bool:
    """Tell whether somebody has been given the floor."""
    floor = state.tender.floor
    return floor is not None and floor.participant == seat.participant


def takes_part(part: ReservedPart, seat: Seat) -> bool:
    """Tell whether somebody is in a reserved part: the authority always is, with what it presents by."""
    return seat.role in ALWAYS_IN or seat.person in part.admitted


def is_apart(state: SessionState, seat: Seat) -> bool:
    """Tell whether a reserved part lasts that somebody is not in: they receive and send nothing until it ends."""
    part = state.tender.reserved
    return part is not None and not takes_part(part, seat)


def apart(state: SessionState) -> frozenset[ParticipantId]:
    """Return everybody who is not in the reserved part that lasts; empty while none does."""
    if state.tender.reserved is None:
        return frozenset()
    return frozenset(seat.participant for seat in state.seats.values() if is_apart(state, seat))


def supplier_numbers(state: SessionState) -> Mapping[ParticipantId, int]:
    """Return the numbers by which suppliers who may not see each other's names are told apart, from 1 in the order of coming."""
    suppliers = (seat.participant for seat in state.seats.values() if seat.role == "supplier")
    return {participant: number for number, participant in enumerate(suppliers, start=1)}


def supplier_number(state: SessionState, participant: ParticipantId) -> int | None:
    """Return one supplier's number; ``None`` for anybody else."""
    return supplier_numbers(state).get(participant)
