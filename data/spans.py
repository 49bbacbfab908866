"""
From moments to spans: what has a beginning and an end, and how long it lasted for a participant.

Everything works on columns, and costs a sort: a year of trainings is as simple as one session.
"""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pandas as pd

from data.columns import SPANS, shaped

OPEN = "open"
"""``end_reason`` of what has not ended: it counts until now."""

KINDS = {
    "connected": ("connected", "disconnected", "connection_id"),
    "microphone": ("microphone_on", "microphone_off", "participant_id"),
    "camera": ("camera_on", "camera_off", "participant_id"),
    "screen": ("screen_on", "screen_off", "participant_id"),
    "hand": ("hand_raised", "hand_lowered", "participant_id"),
}
"""Kind of span: the events that begin and end it, and whose two events belong together."""

_OWNER = ["session_id", "participant_id"]


def spans(facts: pd.DataFrame, *, now: datetime | None = None) -> pd.DataFrame:
    """
    Return ``SPANS`` of ``facts``.

    What has no end of its own ends with the session; in a session that is still open it ends ``now``, or at the
    session's newest event if ``now`` is ``None``. Where the clock stepped back a span has length 0, never less.
    """
    if facts.empty:
        return shaped(pd.DataFrame(), SPANS)
    parts = [_pairs(facts, kind) for kind in KINDS]
    frame = _ended(pd.concat(parts, ignore_index=True), facts, now)
    frame["ended_at"] = frame[["started_at", "ended_at"]].max(axis=1)
    return shaped(frame.sort_values(["session_id", "number"], kind="stable"), SPANS)


def _pairs(facts: pd.DataFrame, kind: str) -> pd.DataFrame:
    """Match each beginning with the next event of the same key; a second beginning ends the first."""
    begin, end, key = KINDS[kind]
    rows = facts[facts["type"].isin((begin, end))].sort_values(["session_id", key, "number"], kind="stable")
    following = rows.groupby(["session_id", key], sort=False)[["at", "type", "reason", "actor"]].shift(-1)
    rows = rows.assign(
        kind=kind,
        started_at=rows["at"],
        ended_at=following["at"],
        end_reason=following["reason"].mask((following["type"] == begin).fillna(False), "replaced"),
        ended_by=following["actor"],
    )
    return rows[rows["type"] == begin]


def _ended(frame: pd.DataFrame, facts: pd.DataFrame, now: datetime | None) -> pd.DataFrame:
    """Give those without an end that of their session, or ``now``."""
    unended = frame["ended_at"].isna()
    closings = facts[facts["type"] == "session_closed"].drop_duplicates("session_id").set_index("session_id")["at"]
    closed_at = closings.reindex(frame["session_id"]).set_axis(frame.index)
    newest = facts.groupby("session_id")["at"].max()
    open_until = newest.reindex(frame["session_id"]).set_axis(frame.index)
    if now is not None:
        open_until[:] = pd.Timestamp(now).as_unit("us")
    reasons = pd.Series(OPEN, index=frame.index).where(closed_at.isna(), "ended")
    return frame.assign(
        ended_at=frame["ended_at"].where(~unended, closed_at.fillna(open_until)),
        end_reason=frame["end_reason"].where(~unended, reasons),
    )


def totals(frame: pd.DataFrame) -> pd.DataFrame:
    """
    Return, for each participant in ``SPANS``, the time covered: the union of spans, never their sum.

    The index is session and participant. ``present_s`` is the time with at least one connection; ``microphone_s``, ``camera_s``
    and ``screen_s`` the part of it with that source on; ``stretches`` counts times without a gap.
    """
    owners = frame.groupby(_OWNER, sort=True)
    owner, index = owners.ngroup().to_numpy(), owners.size().index
    edges = _Edges(frame, owner)
    present = edges.running("connected")
    columns = {"present_s": edges.seconds(present, len(index))}
    for kind in ("microphone", "camera", "screen"):
        columns[f"{kind}_s"] = edges.seconds(present & edges.running(kind), len(index))
    begins = present & ~np.concatenate(([False], present[:-1])) if len(present) else present
    columns["stretches"] = np.bincount(edges.owner[begins], minlength=len(index))
    return pd.DataFrame(columns, index=index)


class _Edges:
    """All beginnings and ends in order of owner and time, beginnings first, so that touching spans leave no gap."""

    def __init__(self, frame: pd.DataFrame, owner: np.ndarray) -> None:
        at_us = np.concatenate([_microseconds(frame["started_at"]), _microseconds(frame["ended_at"])])
        step = np.repeat([1, -1], len(frame))
        owner = np.tile(owner, 2)
        order = np.lexsort((-step, at_us, owner))
        self.owner, self._step = owner[order], step[order]
        self._kind = np.tile(frame["kind"].to_numpy(dtype=object), 2)[order]
        self._gap_us = np.diff(at_us[order], append=at_us[order][-1:])

    def running(self, kind: str) -> np.ndarray:
        """Return for each edge whether a span of ``kind`` runs from it to the next. An owner's steps add up to 0."""
        running: np.ndarray = np.cumsum(np.where(self._kind == kind, self._step, 0)) > 0
        return running

    def seconds(self, running: np.ndarray, owners: int) -> np.ndarray:
        """Return for each owner how long ``running`` was true."""
        covered_us = np.bincount(self.owner, weights=np.where(running, self._gap_us, 0), minlength=owners)
        return np.asarray(covered_us / 1e6)


def _microseconds(moments: pd.Series) -> np.ndarray:
    return np.asarray(moments.dt.as_unit("us").astype("int64"))
