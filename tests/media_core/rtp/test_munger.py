"""The munger against a model that remembers everything, and the cases one would draw on paper."""

from __future__ import annotations

import itertools
import random

from hypothesis import given, settings
from hypothesis import strategies as st

from media_core.rtp.munger import RtpMunger
from media_core.rtp.sequence import newer

actions = st.lists(
    st.one_of(
        st.just(("forward", 0)),
        st.just(("forward", 0)),
        st.just(("drop", 0)),
        st.tuples(st.just("switch"), st.integers(0, 0xFFFF)),
    ),
    max_size=300,
)


@given(st.integers(0, 0xFFFF), st.integers(0, 0xFFFFFFFF), actions)
@settings(max_examples=300)
def test_any_interleaving_of_switches_and_drops_goes_out_unbroken(
    first: int, timestamp: int, steps: list[tuple[str, int]]
) -> None:
    munger = RtpMunger(clock_rate_hz=90_000, next_timestamp=timestamp)
    munger.switch(first, timestamp)
    number, sent = first, []
    for action, value in steps:
        if action == "switch":
            number, timestamp = value, (timestamp + 7919 * value) & 0xFFFFFFFF
            munger.switch(number, timestamp, elapsed_s=0.02)
        elif action == "drop":
            munger.drop(number)
            number, timestamp = (number + 1) & 0xFFFF, (timestamp + 3000) & 0xFFFFFFFF
        else:
            sent.append(munger.map(number, timestamp))
            assert sent[-1] is not None
            assert munger.source_of(sent[-1][0]) == number
            number, timestamp = (number + 1) & 0xFFFF, (timestamp + 3000) & 0xFFFFFFFF
    assert [out[0] for out in sent if out] == [index & 0xFFFF for index in range(len(sent))]
    stamps = [out[1] for out in sent if out]
    assert all((later - earlier) & 0xFFFFFFFF < 0x80000000 for earlier, later in itertools.pairwise(stamps))
    assert len(set(stamps)) == len(stamps)


@given(st.integers(0, 0xFFFF), st.sets(st.integers(0, 150)), st.sets(st.integers(1, 150)), st.integers(0, 1000))
@settings(max_examples=300)
def test_packets_that_come_late_get_the_place_kept_for_them(
    first: int, dropped: set[int], late: set[int], seed: int
) -> None:
    in_order = RtpMunger(clock_rate_hz=48_000)
    in_order.switch(first, 0)
    expected = {}
    for index in range(151):
        if index in dropped:
            in_order.drop((first + index) & 0xFFFF)
        else:
            expected[index] = in_order.map((first + index) & 0xFFFF, index * 960)
    munger = RtpMunger(clock_rate_hz=48_000)
    munger.switch(first, 0)
    held, came = [], {}
    for index in range(151):
        if index in late and index not in dropped:
            held.append(index)
        elif index in dropped:
            munger.drop((first + index) & 0xFFFF)
        else:
            came[index] = munger.map((first + index) & 0xFFFF, index * 960)
    random.Random(seed).shuffle(held)
    for index in held:
        came[index] = munger.map((first + index) & 0xFFFF, index * 960)
    assert came == expected
    for index, out in came.items():
        assert out is not None
        assert munger.source_of(out[0]) == (first + index) & 0xFFFF
    for index in dropped:
        assert munger.map((first + index) & 0xFFFF, index * 960) is None


def test_nothing_is_sent_before_the_first_switch_and_while_paused() -> None:
    munger = RtpMunger(clock_rate_hz=48_000)
    assert munger.map(1, 1) is None
    munger.switch(1, 1)
    assert munger.map(1, 1) is not None
    munger.pause()
    assert munger.map(2, 961) is None
    assert munger.map(1, 1) is None
    assert munger.source_of(0) is None


def test_packets_from_before_a_switch_are_not_sent() -> None:
    munger = RtpMunger(clock_rate_hz=90_000)
    munger.switch(1000, 0)
    munger.map(1000, 0)
    munger.switch(2000, 50)
    assert munger.map(1999, 20) is None
    assert munger.map(2000, 50) == (1, 1)
    assert munger.map(1999, 20) is None


def test_a_lost_packet_leaves_a_gap_that_a_nack_finds() -> None:
    munger = RtpMunger(clock_rate_hz=90_000)
    munger.switch(10, 0)
    assert [munger.map(number, 0)[0] for number in (10, 11, 13)] == [0, 1, 3]  # type: ignore[index]
    assert munger.source_of(2) == 12
    assert munger.map(12, 0) == (2, 0)


def test_a_number_never_sent_has_no_source() -> None:
    munger = RtpMunger(clock_rate_hz=90_000)
    munger.switch(10, 0)
    munger.map(10, 0)
    assert munger.source_of(1) is None
    assert munger.source_of(0xFFFF) is None


def test_a_nack_from_before_the_switch_finds_nothing() -> None:
    munger = RtpMunger(clock_rate_hz=90_000)
    munger.switch(10, 0)
    munger.map(10, 0)
    munger.map(11, 0)
    munger.switch(500, 0)
    munger.map(500, 0)
    assert [munger.source_of(number) for number in (0, 1, 2)] == [None, None, 500]


def test_timestamps_advance_by_the_time_that_passed() -> None:
    munger = RtpMunger(clock_rate_hz=48_000, next_timestamp=5000)
    munger.switch(1, 77)
    assert munger.map(1, 77) == (0, 5000)
    assert munger.map(2, 77 + 960) == (1, 5960)
    munger.switch(40_000, 123_456_789, elapsed_s=0.5)
    assert munger.map(40_000, 123_456_789) == (2, 5960 + 24_000)


def test_timestamps_never_stand_still_at_a_switch() -> None:
    munger = RtpMunger(clock_rate_hz=48_000)
    munger.switch(1, 0)
    munger.map(1, 0)
    munger.switch(9, 0, elapsed_s=0.0)
    assert munger.map(9, 0) == (1, 1)


def test_a_late_packet_does_not_turn_the_clock_back() -> None:
    munger = RtpMunger(clock_rate_hz=90_000)
    munger.switch(1, 0)
    munger.map(1, 0)
    munger.map(3, 6000)
    munger.map(2, 3000)
    munger.switch(50, 9, elapsed_s=0.0)
    assert munger.map(50, 9) == (3, 6001)


def test_a_number_dropped_too_late_keeps_its_place() -> None:
    munger = RtpMunger(clock_rate_hz=90_000)
    munger.switch(1, 0)
    munger.map(1, 0)
    munger.map(2, 0)
    munger.drop(1)
    assert munger.map(3, 0) == (2, 0)


def test_memory_of_drops_is_bounded() -> None:
    munger = RtpMunger(clock_rate_hz=90_000)
    munger.switch(0, 0)
    for number in range(0, 40_000, 2):
        munger.map(number & 0xFFFF, number)
        munger.drop(number + 1 & 0xFFFF)
    assert len(munger.numbers._runs) <= 256
    assert munger.map(0x9C3D - 20_000, 0) is None
    assert newer(munger.numbers.next_out & 0xFFFF, 0)
