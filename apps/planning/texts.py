"""
What people type, made safe to keep: names and titles are one line of visible text, addresses are addresses.

Markup is left as it is: it is text, and every page, mail and table shows it as text (AB-31).
"""

from __future__ import annotations

import unicodedata

from email_validator import EmailNotValidError, validate_email

from apps.planning.errors import Refused

EMAIL_MAX_CHARACTERS = 254  # RFC 5321, 4.5.3.1.3: a path of 256 with its brackets
SHOWN_CHARACTERS = 40  # how much of a refused text its sentence repeats
JOINERS = "\u200c\u200d"  # zero width, yet part of how some scripts and pictures are written
BLANKS = JOINERS + "\u115f\u1160\u2800\u3164\uffa0"  # letters and signs that look like nothing
INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}  # control, format (bidi marks), surrogates, private use, separators


def clean_line(text: str, *, field: str, max_characters: int) -> str:
    """
    Return a name or title as it is kept: NFKC, single spaces, nothing invisible; empty if there is nothing to see.

    Raises:
        Refused: ``text_invisible`` for line breaks, control and bidi characters, ``<field>_too_long`` if too long.
    """
    line = " ".join(part for part in unicodedata.normalize("NFKC", text).strip().split(" ") if part)
    _refuse_invisible(line, allowed="")
    return _not_too_long(line, field, max_characters) if line.strip(BLANKS + " ") else ""


def clean_text(text: str, *, field: str, max_characters: int) -> str:
    """Return a text of several lines as it is kept: NFC, line feeds, nothing else invisible. Raises ``Refused``."""
    lines = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n").strip()
    _refuse_invisible(lines, allowed="\n\t")
    return _not_too_long(lines, field, max_characters)


def clean_email(text: str) -> str:
    """
    Return an address in lower case, its domain in ASCII. No question to the network.

    Raises:
        Refused: ``email_missing``, ``email_invalid``.
    """
    address = text.strip(" ")
    if not address:
        raise Refused("email_missing")
    if len(address) > EMAIL_MAX_CHARACTERS:
        raise Refused("email_invalid", email=shown(address))
    try:
        found = validate_email(address, allow_smtputf8=False, check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        raise Refused("email_invalid", email=shown(address)) from error
    return (found.ascii_email or found.normalized).lower()


def shown(text: str) -> str:
    """Return the beginning of a refused text without what made it unfit to be shown."""
    visible = "".join(" " if _invisible(character, "") else character for character in text[: SHOWN_CHARACTERS * 2])
    visible = " ".join(visible.split())
    return visible if len(visible) <= SHOWN_CHARACTERS else visible[:SHOWN_CHARACTERS] + "…"


def _invisible(character: str, allowed: str) -> bool:
    if character in allowed or character in JOINERS:
        return False
    return unicodedata.category(character) in INVISIBLE


def _refuse_invisible(text: str, *, allowed: str) -> None:
    if any(_invisible(character, allowed) for character in text):
        raise Refused("text_invisible", text=shown(text))


def _not_too_long(text: str, field: str, max_characters: int) -> str:
    if len(text) > max_characters:
        raise Refused(f"{field}_too_long", limit=max_characters)
    return text
