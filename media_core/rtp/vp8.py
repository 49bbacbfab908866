"""VP8 in RTP (RFC 7741): reading the payload descriptor, and keeping its numbers continuous for a receiver, of whom every picture needs the one before."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

from media_core.rtp.continuity import Continuity
from media_core.rtp.packet import Buffer

_SIZE = struct.Struct("<HH")
_START_CODE = b"\x9d\x01\x2a"  # RFC 6386 section 9.1
SHORT_ID = 0x7F
"""What a picture id of one octet holds."""
_KEYIDX = 0x1F


@dataclass(slots=True)
class Vp8Descriptor:
    """The payload descriptor of one packet (RFC 7741 section 4.2); ``None`` where a field is absent."""

    header_length: int
    starts_frame: bool
    """First packet of a picture: S is set and the partition index is 0."""
    keyframe: bool
    """Known only where a picture starts; else false."""
    picture_id: int | None
    picture_id_mask: int
    """0x7F or 0x7FFF, by the form the sender uses; 0 without a picture id."""
    tl0picidx: int | None
    tid: int | None
    layer_sync: bool
    keyidx: int | None
    non_reference: bool
    picture_id_at: int
    """Where the picture id lies, in bytes from the beginning of the payload; 0 without one."""
    tl0picidx_at: int


def _places(flags: int, long_id: int) -> tuple[int, int, int, int]:
    """Where picture id, TL0PICIDX and the octet of TID and KEYIDX lie, and the length, for the flags I, L, T, K."""
    at = 2
    picture_id_at = tl0picidx_at = layers_at = 0
    if flags & 8:
        picture_id_at = at
        at += 1 + long_id
    if flags & 4:
        tl0picidx_at = at
        at += 1
    if flags & 3:
        layers_at = at
        at += 1
    return picture_id_at, tl0picidx_at, layers_at, at


_PLACES = tuple(_places(flags, long_id) for flags in range(16) for long_id in (0, 1))
"""By the four flags and the M bit; worked out once, because each packet asks."""


def parse_descriptor(data: Buffer, start: int = 0, end: int | None = None) -> Vp8Descriptor | None:
    """Read the descriptor of a payload (or of ``data[start:end]``); ``None`` where it is cut short or nothing follows."""
    stop = len(data) if end is None else end
    if stop - start < 2 or start < 0 or stop > len(data):
        return None
    first = data[start]
    starts_frame = first & 0x17 == 0x10  # S, and PID of three bits is 0
    non_reference = first & 0x20 > 0
    if not first & 0x80:  # X
        keyframe = starts_frame and not data[start + 1] & 1
        return Vp8Descriptor(1, starts_frame, keyframe, None, 0, None, None, False, None, non_reference, 0, 0)
    flags = data[start + 1]
    long_id = flags > 127 and stop - start > 2 and data[start + 2] > 127
    picture_id_at, tl0picidx_at, layers_at, length = _PLACES[flags >> 4 << 1 | long_id]
    payload = start + length
    if payload >= stop:
        return None
    picture_id, mask = None, 0
    if long_id:
        picture_id, mask = (data[start + 2] & 0x7F) << 8 | data[start + 3], 0x7FFF
    elif picture_id_at:
        picture_id, mask = data[start + 2], 0x7F
    layers = data[start + layers_at] if layers_at else 0
    return Vp8Descriptor(
        length,
        starts_frame,
        starts_frame and not data[payload] & 1,  # section 4.3: P, the inverse keyframe flag
        picture_id,
        mask,
        data[start + tl0picidx_at] if tl0picidx_at else None,
        layers >> 6 if flags & 0x20 else None,
        flags & layers & 0x20 > 0,
        layers & 0x1F if flags & 0x10 else None,
        non_reference,
        picture_id_at,
        tl0picidx_at,
    )


class DescriptorReader:
    """Reads the descriptors of one stream: packets within a picture have the same one, which is read once."""

    __slots__ = ("_before", "_octets")

    def __init__(self) -> None:
        self._before: Vp8Descriptor | None = None
        self._octets = b""

    def read(self, payload: bytes) -> Vp8Descriptor | None:
        """Return what ``parse_descriptor`` does."""
        octets = self._octets
        if octets and len(payload) > len(octets) and payload.startswith(octets):
            return self._before
        found = parse_descriptor(payload)
        if found is not None and not found.starts_frame:  # what begins a picture depends on the payload, too
            self._before, self._octets = found, payload[: found.header_length]
        return found


def frame_size(
    data: Buffer, descriptor: Vp8Descriptor, start: int = 0, end: int | None = None
) -> tuple[int, int] | None:
    """Return width and height in pixels from the first packet of a keyframe (RFC 6386 section 9.1), else ``None``."""
    at = start + descriptor.header_length
    stop = len(data) if end is None else end
    if not descriptor.keyframe or stop - at < 10 or data[at + 3 : at + 6] != _START_CODE:
        return None
    width, height = _SIZE.unpack_from(data, at + 6)
    return width & 0x3FFF, height & 0x3FFF  # the two upper bits are scaling


@dataclass(slots=True)
class Vp8Munger:
    """
    Keep the picture ids of one outgoing slot continuous over switches of the source, and tell nothing of temporal layers.

    Used beside an ``RtpMunger``: ``switch`` with it, ``write`` into each packet that is forwarded, and ``drop`` the
    first packet of each picture left out on purpose.
    """

    pictures: Continuity = field(default_factory=Continuity)

    def switch(self, descriptor: Vp8Descriptor) -> None:
        """Continue with a source whose first forwarded packet has this descriptor."""
        if descriptor.picture_id is None:
            self.pictures.close()
        else:
            self.pictures.switch(descriptor.picture_id, descriptor.picture_id_mask)

    def drop(self, descriptor: Vp8Descriptor) -> None:
        """Leave out the picture that this packet starts; later packets of the same picture do nothing."""
        if descriptor.picture_id is not None:
            self.pictures.drop(descriptor.picture_id)

    def write(self, packet: bytearray, payload_start: int, descriptor: Vp8Descriptor) -> bool:
        """
        Write the outgoing numbers over those of the source, in the form that the source uses.

        Returns:
            False if the picture has no place (from before the switch, or dropped): then the packet must not be sent.
        """
        out = 0
        if descriptor.picture_id is not None:
            found = self.pictures.map(descriptor.picture_id)
            if found is None:
                return False
            out = found
        write_picture_numbers(packet, payload_start, descriptor, out)
        return True

    def adopt(self, descriptor: Vp8Descriptor) -> None:
        """Begin with the numbers of the first source, before the first ``switch``."""
        self.pictures.next_out = descriptor.picture_id or 0

    def run(self, first: Vp8Descriptor, last: Vp8Descriptor) -> int | None:
        """
        Take the packets from ``first`` to ``last``, whose pictures follow on all before, in one step.

        Returns:
            What to take off their picture ids, or ``None`` if each must be written by itself.
        """
        if first.picture_id is None or last.picture_id is None:
            return 0
        return self.pictures.run(first.picture_id, last.picture_id)


def write_picture_numbers(packet: bytearray, payload_start: int, descriptor: Vp8Descriptor, picture_id: int) -> None:
    """
    Write a picture id over that of the source, in the form that the source uses, and make one layer of all temporal layers.

    A browser that is told of layers forgets what it misses of a higher one as soon as the next picture below is whole: it asks once, and
    where the answer is lost, too, up to four more pictures go with it. The next picture of one layer always needs the one before, so that it
    asks until it has it. To leave layers out is the server's work, which then closes the gap in the ids.
    """
    if descriptor.picture_id is None:
        return
    at = payload_start + descriptor.picture_id_at
    if descriptor.picture_id_mask == SHORT_ID:
        packet[at] = picture_id & SHORT_ID
        return  # too short to number pictures by; browsers send long ones
    packet[at] = picture_id >> 8 & 0x7F | 0x80
    packet[at + 1] = picture_id & 0xFF
    if descriptor.tl0picidx is not None and descriptor.tid is not None:
        at = payload_start + descriptor.tl0picidx_at
        packet[at] = picture_id & 0xFF
        packet[at + 1] &= _KEYIDX  # TID 0 and no Y
