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
CODED: Final = "category"
"""Text that repeats: four bytes a cell at most, so that ten million events fit into memory."""
MOMENT: Final = "datetime64[us, UTC]"

FACTS: Schema = {
    "session_id": CODED,
    "number": "int32",
    "at": MOMENT,
    "type": CODED,
    "actor": CODED,
    "participant_id": CODED,
    "person_id": CODED,
    "connection_id": CODED,
    "message_id": CODED,
    "device": CODED,
    "role": CODED,
    "reason": CODED,
    "flag": "boolean",
    "amount": "Int32",
}
"""Events as columns; a cell is missing where the event has no such field."""

SPANS: Schema = {
    "session_id": CODED,
    "participant_id": CODED,
    "connection_id": CODED,
    "kind": CODED,
    "started_at": MOMENT,
    "ended_at": MOMENT,
    "device": CODED,
    "end_reason": CODED,
    "ended_by": CODED,
}
"""What has a beginning and an end; ``kind`` is one of ``data.spans.KINDS``."""

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
    "session_s": REAL,
    "present_s": REAL,
    "flowing_s": REAL,
    "visible_s": REAL,
    "checks_asked": WHOLE,
    "checks_answered": WHOLE,
    "connections": WHOLE,
    "reconnections": WHOLE,
    "device": TEXT,
    "microphone_s": REAL,
    "camera_s": REAL,
    "screen_s": REAL,
    "spoke_s": REAL,
    "hands": WHOLE,
    "messages": WHOLE,
}

TIMELINE: Schema = {
    "session_id": TEXT,
    "participant_id": TEXT,
    "started_at": MOMENT,
    "ended_at": MOMENT,
    "connected": FLAG,
    "flowing": FLAG,
    "visible": FLAG,
}

CURVE: Schema = {
    "session_id": TEXT,
    "at": MOMENT,
    "connected": WHOLE,
    "flowing": WHOLE,
    "visible": WHOLE,
}

SPEAKING: Schema = {
    "session_id": TEXT,
    "participant_id": TEXT,
    "name": TEXT,
    "started_at": MOMENT,
    "ended_at": MOMENT,
    "open_s": REAL,
    "spoke_s": REAL,
}

CHECKS: Schema = {
    "session_id": TEXT,
    "participant_id": TEXT,
    "name": TEXT,
    "check": WHOLE,
    "asked_at": MOMENT,
    "answered_at": MOMENT,
    "answered": FLAG,
    "answer_s": REAL,
}

SLIDES: Schema = {
    "session_id": TEXT,
    "participant_id": TEXT,
    "name": TEXT,
    "presentation_id": TEXT,
    "page": WHOLE,
    "shown_at": MOMENT,
    "hidden_at": MOMENT,
    "shown_s": REAL,
    "seen_s": REAL,
}

PEOPLE: Schema = {
    "person_id": TEXT,
    "name": TEXT,
    "email": TEXT,
    "organisation": TEXT,
    "sessions": WHOLE,
    "session_s": REAL,
    "present_s": REAL,
    "flowing_s": REAL,
    "visible_s": REAL,
    "spoke_s": REAL,
    "checks_asked": WHOLE,
    "checks_answered": WHOLE,
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
    "up_layer": TEXT,
    "down_layer": TEXT,
    "concealed_pct": REAL,
    "frozen_s": REAL,
}


SCHEMAS: Mapping[str, Schema] = {
    "sessions": SESSIONS,
    "attendance": ATTENDANCE,
    "people": PEOPLE,
    "timeline": TIMELINE,
    "curve": CURVE,
    "speaking": SPEAKING,
    "checks": CHECKS,
    "slides": SLIDES,
    "chat": CHAT,
    "hands": HANDS,
    "quality": QUALITY,
}
"""Frames by the name that ``data.frames.Home`` has for them."""


def asserted(frame: pd.DataFrame, schema: Schema) -> pd.DataFrame:
    """Return ``frame``. Raises ``TypeError`` unless its columns and types are exactly those of ``schema``."""
    found = {str(column): str(kind) for column, kind in frame.dtypes.items()}
    if list(found.items()) != list(schema.items()):
        wrong = [column for column in schema if found.get(column) != schema[column]]
        raise TypeError(f"the frame's columns are {list(found)}; wrong or missing: {wrong}")
    return frame


def shaped(frame: pd.DataFrame, schema: Schema) -> pd.DataFrame:
    """Return ``frame`` with exactly the columns and types of ``schema``, numbered from 0."""
    if frame.empty:
        return pd.DataFrame({column: pd.Series(dtype=kind) for column, kind in schema.items()})
    made = frame.reindex(columns=list(schema)).astype(dict(schema)).reset_index(drop=True)
    return asserted(made, schema)
