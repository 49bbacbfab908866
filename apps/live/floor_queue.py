"""
In which order raised hands are served: a fair floor.

``arrival``: as they were raised. ``organisation``: one hand of each organisation before the second of any; among the first ones, then
among the second ones and so on, whose organisation was heard the shortest goes first, then whose had the floor the fewest times, then
arrival. ``lot``: those of the last lot in its order, then the others by arrival.
"""

from __future__ import annotations

from collections import Counter

from apps.live.state import SessionState
from apps.live.state_tender import Used
from data.ids import ParticipantId

NEVER = Used()


def queue(state: SessionState) -> tuple[ParticipantId, ...]:
    """Return the raised hands in the order in which the session's policy serves them."""
    if state.tender.policy == "organisation":
        return _by_organisation(state)
    if state.tender.policy == "lot":
        drawn = {participant: place for place, participant in enumerate(state.tender.drawn)}
        return tuple(sorted(state.hands, key=lambda hand: drawn.get(hand, len(drawn))))
    return state.hands


def firm_of(state: SessionState, participant: ParticipantId) -> str:
    """Return what stands for a participant's organisation; somebody without one is their own."""
    seat = state.seats[participant]
    return seat.organisation or participant


def used_by_organisation(state: SessionState) -> dict[str, Used]:
    """Return what each organisation (``firm_of``) had of the floor so far."""
    totals: dict[str, Used] = {}
    for participant, used in state.tender.used.items():
        firm = firm_of(state, participant)
        sum_ = totals.get(firm, NEVER)
        totals[firm] = Used(sum_.turns + used.turns, sum_.held_ms + used.held_ms, sum_.used_ms + used.used_ms)
    return totals


def _by_organisation(state: SessionState) -> tuple[ParticipantId, ...]:
    used, hands_of = used_by_organisation(state), Counter[str]()
    ranked: list[tuple[int, int, int, int, ParticipantId]] = []
    for arrival, hand in enumerate(state.hands):
        firm = firm_of(state, hand)
        had = used.get(firm, NEVER)
        ranked.append((hands_of[firm], had.used_ms, had.turns, arrival, hand))
        hands_of[firm] += 1
    return tuple(hand for *_, hand in sorted(ranked))
