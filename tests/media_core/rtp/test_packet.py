"""Packets against aiortc's reading of them, and against whatever the network may bring."""

from __future__ import annotations

import struct

import pytest
from aiortc import RTCRtpHeaderExtensionParameters, RTCRtpParameters
from aiortc.rtp import HeaderExtensionsMap, RtpPacket
from aiortc.rtp import unwrap_rtx as aiortc_unwrap_rtx
from aiortc.rtp import wrap_rtx as aiortc_wrap_rtx
from hypothesis import assume, example, given
from hypothesis import strategies as st

from media_core.rtp.packet import (
    Header,
    audio_level,
    bare_packet,
    build_packet,
    find_extension,
    is_rtcp,
    parse_header,
    read_text,
    unwrap_rtx,
    wrap_rtx,
    write_numbers,
)

payloads = st.binary(max_size=60)
extension_maps = st.dictionaries(st.integers(1, 14), st.binary(min_size=1, max_size=16), max_size=4)


def parsed(data: bytes | bytearray) -> Header:
    header = parse_header(data)
    assert header is not None
    return header


@st.composite
def whole_packets(draw: st.DrawFn) -> bytes:
    """Well-formed packets with any of CSRCs, extension and padding."""
    csrcs = draw(st.lists(st.integers(0, 0xFFFFFFFF), max_size=15))
    extension = draw(st.none() | st.binary(max_size=40).map(lambda value: value + bytes(-len(value) % 4)))
    profile = draw(st.sampled_from([0xBEDE, 0x1000, 0x100F, 0x1234]))
    padding = draw(st.integers(0, 20))
    first = 0x80 | (padding > 0) << 5 | (extension is not None) << 4 | len(csrcs)
    data = struct.pack(
        "!BBHII",
        first,
        draw(st.integers(0, 255)),
        draw(st.integers(0, 0xFFFF)),
        draw(st.integers(0, 0xFFFFFFFF)),
        draw(st.integers(0, 0xFFFFFFFF)),
    )
    data += struct.pack(f"!{len(csrcs)}I", *csrcs)
    if extension is not None:
        data += struct.pack("!HH", profile, len(extension) // 4) + extension
    data += draw(payloads)
    return data + (bytes(padding - 1) + bytes([padding]) if padding else b"")


@given(whole_packets())
def test_whole_packets_read_as_aiortc_reads_them(data: bytes) -> None:
    header = parsed(data)
    try:
        reference = RtpPacket.parse(data)
    except ValueError:  # it refuses packets whose extension elements are cut short; here only that element is absent
        assume(False)
    assert header.marker == bool(reference.marker)
    assert header.payload_type == reference.payload_type
    assert header.sequence_number == reference.sequence_number
    assert header.timestamp == reference.timestamp
    assert header.ssrc == reference.ssrc
    assert data[header.payload_start : header.payload_end] == reference.payload


@given(
    st.binary(max_size=120) | whole_packets().flatmap(lambda data: st.integers(0, len(data)).map(lambda n: data[:n]))
)
@example(b"")
@example(bytes([0xA0]) + bytes(11))
@example(bytes([0xA0]) + bytes(10) + b"\x01")
@example(bytes([0x9F]) + bytes(80))
@example(bytes([0x90]) + bytes(11) + b"\xbe\xde\xff\xff")
def test_nothing_raises_and_offsets_stay_inside(data: bytes) -> None:
    header = parse_header(data)
    is_rtcp(data)
    if header is None:
        return
    assert 12 <= header.payload_start <= header.payload_end <= len(data)
    assert header.extension_start <= header.extension_end <= header.payload_start
    for extension_id in range(256):
        find_extension(data, header, extension_id)
        audio_level(data, header, extension_id)
        read_text(data, header, extension_id)
    bare = parsed(bare_packet(data, header))
    assert bare.payload_start == 12
    wrapped = wrap_rtx(data, header, payload_type=97, sequence_number=1, ssrc=2)
    assert unwrap_rtx(wrapped, parsed(wrapped), payload_type=header.payload_type, ssrc=header.ssrc) is not None
    unwrap_rtx(data, header, payload_type=96, ssrc=5)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(bytes(11), id="too short"),
        pytest.param(bytes([0x40]) + bytes(20), id="version 1"),
        pytest.param(bytes([0x81]) + bytes(11), id="CSRC missing"),
        pytest.param(bytes([0x90]) + bytes(13), id="extension header cut"),
        pytest.param(bytes([0x90]) + bytes(11) + b"\xbe\xde\x00\x02" + bytes(7), id="extension cut"),
        pytest.param(bytes([0xA0]) + bytes(12), id="padding of 0"),
        pytest.param(bytes([0xA0]) + bytes(11) + b"\x02", id="padding over the header"),
    ],
)
def test_malformed_headers_are_none(data: bytes) -> None:
    assert parse_header(data) is None


def test_a_packet_of_padding_only_has_an_empty_payload() -> None:
    header = parsed(bytes([0xA0]) + bytes(11) + bytes(4) + b"\x05")
    assert header.payload_start == header.payload_end == 12


@given(payloads, extension_maps)
def test_what_is_built_is_read_again(payload: bytes, extensions: dict[int, bytes]) -> None:
    data = build_packet(
        payload, payload_type=111, sequence_number=65535, timestamp=7, ssrc=9, marker=True, extensions=extensions
    )
    header = parsed(data)
    assert (header.payload_type, header.sequence_number, header.timestamp, header.ssrc) == (111, 65535, 7, 9)
    assert header.marker
    assert data[header.payload_start : header.payload_end] == payload
    for extension_id in range(1, 15):
        assert find_extension(data, header, extension_id) == extensions.get(extension_id)


@given(st.dictionaries(st.integers(1, 255), st.binary(max_size=40), max_size=5), st.integers(0, 15))
def test_the_two_byte_form_is_read(elements: dict[int, bytes], appbits: int) -> None:
    body = b"".join(bytes([0, number, len(value)]) + value for number, value in elements.items())
    body += bytes(-len(body) % 4)
    data = bytes([0x90]) + bytes(11) + struct.pack("!HH", 0x1000 | appbits, len(body) // 4) + body + b"payload"
    header = parsed(data)
    for extension_id in range(1, 256):
        assert find_extension(data, header, extension_id) == elements.get(extension_id)


def test_id_15_ends_the_one_byte_form() -> None:
    data = bytes([0x90]) + bytes(11) + b"\xbe\xde\x00\x02" + b"\x10\x01\xf0\x02\x20\x03\x00\x00"
    header = parsed(data)
    assert find_extension(data, header, 1) == b"\x01"
    assert find_extension(data, header, 2) is None


@pytest.mark.parametrize(
    ("octet", "level", "voice"), [(0x80, 0, True), (0x7F, 127, False), (0xFF, 127, True), (30, 30, False)]
)
def test_audio_level(octet: int, level: int, voice: bool) -> None:
    data = build_packet(b"", payload_type=111, sequence_number=1, timestamp=1, ssrc=1, extensions={3: bytes([octet])})
    assert audio_level(data, parsed(data), 3) == (level, voice)
    assert audio_level(data, parsed(data), 4) is None


def test_text_extensions_agree_with_aiortc() -> None:
    ids = HeaderExtensionsMap()
    ids.configure(
        RTCRtpParameters(headerExtensions=[RTCRtpHeaderExtensionParameters(4, "urn:ietf:params:rtp-hdrext:sdes:mid")])
    )
    packet = RtpPacket(payload_type=96)
    packet.extensions.mid = "cam"
    data = packet.serialize(ids)
    assert read_text(data, parsed(data), 4) == "cam"
    broken = build_packet(b"", payload_type=96, sequence_number=1, timestamp=1, ssrc=1, extensions={4: b"\xff\xfe"})
    assert read_text(broken, parsed(broken), 4) is None


@given(whole_packets())
def test_a_bare_packet_keeps_numbers_and_payload(data: bytes) -> None:
    header = parsed(data)
    packet = bare_packet(data, header)
    write_numbers(packet, 1, 2, 3)
    bare = parsed(packet)
    assert (bare.sequence_number, bare.timestamp, bare.ssrc) == (1, 2, 3)
    assert (bare.marker, bare.payload_type) == (header.marker, header.payload_type)
    assert packet[12:] == data[header.payload_start : header.payload_end]


@given(payloads, extension_maps)
def test_retransmissions_are_those_of_aiortc(payload: bytes, extensions: dict[int, bytes]) -> None:
    data = build_packet(
        payload, payload_type=96, sequence_number=777, timestamp=5, ssrc=6, marker=True, extensions=extensions
    )
    wrapped = wrap_rtx(data, parsed(data), payload_type=97, sequence_number=12, ssrc=13)
    reference = aiortc_wrap_rtx(RtpPacket.parse(data), payload_type=97, sequence_number=12, ssrc=13)
    header = parsed(wrapped)
    assert wrapped[header.payload_start :] == reference.payload
    assert (header.payload_type, header.sequence_number, header.ssrc) == (97, 12, 13)
    restored = unwrap_rtx(wrapped, header, payload_type=96, ssrc=6)
    assert restored == bytearray(data)
    again = aiortc_unwrap_rtx(RtpPacket.parse(bytes(wrapped)), payload_type=96, ssrc=6)
    assert (again.sequence_number, again.payload) == (777, payload)


def test_padding_does_not_travel_in_a_retransmission() -> None:
    data = bytes([0xA0, 0x60]) + bytes(10) + b"abc" + b"\x00\x02"
    wrapped = wrap_rtx(data, parsed(data), payload_type=97, sequence_number=1, ssrc=2)
    assert wrapped[12:] == b"\x00\x00abc"
    assert not wrapped[0] & 0x20


def test_a_probe_on_the_retransmission_stream_has_no_original() -> None:
    data = bytes([0xA0, 0x61]) + bytes(10) + bytes(99) + b"\x64"
    assert unwrap_rtx(data, parsed(data), payload_type=96, ssrc=1) is None


@pytest.mark.parametrize(
    ("second", "expected"),
    [(0x60, False), (0xE0, False), (191, False), (192, True), (200, True), (223, True)],
)
def test_rtcp_is_told_from_rtp(second: int, expected: bool) -> None:
    assert is_rtcp(bytes([0x80, second])) is expected
