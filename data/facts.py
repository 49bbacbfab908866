"""Events as a frame: one row an event, the fields that attendance needs as columns."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from data.columns import FACTS, shaped
from data.models import Event

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
    lines = list(events)
    columns: dict[str, list[object]] = {
        "session_id": [line.session_id for line in lines],
        "number": [line.number for line in lines],
        "at": [line.at for line in lines],
        "type": [line.type for line in lines],
        "actor": [line.actor for line in lines],
    }
    for column, key in _FIELDS.items():
        columns[column] = [line.payload.get(key) for line in lines]
    frame = shaped(pd.DataFrame(columns), FACTS)
    return frame.sort_values(["session_id", "number"], kind="stable", ignore_index=True)
