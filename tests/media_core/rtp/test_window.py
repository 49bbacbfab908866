from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media_core.rtp.window import FEW, LONGEST_S, MOST_DELAY_S, SPARED, TOGETHER, WAIT_S, Window


def settled(receivers: int, packets_per_s: float) -> Window:
    """After ten seconds in which each of so many receivers got so many packets a second."""
    window = Window()
    for tick in range(100):
        window.update(receivers, int(receivers * packets_per_s * tick / 10), tick / 10)
    return window


def test_nothing_waits_between_two_people() -> None:
    assert settled(2, 290).wait_s == 0.0


def test_nothing_waits_where_nothing_flows() -> None:
    assert settled(100, 0.5).wait_s == 0.0
    assert Window().after(0.001, 0.001) == 0.0


def test_the_more_receive_the_longer_it_waits_and_never_long() -> None:
    assert WAIT_S <= settled(10, 290).wait_s < settled(30, 290).wait_s < settled(90, 290).wait_s <= LONGEST_S
    assert settled(1000, 50).wait_s == LONGEST_S


def test_it_waits_no_longer_than_until_enough_have_met() -> None:
    assert settled(300, 1160).wait_s == pytest.approx(TOGETHER / 1160, rel=0.01)


def test_a_flush_counts_as_waiting_and_others_have_their_turn_all_the_same() -> None:
    small, window = settled(20, 290), settled(100, 290)
    assert small.after(0.001, 0.001) == pytest.approx(small.wait_s - 0.001)
    assert window.after(0.004, 0.004) == pytest.approx(
        max(MOST_DELAY_S - (SPARED + 1) * 0.004, window.wait_s / 4)
    )  # who is last waits for all before, too
    assert small.after(0.001, 0.003) == pytest.approx(small.wait_s - 0.003)  # what was done beside it, too
    assert window.after(1.0, 1.0) == pytest.approx(window.wait_s / 4)


def test_it_forgets_a_load_that_ended() -> None:
    window = settled(100, 290)
    for tick in range(100, 200):
        window.update(100, 290_000, tick / 10)
    assert window.wait_s == 0.0


@given(st.integers(0, 2000), st.floats(0, 5000), st.floats(0, 1))
def test_it_is_never_negative_and_never_longer_than_it_may_be(
    receivers: int, packets_per_s: float, flush_s: float
) -> None:
    window = settled(receivers, packets_per_s)
    assert 0.0 <= window.after(flush_s, flush_s) <= window.wait_s <= LONGEST_S
    assert window.wait_s == 0.0 or receivers >= FEW
