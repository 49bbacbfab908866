"""Which page was on the stage for how long, and who saw it: a projection of the events about presentations and of ``TIMELINE``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

import pandas as pd

from data.columns import SLIDES, shaped
from data.facts import Row

CHANGES = ("presentation_started", "page_turned", "presentation_stopped", "session_closed")
"""Types of events after which the stage shows another page, or none."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One page, for once on the stage; ``page`` is 0 for a film."""

    session_id: str
    presentation_id: str
    page: int
    shown_at: datetime
    hidden_at: datetime


def showings(rows: Iterable[Row], *, now: datetime | None = None) -> Iterator[Shown]:
    """Yield what was on the stage, from events in order of session and number; what still is counts until ``now``, or not at all."""
    session, page, since = "", None, datetime.max
    for session_id, _number, at, type_, _actor, payload in rows:
        if page is not None:
            until = at if session_id == session else now
            if until is not None and until > since:
                yield Shown(session, *page, since, until)
        carried = page if session_id == session else None
        session, page, since = session_id, _page_after(type_, payload, carried), at
    if page is not None and now is not None and now > since:
        yield Shown(session, *page, since, now)


def _page_after(type_: str, payload: Mapping[str, object], before: tuple[str, int] | None) -> tuple[str, int] | None:
    """Return presentation and page that the stage shows after an event."""
    if type_ == "presentation_started":
        return str(payload["presentation"]), int(str(payload["page"])) if payload["pages"] else 0
    if type_ == "page_turned" and before is not None:
        return before[0], int(str(payload["page"]))
    return None


def slides(shown: Iterable[Shown], timeline: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    """Return ``SLIDES``: one row for each time a page was shown and each person who was connected meanwhile."""
    pages = pd.DataFrame(list(shown), columns=["session_id", "presentation_id", "page", "shown_at", "hidden_at"])
    if pages.empty or timeline.empty:
        return shaped(pd.DataFrame(), SLIDES)
    pages["showing"] = range(len(pages))
    for column in ("shown_at", "hidden_at"):
        pages[column] = pages[column].astype(SLIDES[column])  # type: ignore[call-overload]
    both = pages.merge(timeline, on="session_id")
    first = both[["shown_at", "started_at"]].max(axis=1)
    both["together_s"] = (both[["hidden_at", "ended_at"]].min(axis=1) - first).dt.total_seconds()
    both = both[both["together_s"] > 0]
    both["seen_s"] = both["together_s"].where(both["visible"], 0.0)
    seen = both.groupby(["showing", "participant_id"], as_index=False, observed=True)["seen_s"].sum()
    frame = seen.merge(pages, on="showing").assign(
        name=lambda rows: rows["participant_id"].map(names).fillna(""),
        shown_s=lambda rows: (rows["hidden_at"] - rows["shown_at"]).dt.total_seconds(),
    )
    return shaped(frame.sort_values(["showing", "participant_id"], kind="stable"), SLIDES)
