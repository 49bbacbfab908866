"""SRTP of one transport; a packet that libsrtp refuses is ``None``, never an exception."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from pylibsrtp import Session
from pylibsrtp._binding import ffi, lib

from media_core.rtp.packet import Buffer
from media_core.webrtc.batching import MAX_DATAGRAM_BYTES

protect_at = lib.srtp_protect
"""``protect_at(context, pointer, length)`` protects the packet at ``pointer`` where it lies; ``length`` is a cell. Returns 0 if it did."""

Protection = Callable[[Buffer], bytes | None]
"""Returns what libsrtp makes of a packet, ``None`` where it refuses it."""

GCM_TAG_BYTES = 16
CM_TAG_BYTES = 10
_MOST_TRAILER_BYTES = 256
"""What libsrtp may write behind a packet (SRTP_MAX_TRAILER_LEN and the index of SRTCP), and some to spare."""


def pointer_into(buffer: bytearray) -> Any:
    """Return a pointer for ``protect_at``; add the offset of a packet to it."""
    return ffi.cast("char *", ffi.from_buffer(buffer))


def length_cell() -> Any:
    return ffi.new("int *")


def pointers_into(buffer: bytearray, step: int, count: int) -> list[Any]:
    """Return pointers for ``protect_at`` to places in a buffer that must not be resized, so many bytes apart."""
    first = pointer_into(buffer)
    return [first + place * step for place in range(count)]


def lengths_of(count: int) -> tuple[memoryview, list[Any]]:
    """Return room for so many lengths, as numbers and as the cells that ``protect_at`` takes."""
    buffer = bytearray(4 * count)
    first = ffi.cast("int *", ffi.from_buffer(buffer))
    return memoryview(buffer).cast("i"), [first + place for place in range(count)]


class Scratch:
    """Where single packets are protected and unprotected, one after the other: one for all transports of a loop stays near the processor."""

    __slots__ = ("_at", "_bytes", "_length")

    def __init__(self) -> None:
        buffer = bytearray(MAX_DATAGRAM_BYTES + _MOST_TRAILER_BYTES)
        self._at = pointer_into(buffer)
        self._bytes = memoryview(buffer)
        self._length = length_cell()

    def run(self, call: Any, context: Any, packet: Buffer) -> bytes | None:
        """Return what libsrtp makes of a packet, ``None`` if it refuses it: forged, replayed or cut off; or if it is too long."""
        size = len(packet)
        if size > MAX_DATAGRAM_BYTES:
            return None
        self._bytes[:size] = packet
        length = self._length
        length[0] = size
        if call(context, self._at, length):
            return None
        return bytes(self._bytes[: length[0]])


class Srtp:
    """
    The two SRTP sessions that a DTLS handshake made.

    ``context`` is for ``protect_at``; ``tag_bytes`` is what a protected packet is longer by.
    """

    def __init__(self, receiving: Session, sending: Session, *, tag_bytes: int, scratch: Scratch) -> None:
        self._sessions = receiving, sending  # kept alive: their contexts are plain pointers
        inbound = receiving._srtp[0]
        self.context = sending._srtp[0]
        self.tag_bytes = tag_bytes
        self.unprotect: Protection = partial(scratch.run, lib.srtp_unprotect, inbound)
        self.unprotect_rtcp: Protection = partial(scratch.run, lib.srtp_unprotect_rtcp, inbound)
        self.protect: Protection = partial(scratch.run, protect_at, self.context)
        self.protect_rtcp: Protection = partial(scratch.run, lib.srtp_protect_rtcp, self.context)
