"""
The key that dossiers and receipts are signed with: Ed25519, in ``keys/evidence.key``, made at first use.

To change it, rename the file to ``keys/evidence-<anything>.key``: the next signature makes a new one, and the public page goes on to show the
old one as retired, so that older dossiers can still be checked.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from apps.keys import kept_key
from data.event_log import canonical

NAME = "evidence"


@dataclass(frozen=True, slots=True)
class Seal:
    """Signs; ``pem`` and ``fingerprint`` are of the public key."""

    key: Ed25519PrivateKey

    def sign(self, content: bytes) -> bytes:
        """Return the 64 bytes of a signature."""
        return self.key.sign(content)

    def signed(self, values: Mapping[str, Any]) -> bytes:
        """Return values as canonical JSON with their ``signature``, in hex, over the canonical JSON without it."""
        return canonical({**values, "signature": self.sign(canonical(dict(values))).hex()})

    @property
    def pem(self) -> bytes:
        return pem_of(self.key.public_key())

    @property
    def fingerprint(self) -> str:
        return fingerprint_of(self.key.public_key())


def open_seal(home: Path) -> Seal:
    """Return the seal of a home folder; reads one small file, and writes it the first time."""
    return Seal(_key_of(kept_key(home, NAME)))


def retired_keys(home: Path) -> list[Ed25519PublicKey]:
    """Return the public keys that signed before, by the names of their files."""
    files = sorted((home / "keys").glob(f"{NAME}-*.key"))
    return [_key_of(file.read_text(encoding="ascii").strip()).public_key() for file in files]


def pem_of(key: Ed25519PublicKey) -> bytes:
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def fingerprint_of(key: Ed25519PublicKey) -> str:
    """Return SHA-256, in hex, of the 32 bytes of a public key."""
    return hashlib.sha256(key.public_bytes_raw()).hexdigest()


def _key_of(text: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
