from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media_core.rtp.nack import GIVE_UP_S, MOST_MISSING, MOST_TRIES, Allowance, Arrival, NackGenerator


def feed(generator: NackGenerator, numbers: list[int], now_s: float = 0.0) -> None:
    for number in numbers:
        generator.received(number, now_s)


def test_nothing_is_asked_while_nothing_is_missing() -> None:
    generator = NackGenerator()
    feed(generator, [65534, 65535, 0, 1])
    assert generator.due(1.0) == []


def test_a_gap_is_asked_for_after_a_moment_for_reordering() -> None:
    generator = NackGenerator()
    feed(generator, [65534, 1])
    assert generator.due(0.001) == []
    assert generator.due(0.01) == [65535, 0]


def test_what_only_came_late_is_not_asked_for() -> None:
    generator = NackGenerator()
    feed(generator, [1, 3])
    assert generator.received(2, 0.002)
    assert generator.due(0.5) == []


def test_each_number_is_good_for_one_packet() -> None:
    generator = NackGenerator()
    assert generator.received(1, 0.0) is Arrival.NEWEST
    assert generator.received(4, 0.0) is Arrival.NEWEST
    assert generator.received(3, 0.001) is Arrival.LATE
    generator.due(0.1)
    assert generator.received(2, 0.2) is Arrival.ASKED
    assert [generator.received(number, 0.2) for number in (1, 2, 3, 4, 0)] == [Arrival.KNOWN] * 5


@given(st.lists(st.integers(0, 40), max_size=60))
def test_whatever_comes_no_number_is_taken_twice(numbers: list[int]) -> None:
    generator = NackGenerator(most_missing=10)
    taken = [number for number in numbers if generator.received(65_520 + number & 0xFFFF, 0.0)]
    assert len(taken) == len(set(taken))


def test_what_came_after_it_was_given_up_is_of_no_use() -> None:
    generator = NackGenerator(give_up_s=0.4)
    feed(generator, [1, 3])
    assert generator.due(0.3) == [2]
    assert generator.due(0.5) == []
    assert generator.received(2, 0.5) is Arrival.KNOWN


def test_requests_keep_a_round_trip_apart() -> None:
    generator = NackGenerator(round_trip_s=0.2)
    feed(generator, [1, 3])
    asked_s = [tick / 100 for tick in range(80) if generator.due(tick / 100)]
    assert asked_s[0] <= 0.01
    assert all(later - earlier >= 0.24 for earlier, later in itertools.pairwise(asked_s))


def test_what_is_repeated_soon_tells_that_the_path_is_short() -> None:
    generator = NackGenerator(round_trip_s=0.1)
    for number in range(0, 40, 2):
        feed(generator, [number], number / 10)
        if generator.due(number / 10 + 0.02):
            generator.received(number - 1, number / 10 + 0.025, repeated=True)
    assert generator.round_trip_s < 0.01


def test_what_was_only_late_or_asked_for_twice_tells_nothing_of_the_path() -> None:
    generator = NackGenerator(round_trip_s=0.1)
    feed(generator, [1, 3])
    generator.due(0.02)
    generator.received(2, 0.021)
    feed(generator, [5])
    generator.due(0.1)
    generator.due(0.5)
    generator.received(4, 0.51, repeated=True)
    assert generator.round_trip_s == 0.1


def test_a_path_longer_than_was_thought_is_asked_once_for_each_packet_in_the_end() -> None:
    path_s, generator, requests = 0.24, NackGenerator(round_trip_s=0.1), []
    for number in range(2, 82, 2):
        lost_s, answer_s, asked = number / 2, math.inf, 0
        feed(generator, [number - 2, number], lost_s)
        for tick in range(1, 200):
            now_s = lost_s + tick * 0.005
            if now_s >= answer_s:
                generator.received(number - 1, now_s, repeated=True)
                break
            if generator.due(now_s):
                asked, answer_s = asked + 1, min(answer_s, now_s + path_s)
        requests.append(asked)
    assert requests[0] == 2
    assert requests[-10:] == [1] * 10
    assert generator.round_trip_s == pytest.approx(path_s, abs=0.05)


def test_what_was_only_late_makes_nobody_wait_longer_for_an_answer() -> None:
    generator = NackGenerator(round_trip_s=0.1)
    feed(generator, [1, 3])
    generator.received(2, 0.001, repeated=True)  # of sound nobody can tell whether it is repeated
    feed(generator, [5])
    assert generator.due(0.01) == generator.due(0.14) == [4]


def test_it_gives_up_and_says_that_a_keyframe_is_needed_once() -> None:
    generator = NackGenerator(round_trip_s=0.01)
    feed(generator, [1, 3])
    asked = sum(bool(generator.due(tick / 100)) for tick in range(300))
    assert 1 <= asked <= MOST_TRIES
    assert generator.take_keyframe_needed()
    assert not generator.take_keyframe_needed()
    assert generator.due(9.0) == []


def test_what_is_not_asked_for_any_more_is_welcome_for_a_while() -> None:
    generator = NackGenerator(round_trip_s=0.01)
    feed(generator, [1, 3])
    for tick in range(30):
        generator.due(tick / 100)
    assert generator.take_keyframe_needed()
    assert generator.received(2, 0.9) is Arrival.ASKED


def test_it_gives_up_what_is_too_old_even_on_a_slow_path() -> None:
    generator = NackGenerator(round_trip_s=5.0)
    feed(generator, [1, 3])
    generator.due(0.1)
    assert generator.due(GIVE_UP_S + 0.1) == []
    assert generator.take_keyframe_needed()


def test_an_outage_asks_for_a_keyframe_and_for_nothing_else() -> None:
    generator = NackGenerator()
    feed(generator, [1, 1 + MOST_MISSING + 2])
    assert generator.due(0.1) == []
    assert generator.take_keyframe_needed()


def test_many_small_gaps_are_bounded_too() -> None:
    generator = NackGenerator()
    feed(generator, list(range(0, 4 * MOST_MISSING, 2)))
    assert len(generator.due(0.1)) <= MOST_MISSING
    assert generator.take_keyframe_needed()


def test_a_keyframe_settles_what_was_before_it() -> None:
    generator = NackGenerator()
    feed(generator, [1, 4, 6])
    generator.keyframe_received(4)
    assert generator.due(0.1) == [5]
    assert not generator.take_keyframe_needed()


def test_a_keyframe_before_any_packet_is_harmless() -> None:
    generator = NackGenerator()
    generator.keyframe_received(4)
    assert generator.due(0.1) == []


@given(st.integers(0, 0xFFFF), st.sets(st.integers(1, 199)))
def test_exactly_what_was_lost_is_asked_for(first: int, lost: set[int]) -> None:
    generator = NackGenerator()
    feed(generator, [(first + index) & 0xFFFF for index in range(201) if index not in lost])
    assert generator.due(0.1) == [(first + index) & 0xFFFF for index in sorted(lost)]
    for index in lost:
        assert generator.received((first + index) & 0xFFFF, 0.15)
    assert generator.due(0.9) == []
    assert not generator.take_keyframe_needed()


@given(st.lists(st.tuples(st.integers(0, 0xFFFF), st.floats(0, 0.1)), max_size=300))
def test_any_numbers_at_all_are_bounded(packets: list[tuple[int, float]]) -> None:
    generator, now_s = NackGenerator(), 0.0
    for number, pause_s in packets:
        now_s += pause_s
        generator.received(number, now_s)
        assert len(generator.due(now_s)) <= MOST_MISSING


def test_who_asks_for_more_than_can_be_lost_gets_less() -> None:
    allowance = Allowance(per_s=100, at_once=200)
    assert allowance.take(150, 5.0) == 150
    assert allowance.take(150, 5.0) == 50
    assert allowance.take(150, 5.0) == 0
    assert allowance.take(150, 5.5) == 50
    assert allowance.take(300, 60.0) == 200


def test_who_spends_more_than_is_left_waits_until_it_is_paid() -> None:
    allowance = Allowance(per_s=1_000, at_once=1_000)
    assert allowance.any_left(0.0)
    allowance.spend(900)
    assert allowance.any_left(0.0)
    allowance.spend(600)
    assert not allowance.any_left(0.4)
    assert allowance.take(5, 0.4) == 0
    assert allowance.any_left(0.6)
