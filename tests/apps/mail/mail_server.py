"""A real SMTP server on the test's loop, with what a test wants of it: TLS, an account, refusals."""

from __future__ import annotations

import asyncio
import email
import ssl
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import default
from ipaddress import ip_address
from pathlib import Path

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

ACCOUNT = ("sala", "pa:ss/wörd@1")


@dataclass(frozen=True, slots=True)
class Received:
    """One message as it came: envelope and content."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes
    over_tls: bool
    signed_in: bool

    @property
    def message(self) -> EmailMessage:
        parsed = email.message_from_bytes(self.content, policy=default)
        assert isinstance(parsed, EmailMessage)
        return parsed

    def text(self) -> str:
        body = self.message.get_body(("plain",))
        assert body is not None
        return str(body.get_content())


@dataclass(slots=True)
class MailServer:
    """``replies`` holds what is said to the next messages instead of yes, ``refused`` to recipients by address."""

    port: int = 0
    received: list[Received] = field(default_factory=list)
    replies: list[str] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    connections: int = 0

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.replies:
            return self.replies.pop(0)
        content = envelope.original_content or b""
        self.received.append(
            Received(
                sender=envelope.mail_from or "",
                recipients=tuple(envelope.rcpt_tos),
                content=content,
                over_tls=session.ssl is not None or _is_tls(server),
                signed_in=bool(session.authenticated),
            )
        )
        return "250 taken"


def _is_tls(server: SMTP) -> bool:
    return server.transport is not None and server.transport.get_extra_info("ssl_object") is not None


@asynccontextmanager
async def mail_server(
    *,
    tls: ssl.SSLContext | None = None,
    starttls: ssl.SSLContext | None = None,
    account: tuple[str, str] | None = None,
    port: int = 0,
) -> AsyncIterator[MailServer]:
    """Run a server: TLS from the first byte (``tls``), STARTTLS offered, an account required; or plain."""
    handler, loop = MailServer(), asyncio.get_running_loop()

    def authenticate(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object) -> AuthResult:
        assert isinstance(data, LoginPassword)
        assert account is not None
        right = (data.login.decode(), data.password.decode()) == account
        return AuthResult(success=right, handled=False)

    protocols: list[SMTP] = []

    def protocol() -> SMTP:
        with warnings.catch_warnings():  # it does not see the TLS below it, and warns of passwords in the clear
            warnings.simplefilter("ignore", UserWarning)
            made = SMTP(
                handler,
                hostname="mail.test",
                loop=loop,
                tls_context=starttls,
                authenticator=authenticate if account else None,
                auth_required=account is not None,
                auth_require_tls=starttls is not None,
            )
        protocols.append(made)
        return made

    server = await loop.create_server(protocol, "127.0.0.1", port, ssl=tls)
    handler.port = server.sockets[0].getsockname()[1]
    try:
        yield handler
    finally:
        server.close()
        for one in protocols:
            if isinstance(one.transport, asyncio.WriteTransport):
                one.transport.abort()
        await server.wait_closed()


def certificate(folder: Path, *, names: tuple[str, ...] = ("127.0.0.1",)) -> tuple[ssl.SSLContext, Path]:
    """Return a server's TLS context with a fresh certificate for these addresses, and the file that trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail.test")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(one)) for one in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    trusted, private = folder / "certificate.pem", folder / "key.pem"
    trusted.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(trusted, private)
    return context, trusted
