"""Stretches of a session, each with the events that begin and end it: presence, turns of the floor, reserved parts. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from data.models import Event


@dataclass(frozen=True, slots=True)
class Stretch:
    """``ends`` is the event that ends it; the last event of the log where nothing did."""

    begins: Event
    ends: Event

    @property
    def length_s(self) -> float:
        return max(0.0, (self.ends.at - self.begins.at).total_seconds())


@dataclass
class FloorUse:
    """What one participant had of the floor."""

    requests: int = 0
    granted: int = 0
    refused: int = 0
    held_s: float = 0.0
    spoken_s: float = 0.0


def presence(events: Sequence[Event]) -> dict[str, list[Stretch]]:
    """Return when each participant was there: the union of their connections."""
    found: dict[str, list[Stretch]] = {}
    open_: dict[str, set[str]] = {}
    since: dict[str, Event] = {}
    for event in events:
        who, connection = str(event.payload.get("participant", "")), str(event.payload.get("connection", ""))
        if event.type == "participant_joined":
            found.setdefault(who, [])
        elif event.type == "connected":
            if not open_.setdefault(who, set()):
                since[who] = event
            open_[who].add(connection)
        elif event.type == "disconnected" and open_.get(who):
            open_[who].discard(connection)
            if not open_[who]:
                found.setdefault(who, []).append(Stretch(since[who], event))
        elif event.type == "session_closed":
            break
    last = closing(events)
    for who, connections in open_.items():
        if connections:
            found.setdefault(who, []).append(Stretch(since[who], last))
    return found


def closing(events: Sequence[Event]) -> Event:
    """Return the event that closed the session, else the last one."""
    return next((event for event in events if event.type == "session_closed"), events[-1])


def reserved_parts(events: Sequence[Event]) -> list[Stretch]:
    """Return the parts that the public was sent out for; the end of the session ends one too."""
    found: list[Stretch] = []
    begun: Event | None = None
    for event in events:
        if event.type == "reserved_begun" and begun is None:
            begun = event
        elif event.type in ("reserved_ended", "session_closed") and begun is not None:
            found.append(Stretch(begun, event))
            begun = None
    return found if begun is None else [*found, Stretch(begun, events[-1])]


def is_within(event_number: int, parts: Sequence[Stretch]) -> bool:
    """Say whether an event lies in one of the stretches."""
    return any(part.begins.number < event_number <= part.ends.number for part in parts)


def floor(events: Sequence[Event]) -> dict[str, FloorUse]:
    """Return requests and use of the floor by participant, of those who asked or had it."""
    course = _Floor()
    for event in events:
        course.take(event)
    return course.used


@dataclass
class _Floor:
    used: dict[str, FloorUse] = field(default_factory=dict)
    since: datetime | None = None

    def take(self, event: Event) -> None:
        use = (
            self.used.setdefault(str(event.payload.get("participant", "")), FloorUse())
            if event.type in _FLOOR
            else None
        )
        match event.type:
            case "hand_raised" if use is not None:
                use.requests += 1
            case "floor_refused" if use is not None:
                use.refused += 1
            case "floor_granted" if use is not None:
                use.granted += 1
                self.since = event.at
            case "floor_ended" if use is not None:
                held: Any = event.at - self.since if self.since else None
                use.held_s += max(0.0, held.total_seconds()) if held else 0.0
                use.spoken_s += int(event.payload.get("used_ms") or 0) / 1000
                self.since = None


_FLOOR = frozenset({"hand_raised", "floor_refused", "floor_granted", "floor_ended"})


def offsets(recordings: Sequence[Any]) -> Iterator[tuple[Any, datetime, datetime]]:
    """Yield each recording that has an end, with its moments."""
    for row in recordings:
        if row.ends_at is not None:
            yield row, row.begins_at, row.ends_at
