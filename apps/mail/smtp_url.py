"""The setting ``smtp_url``: which mail server, and how safely."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import Literal
from urllib.parse import parse_qs, unquote, urlsplit

Security = Literal["tls", "starttls", "offered", "none"]

PORT_TLS, PORT_SUBMISSION, PORT_RELAY = 465, 587, 25  # RFC 8314, RFC 6409, RFC 5321


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """
    ``security`` is ``tls`` from the first byte, ``starttls`` required, ``offered``: STARTTLS if the server has it, or ``none``.

    The certificate is always verified, against ``ca`` (a file) or else the system's authorities.
    """

    host: str
    port: int
    username: str = ""
    password: str = ""
    security: Security = "offered"
    ca: str = ""

    def __repr__(self) -> str:
        """Without the password, whoever logs it."""
        return f"SmtpServer({self.host!r}, {self.port}, security={self.security!r})"


def smtp_server(url: str, password: str = "") -> SmtpServer:
    """
    Parse ``smtp://user:password@host:port?starttls=required&ca=FILE`` or ``smtps://…``.

    A password is never sent in the clear to another machine: with one, STARTTLS is required.

    Raises:
        ValueError: Says what is wrong, without the password.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise ValueError("smtp_url must begin with smtp:// or smtps:// and a host, such as smtps://mail.example.org")
    try:
        port = parts.port
    except ValueError as error:
        raise ValueError("the port in smtp_url must be a number from 1 to 65535") from error
    options = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    username, password = unquote(parts.username or ""), password or unquote(parts.password or "")
    security = _security(parts.scheme, options.get("starttls", ""), bool(username), parts.hostname)
    usual = PORT_TLS if security == "tls" else PORT_SUBMISSION if username else PORT_RELAY
    return SmtpServer(parts.hostname, port or usual, username, password, security, options.get("ca", ""))


def _security(scheme: str, starttls: str, has_account: bool, host: str) -> Security:
    if starttls not in ("", "required", "no"):
        raise ValueError(f"starttls in smtp_url is {starttls!r}; it can be: required, no")
    if scheme == "smtps":
        return "tls"
    if has_account and not _is_this_machine(host):
        if starttls == "no":
            raise ValueError("smtp_url has starttls=no and a user; the password would travel in the clear")
        return "starttls"
    return {"": "offered", "required": "starttls", "no": "none"}[starttls]  # type: ignore[return-value]


def _is_this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
