"""
Salted commitments: what the chained log holds in place of a name or a text.

Whoever has text and salt can show that they are the ones committed to; once both are erased, the commitment tells nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets


def new_salt() -> str:
    """Return 128 random bits in hex."""
    return secrets.token_hex(16)


def commit(*, salt: str, text: str) -> str:
    """Return HMAC-SHA256 of ``text`` (UTF-8) under the ASCII bytes of ``salt``, in hex."""
    return hmac.new(salt.encode(), text.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


def matches(commitment: str, *, salt: str, text: str) -> bool:
    """Return whether ``commitment`` was made from this salt and text."""
    return hmac.compare_digest(commitment, commit(salt=salt, text=text))
