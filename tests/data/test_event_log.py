"""The chain: written in one place, and any change is found."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError

from data import event_log
from data.database import Database
from data.event_log import Head, NewEvent
from data.ids import SessionId
from data.models import Event
from tests.data.conftest import NOW

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
).filter(lambda value: "\\ud" not in ascii(value))
EVENTS = st.builds(NewEvent, st.text("abc_", min_size=1), st.just("system"), st.dictionaries(st.text("xyz"), JSON))


def chain(news: list[NewEvent], session_id: str = "se_1") -> list[Event]:
    """Chain without a database, as ``append`` does."""
    last, lines = event_log.EMPTY, []
    for number, new in enumerate(news):
        lines.append(event_log._line(SessionId(session_id), last, NOW + timedelta(seconds=number), new))
        last = Head(lines[-1].number, lines[-1].hash)
    return lines


def test_lines_are_numbered_and_chained_across_appends(database: Database, session_id: SessionId) -> None:
    for number in range(3):
        news = [NewEvent("hand_raised", "system", {"participant": f"pt_{number}"}), NewEvent("hand_lowered", "system")]
        database.run_now(event_log.append, session_id, NOW, news)
    lines = database.read_now(event_log.read, session_id)
    assert [line.number for line in lines] == [1, 2, 3, 4, 5, 6]
    assert lines[0].previous_hash == event_log.NO_HASH
    assert [line.previous_hash for line in lines[1:]] == [line.hash for line in lines[:-1]]
    assert database.read_now(event_log.head, session_id) == Head(6, lines[-1].hash)
    assert event_log.verify(lines) is None


def test_read_since_gives_the_rest(database: Database, session_id: SessionId) -> None:
    database.run_now(event_log.append, session_id, NOW, [NewEvent("a", "system"), NewEvent("b", "system")])
    assert [line.type for line in database.read_now(event_log.read, session_id, since=1)] == ["b"]
    assert database.read_now(event_log.read, session_id, since=2) == []


def test_the_hash_can_be_recomputed_with_standard_tools(database: Database, session_id: SessionId) -> None:
    at = datetime(2026, 3, 2, 11, 0, 0, 5, tzinfo=timezone(timedelta(hours=2)))
    [line] = database.run_now(
        event_log.append, session_id, at, [NewEvent("x", "system", {"b": 1, "a": ["ș", 0.5, None]})]
    )
    content = (
        '{"actor":"system","at":"2026-03-02T09:00:00.000005Z","number":1,"payload":{"a":["ș",0.5,null],"b":1},'
        f'"session":"{session_id}","type":"x"}}'
    )
    assert line.hash == hashlib.sha256(("0" * 64 + content).encode()).hexdigest()


@given(news=st.lists(EVENTS, max_size=4))
def test_whatever_was_written_verifies(news: list[NewEvent]) -> None:
    assert event_log.verify(chain(news)) is None


def test_what_was_stored_verifies_after_the_database(database: Database, session_id: SessionId) -> None:
    odd: dict[str, Any] = {"π": 3.141592653589793, "big": 2**70, "tiny": 1e-320, "zero": -0.0, "ș": "Ștefan 🙂\u2028"}
    database.run_now(event_log.append, session_id, NOW, [NewEvent("x", "system", odd)])
    assert event_log.verify(database.read_now(event_log.read, session_id)) is None


@given(data=st.data())
def test_one_changed_byte_is_found_at_its_line(data: st.DataObject) -> None:
    lines = chain([NewEvent("hand_raised", "participant:pt_1", {"participant": f"pt_{n}"}) for n in range(5)])
    place = data.draw(st.integers(0, 4))
    line = lines[place]
    column = data.draw(st.sampled_from(["actor", "type", "hash", "previous_hash", "session_id", "payload"]))
    if column == "payload":
        line.payload = {"participant": _change(line.payload["participant"], data)}
    else:
        setattr(line, column, _change(getattr(line, column), data))
    assert event_log.verify(lines) == place + 1


@given(place=st.integers(0, 4), microseconds=st.integers(1, 10**12))
def test_a_changed_moment_is_found(place: int, microseconds: int) -> None:
    lines = chain([NewEvent("x", "system")] * 5)
    lines[place].at += timedelta(microseconds=microseconds)
    assert event_log.verify(lines) == place + 1


@given(place=st.integers(0, 3))
def test_a_dropped_line_is_found(place: int) -> None:
    lines = chain([NewEvent("x", "system")] * 5)
    del lines[place]
    assert event_log.verify(lines) == place + 1


@given(first=st.integers(0, 3), step=st.integers(1, 4))
def test_swapped_lines_are_found(first: int, step: int) -> None:
    lines = chain([NewEvent("x", "system")] * 8)
    lines[first], lines[first + step] = lines[first + step], lines[first]
    assert event_log.verify(lines) == first + 1


def test_a_renumbered_line_is_found() -> None:
    lines = chain([NewEvent("x", "system")] * 3)
    lines[1].number = 7
    assert event_log.verify(lines) == 2


@pytest.mark.parametrize("missing", [1, 2, 5])
def test_lines_missing_at_the_end_are_found_by_the_head(missing: int) -> None:
    lines = chain([NewEvent("x", "system")] * 5)
    head = Head(5, lines[-1].hash)
    assert event_log.verify(lines, expected=head) is None
    assert event_log.verify(lines[:-missing]) is None
    assert event_log.verify(lines[:-missing], expected=head) == 6 - missing


@pytest.mark.parametrize("noted", [0, 1, 3, 5])
def test_a_head_noted_earlier_still_holds_when_lines_were_added(noted: int) -> None:
    lines = chain([NewEvent("x", "system")] * 5)
    head = Head(noted, lines[noted - 1].hash) if noted else event_log.EMPTY
    assert event_log.verify(lines, expected=head) is None


def test_a_whole_chain_made_anew_is_found_by_the_head() -> None:
    head = Head(3, chain([NewEvent("x", "system")] * 3)[-1].hash)
    assert event_log.verify(chain([NewEvent("y", "system")] * 3), expected=head) == 3


@pytest.mark.parametrize("payload", [{"x": float("nan")}, {"x": float("inf")}, {"x": "\ud800"}, {"x": NOW}, {"x": {1}}])
def test_what_is_not_json_is_refused_and_nothing_is_written(
    database: Database, session_id: SessionId, payload: dict[str, Any]
) -> None:
    news = [NewEvent("a", "system"), NewEvent("b", "system", payload)]
    with pytest.raises(ValueError):
        database.run_now(event_log.append, session_id, NOW, news)
    assert database.read_now(event_log.read, session_id) == []


def test_a_naive_moment_is_refused(database: Database, session_id: SessionId) -> None:
    with pytest.raises(ValueError, match="zone"):
        database.run_now(event_log.append, session_id, datetime(2026, 3, 2), [NewEvent("a", "system")])


def test_an_unknown_session_is_refused(database: Database) -> None:
    with pytest.raises(IntegrityError):
        database.run_now(event_log.append, SessionId("se_none"), datetime.now(UTC), [NewEvent("a", "system")])


def test_a_payload_changed_by_its_caller_is_stored_as_it_was(database: Database, session_id: SessionId) -> None:
    payload = {"hands": ["pt_1"]}

    def append_and_change(session: Any) -> None:
        event_log.append(session, session_id, NOW, [NewEvent("a", "system", payload)])
        payload["hands"].append("pt_2")

    database.run_now(append_and_change)
    [line] = database.read_now(event_log.read, session_id)
    assert line.payload == {"hands": ["pt_1"]}
    assert event_log.verify([line]) is None


def _change(letters: str, data: st.DataObject) -> str:
    place = data.draw(st.integers(0, len(letters) - 1))
    letter = data.draw(st.characters(codec="utf-8").filter(lambda other: other != letters[place]))
    return letters[:place] + letter + letters[place + 1 :]
