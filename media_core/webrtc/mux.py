"""
All transports of an engine behind one port.

The server is ICE-lite (RFC 8445 section 2.5): it answers connectivity checks and makes none. A check names its transport by the
username fragment and proves itself by MESSAGE-INTEGRITY; only then is the address it came from known, and only datagrams from known
addresses are looked at further, by their first byte (RFC 7983). All else is dropped and counted.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

from media_core.webrtc.checks import COOKIE, binding_response, keyed, proves, read_check, transaction_of
from media_core.webrtc.sdp import IceCredentials
from media_core.webrtc.sockets import Address

MAX_ADDRESSES = 8
"""Addresses that one transport may be reached from at a time; a browser has one per network interface and family."""

_STUN_HEADER_BYTES = 20
_STUN_COOKIE = COOKIE.to_bytes(4, "big")
_BINDING_REQUEST = b"\x00\x01"
_MAX_STUN_BYTES = 1024


class StreamAddress(NamedTuple):
    """Where a TCP connection comes from; never equal to a datagram's address."""

    host: str
    port: int
    protocol: str = "tcp"


Place = Address | StreamAddress
"""Where datagrams come from and go to."""


class Way(Protocol):
    """By which datagrams get to a place: a UDP port, or one TCP connection."""

    def send(self, datagram: bytes, address: Any, /) -> None:
        """Send one datagram."""

    def add_all(self, address: Any, start: int, messages: Sequence[tuple[int, int, int]], /) -> None:
        """Send what lies in the arena from ``start``: see ``UdpPort.add_all``."""


class IceOwner(Protocol):
    """What a transport does with what the mux finds for it."""

    def ice_checked(self) -> None:
        """An authenticated check arrived: the browser is there and consents (RFC 7675)."""

    def dtls_received(self, datagram: bytes) -> None:
        """A datagram of the DTLS handshake or its end arrived."""

    def media_received(self, datagram: bytes) -> None:
        """A datagram that claims to be SRTP or SRTCP arrived."""

    def path_changed(self) -> None:
        """The server sends to another address from now on, in another way, or nowhere."""


class IceEnd:
    """The server's end of one transport's ICE: its credentials, and where the browser is now."""

    def __init__(self, owner: IceOwner) -> None:
        self.owner = owner
        self.credentials = IceCredentials(secrets.token_hex(8), secrets.token_hex(16))
        self.address: Place | None = None
        """Where the server sends; for a TCP connection it is a ``StreamAddress``, of which ``way`` needs nothing."""
        self.way: Way | None = None
        """How it sends there; set whenever ``address`` is."""
        self.nominated = False
        """The browser has said which pair of addresses it chose."""
        self.addresses: dict[Place, Way] = {}
        self.key = keyed(self.credentials.password.encode())

    def point(self, address: Place | None, way: Way | None) -> None:
        """Send there from now on."""
        if (address, way) != (self.address, self.way):
            self.address, self.way = address, way
            self.owner.path_changed()


class Mux:
    """Finds the transport of each datagram."""

    def __init__(self, udp: Way) -> None:
        self._udp = udp
        self._by_ufrag: dict[str, IceEnd] = {}
        self._by_address: dict[Place, IceEnd] = {}
        self.dropped: Counter[str] = Counter()

    def add(self, end: IceEnd) -> None:
        self._by_ufrag[end.credentials.ufrag] = end

    def remove(self, end: IceEnd) -> None:
        """Forget a transport; does nothing if it is forgotten."""
        self._by_ufrag.pop(end.credentials.ufrag, None)
        for address in end.addresses:
            if self._by_address.get(address) is end:
                del self._by_address[address]
        end.addresses.clear()
        end.point(None, None)

    def gone(self, address: Place) -> None:
        """Forget a TCP connection that closed; its transport falls back to another way, if it has one."""
        end = self._by_address.pop(address, None)
        if end is None:
            return
        end.addresses.pop(address, None)
        if end.address == address:
            end.point(*next(reversed(end.addresses.items()), (None, None)))

    def knows(self, address: Place) -> bool:
        """Tell whether somebody has proven that they are there."""
        return address in self._by_address

    def send(self, end: IceEnd, datagram: bytes) -> None:
        """Send to where the browser is; drops the datagram while that is unknown."""
        if end.way is not None and end.address is not None:
            end.way.send(datagram, end.address)

    def receive(self, datagram: bytes, address: Place, way: Way | None = None) -> None:
        """Take one datagram, from the UDP port or another ``way``; never raises for what is in it."""
        if not datagram:
            self.dropped["empty"] += 1
            return
        first = datagram[0]
        if 128 <= first <= 191:
            end = self._by_address.get(address)
            if end is not None:
                end.owner.media_received(datagram)
                return
        elif first <= 3:
            self._receive_stun(datagram, address, way or self._udp)
            return
        elif 20 <= first <= 63:
            end = self._by_address.get(address)
            if end is not None:
                if not end.nominated:  # it begins on a pair that works both ways, which a check alone does not show
                    end.point(address, way or self._udp)
                end.owner.dtls_received(datagram)
                return
        else:
            self.dropped["unknown_first_byte"] += 1
            return
        self.dropped["foreign"] += 1

    def _receive_stun(self, datagram: bytes, address: Place, way: Way) -> None:
        length = len(datagram)
        if not _STUN_HEADER_BYTES < length <= _MAX_STUN_BYTES or datagram[4:8] != _STUN_COOKIE:
            self.dropped["bad_stun"] += 1
            return
        if datagram[:2] != _BINDING_REQUEST:
            self.dropped["stun_not_a_check"] += 1
            return
        check = read_check(datagram)
        if check is None:
            self.dropped["bad_stun"] += 1
            return
        end = self._by_ufrag.get(check.ufrag)
        if end is None:
            self.dropped["stun_unknown_ufrag"] += 1
            return
        if not proves(datagram, check, end.key):
            self.dropped["stun_bad_integrity"] += 1
            return
        way.send(binding_response(transaction_of(datagram), address, end.key), address)
        self._learn(end, address, way, nominated=check.nominated)
        end.owner.ice_checked()

    def _learn(self, end: IceEnd, address: Place, way: Way, *, nominated: bool) -> None:
        """Take an authenticated address; the first one, and then each nominated one, is where the server sends."""
        if self._by_address.get(address) is not end:
            owner = self._by_address.get(address)
            if owner is not None:
                owner.addresses.pop(address, None)
            self._by_address[address] = end
        end.addresses[address] = way
        if end.address is None or nominated:
            end.point(address, way)
            end.nominated = end.nominated or nominated
        if len(end.addresses) > MAX_ADDRESSES:
            oldest = next(known for known in end.addresses if known != end.address)
            del end.addresses[oldest]
            if self._by_address.get(oldest) is end:
                del self._by_address[oldest]
