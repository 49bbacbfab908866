"""Events as a frame: one row an event, the fields that attendance needs as columns, text that repeats as codes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from data.columns import CODED, FACTS, asserted, shaped
from data.models import Event

Row = tuple[str, int, datetime, str, str, dict[str, Any]]
"""session_id, number, at, type, actor, payload"""

PlainRow = tuple[str, int, str, str, str, dict[str, Any]]
"""The same with ``at`` as text (ISO 8601, UTC), as SQLite keeps it."""

_FIELDS = {
    "participant_id": "participant",
    "person_id": "person",
    "connection_id": "connection",
    "message_id": "message",
    "device": "device",
    "role": "role",
    "reason": "reason",
}
"""Column to the payload's key; docs/data.md lists which type has which."""

FLAGS = {"visibility_changed": "visible", "media_flowing": "flowing", "presence_checked": "answered"}
"""Type to the payload's key that stands in ``flag``."""

AMOUNTS = {
    "presence_check_asked": "check",
    "presence_checked": "check",
    "presence_checks_on": "mean_s",
    "spoke": "speech_ms",
}
"""Type to the payload's key that stands in ``amount``."""


def facts(events: Iterable[Event]) -> pd.DataFrame:
    """Return ``FACTS`` of events, of one session or of many; within a session ordered by number whatever order they came in."""
    return facts_of_rows(
        (line.session_id, line.number, line.at, line.type, line.actor, line.payload) for line in events
    )


def facts_of_rows(rows: Iterable[Row] | Iterable[PlainRow]) -> pd.DataFrame:
    """``facts`` of plain rows, for those who read many without making objects of them."""
    coded = {name: _Codes() for name, kind in FACTS.items() if kind == CODED}
    fields = [(coded[name].add, key) for name, key in _FIELDS.items()]
    add_session, add_type, add_actor = coded["session_id"].add, coded["type"].add, coded["actor"].add
    numbers: list[int] = []
    moments: list[Any] = []
    flags: list[bool | None] = []
    amounts: list[int | None] = []
    for session_id, number, at, type_, actor, payload in rows:
        add_session(session_id)
        numbers.append(number)
        moments.append(at)
        add_type(type_)
        add_actor(actor)
        for add, key in fields:
            add(payload.get(key))
        flags.append(payload.get(FLAGS[type_]) if type_ in FLAGS else None)
        amounts.append(payload.get(AMOUNTS[type_]) if type_ in AMOUNTS else None)
    if not numbers:
        return shaped(pd.DataFrame(), FACTS)
    columns: dict[str, Any] = {name: codes.categorical() for name, codes in coded.items()}
    columns["session_id"] = columns["session_id"].reorder_categories(sorted(columns["session_id"].categories))
    columns["number"] = np.array(numbers, dtype=np.int32)
    columns["at"] = pd.to_datetime(moments, utc=True, format="ISO8601").as_unit("us")
    columns["flag"] = pd.array(flags, dtype="boolean")
    columns["amount"] = pd.array(amounts, dtype="Int32")
    return ordered(pd.DataFrame({name: columns[name] for name in FACTS}))


def ordered(frame: pd.DataFrame) -> pd.DataFrame:
    """Return ``FACTS`` by session and number: what everything that reads them relies on. Costs nothing where they are."""
    session, number = frame["session_id"].cat.codes.to_numpy(), frame["number"].to_numpy()
    step = np.diff(session)
    if ((step > 0) | ((step == 0) & (np.diff(number) > 0))).all():
        return asserted(frame, FACTS)
    return asserted(frame.iloc[np.lexsort((number, session))].reset_index(drop=True), FACTS)


class _Codes:
    """A column of repeating text while it is read."""

    def __init__(self) -> None:
        self._known: dict[str, int] = {}
        self._codes: list[int] = []

    def add(self, value: str | None) -> None:
        known = self._known
        self._codes.append(-1 if value is None else known.setdefault(value, len(known)))

    def categorical(self) -> pd.Categorical:
        return pd.Categorical.from_codes(np.array(self._codes, dtype=np.int32), categories=_texts(list(self._known)))


def _texts(values: list[str]) -> pd.Index:
    return pd.Index(values, dtype="str" if values else object)
