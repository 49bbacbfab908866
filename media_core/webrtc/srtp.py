"""SRTP of one transport; a packet that libsrtp refuses is ``None``, never an exception."""

from __future__ import annotations

from typing import Any

import pylibsrtp
from pylibsrtp import Session
from pylibsrtp._binding import ffi, lib

protect_at = lib.srtp_protect
"""``protect_at(context, pointer, length)`` protects the packet at ``pointer`` where it lies; ``length`` is a cell. Returns 0 if it did."""

GCM_TAG_BYTES = 16
CM_TAG_BYTES = 10


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


class Srtp:
    """
    The two SRTP sessions that a DTLS handshake made.

    ``context`` is for ``protect_at``; ``tag_bytes`` is what a protected packet is longer by.
    """

    def __init__(self, receiving: Session, sending: Session, *, tag_bytes: int) -> None:
        self._receiving = receiving
        self._sending = sending
        self.context = sending._srtp[0]
        self.tag_bytes = tag_bytes

    def unprotect(self, datagram: bytes) -> bytes | None:
        try:
            return self._receiving.unprotect(datagram)
        except (pylibsrtp.Error, ValueError):  # forged, replayed or cut off; or longer than its buffer
            return None

    def unprotect_rtcp(self, datagram: bytes) -> bytes | None:
        try:
            return self._receiving.unprotect_rtcp(datagram)
        except (pylibsrtp.Error, ValueError):
            return None

    def protect(self, packet: bytes | bytearray) -> bytes | None:
        try:
            return self._sending.protect(bytes(packet))
        except (pylibsrtp.Error, ValueError):
            return None

    def protect_rtcp(self, packet: bytes) -> bytes | None:
        try:
            return self._sending.protect_rtcp(packet)
        except (pylibsrtp.Error, ValueError):
            return None
