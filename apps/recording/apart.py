"""
What the jobs process may reach.

It decodes what strangers sent and uploaded, with a library of a million lines. So it locks itself up before it reads any of it: from then on it has
the recordings and its own jobs to write, the presentations and programs to read, and nothing else of this machine, whatever a
crafted picture makes of it.
"""

from __future__ import annotations

import contextlib
import logging
import os
import sys
from pathlib import Path

import apps
import media_core
from apps.confine import SYSTEM, confine_self
from apps.recording.places import FOLDER
from apps.recording.spool import Spool

log = logging.getLogger(__name__)

CODE = [str(Path(package.__file__ or "").parent) for package in (apps, media_core)]
"""Both are imported by now: the folder that holds them cannot be looked into later."""
FIRST_TO_GO = "500"
"""Where memory runs out, the system ends this process before one that carries a conference: oom_score_adj of proc(5), -1000 to 1000."""


def confine(home: Path) -> None:
    """Lock up this process for good. Call it before a second thread runs, so before NumPy is imported."""
    written = [Spool.of(home).folder, home / FOLDER]
    shown = home / "documents"
    for folder in (*written, shown):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(FIRST_TO_GO, encoding="ascii")

    def works() -> bool:
        return all(os.access(folder, os.R_OK | os.W_OK | os.X_OK) for folder in written)

    layers = confine_self(
        read=[*SYSTEM, *CODE, sys.prefix, sys.base_prefix, str(shown)],
        write=[*map(str, written), "/dev/null"],
        works=works,
    )
    missing = [name for name, holds in layers.items() if not holds]
    fields = {"missing": ",".join(missing) or "none"}
    log.log(logging.WARNING if missing else logging.INFO, "jobs_confined", extra={"fields": fields})


if __name__ == "__main__":
    confine(Path(sys.argv[1]))
    from apps.recording.jobs import run_jobs

    run_jobs(Path(sys.argv[1]))
