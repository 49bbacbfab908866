"""RTCP there and back, against aiortc both ways, and against whatever the network may bring."""

from __future__ import annotations

import struct

from aiortc import rtp as reference
from hypothesis import given
from hypothesis import strategies as st

from media_core.rtp.rtcp import (
    EstimatedMaximumBitrate,
    FullIntraRequest,
    GenericNack,
    Goodbye,
    PictureLossIndication,
    ReceiverReport,
    ReportBlock,
    RtcpPacket,
    SenderReport,
    SourceDescription,
    build,
    parse,
)

ssrcs = st.integers(0, 0xFFFFFFFF)
words = st.integers(0, 0xFFFFFFFF)
blocks = st.builds(
    ReportBlock, ssrcs, st.integers(0, 255), st.integers(-0x800000, 0x7FFFFF), words, words, words, words
)
block_lists = st.lists(blocks, max_size=4).map(tuple)
packets: st.SearchStrategy[RtcpPacket] = st.one_of(
    st.builds(SenderReport, ssrcs, st.integers(0, 2**64 - 1), words, words, words, block_lists),
    st.builds(ReceiverReport, ssrcs, block_lists),
    st.builds(SourceDescription, st.lists(st.tuples(ssrcs, st.text(max_size=50)), max_size=4).map(tuple)),
    st.builds(Goodbye, st.lists(ssrcs, max_size=4).map(tuple)),
    st.builds(
        GenericNack, ssrcs, ssrcs, st.sets(st.integers(0, 0xFFFF), max_size=40).map(lambda found: tuple(sorted(found)))
    ),
    st.builds(PictureLossIndication, ssrcs, ssrcs),
    st.builds(FullIntraRequest, ssrcs, st.lists(st.tuples(ssrcs, st.integers(0, 255)), max_size=4).map(tuple)),
    st.builds(EstimatedMaximumBitrate, ssrcs, st.integers(0, 0x3FFFF), st.lists(ssrcs, max_size=4).map(tuple)),
)


@given(st.lists(packets, max_size=6))
def test_what_is_built_is_read_again(compound: list[RtcpPacket]) -> None:
    read = parse(build(compound))
    assert read == compound
    assert list(map(type, read)) == list(map(type, compound))


@given(st.lists(packets, max_size=6))
def test_names_are_left_out_where_nobody_asks_for_them(compound: list[RtcpPacket]) -> None:
    others = [each for each in compound if not isinstance(each, SourceDescription)]
    assert parse(build(compound), names=False) == others


@given(st.lists(packets, max_size=4), st.binary(max_size=60))
def test_what_is_whole_before_garbage_is_returned(compound: list[RtcpPacket], garbage: bytes) -> None:
    assert parse(build(compound) + b"\x00" + garbage) == compound


@given(st.lists(packets, min_size=1, max_size=4), st.data())
def test_a_compound_cut_anywhere_gives_its_first_packets(compound: list[RtcpPacket], data: st.DataObject) -> None:
    whole = build(compound)
    cut = data.draw(st.integers(0, len(whole) - 1))
    read = parse(whole[:cut])
    assert read == compound[: len(read)]
    assert len(read) < len(compound)


@given(
    st.lists(packets, min_size=1, max_size=3), st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), max_size=5)
)
def test_changed_bytes_never_raise(compound: list[RtcpPacket], changes: list[tuple[int, int]]) -> None:
    data = bytearray(build(compound))
    for at, value in changes:
        data[at % len(data)] = value
    parse(data)
    parse(memoryview(data))


@given(st.binary(max_size=200))
def test_random_bytes_never_raise(data: bytes) -> None:
    parse(data)


@given(st.integers(0, 31), st.integers(192, 223), st.binary(max_size=80), st.booleans())
def test_random_bodies_never_raise(count: int, kind: int, body: bytes, padded: bool) -> None:
    body += bytes(-len(body) % 4)
    parse(struct.pack("!BBH", 0x80 | padded << 5 | count, kind, len(body) // 4) + body)


def test_unknown_kinds_are_skipped() -> None:
    unknown = struct.pack("!BBHI", 0x80, 207, 1, 9)  # XR
    feedback = struct.pack("!BBHIII", 0x8F, 205, 3, 1, 2, 3)  # transport-wide feedback
    pli = PictureLossIndication(1, 2)
    assert parse(unknown + feedback + build([pli])) == [pli]


def test_a_report_with_fewer_blocks_than_it_says_ends_the_packet() -> None:
    lying = struct.pack("!BBHI", 0x82, 201, 1, 9)
    assert parse(lying + build([PictureLossIndication(1, 2)])) == []


def test_padding_may_end_the_last_packet_only() -> None:
    padded = struct.pack("!BBHIII", 0xA1, 206, 3, 1, 2, 4)
    assert parse(padded) == [PictureLossIndication(1, 2)]
    assert parse(padded + padded) == []
    assert parse(padded[:-1] + b"\x00") == []
    assert parse(padded[:-1] + b"\xff") == []


def test_nacks_are_packed_sixteen_to_an_entry() -> None:
    nack = GenericNack(1, 2, tuple(range(100, 117)))
    assert len(build([nack])) == 16
    assert parse(build([nack])) == [nack]


def test_a_nack_over_the_wrap() -> None:
    nack = GenericNack(1, 2, (65530, 65535, 0, 9))
    assert len(build([nack])) == 16
    assert parse(build([nack])) == [nack]


def test_an_estimate_is_rounded_down_to_its_mantissa() -> None:
    (read,) = parse(build([EstimatedMaximumBitrate(1, 2_500_001, (7,))]))
    assert isinstance(read, EstimatedMaximumBitrate)
    assert 2_500_001 - 16 < read.bitrate_bps <= 2_500_001
    (read,) = parse(build([EstimatedMaximumBitrate(1, 1 << 90, (7,))]))
    assert isinstance(read, EstimatedMaximumBitrate)
    assert read.bitrate_bps == 0x3FFFF << 63


def test_other_application_feedback_is_skipped() -> None:
    data = bytearray(build([EstimatedMaximumBitrate(1, 1000, (7,))]))
    data[12:16] = b"ABCD"
    assert parse(data) == []


def test_an_estimate_that_lies_about_its_ssrcs_is_skipped() -> None:
    data = bytearray(build([EstimatedMaximumBitrate(1, 1000, (7,))]))
    data[16] = 2
    assert parse(data) == []


@given(ssrcs, st.sets(st.integers(0, 65535), max_size=30), st.integers(0, 0x3FFFF))
def test_feedback_is_what_aiortc_reads_and_writes(ssrc: int, lost: set[int], bitrate_bps: int) -> None:
    ours: list[RtcpPacket] = [
        GenericNack(1, ssrc, tuple(sorted(lost))),
        PictureLossIndication(1, ssrc),
        EstimatedMaximumBitrate(1, bitrate_bps, (ssrc,)),
    ]
    nack, pli, remb = reference.RtcpPacket.parse(build(ours))
    assert isinstance(nack, reference.RtcpRtpfbPacket)
    assert isinstance(pli, reference.RtcpPsfbPacket)
    assert isinstance(remb, reference.RtcpPsfbPacket)
    assert (nack.media_ssrc, sorted(nack.lost)) == (ssrc, sorted(lost))
    assert (pli.fmt, pli.media_ssrc) == (reference.RTCP_PSFB_PLI, ssrc)
    assert reference.unpack_remb_fci(remb.fci) == (bitrate_bps, [ssrc])
    assert parse(bytes(nack) + bytes(pli) + bytes(remb)) == ours


@given(ssrcs, words, st.integers(0, 0x7FFFFF), st.text(min_size=1, max_size=40))
def test_reports_are_what_aiortc_reads_and_writes(ssrc: int, number: int, lost: int, name: str) -> None:
    block = ReportBlock(ssrc, 3, lost, number, 5, 6, 7)
    ours: list[RtcpPacket] = [
        SenderReport(ssrc, 8, 9, 10, 11, (block,)),
        ReceiverReport(ssrc, (block,)),
        SourceDescription(((ssrc, name),)),
        Goodbye((ssrc,)),
    ]
    sender, receiver, sdes, bye = reference.RtcpPacket.parse(build(ours))
    assert isinstance(sender, reference.RtcpSrPacket)
    assert isinstance(receiver, reference.RtcpRrPacket)
    assert isinstance(sdes, reference.RtcpSdesPacket)
    assert isinstance(bye, reference.RtcpByePacket)
    assert sender.sender_info.packet_count == 10
    assert (receiver.reports[0].packets_lost, receiver.reports[0].highest_sequence) == (lost, number)
    assert (sdes.chunks[0].ssrc, sdes.chunks[0].items[0]) == (ssrc, (1, name.encode()))
    assert bye.sources == [ssrc]
    assert parse(bytes(sender) + bytes(receiver) + bytes(sdes) + bytes(bye)) == ours
