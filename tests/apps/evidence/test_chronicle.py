"""Every event is either told in minutes or left out on purpose, whatever its values are."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, get_args

import pytest

from apps.evidence.chronicle import CHOSEN, LEFT_OUT, PLAIN, SPECIAL, told
from apps.evidence.names import Names
from apps.evidence.stretches import floor, presence, reserved_parts
from apps.live.events import LiveEvent
from data.models import Event

TYPES: dict[str, Any] = {kind.model_fields["type"].default: kind for kind in get_args(get_args(LiveEvent)[0])}
AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
FIELDS = ("reason", "locked", "role", "choice", "shown", "policy", "answer")


def event(number: int, type_: str, **payload: Any) -> Event:
    return Event(session_id="se_1", number=number, at=AT, actor="participant:pt_1", type=type_, payload=payload, previous_hash="", hash="")  # fmt: skip


def test_no_event_is_forgotten() -> None:
    known = {*PLAIN, *SPECIAL, *LEFT_OUT, *(type_ for type_, _, _ in CHOSEN)}
    assert known == set(TYPES)


def values_of(type_: str) -> list[tuple[str, Any]]:
    """Return each value of the field that chooses the sentence of a type of event."""
    fields = TYPES[type_].model_fields
    for field in FIELDS:
        if any(chosen[:2] == (type_, field) for chosen in CHOSEN):
            kind = fields[field].annotation
            return [(field, value) for value in ((True, False) if kind is bool else get_args(kind))]
    return []


NEVER = {("disconnected", value) for value in ("closed", "replaced", "left", "removed", "ended")}
"""Said by another event, or by the table of those present."""


@pytest.mark.parametrize("type_", sorted({type_ for type_, _, _ in CHOSEN}))
@pytest.mark.parametrize("language", ["en", "ro", "it"])
def test_every_value_has_its_sentence(type_: str, language: str) -> None:
    names = Names([], [], {}, language)
    for field, value in values_of(type_):
        payload = {"participant": "pt_1", "statement": "st_1", "limit_s": 60, field: value}
        lines = told([event(1, type_, **payload)], names, titles={}, clock=str, language=language)
        expected = 0 if (type_, value) in NEVER or value in ("supplier", "encoder") else 1
        assert len(lines) == expected, (type_, value)
        assert not any("{" in line.text for line in lines)


@pytest.mark.parametrize("type_", sorted(TYPES))
def test_events_without_what_came_before_them_break_nothing(type_: str) -> None:
    """A log may begin anywhere for a reader who was handed a part of it."""
    lone = [event(1, type_, participant="pt_1", connection="cn_1")]
    presence(lone), floor(lone), reserved_parts(lone)
