"""
Attendance of 1,000 sessions with 200 people each and ten million events: seconds, memory, and the ratio to a plain pandas group-by.

The events are made as the columns that ``data.facts`` makes of them (how long reading them from a database takes is measured beside, on
a part). The last line is the figure; more than 10 s or 2 GB of memory at the peak ends with 1.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from bench.many_events import in_database, many_events
from data import queries
from data.attendance import attendance_of_facts
from data.database import open_database
from data.rules import judged, parse

SESSIONS, PEOPLE, EVENTS = 1_000, 200, 10_000_000
BAR_S, BAR_BYTES = 10.0, 2 * 1024**3
SAMPLE_SESSIONS = 10  # the plain group-by would take minutes for all; it is linear in sessions
READ_SESSIONS = 3
SEED = 7
RULES = parse("present>=85%,visible>=60min,answered>=2/3")


def main() -> int:
    facts = many_events(sessions=SESSIONS, people=PEOPLE, events=EVENTS, seed=SEED)
    columns_bytes = int(facts.memory_usage(deep=False).sum())
    print(f"{len(facts):,} events of {SESSIONS:,} sessions, {columns_bytes / 1e6:.0f} MB as columns")
    begun_s = time.perf_counter()
    frame = attendance_of_facts(facts)
    took_s = time.perf_counter() - begun_s
    peak_bytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(
        f"{len(frame):,} rows of attendance in {took_s:.2f} s; peak memory of the process {peak_bytes / 1e9:.2f} GB (bar 2.15)"
    )
    begun_s = time.perf_counter()
    met = int(judged(frame, RULES)["meets"].sum())
    print(f"verdicts on three rules for every row: {time.perf_counter() - begun_s:.2f} s, {met:,} meet them")
    ratio = _against_plain_pandas(facts, frame, took_s)
    print(f"a plain pandas group-by takes {ratio:.0f} times as long, with the same numbers")
    print(f"reading from a database: {_events_read_per_s():,.0f} events per second")
    print(f"attendance: {took_s:.1f} s (bar {BAR_S:.0f})")
    return int(took_s > BAR_S or peak_bytes > BAR_BYTES)


def _against_plain_pandas(facts: pd.DataFrame, frame: pd.DataFrame, took_s: float) -> float:
    """Return how many times longer the plain way takes; measured on the first sessions. Raises ``SystemExit`` if the numbers differ."""
    part = facts[facts["session_id"].cat.codes.to_numpy() < SAMPLE_SESSIONS]
    begun_s = time.perf_counter()
    plain = plain_present_s(part)
    plain_s = time.perf_counter() - begun_s
    ours = frame.set_index("participant_id")["present_s"].reindex(plain.index)
    if not np.allclose(ours, plain, rtol=0, atol=1e-6):
        raise SystemExit("the plain group-by counts differently")
    return plain_s / SAMPLE_SESSIONS * SESSIONS / took_s


def plain_present_s(facts: pd.DataFrame) -> pd.Series:
    """Return the present time of each participant, and nothing else, as one would write it in a notebook."""
    rows = facts[facts["type"].isin(["connected", "disconnected"])]

    def present(events: pd.DataFrame) -> float:
        total, open_, since = pd.Timedelta(0), 0, pd.NaT
        for type_, at in zip(events["type"], events["at"], strict=True):
            open_ += 1 if type_ == "connected" else -1
            if open_ == 1 and type_ == "connected":
                since = at
            elif open_ == 0:
                total += at - since
        return total.total_seconds()

    return rows.groupby("participant_id", observed=True)[["type", "at"]].apply(present)


def _events_read_per_s() -> float:
    with tempfile.TemporaryDirectory() as folder:
        count = in_database(Path(folder), many_events(sessions=READ_SESSIONS, people=PEOPLE, events=30_000, seed=SEED))
        with open_database(folder, write=False) as database:
            begun_s = time.perf_counter()
            database.read_now(queries.facts)
            return count / (time.perf_counter() - begun_s)


if __name__ == "__main__":
    sys.exit(main())
