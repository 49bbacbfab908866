"""
Unions of intervals: how long at least one span of a kind ran for an owner, and how long several kinds ran together.

Nothing is ever added up twice: two tabs at once are one presence, and a source counts only while its owner is there.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from data.spans import KINDS, Numbers, microseconds

OWNER = ["session_id", "participant_id"]


class Unions:
    """
    All beginnings and ends of ``SPANS`` in order of owner and time, beginnings first, so that touching spans leave no gap.

    An *owner* is one participant of one session: ``session_code`` and ``participant_code`` (codes of the frame's own categories) name
    those who have a span, in that order. ``running`` and its friends speak of the gaps between one edge and the next.
    """

    def __init__(self, frame: pd.DataFrame) -> None:
        pairs = frame["session_id"].cat.codes.to_numpy().astype(np.int64) << 32
        pairs += frame["participant_id"].cat.codes.to_numpy()
        owner, known = pd.factorize(pairs, sort=True)
        self.session_code, self.participant_code = known >> 32, known & 0xFFFFFFFF
        self.span_owner = owner.astype(np.int32)
        self.count = len(known)
        at_us = np.concatenate([microseconds(frame["started_at"]), microseconds(frame["ended_at"])])
        order = _order(np.tile(self.span_owner, 2), at_us, len(frame))
        span = order % max(len(frame), 1)
        self.owner: Numbers = self.span_owner[span]
        self._step = np.where(order < len(frame), 1, -1).astype(np.int8)
        self._kind = frame["kind"].cat.codes.to_numpy()[span]
        self.at_us: Numbers = at_us[order]
        self.gap_us: Numbers = np.diff(self.at_us, append=self.at_us[-1:])
        self._code = {name: code for code, name in enumerate(frame["kind"].cat.categories)}

    @property
    def index(self) -> pd.MultiIndex:
        """Owners as codes, for joining with what was counted by codes too."""
        return pd.MultiIndex.from_arrays([self.session_code, self.participant_code], names=OWNER)

    def running(self, kind: str) -> Numbers:
        """Return for each edge whether a span of ``kind`` runs from it to the next. An owner's steps add up to 0."""
        steps = np.where(self._kind == self._code.get(kind, -1), self._step, 0)
        return np.asarray(np.cumsum(steps, dtype=np.int32) > 0)

    def total_us(self, running: Numbers) -> Numbers:
        """Return for each owner how long ``running`` was true. Exact up to 285 years."""
        covered = np.bincount(self.owner, weights=np.where(running, self.gap_us, 0), minlength=self.count)
        return covered.astype(np.int64)

    def stretches(self, running: Numbers) -> Numbers:
        """Return for each owner how often ``running`` became true."""
        begins = running & ~np.concatenate(([False], running[:-1])) if len(running) else running
        return np.bincount(self.owner[begins], minlength=self.count)


def totals(frame: pd.DataFrame) -> pd.DataFrame:
    """
    Return for each participant in ``SPANS`` the time covered, in microseconds: the union of spans, never their sum.

    The index holds codes of session and participant. ``present`` is the time with at least one connection; the others are the part of it
    with media flowing, with the page visible, with a source on; ``stretches`` counts times present without a gap.
    """
    unions = Unions(frame)
    present = unions.running("connected")
    columns: dict[str, Any] = {"present": unions.total_us(present)}
    columns["visible"] = unions.total_us(present & ~unions.running("hidden"))
    for kind in KINDS:
        if kind not in ("connected", "hidden", "hand"):
            columns[kind] = unions.total_us(present & unions.running(kind))
    columns["stretches"] = unions.stretches(present)
    return pd.DataFrame(columns, index=unions.index)


def _order(owner: Numbers, at_us: Numbers, spans: int) -> Numbers:
    """Return the order by owner, moment, beginnings first. One number a row where that fits, which sorts five times faster."""
    ends = np.arange(len(owner)) >= spans
    if not len(owner):
        return np.arange(0)
    offset = at_us - at_us.min()
    bits = int(offset.max()).bit_length() + 1
    if int(owner.max()).bit_length() + bits < 63:
        key = (owner.astype(np.int64) << bits) + (offset << 1) + ends
        return np.argsort(key, kind="stable")
    return np.lexsort((ends, at_us, owner))
