"""Lots can be recomputed and favour nobody."""

from __future__ import annotations

from collections import Counter

from data.ids import ParticipantId
from data.lots import lot_order

HANDS = [ParticipantId(f"pt_{number}") for number in range(5)]


def test_the_same_seed_draws_the_same_order_however_hands_are_given() -> None:
    assert lot_order("seed", HANDS) == lot_order("seed", HANDS[::-1])
    assert set(lot_order("seed", HANDS)) == set(HANDS)


def test_everybody_is_first_about_as_often() -> None:
    firsts = Counter(lot_order(str(seed), HANDS)[0] for seed in range(5000))
    assert all(850 < firsts[hand] < 1150 for hand in HANDS)  # 1000 ± 5 standard deviations
