"""
From moments to spans: what has a beginning and an end, and how long it lasted for a participant.

Everything works on columns of codes and costs a sort: ten million events are as simple as ten.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from data.columns import SPANS, asserted, shaped

OPEN = "open"
"""``end_reason`` of what has not ended: it counts until now."""

NOTHING, BEGIN, END = 0, 1, 2

On = dict[str, bool | None]
"""Type of event to the ``flag`` it must have; ``None``: any."""


@dataclass(frozen=True, slots=True)
class Kind:
    """Which events begin and end a kind of span, and whose two events belong together."""

    begins: On
    ends: On
    key: str = "participant_id"


KINDS = {
    "connected": Kind({"connected": None}, {"disconnected": None}, "connection_id"),
    "microphone": Kind({"microphone_on": None}, {"microphone_off": None}),
    "camera": Kind({"camera_on": None}, {"camera_off": None}),
    "screen": Kind({"screen_on": None}, {"screen_off": None}),
    "hand": Kind({"hand_raised": None}, {"hand_lowered": None}),
    "hidden": Kind({"visibility_changed": False}, {"visibility_changed": True, "connected": None}),
    "flowing": Kind({"media_flowing": True}, {"media_flowing": False, "connected": None, "disconnected": None}),
}
"""
``hidden``: the page said that nobody can see it; a new connection is taken as seen until it says otherwise. ``flowing``: a transport
from the media core is up; a new or ended connection is one without, until the media core says otherwise. ``apps.live`` folds the same.
"""

Numbers = np.ndarray[Any, np.dtype[Any]]


def spans(facts: pd.DataFrame, *, now: datetime | None = None) -> pd.DataFrame:
    """
    Return ``SPANS`` of ``FACTS``.

    What has no end of its own ends with the session; in a session that is still open it ends ``now``, or at the
    session's newest event if ``now`` is ``None``. Where the clock stepped back a span has length 0, never less.
    """
    if facts.empty:
        return shaped(pd.DataFrame(), SPANS)
    effects = {name: _effect(facts, kind) for name, kind in KINDS.items()}
    parts = [_pairs(facts, effect, KINDS[name].key) for name, effect in effects.items()]
    begins, ends = np.concatenate([part[0] for part in parts]), np.concatenate([part[1] for part in parts])
    kinds = np.repeat(np.arange(len(parts), dtype=np.int8), [len(part[0]) for part in parts])
    replaced = np.concatenate([effect[end] == BEGIN for effect, (_, end) in zip(effects.values(), parts, strict=True)])
    order = np.argsort(begins, kind="stable")
    return _frame(facts, begins[order], ends[order], kinds[order], replaced[order], now)


def _effect(facts: pd.DataFrame, kind: Kind) -> Numbers:
    """Return what each event does to a kind of span: nothing, ``BEGIN`` or ``END``."""
    types = facts["type"].cat.categories
    effect: Numbers = np.zeros(len(facts), dtype=np.int8)
    for flagged in (None, False, True):
        table = np.zeros(len(types) + 1, dtype=np.int8)  # the last one is for a missing type
        for does, named in ((BEGIN, kind.begins), (END, kind.ends)):
            wanted = types.isin([name for name, flag in named.items() if flag is flagged])
            table[:-1][np.asarray(wanted)] = does
        if table.any():
            found = table[facts["type"].cat.codes.to_numpy()]
            if flagged is not None:
                found = np.where((facts["flag"] == flagged).fillna(False).to_numpy(dtype=bool), found, NOTHING)
            effect = np.where(found != NOTHING, found, effect)
    return effect


def _pairs(facts: pd.DataFrame, effect: Numbers, key: str) -> tuple[Numbers, Numbers]:
    """Return the rows that begin a span, and for each the next row of the same key, -1 where there is none."""
    rows = np.flatnonzero(effect)
    keys = facts[key].cat.codes.to_numpy()[rows].astype(np.int64)
    keys += facts["session_id"].cat.codes.to_numpy()[rows].astype(np.int64) << 32
    order = np.argsort(keys, kind="stable")
    rows, keys = rows[order], keys[order]
    following: Numbers = np.full(len(rows), -1)
    same = keys[1:] == keys[:-1]
    following[:-1][same] = rows[1:][same]
    begins = effect[rows] == BEGIN
    return rows[begins], following[begins]


def _frame(
    facts: pd.DataFrame, begins: Numbers, ends: Numbers, kinds: Numbers, replaced: Numbers, now: datetime | None
) -> pd.DataFrame:
    at = microseconds(facts["at"])
    session = facts["session_id"].cat.codes.to_numpy()
    closed_us, until_us = _session_ends(facts, now)
    own = session[begins]
    open_ended = ends < 0
    ended_us = np.where(open_ended, np.where(closed_us[own] < 0, until_us[own], closed_us[own]), at[ends])
    ended_us = np.maximum(ended_us, at[begins])
    reasons = _with_texts(facts["reason"], "replaced", "ended", OPEN)
    known = {text: code for code, text in enumerate(reasons.categories)}
    reason = np.where(replaced, known["replaced"], reasons.codes[ends])
    reason = np.where(open_ended, np.where(closed_us[own] < 0, known[OPEN], known["ended"]), reason)
    actors = facts["actor"].array
    columns: dict[str, Any] = {
        "session_id": facts["session_id"].array[begins],
        "participant_id": facts["participant_id"].array[begins],
        "connection_id": facts["connection_id"].array[begins],
        "kind": pd.Categorical.from_codes(kinds, categories=pd.Index(KINDS)),
        "started_at": facts["at"].array[begins],
        "ended_at": moments(ended_us),
        "device": facts["device"].array[begins],
        "end_reason": pd.Categorical.from_codes(reason, categories=reasons.categories),
        "ended_by": pd.Categorical.from_codes(
            np.where(open_ended, -1, facts["actor"].cat.codes.to_numpy()[ends]), categories=actors.categories
        ),
    }
    return asserted(pd.DataFrame(columns), SPANS)


def _session_ends(facts: pd.DataFrame, now: datetime | None) -> tuple[Numbers, Numbers]:
    """Return for each session code when it was closed (-1: it is open), and until when an open one counts."""
    at, session = microseconds(facts["at"]), facts["session_id"].cat.codes.to_numpy()
    count = len(facts["session_id"].cat.categories)
    closed_us: Numbers = np.full(count, -1, dtype=np.int64)
    closings = np.flatnonzero((facts["type"] == "session_closed").to_numpy())[::-1]  # the first one counts
    closed_us[session[closings]] = at[closings]
    until_us: Numbers = np.zeros(count, dtype=np.int64)
    if now is not None:
        until_us[:] = int(microseconds(pd.Series([pd.Timestamp(now)]))[0])
    else:
        np.maximum.at(until_us, session, at)
    return closed_us, until_us


def session_lengths(facts: pd.DataFrame, *, now: datetime | None = None) -> pd.Series:
    """Return how long each session lasted, in microseconds, by session id: from its opening to its end, or until ``now``."""
    at, session = microseconds(facts["at"]), facts["session_id"].cat.codes.to_numpy()
    closed_us, until_us = _session_ends(facts, now)
    first: Numbers = np.full(len(closed_us), np.iinfo(np.int64).max)
    np.minimum.at(first, session, at)
    openings = np.flatnonzero((facts["type"] == "session_opened").to_numpy())[::-1]
    first[session[openings]] = at[openings]
    lengths = np.maximum(np.where(closed_us < 0, until_us, closed_us) - first, 0)
    return pd.Series(lengths, index=facts["session_id"].cat.categories)


def _with_texts(column: pd.Series, *texts: str) -> pd.Categorical:
    coded: Any = column.array
    return coded.add_categories([text for text in texts if text not in coded.categories])  # type: ignore[no-any-return]


def microseconds(column: pd.Series) -> Numbers:
    """Return moments as microseconds since 1970."""
    return np.asarray(column.dt.as_unit("us").astype("int64"))


def moments(at_us: Numbers) -> Any:
    """Return microseconds since 1970 as moments."""
    return pd.to_datetime(at_us, unit="us", utc=True).as_unit("us")
