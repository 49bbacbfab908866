"""Passwords: argon2id as OWASP advises (19 MiB, 2 passes), off the event loop, at most two at once."""

from __future__ import annotations

import asyncio
import secrets

import argon2

MEMORY_KIB = 19_456
PASSES = 2
AT_ONCE = 2  # each takes a core for some 70 ms and 19 MiB
PASSWORD_MAX_CHARACTERS = 256  # argon2 reads all of it; a megabyte would be work for nothing
WORDS_OF_PASSWORD = 4
GROUP_CHARACTERS = 5
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # none that look alike

HASHER = argon2.PasswordHasher(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=1)


def new_password() -> str:
    """Return a password such as ``k3x9m-…``: 20 characters, 99 random bits."""
    groups = ("".join(secrets.choice(ALPHABET) for _ in range(GROUP_CHARACTERS)) for _ in range(WORDS_OF_PASSWORD))
    return "-".join(groups)


def hash_password(password: str) -> str:
    """Return what is stored of a password. Takes 70 ms: call it in a thread."""
    return HASHER.hash(password)


def matches(password_hash: str, password: str) -> bool:
    """Say whether a password is the one. Takes 70 ms: call it in a thread."""
    if len(password) > PASSWORD_MAX_CHARACTERS:
        password = ""
    try:
        return HASHER.verify(password_hash, password)
    except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
        return False


class Passwords:
    """Hashes and compares in threads, at most ``AT_ONCE`` at a time."""

    def __init__(self) -> None:
        self._turn = asyncio.Semaphore(AT_ONCE)
        self._nobody = hash_password(secrets.token_urlsafe(16))

    async def hash(self, password: str) -> str:
        async with self._turn:
            return await asyncio.to_thread(hash_password, password)

    async def match(self, password_hash: str | None, password: str) -> bool:
        """Compare; ``None`` (no such account) costs the same and is never right."""
        async with self._turn:
            right = await asyncio.to_thread(matches, password_hash or self._nobody, password)
        return right and password_hash is not None
