"""SRTP of one transport; a packet that libsrtp refuses is ``None``, never an exception."""

from __future__ import annotations

import pylibsrtp
from pylibsrtp import Session


class Srtp:
    """The two SRTP sessions that a DTLS handshake made."""

    def __init__(self, receiving: Session, sending: Session) -> None:
        self._receiving = receiving
        self._sending = sending

    def unprotect(self, datagram: bytes) -> bytes | None:
        try:
            return bytes(self._receiving.unprotect(datagram))
        except (pylibsrtp.Error, ValueError):  # forged, replayed or cut off; or longer than its buffer
            return None

    def unprotect_rtcp(self, datagram: bytes) -> bytes | None:
        try:
            return bytes(self._receiving.unprotect_rtcp(datagram))
        except (pylibsrtp.Error, ValueError):
            return None

    def protect(self, packet: bytes | bytearray) -> bytes | None:
        try:
            return bytes(self._sending.protect(bytes(packet)))
        except (pylibsrtp.Error, ValueError):
            return None

    def protect_rtcp(self, packet: bytes) -> bytes | None:
        try:
            return bytes(self._sending.protect_rtcp(packet))
        except (pylibsrtp.Error, ValueError):
            return None
