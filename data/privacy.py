"""Frames without names: pseudonyms, and a guard against groups so small that they name somebody."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping, Sequence

import pandas as pd

LEAST_PEOPLE = 5
"""A group of fewer people is not told: a common choice of statistical offices, small enough for one training."""

PERSONAL = ("name", "email", "organisation", "text")
"""Columns that are emptied."""

PERSON_IDS = ("participant_id", "person_id", "account_id", "connection_id", "message_id")
"""Columns that get pseudonyms: with the database at hand each of these leads back to a name."""


class Pseudonyms:
    """
    Replaces who people are in frames. The same key gives the same pseudonyms, so that frames can be joined.

    Args:
        key: Keep it, apart from the frames, to be able to make the same pseudonyms again; by default it is random and forgotten.
    """

    def __init__(self, key: bytes | None = None) -> None:
        self._key = key or secrets.token_bytes(32)

    def of(self, id_: str) -> str:
        """Return the pseudonym of an id, of the form ``p_0123456789ab``."""
        return "p_" + hmac.new(self._key, id_.encode(), hashlib.sha256).hexdigest()[:12]

    def applied(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return a frame of the same columns and types without names, texts and real ids of people."""
        made = frame.copy()
        for column in made.columns.intersection(list(PERSONAL)):
            made[column] = pd.Series("", index=made.index, dtype=frame[column].dtype)
        for column in made.columns.intersection(list(PERSON_IDS)):
            known = {id_: self.of(str(id_)) for id_ in frame[column].dropna().unique()}
            made[column] = frame[column].map(known).astype(frame[column].dtype)
        if "to" in made:
            made["to"] = (
                made["to"]
                .map(lambda to: to if to in ("everyone", "moderators") else self.of(str(to)))
                .astype(frame["to"].dtype)
            )
        return made


def grouped(
    attendance: pd.DataFrame,
    by: str | Sequence[str],
    values: Mapping[str, str],
    *,
    least: int = LEAST_PEOPLE,
) -> pd.DataFrame:
    """
    Return groups of ``ATTENDANCE`` with their number of ``people``, and of each column in ``values`` what it says (``mean``, ``sum``, …).

    What a group of fewer than ``least`` people would tell is missing. If just one group is missing, the next smallest goes too, or a
    total would give it away.
    """
    groups = attendance.groupby(by if isinstance(by, str) else list(by), dropna=False, observed=True)
    made = groups.agg(**{column: (column, how) for column, how in values.items()})
    people = groups["person_id"].nunique()
    hidden = people < least
    if hidden.sum() == 1 and len(people) > 1:
        hidden |= people == people[~hidden].min()
    made = made.astype("float64").mask(hidden)
    made.insert(0, "people", people.astype("Int64").mask(hidden))
    return made
