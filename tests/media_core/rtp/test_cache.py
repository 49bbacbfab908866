import pytest
from hypothesis import given
from hypothesis import strategies as st

from media_core.rtp.cache import KEPT_PACKETS, PacketCache, RepeatGuard


def test_a_packet_is_found_until_it_is_too_old() -> None:
    cache: PacketCache[bytes] = PacketCache(keep_s=1.0)
    cache.put(7, b"seven", 100.0)
    assert cache.peek(7, 101.0) == b"seven"
    assert cache.peek(7, 101.01) is None
    assert cache.peek(8, 100.0) is None


def test_a_newer_packet_takes_the_place_of_one_with_the_same_number() -> None:
    cache: PacketCache[bytes] = PacketCache()
    cache.put(7, b"before the wrap", 100.0)
    cache.put(7, b"after", 101.0)
    assert cache.peek(7, 101.0) == b"after"


def test_a_repetition_under_way_is_not_repeated() -> None:
    cache: PacketCache[bytes] = PacketCache(round_trip_s=0.1)
    cache.put(7, b"seven", 0.0)
    assert [cache.get(7, now_s) for now_s in (0.5, 0.55, 0.61)] == [b"seven", None, b"seven"]


def test_guards_of_two_receivers_do_not_meet() -> None:
    one, other = RepeatGuard(), RepeatGuard()
    assert one.allow(7, 0.0, 0.1)
    assert other.allow(7, 0.0, 0.1)
    assert not one.allow(7, 0.05, 0.1)


def test_even_on_a_fast_path_a_burst_of_nacks_costs_one_packet() -> None:
    guard = RepeatGuard()
    assert [guard.allow(7, 0.001 * tick, 0.0) for tick in range(20)].count(True) == 1


def test_a_guard_forgets_what_was_repeated_longest_ago() -> None:
    guard = RepeatGuard()
    for number in range(KEPT_PACKETS):
        guard.allow(number, 0.0, 0.1)
    guard.allow(0, 1.0, 0.1)
    guard.allow(KEPT_PACKETS, 1.0, 0.1)
    assert [guard.repeated(number) for number in (0, 1, 2, KEPT_PACKETS)] == [True, False, True, True]


def test_a_cleared_cache_is_empty() -> None:
    cache: PacketCache[bytes] = PacketCache()
    cache.put(0, b"zero", 0.0)
    cache.clear()
    assert cache.get(0, 0.0) is None


@pytest.mark.parametrize("capacity", [0, -1, 3, 500])
def test_capacity_must_be_a_power_of_two(capacity: int) -> None:
    with pytest.raises(ValueError, match="power of two"):
        PacketCache[bytes](capacity=capacity)


@given(st.lists(st.tuples(st.integers(0, 40), st.sampled_from([0.0, 0.01, 0.3])), max_size=200))
def test_the_cache_is_a_bounded_dictionary(puts: list[tuple[int, float]]) -> None:
    cache: PacketCache[int] = PacketCache(capacity=16, keep_s=1.0)
    model: dict[int, tuple[int, int, float]] = {}
    now_s = 0.0
    for value, (number, pause_s) in enumerate(puts):
        now_s += pause_s
        cache.put(number, value, now_s)
        model[number % 16] = (number, value, now_s)
    for number in range(41):
        kept = model.get(number % 16)
        expected = kept[1] if kept and kept[0] == number and now_s - kept[2] <= 1.0 else None
        assert cache.peek(number, now_s) == expected
