"""Ways that a message can leave: a mail server, or files in the outbox. Each answers with the message's fate."""

from __future__ import annotations

import asyncio
import os
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import aiosmtplib

from apps.mail.smtp_url import SmtpServer

CONNECT_TIMEOUT_S = 20.0  # for each step; a mail server that checks who calls may take its time
LOCAL_NAME = "sala"  # what EHLO says; the machine's own name is nobody's business


@dataclass(frozen=True, slots=True)
class Letter:
    """A message ready to leave: ``sender`` and ``recipient`` are the envelope's."""

    mail_id: str
    sender: str
    recipient: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Sent:
    """The message was handed over."""


@dataclass(frozen=True, slots=True)
class Deferred:
    """Not now: try again later. ``words`` are the mail server's, or what went wrong."""

    words: str


@dataclass(frozen=True, slots=True)
class Refused:
    """Never: the mail server said so in ``words``."""

    words: str


Fate = Sent | Deferred | Refused


class Delivery(Protocol):
    """One round of sending. After ``down`` became true nothing more is tried in this round."""

    down: bool

    async def send(self, letter: Letter) -> Fate:
        """Hand over one message."""

    async def close(self) -> None:
        """End the round."""


class Outbox:
    """Messages as ``.eml`` files, readable by the server's own account alone."""

    def __init__(self, folder: Path) -> None:
        self._folder, self.down = folder, False

    async def send(self, letter: Letter) -> Fate:
        try:
            await asyncio.to_thread(self._write, letter)
        except OSError as error:
            self.down = True
            return Deferred(f"{self._folder.name}: {error.strerror}")
        return Sent()

    async def close(self) -> None:
        return None

    def _write(self, letter: Letter) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        name = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{letter.mail_id}.eml"
        unfinished = self._folder / f".{name}.part"
        unfinished.unlink(missing_ok=True)
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(letter.content)
        unfinished.replace(self._folder / name)


class SmtpRound:
    """Messages over one connection to a mail server, opened with the first of them."""

    def __init__(self, server: SmtpServer, *, timeout_s: float = CONNECT_TIMEOUT_S) -> None:
        self._server, self._timeout_s, self.down = server, timeout_s, False
        self._connection: aiosmtplib.SMTP | None = None

    async def send(self, letter: Letter) -> Fate:
        try:
            connection = self._connection or await self._connect()
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            self.down = True  # also a refused password: a person mends that, and no message is at fault
            return Deferred(_words(error))
        try:
            await connection.sendmail(letter.sender, [letter.recipient], letter.content)
        except aiosmtplib.SMTPRecipientsRefused as error:
            return await self._refused(error.recipients[0])
        except aiosmtplib.SMTPResponseException as error:
            return await self._refused(error)
        except (aiosmtplib.SMTPException, OSError) as error:
            self.down = True
            return Deferred(_words(error))
        return Sent()

    async def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is None:
            return
        try:
            if connection.is_connected:
                await connection.quit()
        except (aiosmtplib.SMTPException, OSError):
            pass  # every message has its fate already
        finally:
            connection.close()

    async def _connect(self) -> aiosmtplib.SMTP:
        server = self._server
        connection = aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            username=server.username or None,
            password=server.password or None,
            local_hostname=LOCAL_NAME,
            timeout=self._timeout_s,
            use_tls=server.security == "tls",
            start_tls={"tls": False, "starttls": True, "offered": None, "none": False}[server.security],
            tls_context=ssl.create_default_context(cafile=server.ca or None),
        )
        await connection.connect()
        self._connection = connection
        return connection

    async def _refused(self, error: aiosmtplib.SMTPResponseException) -> Fate:
        """RFC 5321, 4.2.1: 4xx is for now, 5xx for good; 421 means that the server hangs up."""
        words = _words(error)
        if not 500 <= error.code <= 599:
            self.down = error.code == 421
            return Deferred(words)
        return Refused(words)


def _words(error: Exception) -> str:
    if isinstance(error, aiosmtplib.SMTPResponseException):
        return " ".join(f"{error.code} {error.message}".split())
    return " ".join(f"{error}".split()) or type(error).__name__
