"""
The log of a session: events numbered from 1 without gaps, each carrying the hash of the one before.

The hash of a line is SHA-256, in hex, over the UTF-8 bytes of the previous line's hash (64 zeros before the first) followed by
the canonical JSON of ``{"actor", "at", "number", "payload", "session", "type"}``. Canonical JSON: keys sorted by code point, no
spaces, letters as they are, no NaN. ``at`` is UTC with microseconds: ``2026-03-01T09:00:00.000000Z``. Anybody can
recompute this with standard tools; docs/data.md shows how.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlmodel import Session, col, select

from data.ids import SessionId
from data.models import Event

NO_HASH = "0" * 64
"""Stands where the first line has no line before it."""


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event that is to be appended. ``payload`` holds JSON values only."""

    type: str
    actor: str
    payload: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Head:
    """The newest line: what a receipt or a dossier holds to prove that no line is missing at the end."""

    number: int
    hash: str


EMPTY = Head(0, NO_HASH)


def append(session: Session, session_id: SessionId, at: datetime, events: Iterable[NewEvent]) -> list[Event]:
    """
    Number, chain and store ``events``, all at the moment ``at``; they are on the disk when the transaction is.

    Only inside ``Database.run``: one writer is what keeps numbers without gaps.

    Raises:
        ValueError: If ``at`` has no zone, or a payload cannot be written as canonical JSON.
    """
    return extend(session, session_id, ((at, new) for new in events))


def extend(session: Session, session_id: SessionId, events: Iterable[tuple[datetime, NewEvent]]) -> list[Event]:
    """``append`` for events that happened at different moments; one flush however many they are."""
    last = head(session, session_id)
    lines = []
    for at, new in events:
        line = _line(session_id, last, at, new)
        last = Head(line.number, line.hash)
        lines.append(line)
    session.add_all(lines)
    session.flush()
    return lines


def read(session: Session, session_id: SessionId, since: int = 0, *, types: Collection[str] = ()) -> list[Event]:
    """Return the lines after number ``since``, in order; with ``types`` only those, which are no chain any more."""
    query = select(Event).where(Event.session_id == session_id, Event.number > since).order_by(col(Event.number))
    return list(session.exec(query.where(col(Event.type).in_(types)) if types else query))


def head(session: Session, session_id: SessionId) -> Head:
    """Return number and hash of the newest line; ``EMPTY`` if there is none."""
    newest = select(Event.number, Event.hash).where(Event.session_id == session_id)
    row = session.exec(newest.order_by(col(Event.number).desc()).limit(1)).first()
    return EMPTY if row is None else Head(*row)


def verify(events: Sequence[Event], *, expected: Head | None = None) -> int | None:
    """
    Return the number of the first line that is not as it was written, or ``None`` if all are.

    Args:
        events: A session's whole log, in order. The number returned is the one the line at that place should have.
        expected: A head that somebody noted once; lines may have been added since. Without it, lines missing at the very
            end, and a log made anew from its first line, can't be noticed.
    """
    previous = NO_HASH
    for number, line in enumerate(events, start=1):
        if not _is_sound(line, number, previous, events[0].session_id):
            return number
        previous = line.hash
    return None if expected is None else _missed(events, expected)


def canonical(value: object) -> bytes:
    """Return canonical JSON. Raises ``ValueError`` for NaN, infinity, lone surrogates and what is not JSON."""
    try:
        text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    except TypeError as error:
        raise ValueError(str(error)) from error
    return text.encode()  # UnicodeEncodeError is a ValueError


def stamp(at: datetime) -> str:
    """Return a moment as it stands in the chain. Raises ``ValueError`` for a naive one."""
    if at.tzinfo is None:
        raise ValueError(f"{at!r} has no zone; log aware moments only")
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _line(session_id: SessionId, last: Head, at: datetime, new: NewEvent) -> Event:
    line = Event(
        session_id=session_id,
        number=last.number + 1,
        at=at.astimezone(UTC) if at.tzinfo else at,
        actor=new.actor,
        type=new.type,
        payload=json.loads(
            canonical(dict(new.payload))
        ),  # what is stored is what is hashed, whatever the caller does later
        previous_hash=last.hash,
        hash="",
    )
    line.hash = _hash(line, last.hash)
    return line


def _hash(line: Event, previous_hash: str) -> str:
    content = {
        "actor": line.actor,
        "at": stamp(line.at),
        "number": line.number,
        "payload": line.payload,
        "session": line.session_id,
        "type": line.type,
    }
    return hashlib.sha256(previous_hash.encode() + canonical(content)).hexdigest()


def _missed(events: Sequence[Event], expected: Head) -> int | None:
    """Return the number of the line that a noted head proves to be missing or another one."""
    if len(events) < expected.number:
        return len(events) + 1
    if expected.number and events[expected.number - 1].hash != expected.hash:
        return expected.number
    return None


def _is_sound(line: Event, number: int, previous: str, session_id: str) -> bool:
    if (line.number, line.previous_hash, line.session_id) != (number, previous, session_id):
        return False
    try:
        return line.hash == _hash(line, previous)
    except ValueError:  # a changed payload may not even be JSON any more
        return False
