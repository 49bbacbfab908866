"""When each person came, was lost, came back and went, with the reason (AB-65): the answer to *the platform cut me off*."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from apps.i18n import translate
from data.csv_export import to_csv
from data.event_log import stamp
from data.models import Event, Participant


def N_(sentence: str) -> str:
    """Mark a sentence for the catalogues."""
    return sentence


WHAT: Mapping[str, str] = {
    "joined": N_("came in for the first time"),
    "connected": N_("connected"),
    "reconnected": N_("connected again"),
    "disconnected": N_("disconnected"),
    "gone": N_("did not come back in time"),
    "left": N_("pressed Disconnect"),
    "removed": N_("was removed by a moderator"),
    "media_up": N_("sound and picture can come through"),
    "media_down": N_("sound and picture cannot come through"),
}
"""Codes of what happened; stable, for programs."""

REASONS: Mapping[str, str] = {
    "closed": N_("the page was closed"),
    "lost": N_("the connection fell silent"),
    "replaced": N_("opened in another window or device"),
    "left": N_("pressed Disconnect"),
    "removed": N_("was removed by a moderator"),
    "ended": N_("the session ended"),
}
"""Codes of why a connection ended."""

COLUMNS = ("session_id", "number", "at", "participant_id", "name", "organisation", "what", "what_text", "reason", "reason_text", "device", "connection_id")  # fmt: skip
_TYPES: Mapping[str, str] = {
    "participant_joined": "joined",
    "connected": "connected",
    "disconnected": "disconnected",
    "participant_gone": "gone",
    "participant_left": "left",
    "participant_removed": "removed",
    "media_flowing": "media_up",
}


def connections(
    events: Sequence[Event], people: Sequence[Participant], *, language: str = "en"
) -> list[dict[str, Any]]:
    """Return one row an event, in order, with ``COLUMNS`` as keys; ``number`` is the event's."""
    seats = {person.id: person for person in people}
    return [
        {
            "session_id": event.session_id,
            "number": event.number,
            "at": event.at,
            "participant_id": who,
            "name": seats[who].name if who in seats else "",
            "organisation": seats[who].organisation if who in seats else "",
            "what": what,
            "what_text": translate(language, WHAT[what]),
            "reason": reason,
            "reason_text": translate(language, REASONS[reason]) if reason in REASONS else "",
            "device": str(event.payload.get("device", "")),
            "connection_id": str(event.payload.get("connection", "")),
        }
        for event, who, what, reason in _happened(events)
    ]


def _happened(events: Sequence[Event]) -> Iterator[tuple[Event, str, str, str]]:
    before: set[str] = set()
    for event in events:
        what = _TYPES.get(event.type, "")
        if not what:
            continue
        who = str(event.payload.get("participant", ""))
        if what == "connected" and who in before:
            what = "reconnected"
        before |= {who} if what == "connected" else set()
        if what == "media_up" and not event.payload.get("flowing"):
            what = "media_down"
        yield event, who, what, str(event.payload.get("reason", ""))


def as_csv(events: Sequence[Event], people: Sequence[Participant], *, language: str) -> bytes:
    """Return the rows as a file that a spreadsheet opens."""
    frame = pd.DataFrame(connections(events, people, language=language), columns=list(COLUMNS))
    frame["at"] = pd.to_datetime(frame["at"], utc=True)
    headings = {
        "number": translate(language, "Event"),
        "what": translate(language, "Code"),
        "what_text": translate(language, "What happened"),
        "reason": translate(language, "Reason code"),
        "reason_text": translate(language, "Why"),
    }
    return to_csv(frame, language=language, headings=headings)


def as_json(events: Sequence[Event], people: Sequence[Participant]) -> list[dict[str, Any]]:
    """Return the rows for a program: moments in ISO 8601 with microseconds, codes without sentences."""
    return [
        {key: stamp(value) if key == "at" else value for key, value in row.items() if not key.endswith("_text")}
        for row in connections(events, people)
    ]
