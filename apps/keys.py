"""Secrets that Sala makes for itself and keeps in ``keys/`` of the home folder, readable by its owner alone."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path

KEY_BYTES = 32


def key_file(home: Path, name: str) -> Path:
    """Return where a key is kept, whether or not there is one."""
    return home / "keys" / f"{name}.key"


def kept_key(home: Path, name: str) -> str:
    """Return the key ``keys/<name>.key``, made at first use. Two processes that ask at once get the same one."""
    file = key_file(home, name)
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = file.with_name(f".{name}.{secrets.token_hex(8)}")
        write_private(draft, secrets.token_urlsafe(KEY_BYTES))
        with contextlib.suppress(FileExistsError):
            os.link(draft, file)  # the first one counts, and is whole from the start
        draft.unlink()
    return file.read_text(encoding="ascii").strip()


def write_private(file: Path, text: str) -> None:
    """Write a file that only its owner may read; an older one is replaced whole."""
    draft = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as out:
        out.write(text)
        out.flush()
        os.fsync(descriptor)
    draft.replace(file)
