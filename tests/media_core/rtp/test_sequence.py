from hypothesis import given
from hypothesis import strategies as st

from media_core.rtp.sequence import TimestampUnwrapper, Unwrapper, distance, newer

numbers = st.integers(0, 0xFFFF)


@given(numbers, numbers)
def test_newer_and_distance_agree(a: int, b: int) -> None:
    assert newer(a, b) == (distance(a, b) > 0)
    assert (b + distance(a, b)) & 0xFFFF == a


@given(numbers, st.integers(1, 0x7FFF))
def test_a_later_number_is_newer_even_over_the_wrap(a: int, steps: int) -> None:
    later = (a + steps) & 0xFFFF
    assert newer(later, a)
    assert not newer(a, later)
    assert distance(later, a) == steps


def test_a_number_is_not_newer_than_itself() -> None:
    assert not newer(7, 7)


@given(numbers, st.lists(st.integers(-3000, 3000), max_size=200))
def test_unwrapping_follows_any_walk(first: int, steps: list[int]) -> None:
    unwrapper, true, highest = Unwrapper(), first, first
    assert unwrapper.unwrap(first) == first
    for step in steps:
        true = max(true + step, highest - 0x7000)
        assert unwrapper.unwrap(true & 0xFFFF) == true
        highest = max(highest, true)
        assert unwrapper.highest == highest


@given(st.integers(0, 0xFFFFFFFF), st.lists(st.integers(-90_000, 0x7FFFFFFF), max_size=50))
def test_timestamps_unwrap_alike(first: int, steps: list[int]) -> None:
    unwrapper, highest = TimestampUnwrapper(), first
    unwrapper.unwrap(first)
    for step in steps:
        assert unwrapper.unwrap((highest + step) & 0xFFFFFFFF) == highest + step
        highest = max(highest, highest + step)
