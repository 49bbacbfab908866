from media_core.rtp.continuity import Continuity


def test_closed_until_the_first_switch() -> None:
    numbers = Continuity()
    numbers.drop(3)
    assert numbers.map(4) is None
    assert numbers.source_of(0) is None


def test_outgoing_numbers_go_on_from_where_they_were_set() -> None:
    numbers = Continuity(next_out=70_000)
    numbers.switch(5)
    assert [numbers.map(number) for number in (5, 6)] == [70_000, 70_001]
    assert numbers.source_of(70_001 & 0xFFFF) == 6


def test_dropping_one_twice_closes_one_gap() -> None:
    numbers = Continuity()
    numbers.switch(5)
    numbers.map(5)
    numbers.drop(6)
    numbers.drop(6)
    assert numbers.map(7) == 1
    assert numbers.map(6) is None


def test_a_place_kept_for_a_lost_number_before_a_switch_is_used_by_the_next_source() -> None:
    numbers = Continuity()
    numbers.switch(5)
    numbers.map(5)
    numbers.drop(7)
    numbers.switch(900)
    assert numbers.map(900) == 1


def test_a_narrow_source_wraps_at_its_own_width() -> None:
    numbers = Continuity()
    numbers.switch(126, 0x7F)
    assert [numbers.map(number) for number in (126, 127, 0, 1)] == [0, 1, 2, 3]
    assert numbers.map(127) == 1
