"""What becomes of an archive, in tables and log, each in one transaction; and what the jobs process is told. Called by ``Archivist`` through the database."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from apps.i18n import translate
from apps.live import ledger
from apps.live.events import LiveEvent
from apps.live.events_presenting import PresentationStarted
from apps.live.events_recording import ArchiveDeleted, RecordingDeleted, RecordingReady, Segment, SegmentsSealed
from apps.recording import places
from apps.recording.reserved import numbered_suppliers
from apps.recording.scenes import Wanted, plan_of
from data import documents, participants, recordings, rooms
from data.ids import SessionId
from data.models import Recording

if TYPE_CHECKING:
    from sqlmodel import Session as Transaction


def settle(session: Transaction, session_id: str, *, found: Sequence[Segment], now: datetime) -> None:
    """Note the segments that the log does not have yet, and that the archive is whole."""
    stored = ledger.lines_since(session, SessionId(session_id), 0)
    known = {each.file for line in stored if isinstance(line.event, SegmentsSealed) for each in line.event.segments}
    missing = tuple(each for each in found if each.file not in known)
    if missing:
        _append(session, session_id, now, SegmentsSealed(segments=missing))
    recordings.settle_archive(
        session, session_id=session_id, files=len(found), bytes_=sum(each.bytes for each in found)
    )


def make_ready(session: Transaction, recording: Recording, result: dict[str, Any], *, now: datetime) -> None:
    gaps = tuple((int(begin), int(end)) for begin, end in result["gaps"])
    row = recordings.change(
        session,
        recording_id=recording.id,
        state="ready",
        progress=1.0,
        remaining_s=0,
        file=str(result["file"]),
        sha256=str(result["sha256"]),
        bytes=int(result["bytes"]),
        duration_ms=int(result["duration_ms"]),
        gaps=[list(gap) for gap in gaps],
        ready_at=now,
        code="",
    )
    event = RecordingReady.model_validate(
        {"recording": row.id, "sha256": row.sha256, "bytes": row.bytes, "duration_ms": row.duration_ms, "gaps": gaps}
    )
    _append(session, row.session_id, now, event)


def bury(session: Transaction, session_id: str, *, bytes_: int, now: datetime) -> None:
    """Leave the tombstone, in the tables and in the log."""
    archive = recordings.archive(session, session_id=session_id)
    if archive is None or archive.state == "deleted":
        return
    hashes = hashes_of(session, session_id)
    digest = hashlib.sha256("".join(f"{sha}  {file}\n" for file, sha in sorted(hashes.items())).encode()).hexdigest()
    recordings.bury_archive(session, session_id=session_id, files=len(hashes), bytes_=bytes_, digest=digest, now=now)
    reason = "moderator" if archive.reason == "moderator" else "expired"
    _append(session, session_id, now, ArchiveDeleted(reason=reason, files=len(hashes), bytes=bytes_, digest=digest))


def bury_recording(session: Transaction, recording_id: str, *, now: datetime) -> None:
    row = recordings.get(session, recording_id=recording_id)
    if row.state != "deleted":
        recordings.bury(session, recording_id=recording_id, now=now)
        _append(
            session, row.session_id, now, RecordingDeleted.model_validate({"recording": row.id, "sha256": row.sha256})
        )


def hashes_of(session: Transaction, session_id: str) -> dict[str, str]:
    """Return file and hash of all that was ever kept of a session, from its log."""
    found: dict[str, str] = {}
    for line in ledger.lines_since(session, SessionId(session_id), 0):
        if isinstance(line.event, SegmentsSealed):
            found |= {each.file: each.sha256 for each in line.event.segments}
        elif isinstance(line.event, RecordingReady):
            found[line.event.recording] = line.event.sha256
    return found


def buried_sessions(session: Transaction) -> list[str]:
    return [archive.session_id for archive in recordings.archives(session, states=("deleted",))]


def job_of(session: Transaction, recording: Recording, home: Path) -> dict[str, Any]:
    """Return the job that makes a recording: all that the jobs process needs to know."""
    room = rooms.get(session, room_id=recording.room_id)
    people = participants.of_session(session, session_id=SessionId(recording.session_id))
    names = {row.id: row.name for row in people}
    lines = ledger.lines_since(session, SessionId(recording.session_id), 0)
    shown = [line.event.presentation for line in lines if isinstance(line.event, PresentationStarted)]
    names |= {id_: title for id_, (title, _) in documents.shown(session, presentation_ids=shown).items()}
    language = room.language if room else "en"
    if room is not None and room.kind == "tender" and not recording.reserved:
        names |= numbered_suppliers(lines, partial(translate, language))
    title = room.title if room else ""
    wanted = Wanted(
        session=recording.session_id,
        begins_at=recording.begins_at,
        ends_at=recording.ends_at or recording.begins_at,
        takes=recording.takes,  # type: ignore[arg-type]  # checked when it was asked for
        title=f"{title}: {recording.name}" if recording.name else title,
        no_media=translate(language, "no media {begin}–{end}"),
        erased=frozenset(row.id for row in people if row.erased_at is not None),
        reserved=recording.reserved,
        withheld=translate(language, "Reserved part"),
        youtube=translate(language, "A YouTube video was shown here; it is not part of the recording."),
    )
    plan = plan_of(wanted, lines, names, home).to_json()
    suffix = "m4a" if recording.takes == "sound" else "mp4"
    version = hashlib.sha256(plan.encode()).hexdigest()[:16]  # pieces of another plan hold somebody who has been erased
    return {
        "plan": plan,
        "tape": str(places.tape_folder(home, recording.session_id)),
        "work": str(places.work_folder(home, recording.session_id, recording.id) / version),
        "file": str(places.recording_file(home, recording.session_id, f"{recording.id}.{suffix}")),
    }


def _append(session: Transaction, session_id: str, now: datetime, event: LiveEvent) -> None:
    ledger.append_after(session, SessionId(session_id), now=now, events=[event])
