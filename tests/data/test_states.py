"""States, timeline and curve: unions and never sums, whatever comes in whatever order."""

from __future__ import annotations

from datetime import timedelta

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from data.activity import checks, speaking
from data.attendance import attendance
from data.columns import ATTENDANCE, CHECKS, CURVE, SPEAKING, TIMELINE, asserted
from data.facts import facts
from data.timeline import curve, timeline
from tests.data.scripted import Script, after
from tests.data.scripted_night import ANA, EXPECTED, LENGTH_MIN, NAMES, STEFAN, night

STEPS = st.lists(
    st.tuples(
        st.integers(0, 100),
        st.sampled_from(["connect", "end", "hide", "show", "up", "down"]),
        st.integers(0, 1),
        st.sampled_from(["c1", "c2", "c3"]),
    ),
    max_size=14,
)


def scripted(steps: list[tuple[int, str, int, str]]) -> Script:
    script = Script().open()
    for at_s, what, who, connection in sorted(steps, key=lambda step: step[0]):
        name = f"pt_{who}"
        if what in ("connect", "end"):
            getattr(script, what)(at_s, name, f"{name} {connection}")
        elif what in ("hide", "show"):
            script.add(at_s, "visibility_changed", participant=name, visible=what == "show")
        else:
            script.add(at_s, "media_flowing", participant=name, flowing=what == "up")
    return script.close(110)


def seconds_of(script: Script, who: str) -> dict[str, int]:
    """Look at every second, as somebody with a list of the events would."""
    found = {"present_s": 0, "visible_s": 0, "flowing_s": 0}
    for second in range(110):
        held, hidden, flowing = set(), False, False
        for event in script.events:
            if event.payload.get("participant") != who or event.at > after(second):
                continue
            if event.type == "connected":
                held.add(event.payload["connection"])
                hidden = flowing = False
            elif event.type == "disconnected":
                held.discard(event.payload["connection"])
                flowing = False
            elif event.type == "visibility_changed":
                hidden = not event.payload["visible"]
            elif event.type == "media_flowing":
                flowing = event.payload["flowing"]
        found["present_s"] += bool(held)
        found["visible_s"] += bool(held) and not hidden
        found["flowing_s"] += bool(held) and flowing
    return found


@settings(max_examples=60, deadline=None)
@given(steps=STEPS)
def test_states_equal_a_model_that_looks_at_every_second(steps: list[tuple[int, str, int, str]]) -> None:
    script = scripted(steps)
    frame = asserted(attendance(script.events), ATTENDANCE)
    for row in frame.to_dict("records"):
        expected = seconds_of(script, row["participant_id"])
        assert {name: row[name] for name in expected} == expected
    stretches = timeline(script.events)
    for who, mine in stretches.groupby("participant_id"):
        lengths = (mine["ended_at"] - mine["started_at"]).dt.total_seconds()
        total = frame[frame["participant_id"] == who].iloc[0]
        assert lengths.sum() == total["present_s"]
        assert lengths[mine["visible"]].sum() == total["visible_s"]
        assert lengths[mine["flowing"]].sum() == total["flowing_s"]
        assert (mine["started_at"].iloc[1:].to_numpy() >= mine["ended_at"].iloc[:-1].to_numpy()).all()


def test_the_curve_counts_who_is_there_at_each_moment() -> None:
    frame = asserted(timeline(night()), TIMELINE)
    minutes = asserted(curve(frame), CURVE)
    assert len(minutes) == LENGTH_MIN + 1
    at = minutes.set_index("at")["connected"]
    start = pd.Timestamp(frame["started_at"].min())
    assert [int(at[start + timedelta(minutes=minute)]) for minute in (0, 15, 30, 45, 200, 265, 360)] == [
        1,
        2,
        1,
        2,
        4,
        3,
        0,
    ]
    assert (minutes["visible"] <= minutes["connected"]).all()


def test_the_night_has_the_same_lengths_in_frame_and_timeline() -> None:
    stretches = timeline(night())
    for who in NAMES:
        mine = stretches[stretches["participant_id"] == who]
        assert (mine["ended_at"] - mine["started_at"]).dt.total_seconds().sum() == EXPECTED[who][0]


def test_speech_is_given_to_the_time_the_microphone_was_on() -> None:
    frame = asserted(speaking(facts(night()), NAMES), SPEAKING)
    assert frame[["participant_id", "open_s", "spoke_s"]].to_numpy().tolist() == [[ANA, 600.0, 61.5]]


def test_checks_say_who_was_asked_and_who_answered() -> None:
    frame = asserted(checks(facts(night()), NAMES), CHECKS)
    assert len(frame) == 3 * len(NAMES)
    mine = frame[frame["participant_id"] == STEFAN]
    assert mine["answered"].tolist() == [True, True, True]
    assert mine["answer_s"].tolist() == [15.0, 15.0, 15.0]
    assert frame[~frame["answered"]]["answered_at"].isna().all()
