"""
DTLS-SRTP by aiortc's ``RTCDtlsTransport``, over a stand-in for its ICE transport.

aiortc does the handshake and notices its end; the SRTP sessions are taken over as soon as they exist, so that no media packet goes
through aiortc. The server is the passive side, but for encoders that can only wait (``ingest.IngestOffer.active``).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, cast

from aiortc import RTCCertificate, RTCDtlsFingerprint, RTCDtlsTransport
from aiortc.rtcdtlstransport import SRTP_PROFILES, RTCDtlsParameters, State
from aiortc.rtcicetransport import RTCIceTransport
from pylibsrtp import Policy, Session

from media_core.webrtc.sdp import Fingerprint
from media_core.webrtc.srtp import CM_TAG_BYTES, GCM_TAG_BYTES

MAX_WAITING_DATAGRAMS = 32
"""A handshake needs six; what a flooding browser sends beyond is dropped, newest first."""

_PREFERRED_PROFILES = (b"SRTP_AEAD_AES_128_GCM", b"SRTP_AES128_CM_SHA1_80")
"""Best first: GCM costs half of what CM with SHA-1 does, and 256-bit keys protect nothing more here."""

_EXPORTER = b"EXTRACTOR-dtls_srtp"
SENT_WINDOW_PACKETS = 256
"""How far behind the newest a packet may be sent, or sent again: five seconds of sound, two of a screen; a repetition of pictures has a new number."""

Certificate = RTCCertificate
"""The certificate of an engine, by the name that code outside of this folder uses."""


def make_certificate() -> RTCCertificate:
    """Make the self-signed certificate of one engine."""
    return RTCCertificate.generateCertificate()


def fingerprint_of(certificate: RTCCertificate) -> Fingerprint:
    """Return the SHA-256 fingerprint for the offer."""
    for found in certificate.getFingerprints():
        if found.algorithm == "sha-256":
            return Fingerprint(found.algorithm, found.value)
    raise LookupError("aiortc made a certificate without SHA-256 fingerprint")


class _IceStandIn:
    """The two methods and one attribute that aiortc's DTLS transport uses of an ICE transport."""

    role = "controlled"

    def __init__(self, send: Callable[[bytes], None]) -> None:
        self._send_now = send
        self._queue: asyncio.Queue[bytes | None] = asyncio.Queue(MAX_WAITING_DATAGRAMS + 1)
        self.closed = False

    def put(self, datagram: bytes) -> None:
        if not self.closed and self._queue.qsize() < MAX_WAITING_DATAGRAMS:
            self._queue.put_nowait(datagram)

    def close(self) -> None:
        if not self.closed:
            self.closed = True
            self._queue.put_nowait(None)

    async def _recv(self) -> bytes:
        datagram = await self._queue.get()
        if datagram is None:
            raise ConnectionError("the transport is closed")
        return datagram

    async def _send(self, datagram: bytes) -> None:
        self._send_now(datagram)


class DtlsLink:
    """One DTLS association. ``ended`` is called once if the browser ends it after the handshake."""

    def __init__(
        self, certificate: RTCCertificate, *, send: Callable[[bytes], None], ended: Callable[[], None]
    ) -> None:
        self._ice = _IceStandIn(send)
        self._dtls = RTCDtlsTransport(cast(RTCIceTransport, self._ice), [certificate])
        self._dtls._set_role("server")
        self._dtls._srtp_profiles = [
            profile for name in _PREFERRED_PROFILES for profile in SRTP_PROFILES if profile.openssl_profile == name
        ]
        self._ended = ended
        self._dtls.on("statechange", self._state_changed)
        self._closing = False

    def receive(self, datagram: bytes) -> None:
        """Take a datagram of the browser; may be called before ``handshake``."""
        self._ice.put(datagram)

    async def handshake(
        self, fingerprints: tuple[Fingerprint, ...], *, active: bool = False
    ) -> tuple[Session, Session] | None:
        """
        Do the handshake, beginning it if ``active``, and check the other side's certificate.

        Returns:
            The SRTP sessions for receiving and for sending, or ``None`` if it failed or the certificate is another.
        """
        parameters = RTCDtlsParameters(
            fingerprints=[RTCDtlsFingerprint(known.algorithm, known.value) for known in fingerprints]
        )
        if active:
            self._dtls._set_role("client")
        await self._dtls.start(parameters)
        if self._dtls._state is not State.CONNECTED:
            return None
        return self._dtls._rx_srtp, self._sending(0 if active else 1)

    def _sending(self, place: int) -> Session:
        """
        Return a session for sending like aiortc's, but with a smaller window, which libsrtp moves on word by word for each packet.

        Args:
            place: Whose keys: 0 for the side that began the handshake, 1 for the other (RFC 5764 section 4.2).
        """
        connection = self._dtls._ssl
        assert connection is not None
        chosen = connection.get_selected_srtp_profile()
        profile = next(each for each in self._dtls._srtp_profiles if each.openssl_profile == chosen)
        keys = connection.export_keying_material(_EXPORTER, 2 * (profile.key_length + profile.salt_length))
        policy = Policy(
            key=profile.get_key_and_salt(keys, place),
            ssrc_type=Policy.SSRC_ANY_OUTBOUND,
            srtp_profile=profile.libsrtp_profile,
        )
        policy.allow_repeat_tx, policy.window_size = True, SENT_WINDOW_PACKETS
        return Session(policy)

    @property
    def tag_bytes(self) -> int:
        """What SRTP adds to each packet, once the handshake is done."""
        connection = self._dtls._ssl
        profile = None if connection is None else connection.get_selected_srtp_profile()
        return CM_TAG_BYTES if profile == b"SRTP_AES128_CM_SHA1_80" else GCM_TAG_BYTES

    async def close(self) -> None:
        """Say goodbye to the browser and end; does nothing the second time."""
        if self._closing:
            return
        self._closing = True
        task: asyncio.Future[Any] | None = self._dtls._task
        await self._dtls.stop()
        self._ice.close()
        if task is not None:
            await asyncio.wait([task])

    def _state_changed(self) -> None:
        if self._dtls._state is State.CLOSED and not self._closing:
            self._ended()
