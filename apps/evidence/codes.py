"""
Verification codes of certificates: who has one can see that this Sala made it, and for what, without a name.

A code holds the participant's id and the first eight bytes of HMAC-SHA256 over it under ``keys/certificate.key``, in Crockford's base 32 (no
letters that look alike), in groups of four. Nothing is stored: the log is what a code is checked against.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re

from data.ids import ParticipantId

MAC_BYTES = 8  # 2**64 guesses over a web page
_PLAIN, _CROCKFORD = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_TO_PLAIN = str.maketrans(_CROCKFORD + "OIL", _PLAIN + _PLAIN[0] + _PLAIN[1] + _PLAIN[1])
_ID = re.compile(r"pt_([0-9a-f]{24})")
CODE_CHARACTERS = 32


def code_of(key: str, participant: ParticipantId) -> str:
    """Return the code. Raises ``ValueError`` for an id that is not one of ``data.ids.new_id``."""
    found = _ID.fullmatch(participant)
    if found is None:
        raise ValueError(f"{participant!r} is no participant's id")
    text = base64.b32encode(bytes.fromhex(found[1]) + _mac(key, participant)).decode()
    text = text.translate(str.maketrans(_PLAIN, _CROCKFORD))
    return "-".join(text[place : place + 4] for place in range(0, CODE_CHARACTERS, 4))


def participant_of(key: str, code: str) -> ParticipantId | None:
    """Return whose code it is; ``None`` unless this Sala made it. Small letters, spaces, and O for 0 or l for 1, are taken as meant."""
    text = re.sub(r"[\s-]", "", code).upper()
    if len(text) != CODE_CHARACTERS:
        return None
    try:
        held = base64.b32decode(text.translate(_TO_PLAIN))
    except ValueError:
        return None
    participant = ParticipantId(f"pt_{held[:-MAC_BYTES].hex()}")
    return participant if hmac.compare_digest(held[-MAC_BYTES:], _mac(key, participant)) else None


def _mac(key: str, participant: ParticipantId) -> bytes:
    return hmac.new(key.encode(), f"certificate {participant}".encode(), hashlib.sha256).digest()[:MAC_BYTES]
