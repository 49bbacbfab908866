"""
What a person leaves in files of the home folder, and how it goes when they are erased: letters, returned mail, documents they filed.

Recordings are ``apps.recording.erasing``'s. Minutes, receipts and dossiers are made each time they are asked for and lie nowhere.
"""

from __future__ import annotations

import email
import logging
from collections.abc import Iterator
from email import policy
from email.message import EmailMessage
from pathlib import Path

from data.erase import Erased

log = logging.getLogger(__name__)

LETTERS = ("outbox", "bounces")
NAME_LEAST_CHARACTERS = 3  # a shorter one stands in every letter


def delete_traces(home: Path, erased: Erased) -> None:
    """Delete the files of people who were erased from the tables. May be repeated; blocks."""
    for session, statement in erased.documents:
        (home / "statements" / session / statement).unlink(missing_ok=True)
    wanted = [name for name in erased.names if len(name) >= NAME_LEAST_CHARACTERS]
    gone = 0
    for file in letters(home):
        if any(name.casefold() in text for text in texts_of(file) for name in map(str.casefold, wanted)):
            file.unlink(missing_ok=True)
            gone += 1
    fields = {"people": erased.people, "documents": len(erased.documents), "letters": gone}
    log.info("traces_deleted", extra={"fields": fields})


def letters(home: Path) -> Iterator[Path]:
    for folder in LETTERS:
        yield from sorted((home / folder).glob("*"))


def texts_of(file: Path) -> Iterator[str]:
    """Yield what a person could read in a letter: headers and every part, decoded, in lower case."""
    try:
        content = file.read_bytes()
        message = email.message_from_bytes(content, policy=policy.default)
        yield from (f"{name}: {value}".casefold() for name, value in message.items())
        for part in message.walk():
            yield _text(part)
    except (OSError, LookupError, ValueError):
        return
    yield content.decode("utf-8", "replace").casefold()


def _text(part: EmailMessage | object) -> str:
    payload = part.get_payload(decode=True) if isinstance(part, EmailMessage) else None
    return payload.decode("utf-8", "replace").casefold() if isinstance(payload, bytes) else ""
