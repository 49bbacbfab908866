"""Which passwords may be chosen (safety.md, 4.7): long enough and not easily guessed; nothing about capitals and signs."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from zxcvbn.frequency_lists import FREQUENCY_LISTS

from apps.live.state import Denied
from apps.passwords import PASSWORD_MAX_CHARACTERS

PASSWORD_LEAST_CHARACTERS = 8
COMMON_PASSWORDS = 3000  # ASVS 5, 6.2.4
KNOWN_LEAST_CHARACTERS = 4  # a shorter name would forbid too much


@cache
def common_passwords() -> frozenset[str]:
    """Return the most common passwords, in lower case, those that occurred most in leaked lists."""
    return frozenset(FREQUENCY_LISTS["passwords"][:COMMON_PASSWORDS])


def problem_of(password: str, *, known: Iterable[str] = ()) -> Denied | None:
    """Return why a password may not be chosen; ``known`` is what others know of the person: name, address, organisation."""
    if len(password) < PASSWORD_LEAST_CHARACTERS:
        return Denied("password_too_short", {"least": PASSWORD_LEAST_CHARACTERS})
    if len(password) > PASSWORD_MAX_CHARACTERS:
        return Denied("password_too_long", {"most": PASSWORD_MAX_CHARACTERS})
    folded = password.casefold().strip()
    if folded in common_passwords() or len(set(folded)) <= 2:
        return Denied("password_common")
    if any(folded == word.casefold().strip() for word in known if len(word) >= KNOWN_LEAST_CHARACTERS):
        return Denied("password_known")
    return None
