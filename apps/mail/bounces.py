"""
Mail that came back: delivery status notifications (RFC 3464).

The operator's mail server pipes what arrives at the bounce address into ``serve.py bounce``, which leaves it in ``bounces/`` of the
home folder (``drop_bounce``); the running Sala's postman takes it from there (``take_bounce``) and the console shows it.
"""

from __future__ import annotations

import email
import os
import re
import secrets
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from typing import TYPE_CHECKING

from apps.mail.addresses import bounce_key_in, one_line
from data import mail

if TYPE_CHECKING:
    from data.database import Database
    from data.models import Invitation

BOUNCE_MAX_BYTES = 1024 * 1024  # a notification with the whole message in it is some 20 kB
BOUNCES_WAITING = 1000  # more than this and somebody is filling the disk
EX_DATAERR, EX_TEMPFAIL = 65, 75  # drop it; keep it and try again
RECIPIENT_HEADERS = ("Delivered-To", "X-Original-To", "Envelope-To", "To")
MAIL_ID = re.compile(r"<(ml_[0-9a-f]{24})@")


@dataclass(frozen=True, slots=True)
class Report:
    """That a message failed for good: by which key or id it is known, and the mail server's words."""

    bounce_key: str
    mail_id: str
    words: str


async def take_bounce(database: Database, content: bytes) -> Invitation | None:
    """Mark the invitation whose message came back; ``None`` if it is no report of a failure, or none of ours."""
    report = read_report(content)
    if report is None:
        return None
    return await database.run(
        mail.mark_bounced, bounce_key=report.bounce_key, mail_id=report.mail_id, error=report.words
    )


def read_report(content: bytes) -> Report | None:
    """Return what a notification says, ``None`` if it tells of no final failure (a delay, a holiday reply, anything else)."""
    message = email.message_from_bytes(content[:BOUNCE_MAX_BYTES])
    if message.get_content_type() != "multipart/report":
        return None
    failures = [block for block in _status_blocks(message) if _field(block, "Action").lower() == "failed"]
    if not failures:
        return None
    key, mail_id = _bounce_key(message), _mail_id(message)
    if not key and not mail_id:
        return None
    return Report(key, mail_id, _words(failures[0]))


def leave_bounce(home: Path, content: bytes) -> Path:
    """
    Leave a message for the running Sala, which looks every few seconds.

    Raises:
        ValueError: If it is too large, or too many wait: nothing takes them, or somebody is filling the disk.
    """
    if len(content) > BOUNCE_MAX_BYTES:
        raise ValueError(f"the message has {len(content)} bytes; a notification has at most {BOUNCE_MAX_BYTES}")
    folder = home / "bounces"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if sum(1 for _ in folder.iterdir()) >= BOUNCES_WAITING:
        raise ValueError(f"{BOUNCES_WAITING} messages wait in {folder}; is Sala running?")
    file = folder / f"{secrets.token_hex(12)}.eml"
    unfinished = file.with_suffix(".part")
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
        stream.write(content)
    unfinished.replace(file)
    return file


def drop_bounce(home: Path, content: bytes) -> int:
    """``leave_bounce`` for a mail server's pipe: return the exit status that tells it what to do (sysexits.h)."""
    try:
        leave_bounce(home, content)
    except ValueError as error:
        print(error, file=sys.stderr)
        return EX_DATAERR if len(content) > BOUNCE_MAX_BYTES else EX_TEMPFAIL
    except OSError as error:
        print(error, file=sys.stderr)
        return EX_TEMPFAIL
    return 0


def waiting_bounces(home: Path) -> Iterator[bytes]:
    """Yield the messages that were left, each deleted once the next is asked for."""
    for file in sorted((home / "bounces").glob("*.eml")):
        with file.open("rb") as stream:
            yield stream.read(BOUNCE_MAX_BYTES)
        file.unlink(missing_ok=True)


def _status_blocks(message: Message) -> Iterator[Message]:
    """Yield the header blocks of the delivery status: one for the message, then one for each recipient."""
    for part in message.walk():
        if part.get_content_type() != "message/delivery-status":
            continue
        blocks = part.get_payload()
        if isinstance(blocks, list):
            yield from (block for block in blocks if isinstance(block, Message))
        return


def _bounce_key(message: Message) -> str:
    """Look for the key in the addresses it came to, then in the return path of the message that came back."""
    returned = (_field(part, "Return-Path") for part in message.walk() if part is not message)
    arrived = (str(value) for header in RECIPIENT_HEADERS for value in message.get_all(header, []))
    return next((key for text in (*arrived, *returned) if (key := bounce_key_in(text))), "")


def _mail_id(message: Message) -> str:
    """Look for our own Message-ID in the part that came back: the message, or its headers as text."""
    for part in message.walk():
        if part is message:
            continue
        texts = [_field(part, "Message-ID")]
        if part.get_content_type() == "text/rfc822-headers":
            texts.append(str(part.get_payload()))
        for text in texts:
            if found := MAIL_ID.search(text):
                return found[1]
    return ""


def _words(block: Message) -> str:
    diagnostic = re.sub(r"^\s*[a-z0-9.-]+\s*;", "", _field(block, "Diagnostic-Code"), flags=re.IGNORECASE)
    return one_line(diagnostic) or one_line(_field(block, "Status")) or "failed"


def _field(message: Message, name: str) -> str:
    return str(message.get(name, "")).strip()
