"""RTCP of one transport: what the browser reports, and the reports that the server makes each second."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from media_core.downlink import is_live
from media_core.engine import STAGE_MID, QualitySample, Source
from media_core.ids import MediaRoomId
from media_core.limits import DEFAULT_LIMITS
from media_core.publisher import FLOWING_S
from media_core.rtp.nack import Allowance
from media_core.rtp.reception import round_trip_s
from media_core.rtp.rtcp import (
    EstimatedMaximumBitrate,
    FullIntraRequest,
    GenericNack,
    PictureLossIndication,
    ReceiverReport,
    ReportBlock,
    RtcpPacket,
    SenderReport,
    SourceDescription,
    parse,
)
from media_core.signaling.numbers import FEEDBACK_SSRC
from media_core.subscriber import Slot, abs_send_time
from media_core.webrtc.sdp import CNAME

if TYPE_CHECKING:
    from media_core.publisher import Publisher
    from media_core.transport import Transport

NTP_EPOCH_S = 2_208_988_800
"""Seconds from 1900 to 1970 (RFC 3550 section 4)."""

UPLINK_CAP_BPS = 3_000_000
"""What the server asks a browser to stay below, all its pictures together: 720p at 30 frames, or a screen and a small camera."""

LEAST_PACKETS_FOR_LOSS = 100
"""Of fewer, chance alone makes a line that loses one in twenty look full: of 25 packets it loses three or more each eighth time, of 100 twelve or more each 250th."""

REPEATED_SHARE, LEAST_REPEATED_BYTES = 0.3, 12_000
"""How much of what a downlink carries repetitions may take, and how many bytes a second they may whatever that is."""

LISTENER_UNTOLD = 3
"""So many seconds go by without reports to somebody who only listens (RFC 3550 section 6.2 would let five go by)."""
JUST_NOW_S = 0.2
"""A page takes two silent seconds for a dead path; where nothing came for so long it is told something each second."""

NACKED_PACKETS_PER_REPORT = 256
"""More in one RTCP packet is an outage or an attack; a keyframe is cheaper."""


class NtpClock:
    """Wall-clock time as NTP numbers, from a clock that never jumps: its distance to the wall is taken once."""

    def __init__(self, now_s: float) -> None:
        self._offset_s = time.time() - now_s + NTP_EPOCH_S

    def ntp_s(self, now_s: float) -> float:
        return now_s + self._offset_s

    def ntp_time(self, now_s: float) -> int:
        """Return 64-bit NTP time."""
        return int(self.ntp_s(now_s) * (1 << 32)) & 0xFFFFFFFFFFFFFFFF


@dataclass(slots=True)
class _Counted:
    """Figures of one stream at the last sample."""

    expected: int = 0
    lost: int = 0


@dataclass(slots=True)
class Reports:
    """
    The RTCP state of one transport.

    ``clock_offset_s`` is the server's NTP clock less the browser's, as the quickest sender report told it; one for all tracks of a browser,
    so that its sound and pictures stay in step.
    """

    transport: Transport
    clock: NtpClock
    round_trip_s: float | None = None
    clock_offset_s: float | None = None
    remb_bps: int | None = None
    """What the browser thinks it can receive."""
    jitter_s: float | None = None
    nack_allowance: Allowance = field(
        default_factory=lambda: Allowance(DEFAULT_LIMITS.nacked_per_s, DEFAULT_LIMITS.nacked_at_once)
    )
    repeat_allowance: Allowance = field(default_factory=lambda: Allowance(LEAST_REPEATED_BYTES, LEAST_REPEATED_BYTES))
    """In bytes: on a full line repetitions push out what they are to mend, and are asked for again."""
    _sampled_s: float | None = None
    _received_bytes: int = 0
    _sent_bytes: int = 0
    _up: dict[tuple[Source, str], _Counted] = field(default_factory=dict)
    _down: dict[int, _Counted] = field(default_factory=dict)
    _down_interval: _Counted = field(default_factory=_Counted)
    _down_second: _Counted = field(default_factory=_Counted)
    _carried: list[tuple[Slot, Publisher | None]] = field(default_factory=list)
    _untold: int = 0

    # --- in -----------------------------------------------------------------------------------------------------------

    def receive(self, plain: bytes, now_s: float) -> None:
        """Take a decrypted RTCP datagram of the browser."""
        for packet in parse(plain, names=False):
            match packet:
                case SenderReport():
                    self._sender_report(packet, now_s)
                    self._report_blocks(packet.reports, now_s)
                case ReceiverReport():
                    self._report_blocks(packet.reports, now_s)
                case GenericNack():
                    self._nack(packet, now_s)
                case PictureLossIndication():
                    self._keyframe_wanted(packet.media_ssrc, now_s)
                case FullIntraRequest():
                    for ssrc, _ in packet.entries[:16]:
                        self._keyframe_wanted(ssrc, now_s)
                case EstimatedMaximumBitrate():
                    self.remb_bps = packet.bitrate_bps
                    downlink = self.transport.downlink
                    downlink.narrowed(downlink.estimate.remb(packet.bitrate_bps, now_s))
                case _:
                    pass

    def _sender_report(self, packet: SenderReport, now_s: float) -> None:
        publisher = self.transport.publishers_by_ssrc.get(packet.ssrc)
        if publisher is None or packet.ssrc != publisher.ssrc:
            return
        publisher.sender_report(packet, now_s)
        offset_s = self.clock.ntp_s(now_s) - packet.ntp_time / (1 << 32)
        if self.clock_offset_s is None or offset_s < self.clock_offset_s or offset_s - self.clock_offset_s > 1.0:
            self.clock_offset_s = offset_s  # the quickest packet is nearest the truth; a second more: the clock was set

    def _report_blocks(self, blocks: Iterable[ReportBlock], now_s: float) -> None:
        ntp_time, measured = self.clock.ntp_time(now_s), []
        for block in blocks:
            slot = self.transport.slots_by_ssrc.get(block.ssrc)
            if slot is None:
                continue
            found_s = round_trip_s(block, ntp_time)
            if found_s is not None:
                measured.append(found_s)
            self.jitter_s = block.jitter_ticks / slot.munger.clock_rate_hz
            self._count_down(block)
        if measured:
            self._measured(min(measured))
        self._judge_loss(now_s)

    def _measured(self, round_trip: float) -> None:
        before = self.round_trip_s
        self.round_trip_s = round_trip if before is None else (before + round_trip) / 2
        for publisher in self.transport.encodings():
            publisher.nacks.round_trip_s = self.round_trip_s
        self.transport.round_trip_s = self.round_trip_s

    def _count_down(self, block: ReportBlock) -> None:
        before = self._down.get(block.ssrc)
        if before is not None:
            expected = block.highest_sequence_number - before.expected
            if 0 <= expected < 0x10000:
                lost = block.packets_lost - before.lost  # negative where what was missing came late
                for counted in (self._down_interval, self._down_second):
                    counted.expected += expected
                    counted.lost += lost
            before.expected, before.lost = block.highest_sequence_number, block.packets_lost
        else:
            self._down[block.ssrc] = _Counted(block.highest_sequence_number, block.packets_lost)

    def _nack(self, packet: GenericNack, now_s: float) -> None:
        slot = self.transport.slots_by_ssrc.get(packet.media_ssrc)
        if slot is None:
            return
        send_time = abs_send_time(now_s)
        wanted = packet.sequence_numbers[:NACKED_PACKETS_PER_REPORT]
        granted = self.nack_allowance.take(len(wanted), now_s)
        self.transport.counters["nack_refused"] += len(wanted) - granted
        for number in wanted[:granted]:
            if not self.repeat_allowance.any_left(now_s) and not slot.audio:  # sound is little, and goes first
                self.transport.counters["repeat_refused"] += 1
                continue
            # sound comes again under its own number, and browsers count it as if it had not been lost
            hidden = slot.audio and not slot.repeats.repeated(number)
            written = slot.write_again(number, now_s, send_time)
            if written is not None:
                self._down_interval.lost += hidden
                self.repeat_allowance.spend(len(written))
                self.transport.counters["retransmitted"] += 1
                self.transport.send_again(written)

    def _keyframe_wanted(self, ssrc: int, now_s: float) -> None:
        slot = self.transport.slots_by_ssrc.get(ssrc)
        if slot is None or slot.publisher is None or slot.audio:
            return
        if slot.may_ask_for_keyframe(now_s):
            slot.publisher.want_keyframe(now_s)

    # --- out ----------------------------------------------------------------------------------------------------------

    def send(self, now_s: float, reports_of: dict[str, Reports]) -> None:
        """
        Send the second's reports in one datagram; call it each second.

        Somebody who only listens, to the same as before, is told the clocks of it less often: their life sign is what they hear.

        Args:
            reports_of: The reports of each transport by its id: the clocks of those whose tracks the slots carry.
        """
        received = [each for each in self.transport.encodings() if each.reception.received_packets]
        if not received and self._knows_all(now_s):
            return
        packets: list[RtcpPacket] = [
            ReceiverReport(FEEDBACK_SSRC, tuple(each.reception.report(now_s) for each in received))
        ]
        names = [(FEEDBACK_SSRC, CNAME)]
        for slot in self.transport.carrying:
            report = self._slot_report(slot, now_s, reports_of)
            if report is not None:
                packets.append(report)
                names.append((slot.ssrc, CNAME))
        pictures = [each.ssrc for each in received if not each.audio and each.ssrc is not None]
        if pictures:
            packets.append(EstimatedMaximumBitrate(FEEDBACK_SSRC, UPLINK_CAP_BPS, tuple(pictures)))
        # Also where there is nothing to tell: by silence a page knows, sooner than by ICE, that its path is dead.
        self.transport.send_rtcp([*packets, SourceDescription(tuple(names))])

    def _knows_all(self, now_s: float) -> bool:
        """Tell whether a listener, whom something reaches just now, was told not long ago of all that it hears and sees."""
        slots = self.transport.carrying
        carried = [(slot, slot.publisher) for slot in slots if slot.begun]
        knows = carried == self._carried and self._untold < LISTENER_UNTOLD
        knows = knows and any(now_s - slot.last_sent_s < JUST_NOW_S for slot in slots)
        self._untold = self._untold + 1 if knows else 0
        self._carried = carried
        return knows

    def _judge_loss(self, now_s: float) -> None:
        """Tell the downlink's estimate what was lost, once enough was expected to say so."""
        second, downlink = self._down_second, self.transport.downlink
        allowed = max(int(downlink.estimate.estimate_bps * REPEATED_SHARE / 8), LEAST_REPEATED_BYTES)
        self.repeat_allowance.per_s = self.repeat_allowance.at_once = allowed
        if second.expected >= LEAST_PACKETS_FOR_LOSS:
            downlink.narrowed(downlink.estimate.loss(max(0, second.lost) / second.expected, now_s))
            self._down_second = _Counted()

    def _slot_report(self, slot: Slot, now_s: float, reports_of: dict[str, Reports]) -> SenderReport | None:
        publisher = slot.publisher
        if publisher is None or not slot.begun or not slot.packets:
            return None
        source_reports = reports_of.get(publisher.transport.id)
        timestamp = _timestamp_now(publisher, source_reports, self.clock.ntp_s(now_s), now_s)
        return SenderReport(
            slot.ssrc,
            self.clock.ntp_time(now_s),
            slot.munger.timestamp_of(timestamp),
            slot.packets & 0xFFFFFFFF,
            slot.octets & 0xFFFFFFFF,
        )

    # --- figures ------------------------------------------------------------------------------------------------------

    def sample(self, room: MediaRoomId, now_s: float) -> QualitySample:
        """Return the figures since the last call."""
        since_s = self.transport.connected_s if self._sampled_s is None else self._sampled_s
        interval_s = max(now_s - since_s, 0.001)
        transport = self.transport
        up_bps = int((transport.received_bytes - self._received_bytes) * 8 / interval_s)
        down_bps = int((transport.sent_bytes - self._sent_bytes) * 8 / interval_s)
        self._sampled_s = now_s
        self._received_bytes, self._sent_bytes = transport.received_bytes, transport.sent_bytes
        down, self._down_interval = self._down_interval, _Counted()
        return QualitySample(
            room,
            transport.member,
            transport.id,
            round(interval_s, 3),
            up_bps,
            down_bps,
            _loss_pct(self._count_up()),
            _loss_pct(down),
            None if self.round_trip_s is None else round(self.round_trip_s * 1000, 1),
            None if self.jitter_s is None else round(self.jitter_s * 1000, 1),
            self._up_layer(now_s),
            self._down_layer(),
        )

    def _up_layer(self, now_s: float) -> str | None:
        camera = self.transport.publishers.get(Source.CAMERA)
        if camera is None or now_s - camera.newest_packet_s > FLOWING_S or not camera.open:
            return None
        return next((rid for rid, layer in reversed(camera.layers.items()) if is_live(layer)), None)

    def _down_layer(self) -> str | None:
        stage = self.transport.slots.get(STAGE_MID)
        return None if stage is None or stage.publisher is None else stage.publisher.rid

    def _count_up(self) -> _Counted:
        interval = _Counted()
        for publisher in self.transport.encodings():
            key = publisher.track.source, publisher.rid
            before = self._up.get(key, _Counted())
            now = _Counted(publisher.reception.expected_packets, publisher.reception.lost_packets)
            self._up[key] = now
            if now.expected > before.expected:
                interval.expected += now.expected - before.expected
                interval.lost += max(0, now.lost - before.lost)
        return interval


def _loss_pct(counted: _Counted) -> float | None:
    return round(100 * max(0.0, min(counted.lost / counted.expected, 1.0)), 1) if counted.expected > 0 else None


def _timestamp_now(publisher: Publisher, reports: Reports | None, ntp_s: float, now_s: float) -> int:
    """
    Return a track's RTP timestamp at this moment.

    By the browser's own sender reports, which tie sound and pictures to one clock; before the first, by the newest packet.
    """
    known = publisher.sender_clock
    if known is not None and reports is not None and reports.clock_offset_s is not None:
        elapsed_s = ntp_s - reports.clock_offset_s - known.ntp_s
        return known.rtp_timestamp + round(elapsed_s * publisher.clock_rate_hz)
    return publisher.newest_timestamp + round((now_s - publisher.newest_timestamp_s) * publisher.clock_rate_hz)
