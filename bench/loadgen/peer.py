"""One publisher or receiver: ICE and DTLS here, then its socket goes to the C part."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import socket
import struct
from datetime import UTC, datetime, timedelta

from aioice import stun
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from OpenSSL import SSL

from bench.loadgen.descriptions import End, Other
from bench.loadgen.native import Engine

PROFILES = {
    b"SRTP_AEAD_AES_128_GCM": (7, 16, 12),
    b"SRTP_AES128_CM_SHA1_80": (1, 16, 14),
}
"""Number, bytes of key and of salt; offered in this order, as browsers do, and the server chooses."""
BUFFER_BYTES = 4 << 20
SO_RCVBUFFORCE = 33
MTU_BYTES = 1200
LIMIT_S = 20.0


def _make_certificate() -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "load")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    now = datetime.now(UTC)
    builder = builder.serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(days=1))
    return key, builder.not_valid_after(now + timedelta(days=30)).sign(key, hashes.SHA256())


def _fingerprint(certificate: x509.Certificate) -> str:
    return certificate.fingerprint(hashes.SHA256()).hex(":").upper()


_KEY, _CERTIFICATE = _make_certificate()


def _context() -> SSL.Context:
    context = SSL.Context(SSL.DTLS_METHOD)
    context.set_verify(SSL.VERIFY_PEER, lambda *_: True)
    context.use_certificate(_CERTIFICATE)
    context.use_privatekey(_KEY)
    context.set_tlsext_use_srtp(b":".join(PROFILES))
    return context


class Peer:
    """A socket on the loopback interface; ``end`` goes into a description, ``connect`` does the rest."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._udp = udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        udp.setblocking(False)
        try:
            udp.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, BUFFER_BYTES)
        except PermissionError:
            udp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER_BYTES)
        udp.bind(("127.0.0.1", 0))
        self.end = End(secrets.token_hex(4), secrets.token_hex(12), _fingerprint(_CERTIFICATE), udp.getsockname()[1])
        self.id = -1
        self.profile = b""
        self._checked = asyncio.Event()
        self._came = asyncio.Event()
        self._tls = SSL.Connection(_context(), None)

    async def connect(self, other: Other, *, verify: bool = False) -> None:
        """Check, shake hands, and hand over to the C part; with ``verify`` it decrypts all it receives and measures delays."""
        self._udp.connect(other.address)
        self._tls.set_ciphertext_mtu(MTU_BYTES)
        loop = asyncio.get_running_loop()
        loop.add_reader(self._udp.fileno(), self._readable)
        try:
            async with asyncio.timeout(LIMIT_S):
                await self._check(other)
                await self._shake_hands(other)
        finally:
            loop.remove_reader(self._udp.fileno())
        self._hand_over(other, verify=verify)

    async def _check(self, other: Other) -> None:
        while not self._checked.is_set():
            request = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
            request.attributes["USERNAME"] = f"{other.ufrag}:{self.end.ufrag}"
            request.attributes["PRIORITY"] = 1845501695
            if other.controls:
                request.attributes["ICE-CONTROLLED"] = 1
            else:
                request.attributes["ICE-CONTROLLING"] = 1
                request.attributes["USE-CANDIDATE"] = None
            request.add_message_integrity(other.password.encode())
            request.add_fingerprint()
            self._send(bytes(request))
            await _wait(self._checked, 0.1)

    async def _shake_hands(self, other: Other) -> None:
        if other.active:
            self._tls.set_accept_state()
        else:
            self._tls.set_connect_state()
        while True:
            try:
                self._tls.do_handshake()
            except SSL.WantReadError:
                self._flush()
                self._came.clear()
                if not await _wait(self._came, 0.5):
                    self._tls.DTLSv1_handle_timeout()
                    self._flush()
                continue
            self._flush()
            return

    def _hand_over(self, other: Other, *, verify: bool) -> None:
        certificate = self._tls.get_peer_certificate(as_cryptography=True)
        if certificate is None or _fingerprint(certificate) != other.fingerprint:
            raise RuntimeError("another certificate than the description says")
        self.profile = self._tls.get_selected_srtp_profile()
        number, key, salt = PROFILES[self.profile]
        exported = self._tls.export_keying_material(b"EXTRACTOR-dtls_srtp", 2 * (key + salt), None)
        keys, salts = exported[: 2 * key], exported[2 * key :]
        client = (keys[:key] + salts[:salt]).ljust(64, b"\0")
        server = (keys[key:] + salts[salt:]).ljust(64, b"\0")
        self.id = self._engine.add(
            self._udp.fileno(),
            credentials=(self.end.ufrag, self.end.password, other.ufrag, other.password),
            keys=(server, client) if other.active else (client, server),
            profile=number,
            controlling=not other.controls,
            verify=verify,
        )

    def _send(self, datagram: bytes) -> None:
        with contextlib.suppress(
            ConnectionRefusedError, BlockingIOError
        ):  # it is not there yet; the next check tries again
            self._udp.send(datagram)

    def _readable(self) -> None:
        while True:
            try:
                datagram = self._udp.recv(2048)
            except (BlockingIOError, ConnectionRefusedError):
                return
            if not datagram:
                return
            if datagram[0] < 4:
                self._stun_received(datagram)
            elif 20 <= datagram[0] <= 63:
                self._tls.bio_write(datagram)
                self._came.set()

    def _stun_received(self, datagram: bytes) -> None:
        message = stun.parse_message(datagram)
        if message.message_class is stun.Class.RESPONSE:
            self._checked.set()
        elif message.message_class is stun.Class.REQUEST:
            response = stun.Message(stun.Method.BINDING, stun.Class.RESPONSE, message.transaction_id)
            response.attributes["XOR-MAPPED-ADDRESS"] = self._udp.getpeername()
            response.add_message_integrity(self.end.password.encode())
            response.add_fingerprint()
            self._send(bytes(response))

    def _flush(self) -> None:
        """Send what TLS wrote, records together up to the size of a datagram."""
        written = b""
        while True:
            try:
                written += self._tls.bio_read(65535)
            except SSL.WantReadError:
                break
        datagram = b""
        while len(written) >= 13:
            length = 13 + struct.unpack_from("!H", written, 11)[0]
            if datagram and len(datagram) + length > MTU_BYTES:
                self._send(datagram)
                datagram = b""
            datagram, written = datagram + written[:length], written[length:]
        if datagram:
            self._send(datagram)


async def _wait(event: asyncio.Event, limit_s: float) -> bool:
    try:
        await asyncio.wait_for(event.wait(), limit_s)
    except TimeoutError:
        return False
    return True
