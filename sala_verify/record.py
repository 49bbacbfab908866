"""
What stands beside the events against the events: names and texts open their commitments, files have the hashes that the events name,
attendance follows from who was connected when.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sala_verify.chain import Event
from sala_verify.findings import Finding
from sala_verify.reading import parsed

PEOPLE, CHAT, STATEMENTS, FILES, ATTENDANCE = (
    "people.jsonl",
    "chat.jsonl",
    "statements.jsonl",
    "files.json",
    "attendance.json",
)
TOLERANCE_S = 0.001
Row = Mapping[str, Any]


def rows(content: bytes | None) -> dict[int, Row]:
    """Return the objects of a JSON lines file by line number; lines that are none are left out."""
    found: dict[int, Row] = {}
    for place, line in enumerate((content or b"").split(b"\n"), start=1):
        value = parsed(line)
        if isinstance(value, dict):
            found[place] = value
    return found


def opens(commitment: object, salt: object, text: object) -> bool:
    """Say whether salt and text are those that were committed to: HMAC-SHA256 of the text under the salt, in hex."""
    made = hmac.new(str(salt).encode(), str(text).encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()
    return hmac.compare_digest(made.encode(), str(commitment).encode())


def check_people(events: Sequence[Event], content: bytes | None) -> Iterator[Finding]:
    """Whoever joined has a line with the name that the event is committed to, or is marked as erased."""
    joined = _by(events, "participant_joined", "participant")
    yield from _committed(PEOPLE, rows(content), joined, "participant", "name_commitment", "name")


def check_chat(events: Sequence[Event], content: bytes | None) -> Iterator[Finding]:
    """Whatever was sent has its text, unless it was deleted or erased."""
    sent = _by(events, "message_sent", "message")
    gone = set(_by(events, "message_deleted", "message"))
    yield from _committed(CHAT, rows(content), sent, "message", "commitment", "text", gone)


def check_statements(events: Sequence[Event], content: bytes | None) -> Iterator[Finding]:
    """Statements and the reasons of their answers open their commitments; documents have the hash of the event."""
    filed, found = _by(events, "statement_filed", "statement"), rows(content)
    yield from _committed(STATEMENTS, found, filed, "statement", "commitment", "text")
    answered = {id_: event for id_, event in _by(events, "statement_answered", "statement").items() if event.payload.get("commitment")}  # fmt: skip
    reasons = {place: {**row, "salt": row.get("reason_salt", "")} for place, row in found.items()}
    yield from _committed(STATEMENTS, reasons, answered, "statement", "commitment", "reason")
    for place, row in found.items():
        event = filed.get(str(row.get("statement")))
        if event is not None and (event.payload.get("document_sha256") or "") != (row.get("document_sha256") or ""):
            yield Finding("line_against_event", STATEMENTS, line=place, number=event.number)


def _committed(
    member: str,
    found: Mapping[int, Row],
    events: Mapping[str, Event],
    key: str,
    commitment: str,
    text: str,
    gone: set[str] | frozenset[str] = frozenset(),
) -> Iterator[Finding]:
    seen = set()
    for place, row in found.items():
        id_ = str(row.get(key))
        event = events.get(id_)
        seen.add(id_)
        if event is None:
            if text != "reason":
                yield Finding("line_without_event", member, line=place)
        elif row.get("erased") or id_ in gone:
            if row.get(text):
                yield Finding("line_not_empty", member, line=place, number=event.number)
        elif not opens(event.payload.get(commitment), row.get("salt"), row.get(text)):
            yield Finding("line_against_event", member, line=place, number=event.number)
    for id_, event in events.items():
        if id_ not in seen:
            yield Finding("event_without_line", member, number=event.number)


def check_files(events: Sequence[Event], content: bytes | None, sha256_of: Mapping[str, str]) -> Iterator[Finding]:
    """``files.json`` names what the events name, and the files that are included have those hashes. ``sha256_of``: by member."""
    found = parsed(content)
    listed = [entry for entry in found if isinstance(entry, dict)] if isinstance(found, list) else []
    named = dict(_hashes(events))
    seen = set()
    for entry in listed:
        kind, id_, own = str(entry.get("kind")), str(entry.get("id")), entry.get("sha256")
        seen.add((kind, id_))
        event = named.get((kind, id_))
        member = entry.get("member")
        if kind != "page" and event is None:
            yield Finding("file_without_event", FILES, file=f"{kind} {id_}")
        elif event is not None and own != event[0]:
            yield Finding("file_against_event", FILES, file=f"{kind} {id_}", number=event[1])
        if isinstance(member, str) and own and sha256_of.get(member, own) != own:
            yield Finding("file_content", member, number=event[1] if event else 0)
    for (kind, id_), (_, number) in named.items():
        if (kind, id_) not in seen:
            yield Finding("event_without_file", FILES, number=number, file=f"{kind} {id_}")


def _hashes(events: Sequence[Event]) -> Iterator[tuple[tuple[str, str], tuple[str, int]]]:
    """Yield kind and id of each file that events name, with its hash and the event's number; of several the last counts."""
    for event in events:
        held = event.payload
        if event.type == "recording_ready":
            yield ("recording", str(held.get("recording"))), (str(held.get("sha256")), event.number)
        elif event.type == "segments_sealed":
            for one in held.get("segments", []):
                yield ("tape", str(one.get("file"))), (str(one.get("sha256")), event.number)
        elif event.type == "presentation_started" and held.get("sha256"):
            yield ("presentation", str(held.get("presentation"))), (str(held["sha256"]), event.number)
        elif event.type == "statement_filed" and held.get("document_sha256"):
            yield ("statement", str(held.get("statement"))), (str(held["document_sha256"]), event.number)


def check_attendance(events: Sequence[Event], content: bytes | None) -> Iterator[Finding]:
    """The time that each participant was present is the union of their connections."""
    try:
        listed = {str(row["participant_id"]): float(row["present_s"]) for row in parsed(content)}
    except (ValueError, TypeError, KeyError):
        yield Finding("attendance_unreadable", ATTENDANCE)
        return
    counted = present_s(events)
    for participant in listed.keys() | counted.keys():
        if (
            not abs(listed.get(participant, -1.0) - counted.get(participant, -1.0)) <= TOLERANCE_S
        ):  # not a number is none
            yield Finding("attendance_other", ATTENDANCE, participant=participant)


def present_s(events: Sequence[Event]) -> dict[str, float]:
    """Return the seconds that each participant had at least one connection."""
    total: dict[str, float] = {}
    open_: dict[str, set[str]] = {}
    since: dict[str, datetime] = {}
    now = None
    for event in events:
        now = datetime.fromisoformat(event.at)
        who = str(event.payload.get("participant", ""))
        if event.type == "participant_joined":
            total.setdefault(who, 0.0)
        elif event.type == "connected":
            if not open_.setdefault(who, set()):
                since[who] = now
            open_[who].add(str(event.payload.get("connection")))
        elif event.type == "disconnected":
            was = bool(open_.get(who))
            open_.setdefault(who, set()).discard(str(event.payload.get("connection")))
            if was and not open_[who]:
                total[who] = total.get(who, 0.0) + max(0.0, (now - since[who]).total_seconds())
        elif event.type == "session_closed":
            break
    for who in (who for who, connections in open_.items() if connections and now is not None):
        total[who] = total.get(who, 0.0) + max(0.0, (now - since[who]).total_seconds())  # type: ignore[operator]
    return total


def _by(events: Sequence[Event], type_: str, key: str) -> dict[str, Event]:
    return {str(event.payload.get(key)): event for event in events if event.type == type_}
