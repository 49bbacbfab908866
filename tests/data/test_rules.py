"""Rules of attendance: what is written is what is judged, to the microsecond, and no shown number looks better than it is."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.attendance import attendance
from data.csv_export import clock_text, minutes
from data.rules import Rule, RuleError, holds, judged, parse, share_pct, unmet
from tests.data.scripted import Script

US = st.integers(0, 40 * 3600 * 1_000_000)


def row(**values: Any) -> dict[str, Any]:
    return {
        "present_s": 0.0,
        "flowing_s": 0.0,
        "visible_s": 0.0,
        "session_s": 0.0,
        "checks_asked": 0,
        "checks_answered": 0,
        **values,
    }


@pytest.mark.parametrize("text", ["present>=85%", "visible>=60min", "answered>=2/3", "flowing>=0.5%,present>=12.25min"])
def test_a_rule_reads_as_it_was_written(text: str) -> None:
    assert ",".join(str(rule) for rule in parse(text)) == text
    assert parse(text.replace(">=", " >= ")) == parse(text)
    for language in ("en", "ro", "it"):
        assert all("{" not in rule.text(language) for rule in parse(text))


@pytest.mark.parametrize(
    "text",
    [
        "present",
        "present>=101%",
        "answered>=80%",
        "present>=2/3",
        "answered>=4/3",
        "answered>=0/0",
        "present>=-1min",
        "name>=1min",
        "present>85%",
        "présent>=8%",
    ],
)
def test_what_is_no_rule_is_refused(text: str) -> None:
    with pytest.raises(RuleError, match=">="):
        parse(text)


def test_no_rules_are_met_by_everybody() -> None:
    assert parse("") == ()
    assert unmet((), row()) == ()


@given(part=US, whole=US, least=st.integers(0, 1000))
def test_a_share_is_judged_exactly(part: int, whole: int, least: int) -> None:
    rule = Rule("present", Fraction(least, 10), "%")
    judged_row = row(present_s=part / 1e6, session_s=whole / 1e6)
    assert holds(rule, judged_row) is (part * 1000 >= least * whole)


@given(part=US, least=st.integers(0, 2400))
def test_time_is_judged_exactly(part: int, least: int) -> None:
    assert holds(Rule("visible", Fraction(least), "min"), row(visible_s=part / 1e6)) is (part >= least * 60_000_000)


@given(asked=st.integers(0, 50), data=st.data())
def test_answers_are_judged_as_a_share_of_those_asked(asked: int, data: st.DataObject) -> None:
    answered = data.draw(st.integers(0, asked))
    met = holds(Rule("answered", Fraction(2), "of", 3), row(checks_asked=asked, checks_answered=answered))
    assert met is (asked == 0 or answered / asked >= 2 / 3 - 1e-12)


@given(part=US, whole=US.filter(bool))
def test_what_is_shown_never_looks_better_than_it_is(part: int, whole: int) -> None:
    assert Fraction(str(share_pct(part / 1e6, whole / 1e6))) <= Fraction(part * 100, whole)
    assert Fraction(str(minutes(part / 1e6))) * 60_000_000 <= part
    hours, mins, secs = map(int, clock_text(part / 1e6).split(":"))
    assert 0 <= part - timedelta(hours=hours, minutes=mins, seconds=secs) / timedelta(microseconds=1) < 1_000_000


def test_who_is_shown_85_percent_meets_85_percent() -> None:
    script = Script().open().first(0, "pt_1", "a").first(0, "pt_2", "b")
    script.end(85, "pt_1", "a").end(84.999999, "pt_2", "b").close(100)
    frame = judged(attendance(script.events), parse("present>=85%"))
    assert frame["present_pct"].tolist() == [85.0, 84.9]
    assert frame["meets"].tolist() == [True, False]


def test_without_rules_nobody_is_judged() -> None:
    frame = judged(attendance(Script().open().first(0, "pt_1", "a").close(10).events), ())
    assert "meets" not in frame
    assert frame["present_pct"].tolist() == [100.0]
