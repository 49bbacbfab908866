"""Packets that are forwarded together: as they came, as one slot sends them, and as one receiver gets them."""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter

from media_core.publisher import Packet
from media_core.rtp.vp8 import SHORT_ID, Vp8Descriptor
from media_core.webrtc.grid import Load
from media_core.webrtc.sockets import most_segments

STEPS_UNSEEN, MORE_STEPS_UNSEEN = 16, 256
"""Bursts that slots in step take before each of them notes where it is. Short picture ids wrap after 128 pictures (RFC 7741 section 4.2); where all numbers are longer, more."""

_BY_LARGEST = attrgetter("largest")

Numbers = tuple[int, int, int, int]
"""SSRC; off each sequence number, onto each timestamp, off each picture id."""


class Burst:
    """
    Packets of one track that arrived together.

    ``in_line``: each follows on the one before, so that a slot which saw all before can take them in one step.
    """

    __slots__ = ("first", "first_vp8", "in_line", "last", "last_vp8", "packets", "timestamp")

    def __init__(self, packets: Sequence[Packet]) -> None:
        first, last = packets[0], packets[-1]
        self.packets = packets
        self.first, self.last, self.timestamp = first.sequence_number, last.sequence_number, last.timestamp
        self.first_vp8, self.last_vp8 = first.vp8, last.vp8
        self.in_line = len(packets) == 1 or _in_line(packets)

    @property
    def steps_unseen(self) -> int:
        """How many such bursts slots in step may take before the shortest of their numbers wraps."""
        short = self.last_vp8 is not None and self.last_vp8.picture_id_mask == SHORT_ID
        return STEPS_UNSEEN if short else MORE_STEPS_UNSEEN

    def follows(self, before: Burst | None) -> bool:
        """Tell whether slots that took ``before`` in one step may take this one without looking."""
        if before is None or not self.in_line or not 0 < self.first - before.last & 0xFFFF < 0x8000:
            return False
        return _pictures_in_line(before.last_vp8, self.first_vp8)


def _in_line(packets: Sequence[Packet]) -> bool:
    before = packets[0]
    for packet in packets[1:]:
        if packet.sequence_number - before.sequence_number & 0xFFFF >= 0x8000:
            return False
        if not _pictures_in_line(before.vp8, packet.vp8):
            return False
        before = packet
    return True


def _pictures_in_line(before: Vp8Descriptor | None, after: Vp8Descriptor | None) -> bool:
    if before is None or after is None:
        return before is after
    mask = before.picture_id_mask
    if mask != after.picture_id_mask:
        return False
    if before.picture_id is None or after.picture_id is None:
        return before.picture_id is after.picture_id
    return after.picture_id - before.picture_id & mask <= mask >> 1


class Copy:
    """
    A burst as one slot sends it, in the clear.

    Slots with the same numbers share one: in a room where all see the same stage, there is one copy for all.
    """

    __slots__ = ("burst", "count", "largest", "numbers", "octets", "packets")

    def __init__(
        self,
        packets: Sequence[bytes | bytearray],
        octets: int,
        burst: Burst | None = None,
        numbers: Numbers = (0, 0, 0, 0),
    ) -> None:
        self.packets = packets
        self.count = len(packets)
        self.octets = octets
        """Of payloads, as sender reports count them."""
        self.burst, self.numbers = burst, numbers
        self.largest = max(map(len, packets))


class Train:
    """
    All that goes to one receiver now: packets in the clear, in the order in which they are sent.

    ``messages`` (start, length, segment) are what the system sends by itself, once each packet has its tag: a run of datagrams of one size, of which
    the last may be shorter (that is what segmentation offload takes).
    """

    __slots__ = ("_layout", "_sizes", "count", "messages", "packets", "size", "tag_bytes")

    def __init__(self, copies: Sequence[Copy], tag_bytes: int) -> None:
        if len(copies) == 1:
            self.packets = copies[0].packets
        else:  # the short ones last, where they may end a run; each slot's own packets stay in their order
            self.packets = [packet for copy in sorted(copies, key=_BY_LARGEST, reverse=True) for packet in copy.packets]
        self.tag_bytes = tag_bytes
        self._sizes = [len(packet) + tag_bytes for packet in self.packets]
        self.size = sum(self._sizes)
        self.messages = _messages(self._sizes, self.size)
        self.count = len(self._sizes)
        self._layout: bytes | None = None

    @property
    def layout(self) -> bytes:
        """The packets, each with room for its tag behind it."""
        if self._layout is None:
            tag = bytes(self.tag_bytes)
            self._layout = b"".join([part for packet in self.packets for part in (packet, tag)])
        return self._layout

    def load(self) -> Load:
        """Return what many receivers are sent."""
        runs = tuple([-(-length // size) for _, length, size in self.messages])
        return Load(self.packets, self._sizes, runs, [size for _, _, size in self.messages])


def _messages(sizes: Sequence[int], total: int) -> list[tuple[int, int, int]]:
    """Cut datagrams of these sizes, ``total`` together, into runs."""
    first, count = sizes[0], len(sizes)
    if sizes.count(first) + (sizes[-1] < first) == count <= most_segments(first):  # all but the last, as most often
        return [(0, total, first)]
    messages: list[tuple[int, int, int]] = []
    start = at = count = 0
    segment, most = first, most_segments(first)
    for size in sizes:
        if count and (size > segment or count == most or at - start != count * segment):
            messages.append((start, at - start, segment))
            start, count, segment, most = at, 0, size, most_segments(size)
        at += size
        count += 1
    messages.append((start, at - start, segment))
    return messages
