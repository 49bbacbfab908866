"""Addresses of messages: the sender, and the one that failed mail returns to."""

from __future__ import annotations

import re
import unicodedata
from email.headerregistry import Address
from email.utils import parseaddr

KEY_IN_ADDRESS = re.compile(r"\+([0-9a-f]{16})@")  # as data.mail.queue makes them


def one_line(text: str) -> str:
    """Return a text fit for a header: whatever could break the line or hide in it is a space (AB-39)."""
    visible = "".join(" " if unicodedata.category(letter) in {"Cc", "Cs", "Zl", "Zp"} else letter for letter in text)
    return " ".join(visible.split())


def sender_address(mail_from: str) -> Address:
    """
    Parse the setting ``mail_from``, such as ``Sala <sala@example.org>``.

    Raises:
        ValueError: If there is no address in it.
    """
    name, address = parseaddr(mail_from)
    local, at, domain = address.rpartition("@")
    if not (local and at and domain and address.isascii()):
        raise ValueError(f"mail_from is {mail_from!r}; write it as: Sala <sala@example.org>")
    return Address(one_line(name), username=local, domain=domain)


def envelope_sender(mail_bounce: str, bounce_key: str, *, otherwise: str) -> str:
    """Return the address that a mail server returns a message to: ``local+KEY@domain``, or ``otherwise``."""
    local, at, domain = mail_bounce.rpartition("@")
    if not (local and at and domain and bounce_key):
        return otherwise
    return f"{local}+{bounce_key}@{domain}"


def bounce_key_in(text: str) -> str:
    """Return the key in an address made by ``envelope_sender``, or the empty string."""
    found = KEY_IN_ADDRESS.search(text)
    return found[1] if found else ""
