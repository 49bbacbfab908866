"""
Work for the jobs process, as files: ``jobs/<recording>/`` below the home folder.

The web process writes ``job.json``; the jobs process writes ``progress.json`` and at the end ``result.json``. Each appears whole, by a rename. The
jobs process never opens the database, and a crash of either loses nothing.
"""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = "jobs"


@dataclass(frozen=True, slots=True)
class Spool:
    """``folder`` is ``jobs`` in the home folder."""

    folder: Path

    @classmethod
    def of(cls, home: Path) -> Spool:
        return cls(home / FOLDER)

    def put(self, job: str, values: dict[str, Any]) -> None:
        """Hand over a job; one that is there already stays as it is."""
        place = self.folder / job
        if (place / "job.json").exists():
            return
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        write(place / "job.json", values)

    def waiting(self) -> list[str]:
        """Return the jobs without a result, the oldest first."""
        found = [path for path in self.folder.glob("*/job.json") if not (path.parent / "result.json").exists()]
        return [
            path.parent.name for path in sorted(found, key=lambda path: (path.stat().st_mtime_ns, path.parent.name))
        ]

    def jobs(self) -> list[str]:
        return sorted(path.parent.name for path in self.folder.glob("*/job.json"))

    def job(self, job: str) -> dict[str, Any] | None:
        return read(self.folder / job / "job.json")

    def progress(self, job: str) -> dict[str, Any] | None:
        return read(self.folder / job / "progress.json")

    def result(self, job: str) -> dict[str, Any] | None:
        return read(self.folder / job / "result.json")

    def tell(self, job: str, values: dict[str, Any]) -> None:
        self._write(job, "progress.json", values)

    def finish(self, job: str, values: dict[str, Any]) -> None:
        self._write(job, "result.json", values)

    def _write(self, job: str, name: str, values: dict[str, Any]) -> None:
        if (self.folder / job).is_dir():  # else it was taken back meanwhile
            write(self.folder / job / name, values)

    def take_back(self, job: str) -> None:
        """Forget a job, done or not."""
        shutil.rmtree(self.folder / job, ignore_errors=True)


def write(path: Path, values: dict[str, Any]) -> None:
    partial = path.with_suffix(".part")
    with partial.open("w", encoding="utf-8") as file:
        json.dump(values, file, ensure_ascii=False)
        file.flush()
        os.fsync(file.fileno())
    partial.rename(path)


def read(path: Path) -> dict[str, Any] | None:
    """Return what is there; ``None`` if nothing is, or nothing that can be used."""
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return values if isinstance(values, dict) else None
