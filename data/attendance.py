"""
Who attended: pure functions from events to tidy frames. Columns and types are those of ``data.columns``, explained in docs/data.md.

A participant is present while at least one of their connections is: two tabs at once never count twice, a gap between two
connections does not count. A lost connection lasts until the log says that it was lost.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import numpy as np
import pandas as pd

from data.columns import ATTENDANCE, INTERVALS, shaped
from data.counts import COUNTED, counts
from data.csv_export import to_csv
from data.facts import facts
from data.models import Event, Participant
from data.spans import OPEN, microseconds, moments, session_lengths, spans
from data.unions import OWNER, totals

__all__ = ["attendance", "attendance_of_facts", "intervals", "to_csv"]


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
        last_left_at (missing while they are present), present, session_s, present_s and of it flowing_s and visible_s, checks_asked
        and checks_answered, connections, reconnections (how often they came back after having been away), device (the one used
        longest), microphone_s, camera_s, screen_s (present with that source on), spoke_s, hands (times raised), messages (sent,
        deleted ones included).
    """
    return attendance_of_facts(facts(events), people, now=now)


def attendance_of_facts(
    happened: pd.DataFrame, people: Iterable[Participant] = (), *, now: datetime | None = None
) -> pd.DataFrame:
    """``attendance`` for those who have ``FACTS`` already."""
    everything = spans(happened, now=now)
    connected = everything[(everything["kind"] == "connected").to_numpy()]
    if connected.empty:
        return shaped(pd.DataFrame(), ATTENDANCE)
    rows = _presence(connected).join(totals(everything)).join(counts(happened))
    roles = list(happened["role"].cat.categories)
    if "encoder" in roles:  # a program that presents is nobody who attended
        rows = rows[(rows["role"] != roles.index("encoder")).to_numpy()]
    rows["session"] = session_lengths(happened, now=now).to_numpy()[rows.index.get_level_values(0)]
    return shaped(_readable(rows, happened, people), ATTENDANCE)


def _readable(rows: pd.DataFrame, happened: pd.DataFrame, people: Iterable[Participant]) -> pd.DataFrame:
    """Turn codes into ids, microseconds into seconds, and add names."""
    for column, source in (("session_id", "session_id"), ("participant_id", "participant_id")):
        codes = rows.index.get_level_values(column).to_numpy()
        rows[column] = happened[source].cat.categories.take(codes)
    rows = rows.reset_index(drop=True)
    for column in ("person_id", "role", "device"):
        known = rows[column].fillna(-1).to_numpy(dtype=np.int64)
        rows[column] = pd.Categorical.from_codes(known, categories=happened[column].cat.categories)
    for column in ("session", "present", *_STATES):
        rows[f"{column}_s"] = rows.pop(column) / 1e6
    rows["spoke_s"] = rows.pop("spoke_ms").fillna(0) / 1e3
    rows["reconnections"] = rows["stretches"] - 1
    rows["present"] = rows["is_open"]
    for column in ("first_joined_at", "last_left_at"):
        rows[column] = moments(rows[column].to_numpy())
    rows["last_left_at"] = rows["last_left_at"].mask(rows["present"])
    rows = rows.join(_people(people), on="participant_id")
    rows = rows.fillna({column: "" for column in ("name", "email", "organisation")} | dict.fromkeys(COUNTED, 0))
    return rows.sort_values(["session_id", "first_joined_at", "participant_id"])


_STATES = ("flowing", "visible", "microphone", "camera", "screen")


def _intervals(everything: pd.DataFrame) -> pd.DataFrame:
    connected = everything[(everything["kind"] == "connected").to_numpy()]
    return shaped(connected.rename(columns={"started_at": "joined_at", "ended_at": "left_at"}), INTERVALS)


def _presence(connected: pd.DataFrame) -> pd.DataFrame:
    """Return first and last moments, number of connections and device for each participant; all of it codes and microseconds."""
    rows = pd.DataFrame(
        {
            "session_id": connected["session_id"].cat.codes.to_numpy(),
            "participant_id": connected["participant_id"].cat.codes.to_numpy(),
            "joined": microseconds(connected["started_at"]),
            "left": microseconds(connected["ended_at"]),
            "device": connected["device"].cat.codes.to_numpy(),
            "is_open": (connected["end_reason"] == OPEN).to_numpy(dtype=bool),
        }
    )
    found = rows.groupby(OWNER).agg(
        first_joined_at=("joined", "min"),
        last_left_at=("left", "max"),
        is_open=("is_open", "max"),
        connections=("joined", "size"),
    )
    return found.join(_devices(rows))


def _devices(rows: pd.DataFrame) -> pd.Series:
    """Return the device each participant used longest; of two used equally long, the earlier one."""
    used = rows.assign(length=rows["left"] - rows["joined"]).groupby([*OWNER, "device"], sort=False)["length"].sum()
    longest = used.reset_index().sort_values("length", ascending=False, kind="stable").drop_duplicates(OWNER)
    return longest.set_index(OWNER)["device"]


def _people(people: Iterable[Participant]) -> pd.DataFrame:
    rows = [(person.id, person.name, person.email, person.organisation) for person in people]
    return pd.DataFrame(rows, columns=["participant_id", "name", "email", "organisation"]).set_index("participant_id")
