"""One peer connection of a member: ICE, DTLS and SRTP below, publishers and slots above."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from media_core.burst import Copy
from media_core.downlink import Downlink
from media_core.engine import SEND_MIDS, Source, TrackRef, View
from media_core.errors import BadDescription
from media_core.ids import MediaRoomId, MemberId, TransportId
from media_core.limits import Limits
from media_core.publisher import Publisher
from media_core.roster import Roster
from media_core.rtp.rtcp import RtcpPacket, build
from media_core.rtp.transport_feedback import FeedbackCollector
from media_core.screen_codec import COMMON
from media_core.signaling import numbers
from media_core.subscriber import Slot
from media_core.webrtc.dtls import Certificate, DtlsLink
from media_core.webrtc.ingest import IngestOffer
from media_core.webrtc.mux import IceEnd, Mux
from media_core.webrtc.sdp import Answer, parse_answer
from media_core.webrtc.srtp import Scratch, Srtp

if TYPE_CHECKING:
    from media_core.forwarding import Forwarder
    from media_core.lanes import Cohort

log = logging.getLogger(__name__)

_LINE_OF: Mapping[int, str] = {
    numbers.OPUS: "sca",
    **{number: "scr" for pair in numbers.RTX_OF.items() for number in pair},
}
"""The line that a browser would send such a packet of an encoder on."""


class Owner(Protocol):
    """What a room wants to know of a transport."""

    @property
    def id(self) -> MediaRoomId: ...

    def transport_connected(self, transport: Transport) -> None: ...

    def transport_closed(self, transport: Transport, reason: str) -> None: ...

    def heard(self, publisher: Publisher, level_dbov: int, voice: bool, now_s: float) -> None: ...

    def rtcp_received(self, transport: Transport, plain: bytes, now_s: float) -> None: ...

    def route_view(self, transport: Transport) -> None: ...


@dataclass(frozen=True, slots=True)
class Parts:
    """What all transports of an engine share."""

    mux: Mux
    forwarder: Forwarder
    certificate: Certificate
    limits: Limits
    roster: Roster
    now: Callable[[], float]
    spawn: Callable[[Coroutine[Any, Any, None]], asyncio.Task[None]]
    scratch: Scratch = field(default_factory=Scratch)


class Transport:
    """
    A peer connection from its offer to its end.

    ``connected`` from the end of the DTLS handshake until ``close``. Closed is final.
    """

    def __init__(  # noqa: PLR0915 - one line a field
        self, transport_id: TransportId, member: MemberId, room: Owner, parts: Parts
    ) -> None:
        self.id = transport_id
        self.member = member
        self.connected = self.closed = False
        self.sends = True
        """Whether the offer let the browser send; else it has no publishers, whatever it answers."""
        self.unasked_packets = 0
        self.view = View()
        self.publishers: dict[Source, Publisher] = {}
        self.publishers_by_ssrc: dict[int, Publisher] = {}
        self.slots = {mid: Slot(self, mid) for mid in numbers.SLOT_MIDS}
        self.carrying: dict[Slot, None] = {}
        """The slots that were given a track; of the others nothing needs to be looked at."""
        self.slots_by_ssrc = {slot.ssrc: slot for slot in self.slots.values()}
        self.downlink = Downlink(self, parts.forwarder, parts.roster.hurried)
        self.counters: Counter[str] = Counter()
        self.received_packets = 0
        self.received_bytes = 0
        self.sent_alone_bytes = 0
        """All but what its cohort was sent since it is in it."""
        self.repeated_bytes = 0
        """Of these, what was asked for again."""
        self.arrivals: FeedbackCollector | None = None
        """Of everything this browser sends, where it wants transport-wide feedback."""
        self.newest_ssrc = 0
        self.round_trip_s = 0.1
        """As the browser's reports tell it; until then a usual one."""
        self.takes_av1 = True
        """On every line of pictures that it receives."""
        self.ice = IceEnd(self)
        self.last_check_s = self.connected_s = parts.now()
        self.room = room
        self._parts = parts
        self.srtp: Srtp | None = None
        self.outgoing: list[Copy] = []
        """What the forwarder collects for this receiver alone until the end of a flush."""
        self.cohort: Cohort | None = None
        """Receivers who get the same as this one."""
        self._answer: asyncio.Future[Answer | IngestOffer] = asyncio.get_running_loop().create_future()
        self._checked = asyncio.Event()
        self._renumbered: Mapping[int, int] = {}
        """Payload types of an encoder to Sala's; browsers use Sala's own."""
        self._dtls = DtlsLink(parts.certificate, send=self._send_datagram, ended=lambda: self.close("closed"))
        parts.mux.add(self.ice)
        self._connecting = parts.spawn(self._connect())

    # --- life ---------------------------------------------------------------------------------------------------------

    def answer(self, sdp: str) -> None:
        """Take the browser's answer; raises ``BadDescription`` and changes nothing if it cannot be used."""
        if self._answer.done():
            raise BadDescription("this offer was answered before")
        answer = parse_answer(sdp)
        for line in answer.send.values():
            if line.active and not self.sends:
                raise BadDescription("it would send on a line that was offered as inactive")
        for line in answer.send.values():
            if line.active:
                publisher = self._add_publisher(TrackRef(self.member, line.source), line.ssrc, line.rtx_ssrc, line.rids)
                publisher.asks = True
                if numbers.AV1 in line.payload_types and line.source is Source.SCREEN:
                    publisher.codec_told = COMMON, 0.0
        for mid, payload_types in answer.receive.items():
            self.slots[mid].payload_types = payload_types
        for mid in set(self.slots) - set(answer.receive):
            del self.slots_by_ssrc[self.slots.pop(mid).ssrc]
        self.takes_av1 = all(numbers.AV1 in slot.payload_types for slot in self.slots.values() if not slot.audio)
        if answer.transport_cc:
            self.arrivals = FeedbackCollector()
        self._answer.set_result(answer)

    def accept(self, offer: IngestOffer) -> None:
        """Take the offer of an encoder, which only sends; call it once, instead of ``answer``."""
        for line in offer.lines:
            self._add_publisher(TrackRef(self.member, line.source), line.ssrc, line.rtx_ssrc, ())
        self.slots.clear()
        self.slots_by_ssrc.clear()
        self._renumbered = offer.payload_types
        self._answer.set_result(offer)

    def close(self, reason: str) -> None:
        """End at once: nothing is received or sent any more, except the goodbye."""
        if self.closed:
            return
        self.closed, self.connected, self.srtp = True, False, None
        self._connecting.cancel()
        self._parts.roster.leave(self)
        self.downlink.end()
        for publisher in self.publishers.values():
            publisher.end()
        for slot in self.slots.values():
            slot.feed_from(None)
        self._parts.spawn(self._say_goodbye())
        self.room.transport_closed(self, reason)

    def check_consent(self, now_s: float) -> None:
        """Close if the browser has not been heard of for too long."""
        if self.connected and now_s - self.last_check_s > self._parts.limits.consent_s:
            self.close("timeout")

    async def _connect(self) -> None:
        try:
            async with asyncio.timeout(self._parts.limits.connect_s):
                answer = await self._answer
                active = isinstance(answer, IngestOffer) and answer.active
                if active:
                    await self._checked.wait()  # before that nobody knows where to send
                sessions = await self._dtls.handshake(answer.fingerprints, active=active)
        except TimeoutError:
            self.close("timeout")
            return
        except Exception:  # a handshake that breaks the library must not stay half open
            log.exception("dtls_broke", extra={"fields": {"transport": self.id}})
            self.close("dtls_failed")
            return
        if sessions is None:
            self.close("dtls_failed")
            return
        # Closed in the same moment as a datagram came: asyncio.wait_for of Python 3.11 then forgets to be cancelled.
        if self.closed:
            return
        self.srtp = Srtp(*sessions, tag_bytes=self._dtls.tag_bytes, scratch=self._parts.scratch)
        self.connected = True
        self.last_check_s = self.connected_s = self._parts.now()
        self._parts.roster.enter(self)
        self.room.transport_connected(self)

    async def _say_goodbye(self) -> None:
        try:
            await self._dtls.close()
        finally:
            self._parts.mux.remove(self.ice)

    @property
    def sent_bytes(self) -> int:
        """Of media, ever."""
        return self.sent_alone_bytes + (0 if self.cohort is None else self.cohort.sent_bytes)

    def path_changed(self) -> None:
        """Leave the cohort: the browser is reached in another way from now on, or not at all."""
        self.scatter()

    def scatter(self) -> None:
        """Leave the cohort: a slot has changed lanes."""
        self._parts.forwarder.cohorts.scatter(self)

    def encodings(self) -> Iterator[Publisher]:
        """Return what the browser may send: its tracks, each layer of a camera by itself."""
        for lead in self.publishers.values():
            yield from lead.layers.values()

    def _add_publisher(self, track: TrackRef, ssrc: int | None, rtx_ssrc: int | None, rids: Sequence[str]) -> Publisher:
        publisher = Publisher(track, self, ssrc=ssrc, rtx_ssrc=rtx_ssrc, attention=self._parts.roster.attention)
        if rids:
            publisher.split(rids)
        self.publishers[track.source] = publisher
        for known in (ssrc, rtx_ssrc):
            if known is not None:
                self.publishers_by_ssrc[known] = publisher
        return publisher

    # --- in -----------------------------------------------------------------------------------------------------------

    def ice_checked(self) -> None:
        self.last_check_s = self._parts.now()
        self._checked.set()

    def dtls_received(self, datagram: bytes) -> None:
        self._dtls.receive(datagram)

    def media_received(self, datagram: bytes) -> None:
        if self.srtp is None:
            return
        self.received_packets += 1
        self.received_bytes += len(datagram)
        now_s = self._parts.now()
        if len(datagram) > 1 and 192 <= datagram[1] <= 223:  # RFC 5761 section 4
            plain = self.srtp.unprotect_rtcp(datagram)
            if plain is not None:
                self.room.rtcp_received(self, plain, now_s)
                return
        else:
            plain = self.srtp.unprotect(datagram)
            if plain is not None:
                if self._renumbered:
                    plain = self._renumber(plain)
                self._parts.forwarder.receive(self, plain, now_s)
                return
        self.counters["srtp_refused"] += 1

    def learn_ssrc(self, ssrc: int, mid: str | None, rid: str | None, *, retransmission: bool) -> Publisher | None:
        """Find the track of an SSRC that the answer did not tell, by the packet's mid, and its layer by its rid."""
        source = SEND_MIDS.get(mid or "")
        lead = None if source is None else self.publishers.get(source)
        publisher = None if lead is None else lead.layers.get(rid or "")
        if publisher is None or len(self.publishers_by_ssrc) >= self._parts.limits.ssrcs:
            return None
        if retransmission and publisher.rtx_ssrc is None:
            publisher.rtx_ssrc = ssrc
        elif not retransmission and publisher.ssrc is None:
            publisher.ssrc = publisher.reception.ssrc = ssrc
        else:
            return None
        self.publishers_by_ssrc[ssrc] = publisher
        return publisher

    def _renumber(self, plain: bytes) -> bytes:
        """Give an encoder's packet the payload type that everybody here knows it by, and its SSRC to its line if the offer told none."""
        payload_type = self._renumbered.get(plain[1] & 0x7F)
        if payload_type is None or len(plain) < 12:
            return plain  # no track carries it
        ssrc = int.from_bytes(plain[8:12], "big")
        if ssrc not in self.publishers_by_ssrc:
            self.learn_ssrc(ssrc, _LINE_OF[payload_type], None, retransmission=payload_type in numbers.PRIMARY_OF)
        return plain[:1] + bytes((plain[1] & 0x80 | payload_type,)) + plain[2:]

    def heard(self, publisher: Publisher, level_dbov: int, voice: bool, now_s: float) -> None:
        """Tell the room how loud a packet of a track is."""
        self.room.heard(publisher, level_dbov, voice, now_s)

    # --- out ----------------------------------------------------------------------------------------------------------

    def send_again(self, packet: bytes | bytearray) -> None:
        """Protect a retransmission and send it; does nothing once closed."""
        if self.srtp is None:
            return
        datagram = self.srtp.protect(packet)
        if datagram is not None:
            self.sent_alone_bytes += len(datagram)
            self.repeated_bytes += len(datagram)
            self._parts.mux.send(self.ice, datagram)

    def send_rtcp(self, packets: Sequence[RtcpPacket]) -> None:
        """Protect and send RTCP packets in one datagram; does nothing while not connected."""
        if self.srtp is None:
            return
        datagram = self.srtp.protect_rtcp(build(packets))
        if datagram is not None:
            self._parts.mux.send(self.ice, datagram)

    def send_feedback(self) -> None:
        """Tell the browser what came since the last call; call it each tenth of a second."""
        if self.srtp is None or self.arrivals is None:
            return
        packet = self.arrivals.take(numbers.FEEDBACK_SSRC, self.newest_ssrc)
        datagram = None if packet is None else self.srtp.protect_rtcp(packet)
        if datagram is not None:
            self._parts.mux.send(self.ice, datagram)

    def _send_datagram(self, datagram: bytes) -> None:
        self._parts.mux.send(self.ice, datagram)
