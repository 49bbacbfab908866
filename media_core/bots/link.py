"""A bot's end of the connection: ICE as a browser does it, DTLS by aiortc, and the SRTP sessions it makes."""

from __future__ import annotations

import asyncio
import secrets
import socket
from collections.abc import Callable
from typing import cast

import pylibsrtp
from aioice import stun
from aiortc import RTCCertificate, RTCDtlsFingerprint, RTCDtlsTransport
from aiortc.rtcdtlstransport import RTCDtlsParameters
from aiortc.rtcicetransport import RTCIceTransport
from pylibsrtp import Session

from media_core.bots.answer import Description

Address = tuple[str, int]

CHECK_EVERY_S = 0.05
CONSENT_EVERY_S = 2.5
"""RFC 7675 section 5.1 wants consent each 5 s; browsers check twice as often."""

CHECKS_IN_VAIN = 3
"""In a row, and the server is gone. Browsers wait up to 30 s (RFC 7675 section 5.1); a test would too long. Checks are counted, not seconds: while the bot's own process stands still nothing is asked."""

_PRIORITY = 1845501695  # RFC 8445 section 5.1.2.1, peer-reflexive
_MOST_DATAGRAMS = 64
_BUFFER_BYTES = 1024 * 1024


class _IceStandIn:
    """The two methods and one attribute that aiortc's DTLS transport uses of an ICE transport."""

    role = "controlling"

    def __init__(self, send: Callable[[bytes], None]) -> None:
        self.datagrams: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._send_now = send

    async def _recv(self) -> bytes:
        datagram = await self.datagrams.get()
        if datagram is None:
            raise ConnectionError("the link is closed")
        return datagram

    async def _send(self, datagram: bytes) -> None:
        self._send_now(datagram)


class Link:
    """
    One connection to the server of an offer; ``received`` is called with each datagram of SRTP or SRTCP.

    ``run`` is the owner's task for as long as the link is to live. ``connected`` is set after the handshake, ``ended``
    when the server said goodbye, fell silent, or the handshake failed.
    """

    def __init__(self, offer: Description, received: Callable[[bytes], None]) -> None:
        if not offer.addresses:
            raise ValueError("the offer has no UDP candidate")
        self.ufrag, self.password = secrets.token_hex(4), secrets.token_hex(12)
        self.connected, self.ended = asyncio.Event(), asyncio.Event()
        self._certificate = RTCCertificate.generateCertificate()
        self._offer = offer
        self._received = received
        self._loop = asyncio.get_running_loop()
        self._server: Address | None = None
        self._checked = asyncio.Event()
        self._unanswered = 0
        """Checks since the last answer."""
        self._ice = _IceStandIn(self.send)
        self._dtls = RTCDtlsTransport(cast(RTCIceTransport, self._ice), [self._certificate])
        self._dtls._set_role("client")
        self._dtls.on("statechange", self._state_changed)
        self._sending: Session | None = None
        self._receiving: Session | None = None
        self._udp = self._bind()

    @property
    def fingerprint(self) -> str:
        """For the answer."""
        found = next(known for known in self._certificate.getFingerprints() if known.algorithm == "sha-256")
        return f"{found.algorithm} {found.value}"

    async def run(self) -> None:
        """Connect and keep the server's consent, until cancelled."""
        checks = asyncio.create_task(self._check_for_ever(), name="bot-checks")
        try:
            await self._checked.wait()
            parameters = RTCDtlsParameters([RTCDtlsFingerprint(*known) for known in self._offer.fingerprints])
            await self._dtls.start(parameters)
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise asyncio.CancelledError  # asyncio.wait_for of Python 3.11 forgets it where a datagram comes in the same moment
            if self._dtls.state == "connected":
                self._sending, self._receiving = self._dtls._tx_srtp, self._dtls._rx_srtp
                self._unanswered = 0  # they were many, and soon after each other
                self.connected.set()
            await asyncio.Event().wait()
        finally:
            checks.cancel()
            await asyncio.wait([checks])

    async def close(self) -> None:
        """Say goodbye; call it after ``run`` has ended."""
        pump = self._dtls._task
        try:
            await self._dtls.stop()
            self._ice.datagrams.put_nowait(None)
            if pump is not None:
                await asyncio.wait([pump])
        finally:
            self._unbind()

    def change_network(self) -> None:
        """Go on from another port, as a phone does that leaves a wireless network."""
        self._unbind()
        self._udp = self._bind()
        self._send_check()

    # --- media --------------------------------------------------------------------------------------------------------

    def send_rtp(self, packet: bytes) -> None:
        """Protect and send; does nothing while not connected."""
        if self._sending is not None:
            self.send(self._sending.protect(packet))

    def send_rtcp(self, packet: bytes) -> None:
        if self._sending is not None:
            self.send(self._sending.protect_rtcp(packet))

    def unprotect(self, datagram: bytes, *, rtcp: bool) -> bytes | None:
        """Return the plain packet, ``None`` for one that is forged, repeated, or came before the handshake ended."""
        if self._receiving is None:
            return None
        try:
            plain = self._receiving.unprotect_rtcp(datagram) if rtcp else self._receiving.unprotect(datagram)
        except pylibsrtp.Error:
            return None
        return bytes(plain)

    def send(self, datagram: bytes) -> None:
        """Send to the server as soon as a check has found it; the network may lose it."""
        if self._server is not None:
            self._send_to(datagram, self._server)

    # --- socket -------------------------------------------------------------------------------------------------------

    def _bind(self) -> socket.socket:
        host = self._offer.addresses[0][0]
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        udp = socket.socket(family, socket.SOCK_DGRAM)
        udp.setblocking(False)
        udp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER_BYTES)
        udp.bind(("::" if ":" in host else "127.0.0.1" if host.startswith("127.") else "0.0.0.0", 0))
        self._loop.add_reader(udp.fileno(), self._readable)
        return udp

    def _unbind(self) -> None:
        self._loop.remove_reader(self._udp.fileno())
        self._udp.close()

    def _send_to(self, datagram: bytes, address: Address) -> None:
        try:
            self._udp.sendto(datagram, address)
        except OSError:
            return  # the system's buffer is full, or the server is gone: both look like loss

    def _readable(self) -> None:
        try:
            for _ in range(_MOST_DATAGRAMS):
                datagram, address = self._udp.recvfrom(2048)
                self._take(datagram, address[:2])
        except OSError:
            return  # nothing more to read, or the server's port is closed

    def _take(self, datagram: bytes, address: Address) -> None:
        """Sort by the first byte (RFC 7983 section 7)."""
        if not datagram:
            return
        first = datagram[0]
        if 127 < first < 192:
            self._received(datagram)
        elif 19 < first < 64:
            self._ice.datagrams.put_nowait(datagram)
        elif first < 4:
            self._take_stun(datagram, address)

    # --- ICE ----------------------------------------------------------------------------------------------------------

    def _take_stun(self, datagram: bytes, address: Address) -> None:
        try:
            message = stun.parse_message(datagram)
        except ValueError:
            return
        if not message.check_message_integrity(self._offer.password.encode()):
            return
        if message.message_class != stun.Class.RESPONSE:
            return
        self._unanswered = 0
        if not self._checked.is_set():
            self._server = address
            self._checked.set()

    def _send_check(self) -> None:
        targets = self._offer.addresses if self._server is None else [self._server]
        for address in targets:
            request = stun.Message(message_method=stun.Method.BINDING, message_class=stun.Class.REQUEST)
            request.attributes["USERNAME"] = f"{self._offer.ufrag}:{self.ufrag}"
            request.attributes["PRIORITY"] = _PRIORITY
            request.attributes["ICE-CONTROLLING"] = 1
            request.attributes["USE-CANDIDATE"] = None
            request.add_message_integrity(self._offer.password.encode())
            request.add_fingerprint()
            self._send_to(bytes(request), address)

    async def _check_for_ever(self) -> None:
        while True:
            self._send_check()
            self._unanswered += 1
            await asyncio.sleep(CONSENT_EVERY_S if self.connected.is_set() else CHECK_EVERY_S)
            if self.connected.is_set() and self._unanswered >= CHECKS_IN_VAIN:
                self.ended.set()

    def _state_changed(self) -> None:
        if self._dtls.state in ("closed", "failed"):
            self.ended.set()
