"""Attendance of scripted conferences, and of random ones against a model that looks at every second."""

from __future__ import annotations

import random
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.attendance import attendance, intervals
from data.columns import ATTENDANCE, INTERVALS
from data.models import Participant
from tests.data.scripted import Script, after


def row_of(script: Script, who: str, **values: Any) -> dict[str, Any]:
    frame = attendance(script.events, **values)
    [row] = frame[frame["participant_id"] == who].to_dict("records")
    return {str(column): value for column, value in row.items()}


def spells(script: Script, who: str, **values: Any) -> list[tuple[float, float, str]]:
    frame = intervals(script.events, **values)
    mine = frame[frame["participant_id"] == who]
    start = pd.Timestamp(after(0))
    return [
        ((joined - start).total_seconds(), (left - start).total_seconds(), reason)
        for joined, left, reason in zip(mine["joined_at"], mine["left_at"], mine["end_reason"], strict=True)
    ]


def test_two_tabs_at_once_count_once() -> None:
    script = Script().open().first(0, "pt_1", "a").connect(60, "pt_1", "b", "phone")
    script.end(100, "pt_1", "a").end(300, "pt_1", "b").close(400)
    row = row_of(script, "pt_1")
    assert spells(script, "pt_1") == [(0, 100, "closed"), (60, 300, "closed")]
    assert (row["present_s"], row["connections"], row["reconnections"]) == (300, 2, 0)
    assert row["device"] == "phone"  # 240 s of phone against 100 s of desktop


def test_a_newer_tab_takes_over_without_a_gap() -> None:
    script = Script().open().first(0, "pt_1", "a").end(60, "pt_1", "a", "replaced").connect(60, "pt_1", "b")
    script.end(90, "pt_1", "b", "ended").close(90)
    row = row_of(script, "pt_1")
    assert (row["present_s"], row["connections"], row["reconnections"]) == (90, 2, 0)


def test_a_reconnection_leaves_its_gap_out() -> None:
    script = Script().open().first(10, "pt_1", "a").end(100, "pt_1", "a", "lost").connect(130, "pt_1", "b")
    script.end(200, "pt_1", "b", "left").close(300)
    row = row_of(script, "pt_1")
    assert spells(script, "pt_1") == [(10, 100, "lost"), (130, 200, "left")]
    assert (row["present_s"], row["connections"], row["reconnections"]) == (160, 2, 1)
    assert (row["first_joined_at"], row["last_left_at"], row["present"]) == (after(10), after(200), False)


def test_a_late_comer_is_counted_from_when_they_came() -> None:
    script = Script().open().first(0, "pt_1", "a", role="moderator").first(3000, "pt_2", "b")
    for who, connection in (("pt_1", "a"), ("pt_2", "b")):
        script.end(3600, who, connection, "ended")
    frame = attendance(script.close(3600).events)
    assert frame["participant_id"].tolist() == ["pt_1", "pt_2"]
    assert frame["present_s"].tolist() == [3600, 600]
    assert frame["role"].tolist() == ["moderator", "participant"]


def test_after_a_crash_a_lost_connection_lasts_until_the_log_says_so() -> None:
    script = Script().open().first(0, "pt_1", "a").first(0, "pt_2", "b")
    script.end(70, "pt_1", "a", "lost").connect(71, "pt_1", "c").end(80, "pt_2", "b", "lost")
    script.add(90, "participant_gone", participant="pt_2").end(100, "pt_1", "c", "ended").close(100)
    assert row_of(script, "pt_1")["present_s"] == 99
    assert row_of(script, "pt_2")["present_s"] == 80


def test_what_is_open_counts_until_now() -> None:
    script = Script().open().first(0, "pt_1", "a").first(5, "pt_2", "b").end(50, "pt_2", "b", "lost")
    row = row_of(script, "pt_1", now=after(120))
    assert spells(script, "pt_1", now=after(120)) == [(0, 120, "open")]
    assert (row["present_s"], row["present"], pd.isna(row["last_left_at"])) == (120, True, True)
    assert row_of(script, "pt_2", now=after(120))["present_s"] == 45
    assert row_of(script, "pt_1")["present_s"] == 50  # without a clock: until the newest event


def test_a_connection_without_an_end_ends_with_its_session() -> None:
    script = Script().open().first(0, "pt_1", "a").on(10, "pt_1", "microphone").close(40)
    assert spells(script, "pt_1", now=after(900)) == [(0, 40, "ended")]
    assert row_of(script, "pt_1", now=after(900))["microphone_s"] == 30


def test_a_clock_that_steps_back_makes_no_negative_time() -> None:
    script = Script().open().first(100, "pt_1", "a").end(40, "pt_1", "a", "lost").connect(41, "pt_1", "b")
    row = row_of(script.end(71, "pt_1", "b").close(71), "pt_1")
    assert row["present_s"] == 30
    assert (intervals(script.events)["left_at"] >= intervals(script.events)["joined_at"]).all()
    assert row_of(Script().open().first(100, "pt_1", "a"), "pt_1", now=after(0))["present_s"] == 0


def test_sources_count_while_they_are_on_and_the_person_is_there() -> None:
    script = Script().open().first(0, "pt_1", "a").on(10, "pt_1", "microphone").on(20, "pt_1", "camera")
    script.end(50, "pt_1", "a", "lost").connect(60, "pt_1", "b").off(80, "pt_1", "microphone")
    script.off(90, "pt_1", "camera", "moderator").on(95, "pt_1", "screen").end(100, "pt_1", "b", "ended").close(100)
    row = row_of(script, "pt_1")
    assert (row["microphone_s"], row["camera_s"], row["screen_s"]) == (60, 60, 5)


def test_hands_messages_and_the_last_role_are_counted() -> None:
    script = Script().open().first(0, "pt_1", "a").first(0, "pt_2", "b")
    for number in range(3):
        script.add(1, "hand_raised", participant="pt_1").add(2, "hand_lowered", participant="pt_1")
        script.add(3, "message_sent", message=f"ms_{number}", participant="pt_2", to="everyone", commitment="")
    script.add(4, "message_sent", message="ms_9", participant=None, to="everyone", commitment="")
    script.add(5, "role_changed", participant="pt_2", role="moderator").close(9)
    one, two = row_of(script, "pt_1"), row_of(script, "pt_2")
    assert (one["hands"], one["messages"], two["hands"], two["messages"]) == (3, 0, 0, 3)
    assert (one["role"], two["role"], two["person_id"]) == ("participant", "moderator", "in_pt_2")


def test_names_are_filled_in_where_known() -> None:
    script = Script().open().first(0, "pt_1", "a").first(1, "pt_2", "b").close(10)
    people = [
        Participant(id="pt_1", session_id="se_1", person_id="in_1", name="Ștefan", email="s@example.org", salt=""),
        Participant(id="pt_9", session_id="se_1", person_id="in_9", name="never came", salt=""),
    ]
    frame = attendance(script.events, people)
    assert frame["name"].tolist() == ["Ștefan", ""]
    assert frame["email"].tolist() == ["s@example.org", ""]


def test_sessions_are_kept_apart_even_for_one_participant_and_connection_id() -> None:
    one = Script("se_1").open().first(0, "pt_1", "a").end(10, "pt_1", "a").close(20)
    two = Script("se_2").open().first(100, "pt_1", "a").end(130, "pt_1", "a").close(200)
    mixed = [*two.events, *one.events]
    random.Random(7).shuffle(mixed)
    frame = attendance(mixed)
    assert frame["session_id"].tolist() == ["se_1", "se_2"]
    assert frame["present_s"].tolist() == [10, 30]


@pytest.mark.parametrize("script", [Script(), Script().open(), Script().open().first(0, "pt_1", "a").close(5)])
def test_columns_and_types_are_as_promised_even_without_rows(script: Script) -> None:
    for frame, schema in ((attendance(script.events), ATTENDANCE), (intervals(script.events), INTERVALS)):
        assert [(name, str(kind)) for name, kind in frame.dtypes.items()] == list(schema.items())


TABS = st.lists(
    st.tuples(st.integers(0, 1), st.integers(0, 60), st.integers(0, 40), st.booleans()), min_size=1, max_size=8
)


@given(tabs=TABS, speaking=st.lists(st.tuples(st.integers(0, 90), st.booleans()), max_size=8))
def test_union_equals_a_model_that_looks_at_every_second(
    tabs: list[tuple[int, int, int, bool]], speaking: list[tuple[int, bool]]
) -> None:
    end_s, moments = 110, []
    for number, (who, start_s, length_s, ends) in enumerate(tabs):
        moments.append((start_s, 0, "connect", f"pt_{who}", f"c{number}"))
        if ends:
            moments.append((start_s + length_s, 1, "end", f"pt_{who}", f"c{number}"))
    moments += [(at_s, 2, "on" if on else "off", "pt_0", "microphone") for at_s, on in speaking]
    script = Script().open()
    for at_s, _, method, member, what in sorted(moments):
        getattr(script, method)(at_s, member, what)
    for row in attendance(script.close(end_s).events).to_dict("records"):
        there = [_is_there(script, row["participant_id"], second) for second in range(end_s)]
        talks = [_is_on(script, row["participant_id"], second) for second in range(end_s)]
        assert row["present_s"] == sum(there)
        assert row["microphone_s"] == sum(a and b for a, b in zip(there, talks, strict=True))


def _is_there(script: Script, who: str, second: int) -> bool:
    held = set()
    for event in script.events:
        if event.at <= after(second) and event.payload.get("participant") == who:
            if event.type == "connected":
                held.add(event.payload["connection"])
            elif event.type == "disconnected":
                held.discard(event.payload["connection"])
    return bool(held)


def _is_on(script: Script, who: str, second: int) -> bool:
    on = False
    for event in script.events:
        if event.at <= after(second) and event.payload.get("participant") == who and "microphone" in event.type:
            on = event.type == "microphone_on"
    return on


def test_an_encoder_attends_nothing() -> None:
    script = Script().open().first(0, "ana", "c1").first(1, "obs", "c2", role="encoder").close(60)
    assert list(attendance(script.events)["participant_id"]) == ["ana"]
