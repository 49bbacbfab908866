"""A file lock that says "one Sala at a time"; the system frees it when the process ends, however it ends."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from data.errors import DatabaseInUse


class FileLock:
    """Hold ``path`` locked from construction until ``release()``. Raises ``DatabaseInUse`` if somebody else holds it."""

    def __init__(self, path: Path) -> None:
        self._descriptor: int | None = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)  # not inherited by children
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            holder = os.read(self._descriptor, 20).decode("ascii", "replace").strip()
            self._close()
            raise DatabaseInUse(str(path.parent), holder) from None
        os.ftruncate(self._descriptor, 0)
        os.write(self._descriptor, f"{os.getpid()}\n".encode())

    def release(self) -> None:
        """Free the lock; may be called twice. The file stays: removing it would race with the next holder."""
        self._close()

    def _close(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
