"""The estimate of a downlink follows a line that narrows, and finds back when it widens."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from media_core.rtp.bandwidth import LEAST_BPS, LONGEST_HOLD_S, MOST_BPS, START_BPS, DownlinkEstimate


def test_a_falling_remb_is_believed_at_once() -> None:
    estimate = DownlinkEstimate()
    assert not estimate.remb(1_600_000, 1.0)
    assert estimate.remb(400_000, 2.0)
    assert estimate.estimate_bps == 400_000


def test_a_first_remb_measures_the_path_only_if_more_was_sent() -> None:
    for fresh_bps, expected_bps in ((8_000, START_BPS), (700_000, 500_000)):
        estimate = DownlinkEstimate()
        estimate.grow(4.9, 100_000, fresh_bps=fresh_bps)
        narrow = fresh_bps > 200_000
        assert estimate.remb(200_000 if narrow else 7_000, 5.0) is narrow
        assert estimate.estimate_bps == expected_bps


def test_a_remb_that_only_follows_what_arrives_limits_nothing() -> None:
    estimate = DownlinkEstimate()
    estimate.remb(1_600_000, 0.0)
    estimate.remb(200_000, 1.0)
    for tick in range(2, 60):
        estimate.remb(201_000 + tick, tick / 2)
        estimate.grow(tick / 2, sent_bps=int(estimate.estimate_bps * 0.6))
    assert estimate.estimate_bps > START_BPS


def test_it_does_not_run_far_ahead_of_what_arrived() -> None:
    estimate = DownlinkEstimate()
    estimate.remb(200_000, 0.0)
    for tick in range(400):
        estimate.grow(tick / 2, sent_bps=180_000)
    assert estimate.estimate_bps <= 500_000


def test_a_screen_can_be_tried_after_a_quiet_time() -> None:
    estimate = DownlinkEstimate()
    estimate.remb(1_600_000, 0.0)
    estimate.remb(300_000, 1.0)
    for tick in range(2, 60):
        estimate.grow(tick / 2, sent_bps=200_000, room_bps=2_000_000)
    assert estimate.estimate_bps >= 1_500_000


def test_much_loss_lowers_it_and_a_little_keeps_it() -> None:
    estimate = DownlinkEstimate()
    assert not estimate.loss(0.1, 1.0)
    assert estimate.grow(1.5, sent_bps=1_000_000) == START_BPS
    assert estimate.loss(0.3, 2.0)
    assert estimate.estimate_bps < START_BPS


def test_a_line_that_came_back_is_found_within_half_a_minute() -> None:
    estimate, now_s = DownlinkEstimate(), 0.0
    estimate.remb(1_500_000, now_s)
    for _ in range(40):  # 500 kbit/s: whoever sends more makes REMB fall
        now_s += 0.5
        sent_bps = min(estimate.grow(now_s, sent_bps=400_000), 1_200_000)
        estimate.remb(420_000 if sent_bps > 500_000 else 450_000, now_s)
    assert estimate.estimate_bps < 700_000
    until_s = now_s + 30
    while now_s < until_s and estimate.estimate_bps < 1_500_000:
        now_s += 0.5
        estimate.grow(now_s, sent_bps=int(estimate.estimate_bps * 0.5))
    assert estimate.estimate_bps >= 1_500_000


def test_a_line_that_stays_narrow_is_tried_ever_more_rarely() -> None:
    estimate, sent_bps, full, falls_s = DownlinkEstimate(), 400_000, 0, list[float]()
    for tick in range(600):
        now_s = tick / 2
        full = full + 1 if sent_bps > 500_000 else 0  # the queue needs a second to be noticed
        fell = estimate.remb((420_000 if full >= 2 else 450_000) + tick, now_s)
        if full and fell:
            falls_s.append(now_s)
        sent_bps = 800_000 if estimate.grow(now_s, sent_bps=sent_bps) > 900_000 else 400_000
    pauses_s = [later - sooner for sooner, later in itertools.pairwise(falls_s)]
    assert pauses_s == sorted(pauses_s)
    assert pauses_s[-1] > 20
    assert len(falls_s) < 16  # in five minutes


REPORTS = st.lists(
    st.tuples(st.sampled_from(("remb", "loss", "grow")), st.integers(0, 20_000_000), st.floats(0, 1), st.floats(0, 3)),
    max_size=80,
)


@given(reports=REPORTS)
def test_it_stays_within_bounds_and_never_holds_for_ever(reports: list[tuple[str, int, float, float]]) -> None:
    estimate, now_s = DownlinkEstimate(), 0.0
    for kind, bps, fraction, pause_s in reports:
        now_s += pause_s
        if kind == "remb":
            estimate.remb(bps, now_s)
        elif kind == "loss":
            estimate.loss(fraction, now_s)
        else:
            estimate.grow(now_s, sent_bps=bps)
        assert LEAST_BPS <= estimate.estimate_bps <= MOST_BPS
    before = estimate.estimate_bps
    estimate.grow(now_s + LONGEST_HOLD_S + 2, sent_bps=MOST_BPS)
    estimate.grow(now_s + LONGEST_HOLD_S + 3, sent_bps=MOST_BPS)
    assert estimate.estimate_bps > before or before == MOST_BPS


def test_a_single_late_burst_takes_half_of_what_was_carried_at_most() -> None:
    estimate = DownlinkEstimate()
    for tick in range(20):
        estimate.remb(800_000 + tick, tick / 2)
        estimate.grow(tick / 2, sent_bps=600_000)
    assert estimate.remb(40_000, 10.0)
    assert estimate.estimate_bps >= 300_000
    assert estimate.remb(38_000, 10.5)
    assert estimate.estimate_bps < 300_000
