"""
Many datagrams in one system call: ``recvmmsg``, ``sendmmsg``, and segmentation offload, by cffi without anything compiled.

The kernel's structures are laid out once. What changes from call to call is written through memory views, word by word: a view costs 40 ns,
a field of a cffi structure 150 ns.
"""

from __future__ import annotations

import errno
import socket
import struct
import sys
from collections.abc import Sequence
from typing import Any

from cffi import FFI

Address = tuple[str, int]
"""Host and port of a datagram's other end; IPv6 without flow and scope, IPv4 in its own form even on a socket for both."""

Message = tuple[int, int, int]
"""Where it begins, its length, and the size of its datagrams, of which the last may be shorter."""

MAX_DATAGRAM_BYTES = 2048
"""Nothing larger is media: browsers keep below 1280 bytes; the rest of a longer datagram is cut off and fails its check."""
RECEIVED_AT_ONCE = 64
SENT_AT_ONCE = 128
MOST_SEGMENTS = 48
"""Of one message; kernels take 64, and 64 kB."""
MOST_SEGMENTED_BYTES = 60_000
KNOWN_ADDRESSES = 4096
"""Addresses whose two forms are remembered; when there are more, all are forgotten and learned anew."""

UDP_SEGMENT = 103  # linux/udp.h
CONTROL_BYTES = 24  # struct cmsghdr and a 16-bit number, rounded up
NAME_BYTES = 32  # struct sockaddr_in6, rounded up
HEADER_WORDS = 8  # struct mmsghdr in 64-bit words
IOVEC_WORD, CONTROL_WORD = 2, 5
_V4 = struct.Struct("=H2s4s8x")
_V6 = struct.Struct("=H2s4x16s4x")
_PORT = struct.Struct("!H")
_MAPPED = "::ffff:"

_ffi = FFI()
_ffi.cdef(
    """
    struct iovec { uintptr_t base; size_t length; };
    struct msghdr { uintptr_t name; unsigned int name_length; uintptr_t iovec; size_t iovecs;
                    uintptr_t control; size_t control_length; int flags; };
    struct mmsghdr { struct msghdr header; unsigned int length; };
    int recvmmsg(int, struct mmsghdr *, unsigned int, int, void *);
    int sendmmsg(int, struct mmsghdr *, unsigned int, int);
    """
)


def load_calls() -> Any | None:
    """Return the system's calls, ``None`` where it has none or lays its structures out in another way."""
    if not sys.platform.startswith("linux") or _ffi.sizeof("struct mmsghdr") != 8 * HEADER_WORDS:
        return None
    try:
        calls: Any = _ffi.dlopen(None)
        _ = calls.recvmmsg, calls.sendmmsg
    except (OSError, AttributeError):
        return None
    return calls


def segments(udp: socket.socket) -> bool:
    """Tell whether the system cuts one long message into datagrams (Linux 4.18)."""
    try:
        udp.getsockopt(socket.IPPROTO_UDP, UDP_SEGMENT)
    except OSError:
        return False
    return True


def last_error() -> int:
    """Return the error number of the last call."""
    return int(_ffi.errno)


def pointer_of(buffer: bytearray) -> int:
    """Return where a buffer lies; it must not be resized or freed while the number is in use."""
    return int(_ffi.cast("uintptr_t", _ffi.from_buffer(buffer)))


class Messages:
    """An array of ``mmsghdr``, each with its own name, one ``iovec`` to begin with, and room for one control message."""

    def __init__(self, count: int, *, name_bytes: int, control: bool, iovecs: int = 0) -> None:
        sizes = (8 * HEADER_WORDS * count, NAME_BYTES * count, 16 * max(count, iovecs), CONTROL_BYTES * count)
        self._kept = [bytearray(size) for size in sizes]
        headers, names, self.kept_iovecs, controls = self._kept
        self.words = memoryview(headers).cast("Q")
        self.lengths = memoryview(headers).cast("I")
        self.names = memoryview(names)
        self.iovecs = memoryview(self.kept_iovecs).cast("Q")
        self.sizes = memoryview(controls).cast("H")
        at = [pointer_of(buffer) for buffer in self._kept]
        self.first = _ffi.cast("struct mmsghdr *", at[0])
        for number in range(count):
            name, iovec, message = (base + number * size for base, size in zip(at[1:], (32, 16, 24), strict=True))
            values = (name, name_bytes, iovec, 1, message if control else 0, 0, 0, 0)
            self.words[number * HEADER_WORDS : (number + 1) * HEADER_WORDS] = memoryview(
                struct.pack("=8Q", *values)
            ).cast("Q")
            struct.pack_into("=Qii", controls, number * CONTROL_BYTES, 18, socket.IPPROTO_UDP, UDP_SEGMENT)


def plain_host(host: str) -> str:
    """Return an IPv4 host that a socket for both families tells as ``::ffff:192.0.2.1`` in its own form, any other as it is."""
    return host[len(_MAPPED) :] if host.startswith(_MAPPED) and "." in host else host


def host_for(family: int, host: str) -> str:
    """Return a host in the form that a socket of this family takes (RFC 4291 section 2.5.5.2)."""
    return f"{_MAPPED}{host}" if family == socket.AF_INET6 and ":" not in host else host


class Names:
    """Addresses in Python's form and in the kernel's."""

    def __init__(self, family: int) -> None:
        self._family = family
        self._raw: dict[Address, bytes] = {}
        self._read: dict[bytes, Address] = {}
        self.name_bytes = _V6.size if family == socket.AF_INET6 else _V4.size

    def raw(self, address: Address) -> bytes:
        """Raises ``OSError`` for what is no address of this family."""
        found = self._raw.get(address)
        if found is None:
            host, port = address
            form = _V6 if self._family == socket.AF_INET6 else _V4
            found = form.pack(
                self._family, _PORT.pack(port), socket.inet_pton(self._family, host_for(self._family, host))
            )
            self._note(address, found)
        return found

    def read(self, raw: bytes) -> Address:
        found = self._read.get(raw)
        if found is None:
            (port,) = _PORT.unpack_from(raw, 2)
            host = raw[8:24] if self._family == socket.AF_INET6 else raw[4:8]
            found = plain_host(socket.inet_ntop(self._family, host)), port
            self._note(found, raw)
        return found

    def _note(self, address: Address, raw: bytes) -> None:
        if len(self._raw) >= KNOWN_ADDRESSES:
            self._raw.clear()
            self._read.clear()
        self._raw[address], self._read[raw] = raw, address


class Receiver:
    """Reads up to ``RECEIVED_AT_ONCE`` datagrams by one call."""

    def __init__(self, calls: Any, udp: socket.socket, names: Names) -> None:
        self._call, self._fd, self._names = calls.recvmmsg, udp.fileno(), names
        self._messages = Messages(RECEIVED_AT_ONCE, name_bytes=names.name_bytes, control=False)
        self._arena = bytearray(RECEIVED_AT_ONCE * MAX_DATAGRAM_BYTES)
        self._bytes = memoryview(self._arena)
        base = pointer_of(self._arena)
        for number in range(RECEIVED_AT_ONCE):
            self._messages.iovecs[2 * number] = base + number * MAX_DATAGRAM_BYTES
            self._messages.iovecs[2 * number + 1] = MAX_DATAGRAM_BYTES

    def receive(self) -> list[tuple[bytes, Address]]:
        """Return what waits, oldest first; raises ``OSError`` as ``recvfrom`` does."""
        count = self._call(self._fd, self._messages.first, RECEIVED_AT_ONCE, socket.MSG_DONTWAIT, _ffi.NULL)
        if count < 0:
            raise OSError(_ffi.errno, "recvmmsg")  # becomes BlockingIOError where nothing waits
        lengths, names, read, raw_bytes = self._messages.lengths, self._messages.names, self._names.read, self._bytes
        name_bytes = self._names.name_bytes
        found: list[tuple[bytes, Address]] = []
        for number in range(count):
            start, name = number * MAX_DATAGRAM_BYTES, number * NAME_BYTES
            length = lengths[16 * number + 14]
            found.append((bytes(raw_bytes[start : start + length]), read(bytes(names[name : name + name_bytes]))))
        return found


class Sender:
    """
    Sends messages that lie in one arena, in the order in which they were added.

    A message is one datagram, or several of one size (the last may be shorter) to one address.
    """

    def __init__(self, calls: Any, udp: socket.socket, names: Names, arena: bytearray) -> None:
        self._call, self._fd, self._names = calls.sendmmsg, udp.fileno(), names
        self._messages = Messages(SENT_AT_ONCE, name_bytes=names.name_bytes, control=True)
        self._base = pointer_of(arena)
        self._added: list[tuple[Address, int, Sequence[Message]]] = []
        self._named: list[bytes] = [b""] * SENT_AT_ONCE
        """The address that each message holds."""
        self.count = 0
        """Messages added; at most ``SENT_AT_ONCE``."""

    def add_all(self, address: Address, start: int, messages: Sequence[Message]) -> None:
        """Add messages of which each begins so many bytes after ``start``; raises ``OSError`` for what is no address."""
        number, raw = self.count, self._names.raw(address)
        found, base = self._messages, self._base + start
        for first, length, segment in messages:
            if self._named[number] is not raw:  # in a steady room each message goes to the same receiver each time
                name = number * NAME_BYTES
                found.names[name : name + len(raw)] = raw
                self._named[number] = raw
            found.iovecs[2 * number] = base + first
            found.iovecs[2 * number + 1] = length
            if length > segment:
                found.sizes[12 * number + 8] = segment
                found.words[8 * number + CONTROL_WORD] = CONTROL_BYTES
            else:
                found.words[8 * number + CONTROL_WORD] = 0
            number += 1
        self._added.append((address, start, messages))
        self.count = number

    def send(self) -> tuple[int, list[tuple[Address, int, int, int]]]:
        """
        Send what was added, as far as the system takes it.

        Returns:
            An error number, and what was not sent (address, start, length, segment): the first met the error. ``(0, [])`` if all went.
        """
        added, count, self._added, self.count = self._added, self.count, [], 0
        done, first = 0, self._messages.first
        while done < count:
            sent = self._call(self._fd, first + done, count - done, socket.MSG_DONTWAIT)
            if sent >= 0:
                done += sent
            elif _ffi.errno != errno.EINTR:
                error = _ffi.errno
                rest = [
                    (address, start + at, length, size) for address, start, all_ in added for at, length, size in all_
                ]
                return error, rest[done:]
        return 0, []
