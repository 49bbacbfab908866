from __future__ import annotations

from media_core.rtp.window import LONGEST_S, Window


def settled(receivers: int) -> float:
    window = Window()
    for _ in range(100):
        window.after(receivers)
    return window.after(receivers)


def test_small_rooms_wait_for_nothing() -> None:
    assert settled(10) == 0.0


def test_large_rooms_wait_a_few_milliseconds_and_never_long() -> None:
    assert 0.002 < settled(50) < settled(100) <= LONGEST_S
    assert settled(1000) == LONGEST_S


def test_one_large_flush_is_no_load() -> None:
    assert Window().after(100) == 0.0


def test_when_nothing_was_forwarded_the_next_packet_is_wanted_at_once() -> None:
    window = Window()
    for _ in range(100):
        window.after(200)
    assert window.after(0) == 0.0
