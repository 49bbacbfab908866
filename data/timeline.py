"""When somebody was in which state, and how many people were in it at each moment."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

import numpy as np
import pandas as pd

from data.columns import CURVE, TIMELINE, shaped
from data.facts import facts
from data.models import Event
from data.spans import microseconds, moments, spans
from data.unions import Unions

STATES = ("connected", "flowing", "visible")


def timeline(events: Iterable[Event], *, now: datetime | None = None) -> pd.DataFrame:
    """Return ``TIMELINE``: one row a stretch in which none of a participant's states changed, while they were connected."""
    return timeline_of_facts(facts(events), now=now)


def timeline_of_facts(happened: pd.DataFrame, *, now: datetime | None = None) -> pd.DataFrame:
    """``timeline`` for those who have ``FACTS`` already."""
    everything = spans(happened, now=now)
    if everything.empty:
        return shaped(pd.DataFrame(), TIMELINE)
    unions = Unions(everything)
    connected = unions.running("connected")
    frame = pd.DataFrame(
        {
            "owner": unions.owner,
            "started_us": unions.at_us,
            "ended_us": unions.at_us + unions.gap_us,
            "connected": connected,
            "flowing": connected & unions.running("flowing"),
            "visible": connected & ~unions.running("hidden"),
        }
    )
    frame = frame[frame["connected"] & (frame["ended_us"] > frame["started_us"])]
    frame = _merged(frame)
    for column, codes in (("session_id", unions.session_code), ("participant_id", unions.participant_code)):
        frame[column] = everything[column].cat.categories.take(codes[frame["owner"].to_numpy()])
    frame["started_at"], frame["ended_at"] = (
        moments(frame["started_us"].to_numpy()),
        moments(frame["ended_us"].to_numpy()),
    )
    return shaped(frame, TIMELINE)


def _merged(frame: pd.DataFrame) -> pd.DataFrame:
    """Join stretches that touch and are alike: another tab's coming and going is no change."""
    if frame.empty:
        return frame
    before = frame.shift(1)
    alike = (frame[["owner", *STATES]] == before[["owner", *STATES]]).all(axis=1)
    joined = alike & (frame["started_us"] == before["ended_us"])
    kept = {"owner": "first", "started_us": "first", "ended_us": "last", **dict.fromkeys(STATES, "first")}
    merged: pd.DataFrame = frame.groupby((~joined).cumsum(), sort=False).agg(kept)
    return merged.reset_index(drop=True)


def curve(stretches: pd.DataFrame, *, step: timedelta = timedelta(minutes=1)) -> pd.DataFrame:
    """
    Return ``CURVE`` of ``TIMELINE``: how many people were in each state, at each ``step`` from a session's first minute to its last.

    A person counts at a moment from the beginning of a stretch up to, not including, its end.
    """
    parts = [_curve(str(session_id), rows, step) for session_id, rows in stretches.groupby("session_id")]
    return shaped(pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(), CURVE)


def _curve(session_id: str, rows: pd.DataFrame, step: timedelta) -> pd.DataFrame:
    step_us = round(step.total_seconds() * 1e6)
    starts, ends = microseconds(rows["started_at"]), microseconds(rows["ended_at"])
    first = int(starts.min()) // step_us * step_us
    at_us = np.arange(first, int(ends.max()) + step_us, step_us)
    columns = {}
    for state in STATES:
        held = rows[state].to_numpy()
        begun = np.searchsorted(np.sort(starts[held]), at_us, side="right")
        columns[state] = begun - np.searchsorted(np.sort(ends[held]), at_us, side="right")
    return pd.DataFrame({"session_id": session_id, "at": moments(at_us), **columns})
