"""Packets forwarded together are the same packets that would be forwarded one by one."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

from hypothesis import given, settings
from hypothesis import strategies as st

from media_core.burst import Burst, Copy, Train
from media_core.engine import Source, TrackRef
from media_core.forwarding import copy_each
from media_core.ids import MemberId
from media_core.publisher import Packet, Publisher
from media_core.rtp.vp8 import parse_descriptor
from media_core.subscriber import Slot
from media_core.transport import Transport

SEND_TIME_S = 1.0


def picture(number: int, *, per_picture: int = 3, short_ids: bool = False) -> Packet:
    """Make packet ``number`` of a track whose pictures have three packets each."""
    place, rest = divmod(number, per_picture)
    picture_id = bytes([place & 0x7F]) if short_ids else bytes([0x80 | place >> 8 & 0x7F, place & 0xFF])
    descriptor = bytes([0x80 | (0x10 if rest == 0 else 0), 0xC0]) + picture_id + bytes([place // 4 & 0xFF])
    payload = descriptor + (b"\x10" if number == 0 else b"\x11") + b"%d" % number
    return Packet(
        number + 65_400 & 0xFFFF,
        place * 3000 + 0xFFFF_0000 & 0xFFFFFFFF,
        96,
        payload,
        parse_descriptor(payload),
        number == 0,
    )


def publisher() -> Publisher:
    owner = cast(Transport, SimpleNamespace(send_rtcp=lambda _: None))
    return Publisher(TrackRef(MemberId("m"), Source.CAMERA), owner, ssrc=1, rtx_ssrc=None, attention=set())


def slot_of(source: Publisher) -> Slot:
    slot = Slot(cast(Transport, SimpleNamespace(scatter=lambda: None, carrying={})), "v0")
    slot.feed_from(source)
    return slot


def in_bursts(source: Publisher, slot: Slot, bursts: list[list[Packet]]) -> list[bytes]:
    """Forward as ``Forwarder.flush`` does, without anything behind it."""
    written: list[bytes] = []
    before: Burst | None = None
    send_time = int(SEND_TIME_S * 262_144)
    for packets in bursts:
        burst = Burst(packets)
        if not burst.follows(before):
            slot.leave()
        before, copy = burst, None
        if slot.lane is not None:
            copy = slot.lane.take(burst, send_time, SEND_TIME_S)
        elif (numbers := slot.follow(burst)) is not None:
            copy = slot.copy(burst, numbers, send_time)
            slot.sent(copy, SEND_TIME_S)
            slot.join(copy)
        else:
            copy = copy_each(slot, source, packets, SEND_TIME_S, send_time)
        written += [bytes(packet) for packet in copy.packets] if copy is not None else []
    return written


@st.composite
def arrivals(draw: st.DrawFn) -> list[list[int]]:
    """Numbers in bursts: some lost, some late by a few."""
    numbers = list(range(draw(st.integers(1, 400))))
    for at in draw(st.lists(st.integers(1, 399), max_size=6)):
        if at < len(numbers):
            numbers.insert(min(len(numbers), at + draw(st.integers(0, 9))), numbers.pop(at))
    lost = draw(st.sets(st.integers(1, 399), max_size=20))
    numbers = [number for number in numbers if number == 0 or number not in lost]
    bursts: list[list[int]] = []
    while numbers:
        count = draw(st.integers(1, 7))
        bursts.append(numbers[:count])
        numbers = numbers[count:]
    return bursts


@settings(max_examples=60, deadline=None)
@given(arrivals(), st.booleans())
def test_bursts_are_the_packets_one_by_one(bursts: list[list[int]], short_ids: bool) -> None:
    made = [[picture(number, short_ids=short_ids) for number in burst] for burst in bursts]
    source = publisher()
    alone = slot_of(source)
    one_by_one: list[bytes] = []
    for packets in made:
        copy = copy_each(alone, source, packets, SEND_TIME_S, int(SEND_TIME_S * 262_144))
        one_by_one += [bytes(packet) for packet in copy.packets] if copy is not None else []
    assert in_bursts(source, slot_of(source), made) == one_by_one


def test_a_slot_in_step_knows_its_numbers_when_it_is_asked() -> None:
    source = publisher()
    slot = slot_of(source)
    in_bursts(source, slot, [[picture(number)] for number in range(50)])
    slot.catch_up()
    assert slot.munger.source_of(picture(49).sequence_number & 0x7FFF) == picture(49).sequence_number


def train(*sizes: list[int]) -> Train:
    return Train([Copy([bytes(size) for size in each], sum(each)) for each in sizes], 10)


def test_datagrams_of_one_size_are_one_message_and_a_shorter_one_may_end_it() -> None:
    assert train([100, 100, 100]).messages == [(0, 330, 110)]
    assert train([100, 100, 40]).messages == [(0, 270, 110)]
    assert train([100, 40, 100]).messages == [(0, 160, 110), (160, 110, 110)]
    assert train([100, 40, 40]).messages == [(0, 160, 110), (160, 50, 50)]


def test_short_sound_ends_a_run_of_pictures() -> None:
    assert train([30], [100, 100]).messages == [(0, 260, 110)]


def test_a_message_is_never_longer_than_the_system_takes() -> None:
    for _, length, segment in train([1200] * 200).messages:
        assert length <= 64_000
        assert length / segment <= 64


def test_messages_cover_the_layout_without_gap() -> None:
    made = train([1200] * 70, [50, 60, 60, 20], [100, 200, 100])
    ends = [start + length for start, length, _ in made.messages]
    assert [0, *ends[:-1]] == [start for start, _, _ in made.messages]
    assert ends[-1] == made.size == len(made.layout)


@given(st.lists(st.lists(st.sampled_from([20, 60, 900, 1100]), min_size=1, max_size=60), min_size=1, max_size=4))
def test_what_the_system_cuts_are_the_packets(sizes: list[list[int]]) -> None:
    made = train(*sizes)
    cut = [
        min(segment, start + length - at)
        for start, length, segment in made.messages
        for at in range(start, start + length, segment)
    ]
    assert cut == [len(packet) + 10 for packet in made.packets]
    load = made.load()
    assert sum(load.runs) == len(cut)
    assert list(load.protected) == cut
