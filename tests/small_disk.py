"""Disks that tests may fill."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest


@contextlib.contextmanager
def small_disk(folder: Path, *, megabytes: int = 64) -> Iterator[Path]:
    """A small disk at a folder; the test is skipped where none can be made, which only root can."""
    folder.mkdir(exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=700", "tmpfs", str(folder)]
    mounted = subprocess.run(command, check=False, capture_output=True)
    if mounted.returncode:
        pytest.skip(f"no disk can be mounted here: {mounted.stderr.decode().strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def fill(file: Path, *, leave_bytes: int = 0) -> None:
    """Write into a file until the disk is full, or so much is left."""
    with contextlib.suppress(OSError), file.open("ab", buffering=0) as filler:
        while True:
            filler.write(bytes(4096))
    if leave_bytes:
        with file.open("r+b") as filler:
            filler.truncate(max(0, file.stat().st_size - leave_bytes))
