"""
Who attended: pure functions from events to tidy frames. Columns and types are those of ``data.columns``, explained in docs/data.md.

A participant is present while at least one of their connections is: two tabs at once never count twice, a gap between two
connections does not count. A lost connection lasts until the log says that it was lost.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import pandas as pd

from data.columns import ATTENDANCE, INTERVALS, shaped
from data.csv_export import to_csv
from data.facts import facts
from data.models import Event, Participant
from data.spans import OPEN, spans, totals

__all__ = ["attendance", "attendance_of_facts", "intervals", "to_csv"]

_OWNER = ["session_id", "participant_id"]


def intervals(events: Iterable[Event], *, now: datetime | None = None) -> pd.DataFrame:
    """
    Return one row for each connection, in the order they came.

    Args:
        events: Of one session or of many.
        now: Until when a connection counts that is still there (its ``end_reason`` is ``open``); ``None``: until the
            session's newest event.

    Returns:
        session_id, participant_id, connection_id, joined_at, left_at, device, end_reason (``closed``, ``lost``,
        ``replaced``, ``left``, ``removed``, ``ended``, ``open``).
    """
    return _intervals(spans(facts(events), now=now))


def attendance(
    events: Iterable[Event], people: Iterable[Participant] = (), *, now: datetime | None = None
) -> pd.DataFrame:
    """
    Return one row for each participant who was in the room, by session and time of joining.

    Args:
        events: Of one session or of many.
        people: Whose names to fill in; those of erased or unknown people are empty.
        now: As for ``intervals``.

    Returns:
        session_id, participant_id, person_id, name, email, organisation, role (the last one), first_joined_at,
        last_left_at (missing while they are present), present, present_s, connections, reconnections (how often
        they came back after having been away), device (the one used longest), microphone_s, camera_s, screen_s (present with
        that source on), hands (times raised), messages (sent, deleted ones included).
    """
    return attendance_of_facts(facts(events), people, now=now)


def attendance_of_facts(
    happened: pd.DataFrame, people: Iterable[Participant] = (), *, now: datetime | None = None
) -> pd.DataFrame:
    """``attendance`` for those who have ``FACTS`` already."""
    everything = spans(happened, now=now)
    connected = _intervals(everything)
    if connected.empty:
        return shaped(pd.DataFrame(), ATTENDANCE)
    known = totals(everything)
    rows = _presence(connected).join(known).join(_identity(happened)).join(_counts(happened))
    rows = rows.join(_people(people), on="participant_id")
    rows["reconnections"] = rows["stretches"] - 1
    for column in ("hands", "messages"):
        rows[column] = rows[column].fillna(0)
    for column in ("name", "email", "organisation"):
        rows[column] = rows[column].fillna("")
    return shaped(rows.reset_index().sort_values(["session_id", "first_joined_at", "participant_id"]), ATTENDANCE)


def _intervals(everything: pd.DataFrame) -> pd.DataFrame:
    connected = everything[everything["kind"] == "connected"]
    return shaped(connected.rename(columns={"started_at": "joined_at", "ended_at": "left_at"}), INTERVALS)


def _presence(connected: pd.DataFrame) -> pd.DataFrame:
    """Return first and last moments, number of connections and device for each participant."""
    owners = connected.assign(is_open=(connected["end_reason"] == OPEN).fillna(False)).groupby(_OWNER)
    rows = owners.agg(
        first_joined_at=("joined_at", "min"),
        last_left_at=("left_at", "max"),
        present=("is_open", "any"),
        connections=("connection_id", "size"),
    )
    rows["last_left_at"] = rows["last_left_at"].mask(rows["present"])
    return rows.join(_devices(connected))


def _devices(connected: pd.DataFrame) -> pd.Series:
    """Return the device each participant used longest; of two used equally long, the earlier one."""
    length = connected.assign(length=connected["left_at"] - connected["joined_at"])
    used = length.groupby([*_OWNER, "device"], sort=False)["length"].sum().reset_index()
    longest = used.sort_values("length", ascending=False, kind="stable").drop_duplicates(_OWNER)
    return longest.set_index(_OWNER)["device"]


def _identity(happened: pd.DataFrame) -> pd.DataFrame:
    """Return each participant's person, and the last role they had."""
    named = happened[happened["type"].isin(("participant_joined", "role_changed"))]
    return named.groupby(_OWNER)[["person_id", "role"]].last()


def _counts(happened: pd.DataFrame) -> pd.DataFrame:
    counted = happened[happened["type"].isin(("hand_raised", "message_sent"))].dropna(subset=["participant_id"])
    return pd.DataFrame(
        {
            "hands": counted[counted["type"] == "hand_raised"].groupby(_OWNER).size(),
            "messages": counted[counted["type"] == "message_sent"].groupby(_OWNER).size(),
        }
    )


def _people(people: Iterable[Participant]) -> pd.DataFrame:
    rows = [(person.id, person.name, person.email, person.organisation) for person in people]
    return pd.DataFrame(rows, columns=["participant_id", "name", "email", "organisation"]).set_index("participant_id")
