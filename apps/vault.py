"""
Secrets of the second step as the database has them: sealed with ``keys/second-step.key``, so that a copy of the database alone takes nobody's
second step.

AES-256-GCM with the account's id as associated data: what is sealed for one account opens for no other.
"""

from __future__ import annotations

import base64
import logging
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from apps.keys import KEY_BYTES, kept_key, key_file
from data import accounts
from data.database import Database
from data.models import Account

if TYPE_CHECKING:
    from sqlmodel import Session

log = logging.getLogger(__name__)

NAME = "second-step"
SEALED = "sealed:"  # begins what is sealed; a secret in clear is base32 and has no colon
NONCE_BYTES = 12  # of GCM, random each time


class VaultLocked(Exception):
    """The key is missing, or it is not the one that a secret was sealed with."""


class Vault:
    """Seals and opens secrets with a key of 32 bytes; without one it does neither."""

    def __init__(self, key: bytes | None) -> None:
        self._cipher = None if key is None else AESGCM(key)

    @property
    def locked(self) -> bool:
        """Whether there is no key."""
        return self._cipher is None

    def seal(self, secret: str, *, account_id: str) -> str:
        """
        Return what the database is to keep.

        Raises:
            VaultLocked: If there is no key.
        """
        if self._cipher is None:
            raise VaultLocked
        nonce = secrets.token_bytes(NONCE_BYTES)
        sealed = nonce + self._cipher.encrypt(nonce, secret.encode(), account_id.encode())
        return SEALED + base64.urlsafe_b64encode(sealed).decode()

    def open(self, sealed: str, *, account_id: str) -> str:
        """
        Return the secret.

        Raises:
            VaultLocked: If there is no key, or another one, or it was sealed for another account.
        """
        if self._cipher is None or not sealed.startswith(SEALED):
            raise VaultLocked
        try:
            content = base64.urlsafe_b64decode(sealed.removeprefix(SEALED))
            return self._cipher.decrypt(content[:NONCE_BYTES], content[NONCE_BYTES:], account_id.encode()).decode()
        except (InvalidTag, ValueError):
            raise VaultLocked from None


async def open_vault(database: Database, home: Path) -> tuple[Vault, int]:
    """
    Return the vault of a home folder, and how many accounts it cannot open; seal what an older Sala kept in clear.

    The key is made at first use, but never anew while there are secrets that an older one sealed: it may come back from a backup.
    """
    kept = await database.read(accounts.with_second_step)
    sealed = [account for account in kept if (account.totp_secret or "").startswith(SEALED)]
    lacking = sealed and not key_file(home, NAME).exists()
    vault = Vault(None if lacking else _key_of(kept_key(home, NAME)))
    if len(sealed) < len(kept) and not vault.locked:
        await database.run(_seal_clear, vault)
        await database.forget()  # nor in the log of what was written
    lost = sum(1 for account in sealed if not _opens(vault, account))
    if lost:
        log.error("second_step_key_wrong", extra={"fields": {"missing": vault.locked, "accounts": lost}})
    return vault, lost


def _key_of(text: str) -> bytes | None:
    """Return the key that a file holds; ``None`` for a file that holds something else."""
    try:
        key = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        return None
    return key if len(key) == KEY_BYTES else None


def _opens(vault: Vault, account: Account) -> bool:
    try:
        vault.open(account.totp_secret or "", account_id=account.id)
    except VaultLocked:
        return False
    return True


def _seal_clear(session: Session, vault: Vault) -> None:
    for account in accounts.with_second_step(session):
        if account.totp_secret and not account.totp_secret.startswith(SEALED):
            account.totp_secret = vault.seal(account.totp_secret, account_id=account.id)
    session.flush()
