"""What people did in a session: hands, speech, answers to presence checks. Pure functions of ``FACTS``."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import numpy as np
import pandas as pd

from data.columns import CHECKS, HANDS, SPEAKING, shaped
from data.spans import OPEN, microseconds, spans

Names = Mapping[str, str]
"""Participant id to name; whoever is not in it has an empty one."""


def hands(happened: pd.DataFrame, names: Names, *, now: datetime | None = None) -> pd.DataFrame:
    """Return ``HANDS`` in order of raising; one that is still up has no ``lowered_at`` and counts until ``now``."""
    up = _spans_of(happened, "hand", now)
    if up.empty:
        return shaped(up, HANDS)
    frame = up.rename(columns={"started_at": "raised_at"}).assign(
        name=up["participant_id"].map(names).fillna(""),
        lowered_at=up["ended_at"].mask((up["end_reason"] == OPEN).fillna(False)),
        raised_s=(up["ended_at"] - up["started_at"]).dt.total_seconds(),
        lowered_by=_lowered_by(up),
    )
    return shaped(frame.sort_values(["raised_at", "session_id"], kind="stable"), HANDS)


def speaking(happened: pd.DataFrame, names: Names, *, now: datetime | None = None) -> pd.DataFrame:
    """
    Return ``SPEAKING``: one row for each time a microphone was on, in order of beginning.

    ``spoke_s`` is what the media core heard of speech meanwhile, which the log notes when the microphone goes off and every few minutes.
    """
    on = _spans_of(happened, "microphone", now)
    if on.empty:
        return shaped(on, SPEAKING)
    on = on.sort_values(["started_at", "session_id"], kind="stable").reset_index(drop=True)
    frame = on.assign(
        name=on["participant_id"].map(names).fillna(""),
        open_s=(on["ended_at"] - on["started_at"]).dt.total_seconds(),
        spoke_s=_spoke_s(on, happened),
    )
    return shaped(frame, SPEAKING)


def _spoke_s(on: pd.DataFrame, happened: pd.DataFrame) -> np.ndarray:
    """Give each note of speech to the span that its participant began last."""
    notes = _texts(happened[(happened["type"] == "spoke").to_numpy()])
    spoke_s = np.zeros(len(on))
    if notes.empty:
        return spoke_s
    keys = ["session_id", "participant_id"]
    begun = on[[*keys, "started_at"]].assign(row=np.arange(len(on)))
    placed = pd.merge_asof(
        notes[[*keys, "at", "amount"]].sort_values("at", kind="stable"),
        begun.sort_values("started_at", kind="stable"),
        left_on="at",
        right_on="started_at",
        by=keys,
    ).dropna(subset=["row"])
    np.add.at(spoke_s, placed["row"].to_numpy(dtype=int), placed["amount"].to_numpy(dtype=float) / 1e3)
    return spoke_s


def checks(happened: pd.DataFrame, names: Names) -> pd.DataFrame:
    """Return ``CHECKS``: one row for each person who was asked *are you there?*, in order of asking, once it is decided."""
    asked = happened[(happened["type"] == "presence_check_asked").to_numpy()]
    checked = _texts(happened[(happened["type"] == "presence_checked").to_numpy()])
    if checked.empty:
        return shaped(checked, CHECKS)
    known = _texts(asked)[["session_id", "amount", "at"]].rename(columns={"at": "asked_at"})
    rows = checked.merge(known, on=["session_id", "amount"], how="left")
    answered = rows["flag"].fillna(False).astype(bool)
    answer_us = pd.Series(microseconds(rows["at"]) - microseconds(rows["asked_at"].fillna(rows["at"])))
    frame = rows.assign(
        name=rows["participant_id"].map(names).fillna(""),
        check=rows["amount"],
        answered_at=rows["at"].where(answered),
        answered=answered,
        answer_s=(answer_us / 1e6).where(answered),
    )
    return shaped(frame.sort_values(["asked_at", "session_id", "participant_id"], kind="stable"), CHECKS)


def _spans_of(happened: pd.DataFrame, kind: str, now: datetime | None) -> pd.DataFrame:
    found = spans(happened, now=now)
    return _texts(found[(found["kind"] == kind).to_numpy()])


def _texts(frame: pd.DataFrame) -> pd.DataFrame:
    """Return coded columns as text, for the few rows that people look at."""
    coded = [column for column in frame.columns if frame[column].dtype == "category"]
    return frame.astype(dict.fromkeys(coded, "string")).reset_index(drop=True)


def _lowered_by(up: pd.DataFrame) -> pd.Series:
    """Return ``self``, ``moderator``, ``system`` or ``ended`` (with the session); missing for a hand that is up."""
    own = (up["ended_by"] == "participant:" + up["participant_id"]).fillna(False)
    other = up["ended_by"].str.contains(":", na=False) & ~own
    closed = up["ended_by"].isna() & (up["end_reason"] == "ended").fillna(False)
    return up["ended_by"].mask(own, "self").mask(other, "moderator").mask(closed, "ended")
