"""All checks of one dossier, in order, and what there is to tell of a sound one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sala_verify import chain, members, record
from sala_verify.chain import Event
from sala_verify.findings import Finding
from sala_verify.members import Dossier
from sala_verify.reading import parsed


@dataclass(frozen=True, slots=True)
class Verdict:
    """``findings`` is empty for a dossier in which nothing was changed; ``facts`` are what it is about, for its reader."""

    findings: tuple[Finding, ...]
    facts: dict[str, Any]


def verify(path: Path, *, key: str = "", head: str = "", receipt: bytes | None = None) -> Verdict:
    """
    Check a dossier.

    Args:
        key: Fingerprint of the key that the organisation published, or its beginning. Without it the dossier is only held against itself.
        head: A hash that somebody noted, or its beginning: it must be among the dossier's events.
        receipt: A participant's receipt, as it was downloaded.

    Raises:
        OSError: If the file can't be read.
    """
    with Dossier(path) as dossier:
        if not dossier.entries:
            return Verdict((Finding("not_a_dossier"),), {})
        found = list(members.check_signature(dossier, expected=key))
        events, bad = chain.read(dossier.read(chain.MEMBER) or b"")
        broken = _chain(dossier, events, bad)
        found += broken
        found += members.check_members(dossier)
        found += members.check_container(dossier)
        # what follows from broken events says nothing of files that are as they were signed
        found += [one for one in _record(dossier, events) if not broken or one.member in dossier.changed]
        if head and not any(event.hash.startswith(head.lower()) for event in events):
            found.append(Finding("head_unknown", chain.MEMBER, head=head))
        if receipt is not None:
            found += _receipt(dossier, events, receipt)
        return Verdict(tuple(_placed(found)), _facts(dossier, events))


def _chain(dossier: Dossier, events: Sequence[Event], bad: Sequence[int]) -> list[Finding]:
    held = dossier.manifest
    head: Any = held.get("head")
    head = head if isinstance(head, dict) else {}
    length = head.get("number") if isinstance(head.get("number"), int) else 0
    session = held.get("session") if isinstance(held.get("session"), str) else ""
    found = list(chain.check(events, bad, session=str(session), length=length or 0))
    last = next((event for event in events if event.number == length), None)
    if length and last is not None and last.hash != head.get("hash"):
        found.append(Finding("head_other", chain.MEMBER, number=length))
    return found


def _record(dossier: Dossier, events: Sequence[Event]) -> list[Finding]:
    """Hold what stands beside the events against them."""
    ordered = sorted(events, key=lambda event: event.number)
    hashes = {
        entry.name: weight.sha256 for entry, weight in dossier.weights.items() if entry.name not in dossier.changed
    }
    return [
        *record.check_people(ordered, dossier.read(record.PEOPLE)),
        *record.check_chat(ordered, dossier.read(record.CHAT)),
        *record.check_statements(ordered, dossier.read(record.STATEMENTS)),
        *record.check_files(ordered, dossier.read(record.FILES), hashes),
        *record.check_attendance(ordered, dossier.read(record.ATTENDANCE)),
    ]


def _receipt(dossier: Dossier, events: Sequence[Event], content: bytes) -> list[Finding]:
    held = parsed(content)
    try:
        signature = bytes.fromhex(held.pop("signature"))
        number, own, session = held["head"]["number"], held["head"]["hash"], held["session"]
        body = json.dumps(held, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    except (ValueError, KeyError, TypeError, AttributeError):
        return [Finding("receipt_unreadable")]
    found = []
    key = members.key_of(dossier.read(members.PUBLIC_KEY) or b"")
    if key is None or not members.is_signed(key, signature, body):
        found.append(Finding("receipt_signature"))
    if session != dossier.manifest.get("session"):
        found.append(Finding("receipt_session"))
    elif not any(event.number == number and event.hash == own for event in events):
        found.append(Finding("receipt_head", chain.MEMBER, number=number))
    return found


def _placed(found: Sequence[Finding]) -> list[Finding]:
    """Leave out what only repeats, without its place, what another finding says of the same file."""
    placed = {one.member for one in found if one.code not in _VAGUE}
    return [one for one in dict.fromkeys(found) if one.code not in _VAGUE or one.member not in placed]


_VAGUE = frozenset({"member_changed", "member_changed_at", "member_length"})


def _facts(dossier: Dossier, events: Sequence[Event]) -> dict[str, Any]:
    key = members.key_of(dossier.read(members.PUBLIC_KEY) or b"")
    people = record.rows(dossier.read(record.PEOPLE)).values()
    included = [name for name in dossier.signed if "/" in name]
    return {
        "session": dossier.manifest.get("session", ""),
        "title": dossier.manifest.get("title", ""),
        "opened_at": dossier.manifest.get("opened_at", ""),
        "closed_at": dossier.manifest.get("closed_at", ""),
        "events": len(events),
        "head": events[-1].hash if events else "",
        "people": len(people),
        "erased": sum(bool(person.get("erased")) for person in people),
        "messages": len(record.rows(dossier.read(record.CHAT))),
        "files": len(included),
        "key": members.fingerprint(key) if key else "",
    }
