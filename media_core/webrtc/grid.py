"""
The same packets to many receivers: copied, protected and sent with a few calls for all of them.

Each packet lies in a cell of its own, so that where it is, and what tells libsrtp and the kernel so, was laid out once. What is left in Python for a
packet is its place in one ``map``: 0.50 us for a packet of 1100 bytes in AES-GCM, against 0.67 us with a loop of bytecode around the same calls.
"""

from __future__ import annotations

import errno
import socket
from array import array
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from media_core.webrtc.batching import (
    CONTROL_BYTES,
    CONTROL_WORD,
    HEADER_WORDS,
    IOVEC_WORD,
    NAME_BYTES,
    SENT_AT_ONCE,
    Address,
    Messages,
    Names,
    last_error,
    pointer_of,
)
from media_core.webrtc.srtp import Srtp, lengths_of, pointers_into, protect_at

CELL_BYTES = 1344
"""For the largest packets that browsers send, with their tags; an odd number of cache lines, so that cells do not compete for the same sets."""

NEAR_CELLS = 40
"""Written before they are sent, where it is up to us: 54 kB stay in a processor's nearest caches, and a call more costs less than fetching them."""


class Party:
    """Receivers behind one port, with what is needed to send to them; it holds for as long as none of them comes, goes or moves."""

    __slots__ = ("_contexts", "addresses", "names", "srtps")

    def __init__(self, receivers: Sequence[tuple[Srtp, Address]], names: Names) -> None:
        self.srtps = [srtp for srtp, _ in receivers]  # kept alive: their contexts are plain pointers
        self.addresses = [address for _, address in receivers]
        self.names = [names.raw(address).ljust(NAME_BYTES, b"\0") for address in self.addresses]
        self._contexts: dict[int, list[Any]] = {}

    def contexts(self, each: int) -> list[Any]:
        """Return the SRTP contexts, each so many times."""
        found = self._contexts.get(each)
        if found is None:
            found = self._contexts[each] = [srtp.context for srtp in self.srtps for _ in range(each)]
        return found


class Load:
    """
    What each receiver of a party gets: packets in the clear, and which of them go out as one message.

    ``runs`` are (how many packets, size of each datagram but the last of them), as segmentation offload takes them.
    """

    __slots__ = ("clear", "layout", "protected", "runs", "sizes")

    def __init__(self, packets: Sequence[bytes | bytearray], tag_bytes: int, runs: Sequence[tuple[int, int]]) -> None:
        self.layout = b"".join([packet.ljust(CELL_BYTES, b"\0") for packet in packets])
        self.clear = array("i", [len(packet) for packet in packets])
        self.protected = array("Q", [len(packet) + tag_bytes for packet in packets])
        self.sizes = array("H", [size for _, size in runs])
        self.runs = tuple([count for count, _ in runs])


class Outcome(NamedTuple):
    """What became of a call: an error number or 0, the datagrams that did not go, and of how many receivers libsrtp refused something."""

    error: int
    rest: Sequence[tuple[bytes, Address]]
    refused: int


ALL_SENT = Outcome(0, (), 0)


class Grid:
    """Cells in a port's arena, and the kernel's structures for them."""

    def __init__(self, calls: Any, udp: socket.socket, names: Names, arena: bytearray) -> None:
        self._call, self._fd = calls.sendmmsg, udp.fileno()
        self.cells = len(arena) // CELL_BYTES
        self._arena = memoryview(arena)
        self._pointers = pointers_into(arena, CELL_BYTES, self.cells)
        self._lengths, self._length_pointers = lengths_of(self.cells)
        self._messages = Messages(SENT_AT_ONCE, name_bytes=names.name_bytes, control=True, iovecs=self.cells)
        at = pointer_of(arena)
        self._iovecs_at = pointer_of(self._messages.kept_iovecs)
        self._messages.iovecs[: 2 * self.cells : 2] = memoryview(
            array("Q", [at + cell * CELL_BYTES for cell in range(self.cells)])
        )
        self._named: list[bytes] = []
        self._shape: tuple[int, tuple[int, ...]] = (0, ())

    def at_once(self, load: Load) -> int:
        """Return to how many receivers a load goes by one call; 0 if it is too much for one."""
        if max(load.protected) > CELL_BYTES:
            return 0
        near = max(1, NEAR_CELLS // len(load.clear))
        return min(near, self.cells // len(load.clear), SENT_AT_ONCE // len(load.runs))

    def send(self, load: Load, party: Party, first: int, until: int) -> Outcome:
        """Send a load to these receivers of a party, at most as many as ``at_once`` told."""
        each, many = len(load.clear), until - first
        self._arena[: many * each * CELL_BYTES] = load.layout * many
        self._lengths[: many * each] = memoryview(load.clear * many)
        contexts = party.contexts(each)[first * each : until * each]
        refused = list(map(protect_at, contexts, self._pointers, self._length_pointers))
        if any(refused):
            return self._without(refused, load, party, first)
        self._write_headers(load, party.names[first:until])
        done, count = 0, many * len(load.runs)
        while done < count:
            sent = self._call(self._fd, self._messages.first + done, count - done, socket.MSG_DONTWAIT)
            if sent >= 0:
                done += sent
            elif (error := last_error()) != errno.EINTR:
                skipped = sum(load.runs) * (done // len(load.runs)) + sum(load.runs[: done % len(load.runs)])
                return Outcome(error, self._datagrams(load, party, first, range(skipped, many * each)), 0)
        return ALL_SENT

    def _write_headers(self, load: Load, names: list[bytes]) -> None:
        found, many, count = self._messages, len(names), len(names) * len(load.runs)
        shaped, runs = self._shape
        if runs != load.runs or shaped < many:
            self._shape = many, load.runs
            starts = [sum(load.runs[:place]) for place in range(len(load.runs))]
            places = [
                self._iovecs_at + 16 * (receiver * len(load.clear) + start)
                for receiver in range(many)
                for start in starts
            ]
            controls = [CONTROL_BYTES if run > 1 else 0 for run in load.runs] * many
            for word, values in ((IOVEC_WORD, places), (IOVEC_WORD + 1, load.runs * many), (CONTROL_WORD, controls)):
                found.words[word : HEADER_WORDS * count : HEADER_WORDS] = memoryview(array("Q", values))
        found.iovecs[1 : 2 * many * len(load.clear) : 2] = memoryview(load.protected * many)
        found.sizes[8 : 12 * count : 12] = memoryview(load.sizes * many)
        if len(load.runs) > 1:
            names = [name for name in names for _ in load.runs]
        if self._named[:count] != names:  # in a steady room each message goes to the same receiver each time
            self._named[:count] = names
            found.names[: count * NAME_BYTES] = b"".join(names)

    def _without(self, refused: list[int], load: Load, party: Party, first: int) -> Outcome:
        """Leave out the receivers of whom libsrtp refused a packet; the others' datagrams are to be sent in another way."""
        each = len(load.clear)
        whole = [at for at in range(len(refused) // each) if not any(refused[at * each : (at + 1) * each])]
        cells = [cell for at in whole for cell in range(at * each, (at + 1) * each)]
        return Outcome(0, self._datagrams(load, party, first, cells), len(refused) // each - len(whole))

    def _datagrams(self, load: Load, party: Party, first: int, cells: Iterable[int]) -> list[tuple[bytes, Address]]:
        found: list[tuple[bytes, Address]] = []
        for cell in cells:
            receiver, place = divmod(cell, len(load.clear))
            start = cell * CELL_BYTES
            datagram = bytes(self._arena[start : start + load.protected[place]])
            found.append((datagram, party.addresses[first + receiver]))
        return found
