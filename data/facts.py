"""Events as a frame: one row an event, the fields that attendance needs as columns."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import pandas as pd

from data.columns import FACTS, shaped
from data.models import Event

Row = tuple[str, int, datetime, str, str, dict[str, Any]]
"""session_id, number, at, type, actor, payload"""

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


def facts(events: Iterable[Event]) -> pd.DataFrame:
    """Return ``FACTS`` of events, of one session or of many; within a session ordered by number whatever order they came in."""
    return facts_of_rows(
        (line.session_id, line.number, line.at, line.type, line.actor, line.payload) for line in events
    )


def facts_of_rows(rows: Iterable[Row]) -> pd.DataFrame:
    """``facts`` of plain rows, for those who read many without making objects of them."""
    columns: dict[str, list[object]] = {name: [] for name in FACTS}
    appends = [columns[name].append for name in ("session_id", "number", "at", "type", "actor")]
    fields = [(columns[name].append, key) for name, key in _FIELDS.items()]
    for *values, payload in rows:
        for append, value in zip(appends, values, strict=True):
            append(value)
        for append, key in fields:
            append(payload.get(key))
    frame = shaped(pd.DataFrame(columns), FACTS)
    return frame.sort_values(["session_id", "number"], kind="stable", ignore_index=True)
