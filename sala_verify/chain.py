"""
The events of a session, and their chain.

A line of ``events.jsonl`` is ``{"hash":"…","line":{…},"previous_hash":"…"}``: ``hash`` is SHA-256, in hex, of the 64 characters of ``previous_hash``
followed by the bytes of ``{…}`` exactly as they stand there. So a line is checked without understanding it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sala_verify.findings import Finding
from sala_verify.reading import parsed

MEMBER = "events.jsonl"
NO_HASH = "0" * 64
_SHAPE = re.compile(rb'\{"hash":"([0-9a-f]{64})","line":(\{.*\}),"previous_hash":"([0-9a-f]{64})"\}\Z', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Event:
    """A line that is as it was written: its own hash holds. ``place`` is the line of the file, from 1."""

    place: int
    number: int
    hash: str
    previous_hash: str
    session: str
    type: str
    at: str
    actor: str
    payload: dict[str, Any]


def read(content: bytes) -> tuple[list[Event], list[int]]:
    """Return the sound events in the order of the file, and the places of the lines that are not sound."""
    events: list[Event] = []
    bad: list[int] = []
    for place, line in enumerate(_lines(content), start=1):
        event = _event(place, line)
        if event is None:
            bad.append(place)
        else:
            events.append(event)
    return events, bad


def _lines(content: bytes) -> Sequence[bytes]:
    lines = content.split(b"\n")
    return lines[:-1] if lines[-1] == b"" else lines


def _event(place: int, line: bytes) -> Event | None:
    shape = _SHAPE.match(line)
    if shape is None:
        return None
    own, body, previous = shape[1].decode(), shape[2], shape[3].decode()
    if hashlib.sha256(previous.encode() + body).hexdigest() != own:
        return None
    values = parsed(body)
    try:
        return Event(
            place, int(values["number"]), own, previous, str(values["session"]), str(values["type"]),
            str(values["at"]), str(values["actor"]), dict(values["payload"]),
        )  # fmt: skip
    except (ValueError, KeyError, TypeError):
        return None


def check(events: Sequence[Event], bad: Sequence[int], *, session: str, length: int) -> Iterator[Finding]:
    """Yield what is wrong with the chain. ``session`` and ``length`` are what the manifest says; empty and 0 if it can't be read."""
    numbers = [event.number for event in events]
    yield from (Finding("event_changed", MEMBER, number=number) for number in _numbers_of(bad, events))
    seen: set[int] = set()
    for number in numbers:
        if number in seen:
            yield Finding("event_twice", MEMBER, number=number)
        seen.add(number)
    damaged = set(_numbers_of(bad, events))
    last = max([length, *numbers, 0])
    yield from (Finding("event_missing", MEMBER, number=n) for n in range(1, last + 1) if n not in seen | damaged)
    if length:
        yield from (Finding("event_added", MEMBER, number=n) for n in sorted(seen) if n > length)
    yield from _disorder(numbers)
    yield from _links(sorted(events, key=lambda event: event.number))
    yield from (Finding("event_foreign", MEMBER, number=event.number) for event in events if session and event.session != session)  # fmt: skip


def _numbers_of(bad: Sequence[int], events: Sequence[Event]) -> list[int]:
    """Return the numbers that unsound lines should have: one more than the sound line before them, else their place."""
    by_place = {event.place: event.number for event in events}
    numbers: dict[int, int] = {}
    for place in bad:
        before = by_place.get(place - 1, numbers.get(place - 1))
        numbers[place] = place if before is None else before + 1
    return list(numbers.values())


def _disorder(numbers: Sequence[int]) -> Iterator[Finding]:
    ordered = sorted(numbers)
    wrong = [index for index, number in enumerate(numbers) if number != ordered[index]]
    if len(wrong) == 2:
        yield Finding("events_swapped", MEMBER, number=ordered[wrong[0]], other=ordered[wrong[1]])
    elif wrong:
        yield Finding("event_moved", MEMBER, number=ordered[wrong[0]])


def _links(events: Sequence[Event]) -> Iterator[Finding]:
    before = None
    for event in events:
        if event.number == 1 and event.previous_hash != NO_HASH:
            yield Finding("event_unlinked", MEMBER, number=1)
        follows = before is not None and event.number == before.number + 1
        if before is not None and follows and event.previous_hash != before.hash:
            yield Finding("event_unlinked", MEMBER, number=event.number)
        before = event
