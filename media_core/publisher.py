"""The SFU's end of one track that a browser sends."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from media_core.engine import TrackRef
from media_core.rtp import av1, h264
from media_core.rtp.cache import PacketCache
from media_core.rtp.keyframe import KeyframeRequests
from media_core.rtp.layers import NOMINAL_BPS, LayerCost, LayerDemand, LayerSilence, RateMeter
from media_core.rtp.nack import MOST_SOUND_MISSING, SOUND_GIVE_UP_S, Arrival, NackGenerator
from media_core.rtp.packet import Header, audio_level
from media_core.rtp.reception import Reception
from media_core.rtp.rtcp import GenericNack, PictureLossIndication, RtcpPacket, SenderReport
from media_core.rtp.sequence import newer
from media_core.rtp.vp8 import DescriptorReader, Vp8Descriptor, frame_size
from media_core.signaling.numbers import (
    AUDIO_CLOCK_HZ,
    AUDIO_LEVEL_ID,
    AV1,
    CARRIED,
    FEEDBACK_SSRC,
    H264,
    VIDEO_CLOCK_HZ,
    VP8,
    is_audio,
)

if TYPE_CHECKING:
    from media_core.burst import Burst, Numbers
    from media_core.lanes import Lane
    from media_core.subscriber import Slot
    from media_core.tape.writer import TapeTrack
    from media_core.transport import Transport

FLOWING_S = 2.0
"""A track without packets for this long has stopped; Opus in silence still sends a packet each 0.4 s."""

SILENT_S = 1.0
"""Nobody is asked for a keyframe of what has been silent for so long."""

REPLAY_S = 0.5
"""As long as no other keyframe can be asked for, the last one and all since are good enough to begin with."""
SOUND_KEPT_PACKETS, SOUND_KEPT_S = 32, 0.5
"""For those who lost some: longer than they wait for it, in packets of 20 ms."""
MOST_REPLAYED_PACKETS = 200
"""About 0.5 s at 3 Mbit/s; a longer burst would fill the buffers on its way."""

_BEGINS = {H264: h264.is_keyframe, AV1: av1.is_keyframe}
"""What tells the first packet of a keyframe of codecs that need no look at each packet."""


class Packet(NamedTuple):
    """One packet of an open track as its subscribers copy it: header extensions and padding are gone."""

    sequence_number: int
    timestamp: int
    second_byte: int
    """Marker and payload type."""
    payload: bytes
    vp8: Vp8Descriptor | None
    keyframe: bool
    """The first packet of a picture that needs none before it."""


@dataclass(slots=True, frozen=True)
class SenderClock:
    """A track's newest sender report: its RTP timestamp at a moment of the sender's own clock (RFC 3550 section 6.4.1)."""

    ntp_s: float
    rtp_timestamp: int


class Publisher:
    """
    One track of one transport: its gate, cache, requests and figures. Its packets go through ``Forwarder``.

    ``open`` is the gate. ``slots`` are the receive slots it feeds now, ``candidates`` those that it shall feed from its next keyframe on.
    Whatever needs to be looked at again soon (missing packets, an unanswered PLI) puts itself into ``attention``, a set that all publishers
    of an engine share.

    A camera in simulcast has a publisher for each layer. The best one is the ``lead``: it stands for the track, and gate and end of the
    others follow it. A track of one encoding is its own lead, with an empty ``rid``.
    """

    def __init__(  # noqa: PLR0915 - one line a field, nothing happens here
        self,
        track: TrackRef,
        transport: Transport,
        *,
        ssrc: int | None,
        rtx_ssrc: int | None,
        attention: set[Publisher],
    ) -> None:
        self.track = track
        self.transport = transport
        self.ssrc = ssrc
        self.rtx_ssrc = rtx_ssrc
        self.audio = is_audio(track.source)
        self.clock_rate_hz = AUDIO_CLOCK_HZ if self.audio else VIDEO_CLOCK_HZ
        self.rid = ""
        self.lead = self
        self.layers: dict[str, Publisher] = {"": self}
        """All encodings of the track by their ``rid``, smallest first; one and the same for all of them."""
        self.candidates: list[Slot] = []
        self.temporal = False
        """Packets tell their temporal layer, so that the track can be thinned out."""
        self.height_px = 0
        """Of the last keyframe; 0 while it is unknown."""
        self.payload_type = 0
        """Of the last keyframe: the codec of a screen may change with one."""
        self.codec_told: tuple[str, float] | None = None
        """What the browser was told to send its screen in, and when; ``None`` where it has no choice."""
        self.frames = 0
        self.silence = LayerSilence()
        self.rate = RateMeter()
        self.cost = LayerCost(NOMINAL_BPS[""])
        self.demand: LayerDemand | None = None
        self.wants: Counter[str] = Counter()
        """How many subscribers would be given each layer if it were sent; the lead's counts."""
        self.live: frozenset[str] = frozenset()
        """The layers that came when somebody looked last; the lead's counts."""
        self.open = False
        self.flowing = False
        self.slots: list[Slot] = []
        self.lanes: dict[Numbers, Lane] = {}
        """The slots in step, by their numbers; ``loose`` are the others."""
        self.loose: dict[Slot, None] = {}
        self.pending: list[Packet] = []
        self.burst: Burst | None = None
        """What was forwarded last."""
        self.cache: PacketCache[Packet] = PacketCache()
        self.keyframes = KeyframeRequests()
        self.nacks = NackGenerator()
        self.asks = not self.audio
        """It is asked for what is missing; encoders are not asked for sound."""
        if self.audio:
            self.cache = PacketCache(capacity=SOUND_KEPT_PACKETS, keep_s=SOUND_KEPT_S)
            self.nacks = NackGenerator(give_up_s=SOUND_GIVE_UP_S, most_missing=MOST_SOUND_MISSING)
        self.reception = Reception(ssrc or 0, self.clock_rate_hz)
        self.sender_clock: SenderClock | None = None
        self.last_packet_s = -1e9
        self._keyframe: tuple[int, float] | None = None
        """Number and arrival of the newest keyframe's first packet."""
        self._keyframe_begins: tuple[int, int] | None = None
        """Number and timestamp of the first packet of the newest keyframe in H.264 or AV1; what follows in it begins nothing."""
        self._newest_number = 0
        self.newest_timestamp = 0
        self.newest_timestamp_s = 0.0
        self.received_bytes = 0
        self.gate_dropped_packets = 0
        self.tape: TapeTrack | None = None
        """Where packets are noted for the room's tape, while it runs and may have them."""
        self.tape_lit: bool | None = None
        self._descriptors = DescriptorReader()
        self._attention = attention
        self.carries = CARRIED[track.source]
        """Payload types that may come: pictures on a line for sound are nonsense or an attack."""

    def split(self, rids: Sequence[str]) -> None:
        """Become the lead of a track in simulcast layers; call it once, before the first packet. ``rids`` are smallest first."""
        *others, self.rid = rids
        layers = {
            rid: Publisher(self.track, self.transport, ssrc=None, rtx_ssrc=None, attention=self._attention)
            for rid in others
        }
        layers[self.rid] = self
        for rid, layer in layers.items():
            layer.rid, layer.lead, layer.layers = rid, self, layers
            layer.cost = LayerCost(NOMINAL_BPS[rid])
        self.demand = LayerDemand(tuple(rids))

    @property
    def newest_packet_s(self) -> float:
        """Of any layer."""
        return max(layer.last_packet_s for layer in self.layers.values())

    # --- packets ------------------------------------------------------------------------------------------------------

    def take(self, plain: bytes, header: Header, now_s: float, *, repeated: bool) -> bool:  # noqa: C901 - each call costs each packet
        """
        Keep a packet of an open track for the next flush, and for whoever asks for it again.

        False if one of its number was kept before. Such a packet is to be dropped, whatever it holds: two of one number would be protected with
        the same numbers of SRTP, which gives away its keys (RFC 3711 section 9.1, RFC 7714 section 8.1).
        """
        number, timestamp, payload_type = header.sequence_number, header.timestamp, header.payload_type
        audio = self.audio
        arrival = self.nacks.received(number, now_s, repeated=repeated or audio)
        if arrival is Arrival.KNOWN:
            return False
        payload = plain[header.payload_start : header.payload_end]
        vp8, keyframe = None, False
        if payload_type == VP8:
            vp8 = self._descriptors.read(payload)
            keyframe = vp8 is not None and vp8.keyframe
        elif not audio:
            keyframe = self._begins(header, payload)
        second_byte = payload_type | 0x80 if header.marker else payload_type
        packet = Packet(number, timestamp, second_byte, payload, vp8, keyframe)
        self.cache.put(number, packet, now_s)
        if audio:
            repeated = arrival is Arrival.ASKED  # sound is sent again as it was, with nothing that tells so
        if not repeated:
            self.reception.received(number, timestamp, now_s)
        if arrival is Arrival.NEWEST:
            self._newest_number, self.newest_timestamp, self.newest_timestamp_s = number, timestamp, now_s
            if audio:
                self._hear(plain, header, now_s)
        if keyframe:
            self._note_keyframe(packet, now_s)
        if self.nacks.missing:
            self._attention.add(self)
        self.received_bytes += len(payload)
        if header.marker:  # the last packet of a picture
            self.frames += 1
        if self.tape is not None:
            self.tape.pending.append((now_s, packet))
        self.pending.append(packet)
        return True

    def _hear(self, plain: bytes, header: Header, now_s: float) -> None:
        level = audio_level(plain, header, AUDIO_LEVEL_ID)
        if level is not None:
            self.transport.heard(self, level[0], level[1], now_s)

    def _begins(self, header: Header, payload: bytes) -> bool:
        """Tell whether a packet is the first of a keyframe: parameter sets, where they travel with the picture, else the picture itself."""
        begins = _BEGINS.get(header.payload_type)
        if begins is None or not begins(payload):
            return False
        first = self._keyframe_begins
        if first is not None and first[1] == header.timestamp and newer(header.sequence_number, first[0]):
            return False
        self._keyframe_begins = header.sequence_number, header.timestamp
        return True

    def _note_keyframe(self, packet: Packet, now_s: float) -> None:
        self._look_at(packet)
        self._keyframe = packet.sequence_number, now_s
        self.keyframes.keyframe_received()
        self.nacks.keyframe_received(packet.sequence_number)

    def _look_at(self, keyframe: Packet) -> None:
        """Note what layers are chosen by, and in which codec the track goes on."""
        vp8, payload_type = keyframe.vp8, keyframe.second_byte & 0x7F
        if payload_type != self.payload_type:
            self.payload_type = payload_type
            for slot in self.slots:
                slot.change_codec(keyframe)
        self.temporal = vp8 is not None and vp8.tid is not None
        size = None
        if vp8 is not None:
            size = frame_size(keyframe.payload, vp8)
        elif payload_type == AV1:
            size = av1.frame_size(keyframe.payload)
        self.height_px = min(size) if size is not None else self.height_px

    def since_keyframe(self, now_s: float) -> list[Packet]:
        """Return the newest keyframe and what followed, for a slot that begins; empty if that is too long ago."""
        if self._keyframe is None or self.pending or now_s - self._keyframe[1] > REPLAY_S:
            return []
        first = self._keyframe[0]
        count = (self._newest_number - first & 0xFFFF) + 1
        if count > MOST_REPLAYED_PACKETS:
            return []
        found = (self.cache.peek(first + after & 0xFFFF, now_s) for after in range(count))
        return [packet for packet in found if packet is not None]

    # --- gate and requests --------------------------------------------------------------------------------------------

    def set_open(self, open_: bool) -> None:
        """Open or close the gate of all layers; nothing from before stays for later."""
        if open_ is self.open:
            return
        self.open = open_
        if self is self.lead:
            for layer in self.layers.values():
                layer.set_open(open_)
        self.tape = None
        self.pending.clear()
        self.cache.clear()
        self._keyframe = None
        self.nacks = self.nacks.again()

    def want_keyframe(self, now_s: float) -> None:
        """Ask the browser for a keyframe, now or as soon as the last request is old enough."""
        if self.last_packet_s < 0:
            return  # nothing came yet; the first packet begins with a keyframe, or asks again
        self.keyframes.want()
        self._attention.add(self)
        self.serve(now_s)

    def serve(self, now_s: float) -> None:
        """Send the requests that are due; leaves ``attention`` when there is nothing more to ask for."""
        requests: list[RtcpPacket] = []
        if not self.open or self.ssrc is None:
            self._attention.discard(self)
            return
        numbers = self.nacks.due(now_s)
        if numbers and self.asks:
            requests.append(GenericNack(FEEDBACK_SSRC, self.ssrc, tuple(numbers)))
        if self.nacks.take_keyframe_needed() and not self.audio:
            self.keyframes.want()
        if now_s - self.last_packet_s > SILENT_S:
            self.keyframes.keyframe_received()  # a layer that stopped begins with one; asking would make its siblings send them instead
        elif self.keyframes.pli_due(now_s):
            requests.append(PictureLossIndication(FEEDBACK_SSRC, self.ssrc))
        if requests:
            self.transport.send_rtcp(requests)
        if not self.nacks.missing and not self.keyframes.wanted:
            self._attention.discard(self)

    def sender_report(self, report: SenderReport, now_s: float) -> None:
        """Take the browser's report about this track."""
        self.reception.sender_report(report.ntp_time, now_s)
        self.sender_clock = SenderClock(report.ntp_time / (1 << 32), report.rtp_timestamp)
        if self.tape is not None:
            self.tape.clock(self.sender_clock, now_s)

    def end(self) -> None:
        """Feed nobody any more."""
        self.set_open(False)
        for layer in self.layers.values():
            self._attention.discard(layer)
            for slot in (*layer.slots, *layer.candidates):
                slot.feed_from(None)
