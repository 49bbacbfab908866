"""VP8 descriptors against aiortc's, and continuity of what one receiver sees."""

from __future__ import annotations

import pytest
from aiortc.codecs.vpx import VpxPayloadDescriptor
from hypothesis import given
from hypothesis import strategies as st

from media_core.rtp.vp8 import DescriptorReader, Vp8Descriptor, Vp8Munger, frame_size, parse_descriptor

KEYFRAME_320x180 = bytes([0x10, 0x02, 0x00, 0x9D, 0x01, 0x2A, 0x40, 0x01, 0xB4, 0x00, 0x00])


def descriptor_bytes(
    *,
    start: bool = True,
    picture_id: int | None = None,
    long_id: bool = True,
    tl0picidx: int | None = None,
    tid: int | None = None,
    sync: bool = False,
    keyidx: int | None = None,
) -> bytes:
    flags = (
        (picture_id is not None) << 7
        | (tl0picidx is not None) << 6
        | (tid is not None) << 5
        | (keyidx is not None) << 4
    )
    data = bytes([0x80 | start << 4, flags])
    if picture_id is not None:
        data += (picture_id | 0x8000).to_bytes(2, "big") if long_id else bytes([picture_id])
    if tl0picidx is not None:
        data += bytes([tl0picidx])
    if tid is not None or keyidx is not None:
        data += bytes([(tid or 0) << 6 | sync << 5 | (keyidx or 0)])
    return data


def parsed(data: bytes | bytearray, start: int = 0) -> Vp8Descriptor:
    descriptor = parse_descriptor(data, start)
    assert descriptor is not None
    return descriptor


@given(st.binary(max_size=20))
def test_random_payloads_never_raise_and_agree_with_aiortc(data: bytes) -> None:
    descriptor = parse_descriptor(data)
    if descriptor is None:
        return
    reference, rest = VpxPayloadDescriptor.parse(data)
    assert data[descriptor.header_length :] == rest
    assert (descriptor.picture_id, descriptor.tl0picidx) == (reference.picture_id, reference.tl0picidx)
    assert (descriptor.keyidx, descriptor.tid) == (reference.keyidx, reference.tid and reference.tid[0])
    assert descriptor.starts_frame == (reference.partition_start == 1 and reference.partition_id & 7 == 0)
    frame_size(data, descriptor)


@given(st.binary(min_size=2, max_size=20), st.binary(max_size=15), st.binary(max_size=5))
def test_a_part_of_a_packet_reads_like_the_part_alone(payload: bytes, before: bytes, after: bytes) -> None:
    whole = before + payload + after
    assert parse_descriptor(whole, len(before), len(before) + len(payload)) == parse_descriptor(payload)


@pytest.mark.parametrize(
    "data", [b"", b"\x10", b"\x80\x80", b"\x90\x80\x81", b"\x90\x80\x81\x02", b"\x90\xf0\x81\x02\x03\x04"]
)
def test_a_descriptor_cut_short_is_none(data: bytes) -> None:
    assert parse_descriptor(data) is None


def test_bounds_outside_the_buffer_are_none() -> None:
    assert parse_descriptor(b"\x10\x00\x00", 0, 9) is None
    assert parse_descriptor(b"\x10\x00\x00", 2) is None


def test_every_field_of_a_full_descriptor() -> None:
    data = descriptor_bytes(picture_id=0x1234, tl0picidx=200, tid=2, keyidx=17) + b"\x01"
    descriptor = parsed(data)
    assert (descriptor.picture_id, descriptor.picture_id_mask) == (0x1234, 0x7FFF)
    assert (descriptor.tl0picidx, descriptor.tid, descriptor.keyidx) == (200, 2, 17)
    assert (descriptor.header_length, descriptor.picture_id_at, descriptor.tl0picidx_at) == (6, 2, 4)
    assert descriptor.starts_frame
    assert not descriptor.keyframe


def test_a_keyframe_shows_its_size() -> None:
    data = descriptor_bytes(picture_id=5, long_id=False) + KEYFRAME_320x180
    descriptor = parsed(data)
    assert descriptor.keyframe
    assert frame_size(data, descriptor) == (320, 180)
    assert frame_size(b"xyz" + data, descriptor, 3) == (320, 180)


def test_only_the_first_packet_of_a_picture_can_be_a_keyframe() -> None:
    later = descriptor_bytes(start=False, picture_id=5) + KEYFRAME_320x180
    assert not parsed(later).keyframe
    other_partition = b"\x91\x00" + KEYFRAME_320x180
    assert not parsed(other_partition).starts_frame


def test_a_keyframe_without_start_code_has_no_size() -> None:
    data = b"\x10" + bytes(12)
    assert frame_size(data, parsed(data)) is None


def written(munger: Vp8Munger, data: bytes) -> Vp8Descriptor | None:
    packet = bytearray(b"h" * 12 + data)
    if not munger.write(packet, 12, parsed(data)):
        return None
    assert packet[12 + parsed(data).header_length :] == data[parsed(data).header_length :]
    return parsed(packet, 12)


pictures = st.lists(st.sampled_from(["next", "next", "drop", "switch"]), max_size=120)


@given(pictures, st.booleans(), st.integers(0, 0x7FFF), st.integers(1, 3))
def test_pictures_are_numbered_without_a_break(steps: list[str], long_id: bool, first: int, packets: int) -> None:
    mask = 0x7FFF if long_id else 0x7F
    munger, picture_id = Vp8Munger(), first & mask
    seen: list[int | None] = []

    def make(start: bool) -> bytes:
        return descriptor_bytes(start=start, picture_id=picture_id, long_id=long_id) + b"\x01\x00"

    munger.switch(parsed(make(True)))
    for step in steps:
        if step == "switch":
            picture_id = (picture_id * 31 + 7) & mask
            munger.switch(parsed(make(True)))
        elif step == "drop":
            munger.drop(parsed(make(True)))
            munger.drop(parsed(make(False)))
            assert written(munger, make(False)) is None
            picture_id = (picture_id + 1) & mask
        else:
            outs = [written(munger, make(index == 0)) for index in range(packets)]
            assert all(out and out.picture_id == outs[0].picture_id for out in outs if outs[0])
            assert outs[0]
            seen.append(outs[0].picture_id)
            picture_id = (picture_id + 1) & mask
    assert seen == [index & mask for index in range(len(seen))]


LAYERS = (0, 2, 1, 2)
"""Of the pictures of a camera, as libvpx divides them over three temporal layers."""


@given(st.integers(0, 0x7FFF), st.integers(0, 0xFF), st.sampled_from([None, 9]), st.integers(0, 2))
def test_pictures_of_three_layers_go_out_as_one(first: int, tl0picidx: int, keyidx: int | None, kept: int) -> None:
    """Each picture needs the one before, also where those above a layer are left out: RFC 7741 section 4.2, TL0PICIDX."""
    munger, told = Vp8Munger(), []
    for count in range(300):
        tid = LAYERS[count % 4]
        tl0picidx = tl0picidx + (tid == 0) & 0xFF
        data = descriptor_bytes(
            picture_id=first + count & 0x7FFF, tl0picidx=tl0picidx, tid=tid, sync=tid > 0, keyidx=keyidx
        )
        data += b"\x01\x00"
        if count == 0:
            munger.switch(parsed(data))
        if tid > kept:
            munger.drop(parsed(data))
            continue
        out = written(munger, data)
        assert out is not None
        assert (out.tid, out.layer_sync, out.keyidx) == (0, False, keyidx)
        told.append(out.tl0picidx)
    assert told == [number & 0xFF for number in range(len(told))]


@pytest.mark.parametrize("long_id", [True, False, None])
def test_what_cannot_be_one_layer_is_left_as_it_is(long_id: bool | None) -> None:
    """A short picture id wraps too soon to number layers by, and what tells only one of layer and TL0PICIDX has no layers."""
    munger = Vp8Munger()
    data = descriptor_bytes(
        picture_id=None if long_id is None else 7,
        long_id=bool(long_id),
        tl0picidx=None if long_id else 200,
        tid=2,
    )
    munger.switch(parsed(data + b"\x01\x00"))
    out = written(munger, data + b"\x01\x00")
    assert out is not None
    assert (out.tid, out.tl0picidx) == (2, None if long_id else 200)


def test_the_form_of_the_source_is_kept() -> None:
    munger = Vp8Munger()
    munger.pictures.next_out = 300
    short = descriptor_bytes(picture_id=9, long_id=False) + b"\x01"
    munger.switch(parsed(short))
    out = written(munger, short)
    assert out is not None
    assert (out.picture_id, out.picture_id_mask) == (300 & 0x7F, 0x7F)


def test_a_picture_from_before_the_switch_is_not_sent() -> None:
    munger = Vp8Munger()
    munger.switch(parsed(descriptor_bytes(picture_id=100) + b"\x01"))
    assert written(munger, descriptor_bytes(picture_id=99) + b"\x01") is None


def test_a_source_without_numbers_passes_as_it_is() -> None:
    munger = Vp8Munger()
    data = b"\x10\x01\x02"
    munger.switch(parsed(data))
    assert written(munger, data) == parsed(data)


@given(st.lists(st.tuples(st.binary(max_size=8), st.integers(1, 4)), max_size=8))
def test_a_reader_reads_the_packets_of_a_picture_as_each_by_itself(pictures: list[tuple[bytes, int]]) -> None:
    reader = DescriptorReader()
    for head, packets in pictures:
        for packet in range(packets):
            for payload in (head, head + bytes([packet])):
                assert reader.read(payload) == parse_descriptor(payload)
