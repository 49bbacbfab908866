"""
Connectivity checks of browsers (RFC 8445 section 7), read and answered without an object for each attribute.

Three hundred browsers send one every second or two, each from the cold: what is touched least costs least.
"""

from __future__ import annotations

import hmac
import socket
import struct
import zlib
from typing import NamedTuple

COOKIE = 0x2112A442
_HEADER = struct.Struct("!HHI12s")
_ATTRIBUTE = struct.Struct("!HH")
_WORD = struct.Struct("!I")
_ADDRESS = struct.Struct("!HHBBH")
_BINDING_SUCCESS = 0x0101
_USERNAME, _MESSAGE_INTEGRITY, _XOR_MAPPED_ADDRESS, _USE_CANDIDATE, _FINGERPRINT = (
    0x0006,
    0x0008,
    0x0020,
    0x0025,
    0x8028,
)
_HEADER_BYTES, _ATTRIBUTE_BYTES = 20, 4
_SHA1_BYTES, _CRC_BYTES = 20, 4
_INTEGRITY_BYTES, _FINGERPRINT_BYTES = _ATTRIBUTE_BYTES + _SHA1_BYTES, _ATTRIBUTE_BYTES + _CRC_BYTES
_FINGERPRINT_MASK = 0x5354554E


class Check(NamedTuple):
    """What a request says, of which nothing is true before ``proves`` has said so."""

    ufrag: str
    """The server's, which the browser was told."""
    nominated: bool
    integrity_at: int | None
    """Where MESSAGE-INTEGRITY begins."""


def read_check(request: bytes) -> Check | None:
    """
    Read a STUN message (RFC 8489 sections 5 and 14), of which the caller has seen that it is a request; ``None`` if it is malformed.

    What stands after MESSAGE-INTEGRITY is not protected by it and says nothing, except a FINGERPRINT, which must be right and the last.
    """
    end = len(request)
    if end < _HEADER_BYTES or _ATTRIBUTE.unpack_from(request)[1] != end - _HEADER_BYTES:
        return None
    username, nominated, integrity_at = b"", False, None
    at = _HEADER_BYTES
    while at + _ATTRIBUTE_BYTES <= end:
        kind, length = _ATTRIBUTE.unpack_from(request, at)
        if not _is_whole(request, at, kind, length):
            return None
        value = at + _ATTRIBUTE_BYTES
        if integrity_at is None:
            if kind == _USERNAME:
                username = request[value : value + length]
            elif kind == _USE_CANDIDATE:
                nominated = True
            elif kind == _MESSAGE_INTEGRITY:
                integrity_at = at
        at = value + length + (-length & 3)
    if at != end:
        return None
    return Check(username.partition(b":")[0].decode("latin-1"), nominated, integrity_at)


def _is_whole(request: bytes, at: int, kind: int, length: int) -> bool:
    value, end = at + _ATTRIBUTE_BYTES, len(request)
    if kind == _FINGERPRINT:
        last = length == _CRC_BYTES and value + length == end
        return last and _WORD.unpack_from(request, value)[0] == _crc(request[:at])
    return value + length <= end and (kind != _MESSAGE_INTEGRITY or length == _SHA1_BYTES)


def keyed(password: bytes) -> hmac.HMAC:
    """Return what ``proves`` and ``binding_response`` need of the server's ICE password: to begin with it costs more than to go on."""
    return hmac.new(password, digestmod="sha1")


def proves(request: bytes, check: Check, key: hmac.HMAC) -> bool:
    """Tell whether whoever wrote the request knows the password of ``key``; without MESSAGE-INTEGRITY it proves nothing."""
    at = check.integrity_at
    if at is None:
        return False
    length = (at + _INTEGRITY_BYTES - _HEADER_BYTES).to_bytes(2, "big")  # as if the message ended behind it
    expected = _integrity(key, request[:2] + length + request[4:at])
    found = at + _ATTRIBUTE_BYTES
    return hmac.compare_digest(request[found : found + _SHA1_BYTES], expected)


def transaction_of(request: bytes) -> bytes:
    """Return the 12 bytes by which a browser knows its request again."""
    return request[8:_HEADER_BYTES]


def binding_response(transaction_id: bytes, address: tuple[str, int, *tuple[object, ...]], key: hmac.HMAC) -> bytes:
    """
    Return a STUN success response (RFC 8489 section 6.3.1.1) with XOR-MAPPED-ADDRESS, MESSAGE-INTEGRITY and FINGERPRINT.

    Args:
        transaction_id: The request's, 12 bytes.
        address: Host and port of the browser, as the server sees it.
        key: Of the server's ICE password (RFC 8445 section 7.3).
    """
    host, port = address[0], address[1]
    family, kind = (socket.AF_INET6, 2) if ":" in host else (socket.AF_INET, 1)
    plain = socket.inet_pton(family, host)
    mask = (_WORD.pack(COOKIE) + transaction_id)[: len(plain)]
    masked = (int.from_bytes(plain) ^ int.from_bytes(mask)).to_bytes(len(plain))
    mapped = _ADDRESS.pack(_XOR_MAPPED_ADDRESS, 4 + len(plain), 0, kind, port ^ COOKIE >> 16) + masked
    head = _HEADER.pack(_BINDING_SUCCESS, len(mapped) + _INTEGRITY_BYTES, COOKIE, transaction_id)
    integrity = _ATTRIBUTE.pack(_MESSAGE_INTEGRITY, _SHA1_BYTES) + _integrity(key, head + mapped)
    head = _HEADER.pack(_BINDING_SUCCESS, len(mapped) + _INTEGRITY_BYTES + _FINGERPRINT_BYTES, COOKIE, transaction_id)
    whole = head + mapped + integrity
    return whole + _ATTRIBUTE.pack(_FINGERPRINT, _CRC_BYTES) + _WORD.pack(_crc(whole))


def _integrity(key: hmac.HMAC, message: bytes) -> bytes:
    begun = key.copy()
    begun.update(message)
    return begun.digest()


def _crc(message: bytes) -> int:
    """Return the FINGERPRINT of what stands before it (RFC 8489 section 14.7)."""
    return zlib.crc32(message) ^ _FINGERPRINT_MASK
