"""Pages on the stage, and who saw them for how long."""

from __future__ import annotations

import pandas as pd

from data.columns import SLIDES
from data.models import Event
from data.slides import showings, slides
from data.timeline import timeline
from tests.data.scripted import Script, after


def start(script: Script, at_s: float, presentation: str, page: int = 1, pages: int = 9) -> Script:
    return script.add(at_s, "presentation_started", presentation=presentation, page=page, pages=pages)


def rows(events: list[Event]) -> list[tuple[object, ...]]:
    kept = ("presentation_started", "page_turned", "presentation_stopped", "session_closed")
    return [(e.session_id, e.number, e.at, e.type, e.actor, e.payload) for e in events if e.type in kept]


def frame_of(script: Script, *, until_s: float | None = None) -> pd.DataFrame:
    now = None if until_s is None else after(until_s)
    shown = showings(rows(script.events), now=now)  # type: ignore[arg-type]
    return slides(shown, timeline(script.events, now=now), {"ana": "Ana"})


def test_each_page_has_a_row_for_each_person_who_was_there() -> None:
    script = Script().open().first(0, "ana", "c1").first(25, "bob", "c2")
    start(script, 10, "pn_1")
    script.add(20, "page_turned", presentation="pn_1", page=2)
    script.end(35, "ana", "c1")
    script.add(40, "presentation_stopped", presentation="pn_1", reason="self").close(60)
    frame = frame_of(script)
    assert dict(frame.dtypes.astype(str)) == dict(SLIDES)
    seen = [
        tuple(row) for row in frame[["participant_id", "name", "page", "shown_s", "seen_s"]].itertuples(index=False)
    ]
    assert seen == [("ana", "Ana", 1, 10, 10), ("ana", "Ana", 2, 20, 15), ("bob", "", 2, 20, 15)]


def test_a_hidden_page_is_not_seen() -> None:
    script = Script().open().first(0, "ana", "c1")
    start(script, 10, "pn_1")
    script.add(15, "visibility_changed", participant="ana", connection="c1", visible=False)
    script.close(30)
    frame = frame_of(script)
    assert list(frame["shown_s"]) == [20]
    assert list(frame["seen_s"]) == [5]


def test_films_are_page_0_and_what_is_on_counts_until_now() -> None:
    script = Script().open().first(0, "ana", "c1")
    start(script, 10, "pn_film", pages=0)
    assert list(frame_of(script)["page"]) == []
    frame = frame_of(script, until_s=40)
    assert [tuple(row) for row in frame[["page", "seen_s"]].itertuples(index=False)] == [(0, 30)]


def test_the_newer_ends_the_older_and_sessions_are_apart() -> None:
    one, two = Script("se_1").open().first(0, "ana", "c1"), Script("se_2").open().first(0, "ana", "c1")
    start(one, 5, "pn_1")
    start(one, 8, "pn_2", page=4)
    one.close(10)
    start(two, 1, "pn_3")
    two.close(2)
    shown = list(showings(rows(one.events + two.events)))  # type: ignore[arg-type]
    assert [(each.session_id, each.presentation_id, each.page) for each in shown] == [
        ("se_1", "pn_1", 1),
        ("se_1", "pn_2", 4),
        ("se_2", "pn_3", 1),
    ]


def test_nothing_shown_is_an_empty_frame() -> None:
    assert frame_of(Script().open().first(0, "ana", "c1").close(9)).empty
