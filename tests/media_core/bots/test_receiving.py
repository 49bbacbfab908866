from __future__ import annotations

from media_core.bots.answer import Line, Sending
from media_core.bots.pictures import clip
from media_core.bots.receiving import Received
from media_core.bots.sending import PictureTrack
from media_core.rtp.packet import build_packet, parse_header, wrap_rtx

LINE = Line(mid="v0", kind="video", payload_type=96, rtx_payload_type=97, ssrc=5, rtx_ssrc=6)


def take(slot: Received, packet: bytes, now_s: float) -> None:
    header = parse_header(packet)
    assert header is not None
    slot.take(packet, header, now_s)


def second_of_pictures() -> tuple[PictureTrack, list[bytes]]:
    track = PictureTrack.of(LINE, Sending(5, 6), clip(1))
    return track, [packet for tick in range(50) for packet in track.due(tick * 0.02)]


def test_an_unbroken_stream_has_no_breaks() -> None:
    _, packets = second_of_pictures()
    slot = Received(LINE, kept_payloads=3)
    for packet in packets:
        take(slot, packet, 0.0)
    assert slot.packets == len(packets)
    assert slot.frames == 15
    assert slot.keyframes == 1
    assert (slot.lost, slot.repaired, slot.timestamp_breaks, slot.picture_breaks) == (0, 0, 0, 0)
    assert len(slot.payloads) == 3


def test_loss_is_noticed_and_its_repair_too() -> None:
    track, packets = second_of_pictures()
    slot = Received(LINE)
    for packet in packets:
        if packet is not packets[7]:
            take(slot, packet, 0.0)
    assert slot.lost == 1
    (number,) = slot.nacks.due(0.1)
    again = track.again(number, 0.1)
    assert again is not None
    take(slot, again, 0.12)
    take(slot, again, 0.13)
    assert slot.repaired == 1
    assert slot.packets == len(packets)


def test_a_screen_in_av1_is_received_and_repaired() -> None:
    slot = Received(
        Line(mid="v0", kind="video", payload_type=96, rtx_payload_type=97, av1=(98, 99), ssrc=5, rtx_ssrc=6)
    )
    packets = [
        build_packet(payload, payload_type=98, sequence_number=number, timestamp=number, ssrc=5, marker=True)
        for number, payload in enumerate((b"\x18\x0a\x01", b"\x10\x32\x01", b"\x10\x32\x02"))
    ]
    header = parse_header(packets[1])
    assert header is not None
    again = wrap_rtx(packets[1], header, payload_type=99, sequence_number=1, ssrc=6)
    for packet in (packets[0], packets[2], bytes(again)):
        take(slot, packet, 0.0)
    assert (slot.packets, slot.keyframes, slot.repaired, slot.picture_breaks) == (3, 1, 1, 0)


def test_a_source_that_is_not_continued_shows_as_a_break() -> None:
    slot = Received(LINE)
    track, packets = second_of_pictures()
    track._picture_id += 5
    track._at = 0
    for packet in [*packets, *track.due(1.0), *track.due(1.1)]:
        take(slot, packet, 0.0)
    assert slot.picture_breaks == 1
    assert slot.timestamp_breaks == 0
