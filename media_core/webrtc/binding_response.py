"""The answer to a connectivity check, written by itself: three hundred browsers ask for one every second or two."""

from __future__ import annotations

import hmac
import socket
import struct
import zlib

COOKIE = 0x2112A442
_HEADER = struct.Struct("!HHI12s")
_ADDRESS = struct.Struct("!HHBBH")
_BINDING_SUCCESS, _XOR_MAPPED_ADDRESS, _MESSAGE_INTEGRITY, _FINGERPRINT = 0x0101, 0x0020, 0x0008, 0x8028
_INTEGRITY_BYTES, _FINGERPRINT_BYTES = 24, 8
_FINGERPRINT_MASK = 0x5354554E


def binding_response(transaction_id: bytes, address: tuple[str, int, *tuple[object, ...]], key: bytes) -> bytes:
    """
    Return a STUN success response (RFC 8489 section 6.3.1.1) with XOR-MAPPED-ADDRESS, MESSAGE-INTEGRITY and FINGERPRINT.

    Args:
        transaction_id: The request's, 12 bytes.
        address: Host and port of the browser, as the server sees it.
        key: The server's ICE password (RFC 8445 section 7.3).
    """
    host, port = address[0], address[1]
    family, kind = (socket.AF_INET6, 2) if ":" in host else (socket.AF_INET, 1)
    plain = socket.inet_pton(family, host)
    mask = (struct.pack("!I", COOKIE) + transaction_id)[: len(plain)]
    masked = (int.from_bytes(plain) ^ int.from_bytes(mask)).to_bytes(len(plain))
    mapped = _ADDRESS.pack(_XOR_MAPPED_ADDRESS, 4 + len(plain), 0, kind, port ^ COOKIE >> 16) + masked
    head = _HEADER.pack(_BINDING_SUCCESS, len(mapped) + _INTEGRITY_BYTES, COOKIE, transaction_id)
    integrity = struct.pack("!HH", _MESSAGE_INTEGRITY, 20) + hmac.digest(key, head + mapped, "sha1")
    head = _HEADER.pack(_BINDING_SUCCESS, len(mapped) + _INTEGRITY_BYTES + _FINGERPRINT_BYTES, COOKIE, transaction_id)
    whole = head + mapped + integrity
    return whole + struct.pack("!HHI", _FINGERPRINT, 4, zlib.crc32(whole) ^ _FINGERPRINT_MASK)
