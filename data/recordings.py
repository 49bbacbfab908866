"""Archives and recordings: what was kept of a session, and what was made of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import Session as Transaction
from sqlmodel import col, func, select

from data.errors import NotFound
from data.ids import ParticipantId, PersonId, RecordingId, new_id
from data.models import Archive, Participant, Recording

OPEN_STATES = ("capturing", "captured", "processing")


# --- archives -------------------------------------------------------------------------------------------------------------


def begin_archive(session: Transaction, *, session_id: str, room_id: str, now: datetime) -> Archive:
    """Add the archive of a session that is recorded; the one it has, if it has."""
    found = session.get(Archive, session_id)
    if found is None:
        found = Archive(session_id=session_id, room_id=room_id, begun_at=now)
        session.add(found)
        session.flush()
    return found


def close_archive(session: Transaction, *, session_id: str, now: datetime) -> None:
    """
    The session ended: its fragments end too, and where there are none but reserved ones the whole is one recording.

    Does nothing for a session that was not recorded.
    """
    archive = session.get(Archive, session_id)
    if archive is None or archive.closed_at is not None:
        return
    archive.closed_at = now
    fragments = of_session(session, session_id=session_id)
    for fragment in fragments:
        if fragment.state == "capturing":
            end(session, recording_id=fragment.id, now=now)
    if all(fragment.reserved for fragment in fragments):
        add(
            session,
            recording_id=RecordingId(new_id("rc")),
            session_id=session_id,
            room_id=archive.room_id,
            origin="whole",
            begins_at=archive.begun_at,
            ends_at=now,
            now=now,
        )
    session.flush()


def archive(session: Transaction, *, session_id: str) -> Archive | None:
    return session.get(Archive, session_id)


def archives(session: Transaction, *, states: Sequence[str], closed: bool | None = None) -> list[Archive]:
    """Return archives by state, the oldest first; ``closed`` asks whether their session has ended."""
    query = select(Archive).where(col(Archive.state).in_(states))
    if closed is not None:
        moment = col(Archive.closed_at)
        query = query.where(moment.is_not(None) if closed else moment.is_(None))
    return list(session.exec(query.order_by(col(Archive.begun_at), col(Archive.session_id))))


def expired(session: Transaction, *, now: datetime, days: int) -> list[Archive]:
    """Return what is to be deleted now: past its days and not kept, or begun to be deleted before."""
    query = select(Archive).where(
        (col(Archive.state) == "expiring")
        | (
            (col(Archive.state) == "captured")
            & col(Archive.keep).is_(False)
            & (col(Archive.closed_at) <= now - timedelta(days=days))
        )
    )
    return list(session.exec(query.order_by(col(Archive.closed_at), col(Archive.session_id))))


def with_erased_people(session: Transaction) -> list[tuple[Archive, list[str]]]:
    """Return the archives of closed sessions in which somebody was who has been erased since, with their seats."""
    query = (
        select(Archive, Participant.id)
        .join(Participant, col(Participant.session_id) == col(Archive.session_id))
        .where(Archive.state == "captured", col(Participant.erased_at).is_not(None))
        .order_by(col(Archive.session_id), col(Participant.id))
    )
    found: dict[str, tuple[Archive, list[str]]] = {}
    for archive_, seat in session.exec(query):
        found.setdefault(archive_.session_id, (archive_, []))[1].append(seat)
    return list(found.values())


def settle_archive(session: Transaction, *, session_id: str, files: int, bytes_: int) -> None:
    """All its segments are closed and in the log."""
    found = _archive(session, session_id)
    if found.state == "capturing":
        found.state = "captured"
    found.files, found.bytes = files, bytes_
    session.flush()


def keep_archive(session: Transaction, *, session_id: str, keep: bool) -> bool:
    """Return whether that changed anything. Raises ``NotFound`` for what is deleted or being deleted."""
    found = _archive(session, session_id)
    if found.state in ("expiring", "deleted"):
        raise NotFound("archive", session_id)
    changed, found.keep = found.keep is not keep, keep
    session.flush()
    return changed


def expire_archive(session: Transaction, *, session_id: str, reason: str) -> Archive:
    """Mark it as being deleted: from here on nothing of it is served, and the deletion goes on after a crash."""
    found = _archive(session, session_id)
    if found.state != "expiring":
        found.state, found.reason = "expiring", reason
    session.flush()
    return found


def bury_archive(session: Transaction, *, session_id: str, files: int, bytes_: int, digest: str, now: datetime) -> None:
    """Its files are gone: leave the tombstone, also of each recording."""
    found = _archive(session, session_id)
    found.state, found.files, found.bytes, found.digest, found.deleted_at = "deleted", files, bytes_, digest, now
    for recording in of_session(session, session_id=session_id):
        if recording.state != "deleted":
            bury(session, recording_id=recording.id, now=now)
    session.flush()


def _archive(session: Transaction, session_id: str) -> Archive:
    found = session.get(Archive, session_id)
    if found is None:
        raise NotFound("archive", session_id)
    return found


# --- recordings -----------------------------------------------------------------------------------------------------------


def add(
    session: Transaction,
    *,
    recording_id: str,
    session_id: str,
    room_id: str,
    begins_at: datetime,
    now: datetime,
    name: str = "",
    takes: str = "stage_and_cameras",
    origin: str = "fragment",
    ends_at: datetime | None = None,
    reserved: bool = False,
) -> Recording:
    """Add a recording; with an end it is ready to be put together."""
    count = session.exec(select(func.count()).where(col(Recording.session_id) == session_id)).one()
    recording = Recording(
        id=recording_id,
        session_id=session_id,
        room_id=room_id,
        number=count + 1,
        name=name,
        takes=takes,
        origin=origin,
        begins_at=begins_at,
        ends_at=ends_at,
        state="capturing" if ends_at is None else "captured",
        reserved=reserved,
        created_at=now,
    )
    session.add(recording)
    session.flush()
    return recording


def end(session: Transaction, *, recording_id: str, now: datetime) -> None:
    found = session.get(Recording, recording_id)
    if found is not None and found.state == "capturing":
        found.ends_at, found.state = now, "captured"
        session.flush()


def get(session: Transaction, *, recording_id: str) -> Recording:
    """Raises ``NotFound``; a deleted one is found."""
    found = session.get(Recording, recording_id)
    if found is None:
        raise NotFound("recording", recording_id)
    return found


def of_session(session: Transaction, *, session_id: str) -> list[Recording]:
    query = select(Recording).where(col(Recording.session_id) == session_id)
    return list(session.exec(query.order_by(col(Recording.number))))


def of_rooms(session: Transaction, *, room_ids: Sequence[str]) -> list[Recording]:
    """Return the recordings of rooms, the newest first; deleted ones are not among them."""
    query = select(Recording).where(col(Recording.room_id).in_(room_ids), col(Recording.state) != "deleted")
    return list(session.exec(query.order_by(col(Recording.begins_at).desc(), col(Recording.id))))


def released(session: Transaction, *, room_id: str) -> list[Recording]:
    """Return what the suppliers of a tender may watch in its room, the newest first."""
    query = (
        select(Recording)
        .join(Archive, col(Archive.session_id) == col(Recording.session_id))
        .where(
            Recording.room_id == room_id,
            Recording.state == "ready",
            col(Recording.released).is_(True),
            col(Recording.reserved).is_(False),
            Archive.state == "captured",
        )
    )
    return list(session.exec(query.order_by(col(Recording.begins_at).desc(), col(Recording.id))))


def due(session: Transaction, *, recording_id: str = "") -> list[Recording]:
    """Return what is to be put together, the oldest first: of sessions that ended and whose tape is whole; or the one, if it is."""
    query = (
        select(Recording)
        .join(Archive, col(Archive.session_id) == col(Recording.session_id))
        .where(col(Recording.state).in_(("captured", "processing")), col(Archive.state) == "captured")
    )
    if recording_id:
        query = query.where(col(Recording.id) == recording_id)
    return list(session.exec(query.order_by(col(Recording.created_at), col(Recording.id))))


def change(session: Transaction, /, *, recording_id: str, **values: object) -> Recording:
    """Set columns of a recording. Raises ``NotFound``."""
    found = get(session, recording_id=recording_id)
    for name, value in values.items():
        setattr(found, name, value)
    session.flush()
    return found


def bury(session: Transaction, *, recording_id: str, now: datetime) -> Recording:
    """Its file is gone: the row stays, with the hash of what there was."""
    found = get(session, recording_id=recording_id)
    found.state, found.file, found.deleted_at = "deleted", "", now
    found.shared = found.released = False
    session.flush()
    return found


def was_there(session: Transaction, *, session_id: str, person_id: PersonId) -> ParticipantId | None:
    """Return the seat that a person had in a session."""
    query = select(Participant.id).where(Participant.session_id == session_id, Participant.person_id == person_id)
    found = session.exec(query).first()
    return None if found is None else ParticipantId(found)
