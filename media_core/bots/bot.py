"""One synthetic participant on one transport."""

from __future__ import annotations

import asyncio
import time
from types import TracebackType

from media_core.bots import pictures, sounds
from media_core.bots.answer import Line, Sending, read_offer, write_answer
from media_core.bots.link import Link
from media_core.bots.receiving import Received
from media_core.bots.sending import PictureTrack, SoundTrack, Track, new_ssrc
from media_core.rtp.packet import is_rtcp, parse_header
from media_core.rtp.rtcp import (
    EstimatedMaximumBitrate,
    FullIntraRequest,
    GenericNack,
    PictureLossIndication,
    ReceiverReport,
    RtcpPacket,
    SenderReport,
    SourceDescription,
    build,
    parse,
)

TICK_S = 0.02
CNAME = "bot"
REPORT_EVERY_S = 1.0
_NTP_EPOCH_S = 2_208_988_800  # RFC 5905: seconds from 1900 to 1970


class Bot:
    """
    Answers an offer, sends sound and picture, counts what comes.

    Use it as ``async with Bot(offer_sdp) as bot``, give ``bot.answer`` to the server, and wait for ``connected``. What
    is sent can be switched with ``bot.sent["cam"].on`` and the like; what came is in ``bot.received["v0"]``.

    Args:
        offer_sdp: The server's offer.
        picture: Number of the picture on the camera line (``pictures.colour_of``); ``None`` for no camera.
        tone_hz: Tone on the microphone line; ``None`` for no microphone.
        babble: Speech-like sound on overtones of ``tone_hz`` instead of a steady tone.
        screen: Number of the picture on the screen line.
        keep_payloads: How many of each slot's last payloads to keep.
        downlink_bps: Estimate to tell the server (REMB); ``None`` tells nothing.
    """

    def __init__(
        self,
        offer_sdp: str,
        *,
        picture: int | None = 0,
        tone_hz: float | None = 440.0,
        babble: bool = False,
        screen: int | None = None,
        keep_payloads: int = 0,
        downlink_bps: int | None = None,
    ) -> None:
        self.offer = read_offer(offer_sdp)
        self.answer = ""
        self.sent: dict[str, Track] = {}
        self.received = {line.mid: Received(line, keep_payloads) for line in self.offer.lines if line.bot_receives}
        self.downlink_bps = downlink_bps
        self._wanted_pictures = {"cam": picture, "scr": screen}
        self._tone_hz, self._babble = tone_hz, babble
        self._by_ssrc = {slot.line.ssrc: slot for slot in self.received.values()}
        self._by_ssrc |= {slot.line.rtx_ssrc: slot for slot in self.received.values() if slot.line.rtx_ssrc}
        self._own: dict[int, Track] = {}
        self._ssrc = new_ssrc()
        self._next_report_s = 0.0

    async def __aenter__(self) -> Bot:
        await asyncio.to_thread(self._prepare)
        self._loop = asyncio.get_running_loop()
        self._wall_offset_s = time.time() - self._loop.time()
        self._link = Link(self.offer, self._take)
        self._own = {track.sending.ssrc: track for track in self.sent.values()}
        self.answer = write_answer(
            self.offer,
            ufrag=self._link.ufrag,
            password=self._link.password,
            fingerprint=self._link.fingerprint,
            sending={mid: track.sending for mid, track in self.sent.items()},
        )
        self._tasks = [
            asyncio.create_task(self._link.run(), name="bot-link"),
            asyncio.create_task(self._send(), name="bot-send"),
        ]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for task in self._tasks:
            task.cancel()
        try:
            await asyncio.wait(self._tasks)
        finally:
            await self._link.close()

    async def connected(self, timeout_s: float = 15.0) -> None:
        """
        Wait until media flows.

        Raises:
            ConnectionError: If the server refused the handshake, or did not answer in time.
        """
        waits = [asyncio.create_task(event.wait()) for event in (self._link.connected, self._link.ended)]
        try:
            await asyncio.wait(waits, timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
            await asyncio.wait(waits)
        if not self._link.connected.is_set():
            raise ConnectionError(f"the bot did not connect within {timeout_s} s")

    @property
    def ended(self) -> bool:
        """The server closed the transport, or refused it."""
        return self._link.ended.is_set()

    async def wait_ended(self) -> None:
        """Wait until the server has closed the transport, or is not there any more."""
        await self._link.ended.wait()

    def change_network(self) -> None:
        """Go on from another port."""
        self._link.change_network()

    def silence(self, mid: str = "mic") -> None:
        """Send digital silence on a sound line, which stays on."""
        track = self.sent[mid]
        assert isinstance(track, SoundTrack)
        track.sound = sounds.silence()

    # --- preparation --------------------------------------------------------------------------------------------------

    def _prepare(self) -> None:
        """Make the tracks; encodes what was not encoded before, which takes a moment."""
        for line in self.offer.lines:
            if line.bot_sends:
                track = self._track(line)
                if track is not None:
                    self.sent[line.mid] = track

    def _track(self, line: Line) -> Track | None:
        if line.kind == "video":
            number = self._wanted_pictures.get(line.mid)
            if number is None:
                return None
            rtx_ssrc = new_ssrc() if line.rtx_payload_type is not None else None
            return PictureTrack.of(line, Sending(new_ssrc(), rtx_ssrc), pictures.clip(number))
        if self._tone_hz is None or line.mid != "mic":
            return None
        make = sounds.babble if self._babble else sounds.tone
        return SoundTrack.of(line, Sending(new_ssrc()), make(self._tone_hz))

    # --- out ----------------------------------------------------------------------------------------------------------

    async def _send(self) -> None:
        await self._link.connected.wait()
        while True:
            now_s = self._loop.time()
            for track in self.sent.values():
                for packet in track.due(now_s):
                    self._link.send_rtp(packet)
            self._send_feedback(now_s)
            await asyncio.sleep(TICK_S - self._loop.time() % TICK_S)

    def _send_feedback(self, now_s: float) -> None:
        packets: list[RtcpPacket] = []
        if now_s >= self._next_report_s:
            self._next_report_s = now_s + REPORT_EVERY_S
            packets += self._reports(now_s)
        for slot in self.received.values():
            if slot.line.kind != "video" or slot.line.ssrc is None:
                continue
            numbers = slot.nacks.due(now_s)
            if numbers:
                packets.append(GenericNack(self._ssrc, slot.line.ssrc, tuple(numbers)))
            if slot.nacks.take_keyframe_needed():
                packets.append(PictureLossIndication(self._ssrc, slot.line.ssrc))
        if packets:
            self._link.send_rtcp(build(packets))

    def _reports(self, now_s: float) -> list[RtcpPacket]:
        wall_s = now_s + self._wall_offset_s + _NTP_EPOCH_S  # of the clock that the timestamps go by, which never jumps
        ntp_time = int(wall_s * 4294967296) & 0xFFFFFFFFFFFFFFFF
        packets: list[RtcpPacket] = [
            SenderReport(track.sending.ssrc, ntp_time, track.timestamp_at(now_s), track.packets, track.octets)
            for track in self.sent.values()
            if track.packets
        ]
        blocks = [slot.reception.report(now_s) for slot in self.received.values() if slot.reception.received_packets]
        packets.append(ReceiverReport(self._ssrc, tuple(blocks)))
        packets.append(SourceDescription(tuple((ssrc, CNAME) for ssrc in (self._ssrc, *self._own))))
        if self.downlink_bps is not None:
            ssrcs = tuple(slot.line.ssrc for slot in self.received.values() if slot.line.ssrc is not None)
            packets.append(EstimatedMaximumBitrate(self._ssrc, self.downlink_bps, ssrcs))
        return packets

    # --- in -----------------------------------------------------------------------------------------------------------

    def _take(self, datagram: bytes) -> None:
        rtcp = is_rtcp(datagram)
        plain = self._link.unprotect(datagram, rtcp=rtcp)
        if plain is None:
            return
        if rtcp:
            for packet in parse(plain):
                self._take_rtcp(packet)
            return
        header = parse_header(plain)
        slot = None if header is None else self._by_ssrc.get(header.ssrc)
        if header is not None and slot is not None:
            slot.take(plain, header, self._loop.time())

    def _take_rtcp(self, packet: RtcpPacket) -> None:
        match packet:
            case SenderReport():
                slot = self._by_ssrc.get(packet.ssrc)
                if slot is not None:
                    slot.reception.sender_report(packet.ntp_time, self._loop.time())
            case PictureLossIndication():
                self._want_keyframe(packet.media_ssrc)
            case FullIntraRequest():
                for ssrc, _ in packet.entries:
                    self._want_keyframe(ssrc)
            case GenericNack():
                self._repeat(packet)

    def _want_keyframe(self, ssrc: int) -> None:
        track = self._own.get(ssrc)
        if isinstance(track, PictureTrack):
            track.want_keyframe()

    def _repeat(self, nack: GenericNack) -> None:
        track = self._own.get(nack.media_ssrc)
        if track is None:
            return
        for number in nack.sequence_numbers:
            packet = track.again(number, self._loop.time())
            if packet is not None:
                self._link.send_rtp(packet)
