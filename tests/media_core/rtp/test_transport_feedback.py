"""Feedback says of each packet what is true of it, whatever was lost, late or repeated."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from media_core.rtp.transport_feedback import FeedbackCollector, parse

PACKETS = st.lists(
    st.tuples(st.booleans(), st.floats(0.0, 0.2)),  # lost, time to the next packet
    min_size=1,
    max_size=300,
)


@given(packets=PACKETS, first=st.integers(0, 0xFFFF), begin_s=st.floats(0, 1e6), every=st.integers(1, 80))
def test_feedback_tells_every_packet_and_when_it_came(
    packets: list[tuple[bool, float]], first: int, begin_s: float, every: int
) -> None:
    collector, told, came = FeedbackCollector(), dict[int, float | None](), dict[int, float]()
    now_s = begin_s
    for place, (lost, pause_s) in enumerate(packets):
        now_s += pause_s
        if not lost:
            came[first + place] = now_s
            collector.received(first + place & 0xFFFF, now_s)
        if place % every == 0:
            _read(collector, told, first)
    _read(collector, told, first)
    assert {number for number, at in told.items() if at is not None} == set(came)
    span_s = 0x1000000 * 0.064  # the reference time wraps
    for number, at in came.items():
        wrong_s = ((told[number] or 0) - at + span_s / 2) % span_s - span_s / 2
        assert abs(wrong_s) < 0.001


def _read(collector: FeedbackCollector, told: dict[int, float | None], first: int) -> None:
    packet = collector.take(1, 2)
    if packet is None:
        return
    assert len(packet) % 4 == 0
    assert len(packet) == 4 * (int.from_bytes(packet[2:4], "big") + 1)
    found = parse(packet)
    assert found is not None
    base, arrivals, _ = found
    for offset, at in enumerate(arrivals):
        number = first + ((base + offset - first) & 0xFFFF)
        assert told.get(number) is None
        told[number] = at


def test_nothing_came_nothing_is_told() -> None:
    assert FeedbackCollector().take(1, 2) is None


def test_a_packet_that_comes_after_its_feedback_is_left_out() -> None:
    collector = FeedbackCollector()
    for number in (10, 12):
        collector.received(number, 1.0)
    collector.take(1, 2)
    collector.received(11, 1.1)
    assert collector.take(1, 2) is None
    collector.received(13, 1.2)
    packet = collector.take(1, 2)
    assert packet is not None
    assert parse(packet) == (13, [1.2], 1)


def test_numbers_that_begin_anew_are_followed() -> None:
    collector = FeedbackCollector()
    collector.received(10, 1.0)
    collector.take(1, 2)
    collector.received(30_000, 1.1)
    packet = collector.take(1, 2)
    assert packet is not None
    assert parse(packet) == (30_000, [1.1], 1)


@given(st.binary(max_size=120))
def test_parsing_never_fails(data: bytes) -> None:
    parse(data)
    parse(b"\x8f\xcd" + data)
