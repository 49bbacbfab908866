"""The SFU's end of one receive slot of a browser: one unbroken RTP stream, whatever feeds it."""

from __future__ import annotations

import struct
from collections.abc import Set
from typing import TYPE_CHECKING

from media_core.burst import Burst, Copy, Numbers
from media_core.lanes import Lane
from media_core.publisher import Packet, Publisher
from media_core.rtp.cache import RepeatGuard
from media_core.rtp.layers import TemporalFilter
from media_core.rtp.munger import RtpMunger
from media_core.rtp.vp8 import Vp8Munger, write_picture_numbers
from media_core.signaling import numbers

if TYPE_CHECKING:
    from media_core.transport import Transport

_BARE_HEADER = struct.Struct("!BBHII")
_TIMED_HEADER = struct.Struct("!BBHIIII")
_ORIGINAL_NUMBER = struct.Struct("!H")
_ALL = frozenset(numbers.RTX_OF) | {numbers.OPUS}
_ONE_WORD_OF_EXTENSIONS = 0xBEDE0001  # RFC 8285 section 4.2, one 32-bit word
_ABS_SEND_TIME_HEAD = (numbers.ABS_SEND_TIME_ID << 4 | 2) << 24
AUDIO_HEADER_BYTES = _BARE_HEADER.size
VIDEO_HEADER_BYTES = _TIMED_HEADER.size

KEYFRAMES_AT_ONCE = 5
KEYFRAME_EVERY_S = 2.0
"""A browser may ask for as many keyframes in a row, and then for one each two seconds: they cost the publisher and everybody else."""


def abs_send_time(now_s: float) -> int:
    """Return a moment as 24 bits: seconds modulo 64 in units of 2^-18 s."""
    return int(now_s * 262_144) & 0xFFFFFF


class Slot:
    """
    One receive line of a transport.

    A slot for pictures that was given to another track stays silent until that track's next keyframe.
    """

    def __init__(self, transport: Transport, mid: str) -> None:
        self.transport = transport
        self.mid = mid
        self.ssrc = numbers.SLOT_SSRC[mid]
        self.rtx_ssrc = numbers.SLOT_RTX_SSRC.get(mid)
        self.audio = self.rtx_ssrc is None
        self.publisher: Publisher | None = None
        self._lead: Publisher | None = None
        self.target: Publisher | None = None
        """The layer of the same track that takes over at its next keyframe."""
        self.thinning = TemporalFilter()
        self.begun = False
        """The present track's packets are let through; false until its first one, or first keyframe."""
        self.payload_types: Set[int] = _ALL
        """What the browser accepted on this line."""
        self.munger = RtpMunger(numbers.AUDIO_CLOCK_HZ if self.audio else numbers.VIDEO_CLOCK_HZ)
        self.pictures = Vp8Munger()
        self.lane: Lane | None = None
        """Those in step with this slot, while it is in step with anybody: then its numbers are looked up only when they are asked for."""
        self.repeats = RepeatGuard()
        self.rtx_sequence_number = 0
        self._packets = self._octets = 0
        self._last_sent_s = 0.0
        self._since = (0, 0)
        """The lane's packets and octets when this slot joined it."""
        self._keyframes_left = float(KEYFRAMES_AT_ONCE)
        self._keyframe_asked_s = 0.0

    @property
    def lead(self) -> Publisher | None:
        """The track that this slot carries, also while its picture rests because the downlink has no room for it."""
        return self._lead

    @lead.setter
    def lead(self, lead: Publisher | None) -> None:
        self._lead = lead
        if lead is None:
            self.transport.carrying.pop(self, None)
        else:
            self.transport.carrying[self] = None

    def feed_from(self, publisher: Publisher | None) -> None:
        """Carry another track or layer from now on, or none."""
        self.aim_at(None)
        self.lead = None if publisher is None else publisher.lead
        if publisher is self.publisher:
            return
        self.leave()
        if self.publisher is not None:
            self.publisher.slots.remove(self)
            del self.publisher.loose[self]
        self.publisher = publisher
        self.begun = False
        self.munger.pause()
        if publisher is not None:
            publisher.slots.append(self)
            publisher.loose[self] = None

    def rest(self) -> None:
        """Send nothing for now; the track stays this slot's."""
        lead = self.lead
        self.feed_from(None)
        self.lead = lead

    def aim_at(self, publisher: Publisher | None) -> None:
        """Go over to another layer of the track at its next keyframe; ``None``: stay."""
        if publisher is self.target:
            return
        if self.target is not None:
            self.target.candidates.remove(self)
        self.target = publisher
        if publisher is not None:
            publisher.candidates.append(self)

    def thin(self, limit: int) -> None:
        """Carry temporal layers up to this one; which of its packets that leaves out is looked at one by one."""
        self.thinning.limit = limit
        if not self.thinning.idle:
            self.leave()

    def takes(self, packet: Packet) -> bool:
        """Tell whether the browser accepted the codec of a packet on this line."""
        return packet.second_byte & 0x7F in self.payload_types

    def change_codec(self, keyframe: Packet) -> None:
        """Go on in the codec of this keyframe; be silent until the next one where the browser does not take it."""
        if not self.takes(keyframe):
            self.leave()
            self.begun = False
            self.munger.pause()
        elif self.begun and keyframe.vp8 is not None:
            self.pictures.switch(keyframe.vp8)

    def leave_out(self, packet: Packet) -> bool:
        """Tell whether a packet is left out because its temporal layer is not wanted; a yes closes the gap it would leave."""
        vp8 = packet.vp8
        if vp8 is None:
            self.thinning.restart()  # nothing can be left out
            return False
        if self.thinning.passes(
            tid=vp8.tid, starts_frame=vp8.starts_frame, keyframe=packet.keyframe, layer_sync=vp8.layer_sync
        ):
            return False
        self.munger.drop(packet.sequence_number)
        self.pictures.drop(vp8)
        return True

    def may_ask_for_keyframe(self, now_s: float) -> bool:
        """Tell whether the browser may have another keyframe for this slot now; a yes counts."""
        gained = (now_s - self._keyframe_asked_s) / KEYFRAME_EVERY_S
        self._keyframes_left = min(self._keyframes_left + gained, KEYFRAMES_AT_ONCE)
        self._keyframe_asked_s = now_s
        if self._keyframes_left < 1:
            return False
        self._keyframes_left -= 1
        return True

    def begin(self, packet: Packet, now_s: float) -> None:
        """Continue the slot's stream with this packet of the present track."""
        elapsed_s = now_s - self.last_sent_s if self.packets else 0.0
        if not self.packets:
            self.munger.adopt(packet.sequence_number, packet.timestamp)
        self.munger.switch(packet.sequence_number, packet.timestamp, elapsed_s=elapsed_s)
        if packet.vp8 is not None:
            if not self.packets:
                self.pictures.adopt(packet.vp8)
            self.pictures.switch(packet.vp8)
        self.thinning.restart()
        self.begun = True

    # --- what was sent ------------------------------------------------------------------------------------------------

    @property
    def packets(self) -> int:
        return self._packets if self.lane is None else self._packets + self.lane.packets - self._since[0]

    @property
    def octets(self) -> int:
        """Of payloads, as sender reports count them."""
        return self._octets if self.lane is None else self._octets + self.lane.octets - self._since[1]

    @property
    def last_sent_s(self) -> float:
        return self._last_sent_s if self.lane is None else max(self._last_sent_s, self.lane.last_sent_s)

    def sent(self, copy: Copy, now_s: float) -> None:
        """Note what was written for this slot alone."""
        self._packets += copy.count
        self._octets += copy.octets
        self._last_sent_s = now_s

    # --- a whole burst ------------------------------------------------------------------------------------------------

    def follow(self, burst: Burst) -> Numbers | None:
        """
        Take all of a burst in one step, if it follows on what was sent before and nothing of it is to be left out.

        Returns:
            What ``copy`` writes into it; slots for which it is the same share the copy. ``None`` if each packet must be looked at.
        """
        if not self.begun or not burst.in_line or not self.thinning.idle:
            return None
        found = self.munger.run(burst.first, burst.last, burst.timestamp)
        if found is None or burst.first_vp8 is None or burst.last_vp8 is None:
            return None if found is None else (self.ssrc, *found, 0)
        picture_offset = self.pictures.run(burst.first_vp8, burst.last_vp8)
        return None if picture_offset is None else (self.ssrc, *found, picture_offset)

    def copy(self, burst: Burst, numbers: Numbers, send_time: int) -> Copy:
        """Write a burst as this slot, and all with the same numbers, send it."""
        _, offset, shift, picture_offset = numbers
        written: list[bytes | bytearray] = []
        octets, audio = 0, self.audio
        for packet in burst.packets:
            number = packet.sequence_number - offset & 0xFFFF
            timestamp = packet.timestamp + shift & 0xFFFFFFFF
            octets += len(packet.payload)
            if audio:
                written.append(self._sound(packet, number, timestamp))
                continue
            copied, vp8 = self._picture(packet, number, timestamp, send_time), packet.vp8
            if vp8 is not None:
                write_picture_numbers(copied, VIDEO_HEADER_BYTES, vp8, (vp8.picture_id or 0) - picture_offset)
            written.append(copied)
        return Copy(written, octets, burst, numbers)

    def join(self, copy: Copy) -> None:
        """Be in step with the slots for which this copy was written too: what follows on it is theirs without a look at each."""
        publisher = self.publisher
        if publisher is None:
            return
        lane = publisher.lanes.get(copy.numbers)
        if lane is None:
            lane = publisher.lanes[copy.numbers] = Lane(copy)
        self.lane, self._since = lane, (lane.packets, lane.octets)
        lane.slots[self] = None
        del publisher.loose[self]
        self.transport.scatter()

    def leave(self) -> None:
        """Leave the lane, if in one, with the numbers up to date."""
        lane, publisher = self.lane, self.publisher
        if lane is None or publisher is None:
            return
        self.catch_up()
        self._packets, self._octets, self._last_sent_s = self.packets, self.octets, self.last_sent_s
        self.lane = None
        del lane.slots[self]
        if not lane.slots:
            del publisher.lanes[lane.numbers]
        publisher.loose[self] = None
        self.transport.scatter()

    def catch_up(self) -> None:
        """Note the bursts that were taken without looking; before anything else is done with this slot's numbers."""
        burst = None if self.lane is None else self.lane.copied.burst
        if burst is None:
            return
        self.munger.run(burst.last, burst.last, burst.timestamp)
        if burst.last_vp8 is not None:
            self.pictures.run(burst.last_vp8, burst.last_vp8)

    # --- packet by packet ---------------------------------------------------------------------------------------------

    def _sound(self, packet: Packet, number: int, timestamp: int) -> bytes:
        return _BARE_HEADER.pack(0x80, packet.second_byte, number, timestamp, self.ssrc) + packet.payload

    def _picture(self, packet: Packet, number: int, timestamp: int, send_time: int) -> bytearray:
        extension = _ABS_SEND_TIME_HEAD | send_time
        return bytearray(
            _TIMED_HEADER.pack(
                0x90, packet.second_byte, number, timestamp, self.ssrc, _ONE_WORD_OF_EXTENSIONS, extension
            )
            + packet.payload
        )

    def write_audio(self, packet: Packet) -> bytes | None:
        """Return the packet as this slot sends it, or ``None`` if it has no place in its stream."""
        found = self.munger.map(packet.sequence_number, packet.timestamp)
        if found is None:
            return None
        return self._sound(packet, *found)

    def write_video(self, packet: Packet, send_time: int) -> bytearray | None:
        """Return the packet as this slot sends it; ``send_time`` is ``abs_send_time`` of now."""
        found = self.munger.map(packet.sequence_number, packet.timestamp)
        if found is None:
            return None
        written = self._picture(packet, *found, send_time)
        if packet.vp8 is not None and not self.pictures.write(written, VIDEO_HEADER_BYTES, packet.vp8):
            return None
        return written

    def _same_sound(self, packet: Packet, sequence_number: int) -> bytes | None:
        found = self.munger.map(packet.sequence_number, packet.timestamp)
        return None if found is None or found[0] != sequence_number else self._sound(packet, *found)

    def write_again(self, sequence_number: int, now_s: float, send_time: int) -> bytes | bytearray | None:
        """
        Return what this slot sent with that number, if it is still known: pictures as a retransmission (RFC 4588), sound as it was.

        Sound goes out again with the same numbers, so it must be the same to the last bit: SRTP protects a number once (RFC 3711 section 9.1).
        """
        if self.publisher is None or not self.publisher.open:
            return None
        self.catch_up()
        source_number = self.munger.source_of(sequence_number)
        packet = None if source_number is None else self.publisher.cache.peek(source_number, now_s)
        if packet is None or not self.repeats.allow(sequence_number, now_s, self.transport.round_trip_s):
            return None
        if self.rtx_ssrc is None:
            return self._same_sound(packet, sequence_number)
        written = self.write_video(packet, send_time)
        if written is None:
            return None
        rtx_type = numbers.RTX_OF[packet.second_byte & 0x7F]
        timestamp = int.from_bytes(written[4:8], "big")
        written[VIDEO_HEADER_BYTES:VIDEO_HEADER_BYTES] = _ORIGINAL_NUMBER.pack(sequence_number)
        self.rtx_sequence_number = self.rtx_sequence_number + 1 & 0xFFFF
        _BARE_HEADER.pack_into(
            written, 0, 0x90, packet.second_byte & 0x80 | rtx_type, self.rtx_sequence_number, timestamp, self.rtx_ssrc
        )
        return written
