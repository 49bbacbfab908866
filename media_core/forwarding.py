"""
The way of a media packet through the engine: the only code that runs for each packet, and for each copy of it.

In: ``Forwarder.receive`` takes a decrypted packet, finds its track, checks the gate, and keeps it. Out: ``Forwarder.flush``, called after the
last datagram of a wake-up, writes what was kept once for all slots whose numbers agree (``_copy``), then copies, protects and sends all of
one receiver at a time (``_send``). Under load wake-ups come every few milliseconds (``rtp.window``), so that packets meet.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from media_core.burst import Burst, Copy, Numbers, Train
from media_core.lanes import Cohort, Cohorts
from media_core.outbound import Outbound
from media_core.publisher import Packet, Publisher
from media_core.rtp.packet import Header, extension_span, parse_header, read_text, unwrap_rtx
from media_core.signaling.numbers import MID_ID, PRIMARY_OF, REPAIRED_RID_ID, RID_ID, TRANSPORT_CC_ID
from media_core.subscriber import Slot, abs_send_time
from media_core.webrtc.sockets import UdpPort

if TYPE_CHECKING:
    from media_core.transport import Transport

log = logging.getLogger(__name__)


class Forwarder:
    """Forwards packets of all rooms of an engine, decoding nothing."""

    def __init__(self, port: UdpPort) -> None:
        self.counters: Counter[str] = Counter()
        self.forwarded_packets = 0
        self.cohorts = Cohorts()
        self._pending: list[Publisher] = []
        self._cohorts: list[Cohort] = []
        """Those for whom something was copied in this flush; receivers likewise, for what they get by themselves."""
        self._receivers: list[Transport] = []
        self._joining: list[tuple[Slot, Copy]] = []
        """Slots that are in step from this flush on."""
        self._port = port
        self._outbound = Outbound(port, self.counters)

    # --- in -----------------------------------------------------------------------------------------------------------

    def receive(self, transport: Transport, plain: bytes, now_s: float) -> None:  # noqa: C901 - each call costs each packet
        """Take one decrypted RTP packet of a transport; what cannot be used is counted and dropped."""
        header = parse_header(plain)
        if header is None:
            self.counters["malformed"] += 1
            return
        if transport.arrivals is not None:
            span = extension_span(plain, header, TRANSPORT_CC_ID)
            if span is not None and span[1] - span[0] == 2:
                transport.arrivals.received(plain[span[0]] << 8 | plain[span[0] + 1], now_s)
                transport.newest_ssrc = header.ssrc
        publisher = transport.publishers_by_ssrc.get(header.ssrc) or self._learn(transport, plain, header)
        if publisher is None:
            return
        publisher.last_packet_s = now_s
        if not publisher.open:
            publisher.gate_dropped_packets += 1
            self.counters["gate_closed"] += 1
            return
        repeated = header.payload_type in PRIMARY_OF
        if repeated:
            original = self._original(publisher, plain, header)
            if original is None:
                return
            plain, header = original
        if header.payload_end <= header.payload_start or header.payload_type not in publisher.carries:
            self.counters["unusable_payload"] += 1
            return
        first = not publisher.pending
        if not publisher.take(plain, header, now_s, repeated=repeated):
            self.counters["duplicate"] += 1
        elif first:
            self._pending.append(publisher)

    def _learn(self, transport: Transport, plain: bytes, header: Header) -> Publisher | None:
        """Find the track of an SSRC seen for the first time."""
        mid, retransmission = read_text(plain, header, MID_ID), header.payload_type in PRIMARY_OF
        rid = read_text(plain, header, REPAIRED_RID_ID if retransmission else RID_ID)
        publisher = transport.learn_ssrc(header.ssrc, mid, rid, retransmission=retransmission)
        if publisher is None and not transport.sends:
            self._unasked(transport)
        elif publisher is None:
            self.counters["unknown_ssrc"] += 1
        return publisher

    def _unasked(self, transport: Transport) -> None:
        """Count a packet of somebody who was offered no line to send on, and say so once."""
        transport.unasked_packets += 1
        self.counters["no_right_to_send"] += 1
        if transport.unasked_packets == 1:
            fields = {"room": transport.room.id, "member": transport.member, "transport": transport.id}
            log.warning("media_without_right", extra={"fields": fields})

    def _original(self, publisher: Publisher, plain: bytes, header: Header) -> tuple[bytes, Header] | None:
        """Return what a retransmission repeats; browsers also send some only to probe the path."""
        original = unwrap_rtx(plain, header, payload_type=PRIMARY_OF[header.payload_type], ssrc=publisher.ssrc or 0)
        found = None if original is None else parse_header(original)
        if original is None or found is None:
            self.counters["probe"] += 1
            return None
        return bytes(original), found

    # --- out ----------------------------------------------------------------------------------------------------------

    def flush(self, now_s: float) -> int:
        """Send what was received since the last call to everybody who is to get it; returns how many packets went out."""
        if not self._pending:
            return 0
        bursts = self._gather()
        self.cohorts.gather()
        for publisher in bursts:
            self._copy(publisher, now_s)
        forwarded = self._send()
        joining, self._joining = self._joining, []
        for slot, copy in joining:  # not before all is sent: who changes lanes leaves their cohort
            slot.join(copy)
        return forwarded

    def begin(self, slot: Slot, publisher: Publisher, now_s: float) -> None:
        """Let a picture slot carry a track: from its last keyframe if that is recent, else ask for one."""
        slot.feed_from(publisher)
        recent = publisher.since_keyframe(now_s)
        if recent:
            self._copy_for(slot, publisher, Burst(recent), {}, now_s)
            self._send()
        else:
            publisher.want_keyframe(now_s)

    def _gather(self) -> list[Publisher]:
        """Make a burst of what each track has received, and end what is no longer in step with it."""
        publishers, self._pending = self._pending, []
        found: list[Publisher] = []
        for publisher in publishers:
            packets, publisher.pending = publisher.pending, []
            if not packets:
                continue  # its gate was closed meanwhile
            if publisher.candidates and any(packet.keyframe for packet in packets):
                for slot in tuple(publisher.candidates):  # they waited for it: from here on they show this layer
                    slot.feed_from(publisher)
            before, publisher.burst = publisher.burst, Burst(packets)
            if not publisher.burst.follows(before):
                for lane in tuple(publisher.lanes.values()):
                    for slot in tuple(lane.slots):
                        slot.leave()
            found.append(publisher)
        return found

    def _copy(self, publisher: Publisher, now_s: float) -> None:
        """Write a track's burst for all slots that it feeds: once for each lane, and for those that are in none yet."""
        burst = publisher.burst
        assert burst is not None
        send_time = abs_send_time(now_s)
        copies: dict[Numbers, Copy] = {}
        for lane in publisher.lanes.values():
            copy = copies[lane.numbers] = lane.take(burst, send_time, now_s)
            for cohort in lane.cohorts:
                if not cohort.outgoing:
                    self._cohorts.append(cohort)
                cohort.outgoing.append(copy)
        for slot in publisher.loose:
            written = self._copy_for(slot, publisher, burst, copies, now_s)
            if written is not None and written.burst is burst:
                self._joining.append((slot, written))

    def _copy_for(
        self, slot: Slot, publisher: Publisher, burst: Burst, copies: dict[Numbers, Copy], now_s: float
    ) -> Copy | None:
        """Write a burst for a slot that is in no lane; a copy that another slot with the same numbers has is shared."""
        numbers, send_time = slot.follow(burst), abs_send_time(now_s)
        if numbers is None:
            copy = copy_each(slot, publisher, burst.packets, now_s, send_time)
        else:
            copy = copies.get(numbers)
            if copy is None:
                copy = copies[numbers] = slot.copy(burst, numbers, send_time)
        if copy is not None:
            slot.sent(copy, now_s)
            if not slot.transport.outgoing:
                self._receivers.append(slot.transport)
            slot.transport.outgoing.append(copy)
        return copy

    def _send(self) -> int:
        """Protect and send what was copied: all of a receiver at a time, in runs of datagrams of one size."""
        cohorts, self._cohorts = self._cohorts, []
        receivers, self._receivers = self._receivers, []
        forwarded = 0
        for cohort in cohorts:
            copies, cohort.outgoing = cohort.outgoing, []
            forwarded += self._outbound.to_all(Train(copies, cohort.tag_bytes), cohort)
        trains: dict[tuple[object, ...], Train] = {}
        for transport in receivers:
            copies, transport.outgoing = transport.outgoing, []
            if transport.srtp is None:
                continue
            tag_bytes = transport.srtp.tag_bytes
            key = (tag_bytes, *copies)
            train = trains.get(key)
            if train is None:
                train = trains[key] = Train(copies, tag_bytes)
            forwarded += self._outbound.to_one(train, transport)
        self._port.send_added()
        self.forwarded_packets += forwarded
        return forwarded


def copy_each(slot: Slot, publisher: Publisher, packets: Sequence[Packet], now_s: float, send_time: int) -> Copy | None:
    """Write packets for one slot, each looked at by itself: where a slot begins, leaves something out, or packets came late."""
    written: list[bytes | bytearray] = []
    octets = 0
    for packet in packets:
        if not slot.begun:
            if not slot.audio and not (packet.keyframe and slot.takes(packet)):
                if packet is packets[-1] and slot.takes(packet):
                    publisher.want_keyframe(now_s)
                continue
            slot.begin(packet, now_s)
        if not slot.thinning.idle and slot.leave_out(packet):
            continue
        copied = slot.write_audio(packet) if slot.audio else slot.write_video(packet, send_time)
        if copied is not None:
            written.append(copied)
            octets += len(packet.payload)
    return Copy(written, octets) if written else None
