"""
The columns of each frame, with their types: what notebooks, exports and the data dictionary (docs/data.md) rely on.

Moments are UTC, durations are seconds in names that end in ``_s``, ids are the strings of ``data.ids``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import pandas as pd

Schema = Mapping[str, str]

TEXT, WHOLE, REAL, FLAG = "string", "int64", "float64", "bool"
MOMENT: Final = "datetime64[us, UTC]"

FACTS: Schema = {
    "session_id": TEXT,
    "number": WHOLE,
    "at": MOMENT,
    "type": TEXT,
    "actor": TEXT,
    "participant_id": TEXT,
    "person_id": TEXT,
    "connection_id": TEXT,
    "message_id": TEXT,
    "device": TEXT,
    "role": TEXT,
    "reason": TEXT,
}
"""Events as columns; a cell is missing where the event has no such field."""

SPANS: Schema = {
    "session_id": TEXT,
    "participant_id": TEXT,
    "connection_id": TEXT,
    "kind": TEXT,
    "started_at": MOMENT,
    "ended_at": MOMENT,
    "device": TEXT,
    "end_reason": TEXT,
    "ended_by": TEXT,
}
"""What has a beginning and an end; ``kind`` is ``connected``, ``microphone``, ``camera``, ``screen`` or ``hand``."""

INTERVALS: Schema = {
    "session_id": TEXT,
    "participant_id": TEXT,
    "connection_id": TEXT,
    "joined_at": MOMENT,
    "left_at": MOMENT,
    "device": TEXT,
    "end_reason": TEXT,
}

ATTENDANCE: Schema = {
    "session_id": TEXT,
    "participant_id": TEXT,
    "person_id": TEXT,
    "name": TEXT,
    "email": TEXT,
    "organisation": TEXT,
    "role": TEXT,
    "first_joined_at": MOMENT,
    "last_left_at": MOMENT,
    "present": FLAG,
    "present_s": REAL,
    "connections": WHOLE,
    "reconnections": WHOLE,
    "device": TEXT,
    "microphone_s": REAL,
    "camera_s": REAL,
    "screen_s": REAL,
    "hands": WHOLE,
    "messages": WHOLE,
}

SESSIONS: Schema = {
    "session_id": TEXT,
    "room_id": TEXT,
    "title": TEXT,
    "kind": TEXT,
    "opened_at": MOMENT,
    "closed_at": MOMENT,
    "length_s": REAL,
    "participants": WHOLE,
    "present_s": REAL,
    "messages": WHOLE,
    "hands": WHOLE,
}

CHAT: Schema = {
    "session_id": TEXT,
    "message_id": TEXT,
    "sent_at": MOMENT,
    "participant_id": TEXT,
    "account_id": TEXT,
    "name": TEXT,
    "to": TEXT,
    "text": TEXT,
    "deleted": FLAG,
}

HANDS: Schema = {
    "session_id": TEXT,
    "participant_id": TEXT,
    "name": TEXT,
    "raised_at": MOMENT,
    "lowered_at": MOMENT,
    "raised_s": REAL,
    "lowered_by": TEXT,
}

QUALITY: Schema = {
    "session_id": TEXT,
    "participant_id": TEXT,
    "at": MOMENT,
    "up_bps": REAL,
    "down_bps": REAL,
    "up_loss_pct": REAL,
    "down_loss_pct": REAL,
    "round_trip_ms": REAL,
    "jitter_ms": REAL,
}


def shaped(frame: pd.DataFrame, schema: Schema) -> pd.DataFrame:
    """Return ``frame`` with exactly the columns and types of ``schema``, numbered from 0."""
    if frame.empty:
        return pd.DataFrame({column: pd.Series(dtype=kind) for column, kind in schema.items()})
    return frame.reindex(columns=list(schema)).astype(dict(schema)).reset_index(drop=True)
