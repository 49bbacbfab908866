"""
Erasing a person from recordings: what was taped of them goes, and what was made with it is made again without.

``data.erase`` empties their rows; this follows at the next sweep. The tape itself is what says that there is work to do: its files go last, so that
work that was cut off is done again.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from apps.live import ledger
from apps.live.events_recording import SegmentsErased
from apps.recording import places
from apps.recording.spool import Spool
from data import recordings
from data.ids import ParticipantId, SessionId
from data.models import Recording
from media_core.tape.files import closed_segments

if TYPE_CHECKING:
    from sqlmodel import Session as Transaction


def segments_of_members(folder: Path, members: Iterable[str]) -> list[str]:
    """Return the names of the tape's files that hold something of these people."""
    wanted = frozenset(members)
    return [segment.file for segment in closed_segments(folder) if segment.member in wanted]


def note_erased(
    session: Transaction, session_id: str, *, members: Sequence[str], files: Sequence[str], now: datetime
) -> list[Recording]:
    """Put into the log what goes, and have every recording of the session made again; return them."""
    known = {
        file
        for line in ledger.lines_since(session, SessionId(session_id), 0)
        if isinstance(line.event, SegmentsErased)
        for file in line.event.files
    }
    new = tuple(file for file in files if file not in known)
    if new:
        event = SegmentsErased(participants=tuple(ParticipantId(each) for each in members), files=new)
        ledger.append_after(session, SessionId(session_id), now=now, events=[event])
    again = [row for row in recordings.of_session(session, session_id=session_id) if row.state != "deleted"]
    for row in again:
        recordings.change(
            session,
            recording_id=row.id,
            state="captured",
            attempts=0,
            code="",
            file="",
            sha256="",
            bytes=0,
            progress=0.0,
        )
    return again


def delete_traces(home: Path, session_id: str, made: Iterable[str], files: Iterable[str], spool: Spool) -> None:
    """Delete what was made of a session's tape, then the files of the tape that hold somebody."""
    folder = places.session_folder(home, session_id)
    for recording in made:
        spool.take_back(recording)
        shutil.rmtree(places.work_folder(home, session_id, recording), ignore_errors=True)
        for file in (*folder.glob(f"{recording}.*"), *folder.glob(f".{recording}.*")):
            file.unlink(missing_ok=True)
    for name in files:
        (places.tape_folder(home, session_id) / name).unlink(missing_ok=True)
