"""
Datagrams on a byte stream (RFC 4571: two bytes of length before each), and what waits for a stream that is slow.

A stream has no loss, so what does not fit waits; and what waits too long is worth nothing to a conversation. ``Outbox`` decides what goes first and
what is dropped: pictures, which can be asked for again, before sound.
"""

from __future__ import annotations

from collections import deque

from media_core.signaling.numbers import OPUS

LENGTH_BYTES = 2
MOST_URGENT_BYTES = 64 * 1024
URGENT_WAITS_S = 2.0
"""Sound, reports and handshakes that waited longer are dropped: what was said then is not an answer to anything any more."""
MOST_PICTURE_BYTES = 256 * 1024
"""A keyframe and what follows it in half a second."""
PICTURES_WAIT_S = 0.5
"""Pictures that waited longer are dropped, and asked for again when the stream moves."""


class BadFrame(Exception):
    """The stream carries something else than datagrams of the allowed size; it cannot be read any further."""


class FrameReader:
    """Cuts a byte stream into datagrams."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, received: bytes, *, most_bytes: int) -> list[bytes]:
        """Return the datagrams that are complete now, oldest first; raises ``BadFrame`` for one longer than ``most_bytes``."""
        stream = self._rest + received
        datagrams, at, end = list[bytes](), 0, len(stream)
        while at + LENGTH_BYTES <= end:
            start = at + LENGTH_BYTES
            length = stream[at] << 8 | stream[at + 1]
            if length > most_bytes:
                raise BadFrame
            if start + length > end:
                break
            at = start + length
            if length:  # a frame of no bytes is allowed and says nothing
                datagrams.append(stream[start:at])
        self._rest = stream[at:]
        return datagrams


def frame(datagram: bytes | memoryview) -> bytes:
    """Return a datagram as it goes onto a stream."""
    return len(datagram).to_bytes(LENGTH_BYTES, "big") + bytes(datagram)


def is_picture(datagram: bytes | memoryview) -> bool:
    """Tell whether a datagram is SRTP that is not sound; payload types are in the clear (RFC 3711 section 3.1)."""
    if len(datagram) < 2 or not 128 <= datagram[0] <= 191:  # RFC 7983
        return False
    return not 192 <= datagram[1] <= 223 and datagram[1] & 0x7F != OPUS  # RFC 5761 section 4


class _Line:
    """Frames of one kind, oldest first, with a limit on their bytes and on how long they wait."""

    def __init__(self, most_bytes: int, wait_s: float) -> None:
        self._most_bytes, self._wait_s = most_bytes, wait_s
        self._frames: deque[tuple[float, bytes]] = deque()
        self.bytes = 0
        self.dropped = 0

    def __len__(self) -> int:
        return len(self._frames)

    def put(self, framed: bytes, now_s: float) -> None:
        self.forget_late(now_s)
        if self.bytes + len(framed) > self._most_bytes:
            self.dropped += 1
            return
        self._frames.append((now_s, framed))
        self.bytes += len(framed)

    def pop(self) -> bytes:
        framed = self._frames.popleft()[1]
        self.bytes -= len(framed)
        return framed

    def forget_late(self, now_s: float) -> None:
        while self._frames and now_s - self._frames[0][0] > self._wait_s:
            self.pop()
            self.dropped += 1


class Outbox:
    """
    Frames that wait for one stream.

    Urgent ones (sound, RTCP, STUN, DTLS) overtake pictures. The memory they take has an end, and so has their age. Whoever writes to the stream
    keeps the frame that it has begun to write.
    """

    def __init__(self) -> None:
        self._urgent = _Line(MOST_URGENT_BYTES, URGENT_WAITS_S)
        self._pictures = _Line(MOST_PICTURE_BYTES, PICTURES_WAIT_S)

    def __bool__(self) -> bool:
        return bool(self._urgent or self._pictures)

    @property
    def waiting_bytes(self) -> int:
        return self._urgent.bytes + self._pictures.bytes

    @property
    def dropped_pictures(self) -> int:
        return self._pictures.dropped

    @property
    def dropped_urgent(self) -> int:
        return self._urgent.dropped

    def put(self, datagram: bytes | memoryview, now_s: float) -> None:
        """Keep a datagram until the stream takes it, or drop it."""
        line = self._pictures if is_picture(datagram) else self._urgent
        line.put(frame(datagram), now_s)

    def take(self, most_bytes: int, now_s: float) -> bytes:
        """Remove and return the next frames, the most urgent first, of about ``most_bytes`` together; empty if nothing waits."""
        taken, size = list[bytes](), 0
        for line in (self._urgent, self._pictures):
            line.forget_late(now_s)
            while line and size < most_bytes:
                taken.append(line.pop())
                size += len(taken[-1])
        return b"".join(taken)
