from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media_core.rtp.reception import Reception, round_trip_s


def arrive(reception: Reception, numbers: list[int]) -> None:
    for index, number in enumerate(numbers):
        reception.received(number, number * 960 & 0xFFFFFFFF, index * 0.02)


def test_nothing_received_is_an_empty_report() -> None:
    block = Reception(5, 48_000).report(1.0)
    assert (block.ssrc, block.fraction_lost, block.packets_lost, block.highest_sequence_number) == (5, 0, 0, 0)
    assert (block.last_sr, block.delay_since_last_sr) == (0, 0)


def test_loss_is_counted_over_all_and_since_the_last_report() -> None:
    reception = Reception(5, 48_000)
    arrive(reception, [0, 1, 3])
    block = reception.report(1.0)
    assert (block.fraction_lost, block.packets_lost) == (64, 1)
    arrive(reception, [4, 5, 6, 7])
    block = reception.report(2.0)
    assert (block.fraction_lost, block.packets_lost) == (0, 1)


def test_a_wrap_is_a_cycle() -> None:
    reception = Reception(5, 48_000)
    arrive(reception, [65534, 65535, 0, 1])
    block = reception.report(1.0)
    assert block.highest_sequence_number == 0x10001
    assert block.packets_lost == 0


def test_repeated_packets_make_the_loss_negative_and_the_fraction_zero() -> None:
    reception = Reception(5, 48_000)
    arrive(reception, [1, 1, 1, 2])
    block = reception.report(1.0)
    assert (block.fraction_lost, block.packets_lost) == (0, -2)


def test_a_source_that_begins_anew_is_believed_at_its_second_packet() -> None:
    reception = Reception(5, 48_000)
    arrive(reception, [10, 11, 12])
    arrive(reception, [40_000])
    assert reception.report(1.0).highest_sequence_number == 12
    arrive(reception, [40_001, 40_002])
    block = reception.report(2.0)
    assert (block.highest_sequence_number, block.packets_lost) == (40_002, 0)


def test_one_stray_number_is_ignored() -> None:
    reception = Reception(5, 48_000)
    arrive(reception, [10, 40_000, 11, 50_000, 12])
    assert (reception.expected_packets, reception.received_packets) == (3, 3)


def test_a_steady_source_has_no_jitter() -> None:
    reception = Reception(5, 48_000)
    arrive(reception, list(range(200)))
    assert reception.report(4.0).jitter_ticks <= 1


def test_jitter_tends_to_the_mean_difference() -> None:
    reception = Reception(5, 8_000)
    for index in range(400):  # every other packet 10 ms late: each difference is 80 ticks
        reception.received(index, index * 160, index * 0.02 + (index % 2) * 0.01)
    assert reception.jitter_ticks == pytest.approx(80, abs=2)


def test_a_timestamp_that_wraps_is_no_jitter() -> None:
    reception = Reception(5, 8_000)
    for index in range(50):
        reception.received(index, 0xFFFFFFFF - 1600 + index * 160 & 0xFFFFFFFF, index * 0.02)
    assert reception.jitter_ticks <= 1


def test_the_sender_report_comes_back_with_its_age() -> None:
    reception = Reception(5, 48_000)
    reception.sender_report(0x1234_5678_9ABC_DEF0, 10.0)
    block = reception.report(10.5)
    assert (block.last_sr, block.delay_since_last_sr) == (0x56789ABC, 32768)


def test_the_round_trip_is_what_the_two_ends_did_not_wait() -> None:
    reception = Reception(5, 48_000)
    sent_at = 3_900_000_000 << 32
    reception.sender_report(sent_at, 10.0)
    block = reception.report(10.5)
    trip_s = round_trip_s(block, sent_at + int(0.62 * 2**32))
    assert trip_s == pytest.approx(0.12, abs=0.001)
    assert round_trip_s(block, sent_at) is None
    assert round_trip_s(Reception(5, 48_000).report(1.0), sent_at) is None


@given(st.integers(0, 0xFFFF), st.sets(st.integers(1, 399), max_size=200))
def test_cumulative_loss_is_exact(first: int, lost: set[int]) -> None:
    reception = Reception(5, 90_000)
    arrive(reception, [(first + index) & 0xFFFF for index in range(401) if index not in lost])
    block = reception.report(9.0)
    assert block.packets_lost == len(lost) == reception.lost_packets
    assert block.fraction_lost == len(lost) * 256 // 401
    assert block.highest_sequence_number == first + 400


@given(st.lists(st.tuples(st.integers(0, 0xFFFF), st.integers(0, 0xFFFFFFFF), st.floats(0, 1e9)), max_size=100))
def test_any_packets_make_a_report_that_fits_its_fields(packets: list[tuple[int, int, float]]) -> None:
    reception = Reception(5, 90_000)
    for number, timestamp, now_s in packets:
        reception.received(number, timestamp, now_s)
    reception.sender_report(1 << 40, 5.0)
    block = reception.report(1.0)
    assert 0 <= block.fraction_lost <= 255
    assert -0x800000 <= block.packets_lost <= 0x7FFFFF
    assert 0 <= block.jitter_ticks <= 0xFFFFFFFF
    assert 0 <= block.delay_since_last_sr <= 0xFFFFFFFF
