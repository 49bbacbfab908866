"""The jobs process: puts recordings together, one after the other, at low priority. ``serve.py`` starts it; it may die at any moment."""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from pathlib import Path
from typing import Any

from apps.recording.spool import Spool
from media_core.tape.compose import Composed, compose
from media_core.tape.plan import plan_from

log = logging.getLogger(__name__)

NICENESS = 15
LOOK_EVERY_S = 1.0


def run_jobs(home: Path) -> None:
    """Work until SIGTERM; work that is cut off goes on at the next start."""
    os.nice(NICENESS)
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda number, frame: _end(stop))
    spool = Spool.of(home)
    log.info("jobs_ready")
    while not stop.is_set():
        if not work_once(spool):
            stop.wait(LOOK_EVERY_S)


def _end(stop: threading.Event) -> None:
    stop.set()
    os._exit(0)  # a piece half made is made again; waiting for it would hold up the end of everything


def work_once(spool: Spool) -> bool:
    """Do the oldest job; false if there is none."""
    waiting = spool.waiting()
    if not waiting:
        return False
    job = waiting[0]
    values = spool.job(job)
    result = _result(spool, job, values)
    if spool.job(job) == values:
        spool.finish(job, result)
    elif values is not None:  # it was deleted meanwhile, or somebody is to be left out: what was made of it is nobody's
        Path(values["file"]).unlink(missing_ok=True)
    return True


def _result(spool: Spool, job: str, values: dict[str, str] | None) -> dict[str, Any]:
    try:
        if values is None:
            raise ValueError("the job cannot be read")
        done = _compose(spool, job, values)
    except OSError as error:
        log.exception("job_failed", extra={"fields": {"job": job}})
        return {"code": "disk_full" if error.errno in (28, 122) else "failed"}
    except Exception:
        log.exception("job_failed", extra={"fields": {"job": job}})
        return {"code": "failed"}
    return {
        "sha256": done.sha256,
        "bytes": done.bytes,
        "duration_ms": done.duration_ms,
        "gaps": [list(gap) for gap in done.gaps],
        "file": done.file.name,
    }


def _compose(spool: Spool, job: str, values: dict[str, str]) -> Composed:
    began_s, first = time.monotonic(), -1.0

    def progress(done: float) -> None:
        nonlocal first
        if first < 0:
            first = done  # what an earlier run had made took no time of ours
        share = done - first
        left = None if share <= 0.01 else round((time.monotonic() - began_s) * (1 - done) / share)
        spool.tell(job, {"progress": round(done, 3), "remaining_s": left})

    progress(0.0)
    return compose(
        plan_from(values["plan"]), Path(values["tape"]), Path(values["work"]), Path(values["file"]), progress
    )
