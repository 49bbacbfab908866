"""Attendance of people across sessions."""

from __future__ import annotations

import pandas as pd

from data.columns import PEOPLE, shaped

SUMMED = (
    "session_s",
    "present_s",
    "flowing_s",
    "visible_s",
    "spoke_s",
    "checks_asked",
    "checks_answered",
    "hands",
    "messages",
)


def people_of(attendance: pd.DataFrame) -> pd.DataFrame:
    """
    Return ``PEOPLE`` of ``ATTENDANCE``: one row a person, by name.

    A person is an e-mail address where there is one, whatever rooms they were invited to; else an account or an invitation. ``person_id``
    is then the one of their first session.
    """
    if attendance.empty:
        return shaped(attendance, PEOPLE)
    who = attendance["email"].str.lower().mask(attendance["email"] == "", attendance["person_id"])
    rows = attendance.assign(who=who).sort_values(["first_joined_at", "session_id"], kind="stable")
    kept = {"person_id": "first", "name": "last", "email": "first", "organisation": "last", "session_id": "nunique"}
    made = rows.groupby("who", sort=False).agg({**kept, **dict.fromkeys(SUMMED, "sum")})
    made = made.rename(columns={"session_id": "sessions"})
    return shaped(made.sort_values(["name", "person_id"], kind="stable"), PEOPLE)
