"""
The way of a media packet through the engine: the only code that runs for each packet, and for each copy of it.

In: ``Forwarder.receive`` takes a decrypted packet, finds its track, checks the gate, and keeps it. Out: ``Forwarder.flush``, called after the
last datagram of a wake-up, copies what was kept into each slot that the track feeds, and hands it to ``Transport.send_media``. Packets of
one track that arrived together are therefore written to one receiver together.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from media_core.publisher import Packet, Publisher
from media_core.rtp.packet import Header, audio_level, parse_header, read_text, unwrap_rtx
from media_core.signaling.numbers import AUDIO_LEVEL_ID, MID_ID, PRIMARY_OF, REPAIRED_RID_ID, RID_ID
from media_core.subscriber import Slot, abs_send_time

if TYPE_CHECKING:
    from media_core.transport import Transport


class Forwarder:
    """Forwards packets of all rooms of an engine, decoding nothing."""

    def __init__(self) -> None:
        self.counters: Counter[str] = Counter()
        self._pending: list[Publisher] = []

    # --- in -----------------------------------------------------------------------------------------------------------

    def receive(self, transport: Transport, plain: bytes, now_s: float) -> None:
        """Take one decrypted RTP packet of a transport; what cannot be used is counted and dropped."""
        header = parse_header(plain)
        if header is None:
            self.counters["malformed"] += 1
            return
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
        self._keep(publisher, plain, header, now_s, repeated=repeated)

    def _keep(self, publisher: Publisher, plain: bytes, header: Header, now_s: float, *, repeated: bool) -> None:
        """Keep a packet of an open track for the next flush."""
        if header.payload_end <= header.payload_start or not publisher.carries(header.payload_type):
            self.counters["unusable_payload"] += 1
            return
        packet = publisher.read(plain, header)
        if not publisher.take(packet, now_s, repeated=repeated):
            self.counters["duplicate"] += 1
            return
        if publisher.tape is not None:
            publisher.tape.pending.append((now_s, packet))
        if publisher.audio:
            level = audio_level(plain, header, AUDIO_LEVEL_ID)
            if level is not None:
                publisher.transport.heard(publisher, level[0], level[1], now_s)
        if not publisher.pending:
            self._pending.append(publisher)
        publisher.pending.append(packet)

    def _learn(self, transport: Transport, plain: bytes, header: Header) -> Publisher | None:
        """Find the track of an SSRC seen for the first time."""
        mid, retransmission = read_text(plain, header, MID_ID), header.payload_type in PRIMARY_OF
        rid = read_text(plain, header, REPAIRED_RID_ID if retransmission else RID_ID)
        publisher = transport.learn_ssrc(header.ssrc, mid, rid, retransmission=retransmission)
        if publisher is None:
            self.counters["unknown_ssrc"] += 1
        return publisher

    def _original(self, publisher: Publisher, plain: bytes, header: Header) -> tuple[bytes, Header] | None:
        """Return what a retransmission repeats; browsers also send some only to probe the path."""
        original = unwrap_rtx(plain, header, payload_type=PRIMARY_OF[header.payload_type], ssrc=publisher.ssrc or 0)
        found = None if original is None else parse_header(original)
        if original is None or found is None:
            self.counters["probe"] += 1
            return None
        return bytes(original), found

    # --- out ----------------------------------------------------------------------------------------------------------

    def flush(self, now_s: float) -> None:
        """Send what was received since the last call to everybody who is to get it."""
        if not self._pending:
            return
        publishers, self._pending = self._pending, []
        send_time = abs_send_time(now_s)
        for publisher in publishers:
            packets, publisher.pending = publisher.pending, []
            if publisher.audio:
                for slot in publisher.slots:
                    _send_audio(slot, packets, now_s)
            else:
                if publisher.candidates and any(packet.keyframe for packet in packets):
                    for slot in tuple(publisher.candidates):  # they waited for it: from here on they show this layer
                        slot.feed_from(publisher)
                for slot in publisher.slots:
                    _send_video(slot, publisher, packets, now_s, send_time)

    def begin(self, slot: Slot, publisher: Publisher, now_s: float) -> None:
        """Let a picture slot carry a track: from its last keyframe if that is recent, else ask for one."""
        slot.feed_from(publisher)
        recent = publisher.since_keyframe(now_s)
        if recent:
            _send_video(slot, publisher, recent, now_s, abs_send_time(now_s))
        else:
            publisher.want_keyframe(now_s)


def _send_audio(slot: Slot, packets: list[Packet], now_s: float) -> None:
    send = slot.transport.send_media
    for packet in packets:
        if not slot.begun:
            slot.begin(packet, now_s)
        written = slot.write_audio(packet)
        if written is not None:
            send(written)
            slot.packets += 1
            slot.octets += len(packet.payload)
            slot.last_sent_s = now_s


def _send_video(slot: Slot, publisher: Publisher, packets: list[Packet], now_s: float, send_time: int) -> None:
    send = slot.transport.send_media
    for packet in packets:
        if not slot.begun:
            if not packet.keyframe:
                publisher.want_keyframe(now_s)
                continue
            slot.begin(packet, now_s)
        if not slot.thinning.idle and slot.leave_out(packet):
            continue
        written = slot.write_video(packet, send_time)
        if written is not None:
            send(written)
            slot.packets += 1
            slot.octets += len(packet.payload)
            slot.last_sent_s = now_s
