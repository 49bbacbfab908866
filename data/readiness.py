"""What people's checks before a session found: the last one of each person and room."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session, select

from data.models import Readiness


def save(
    session: Session,
    *,
    room_id: str,
    person_id: str,
    camera: str,
    microphone: str,
    path: str,
    uplink_bps: int | None,
    round_trip_ms: int | None,
    verdict: str,
    now: datetime,
) -> Readiness:
    """Remember a check; an earlier one of the person for this room is replaced."""
    found = session.get(Readiness, (room_id, person_id))
    if found is not None:
        session.delete(found)
        session.flush()
    made = Readiness(
        room_id=room_id,
        person_id=person_id,
        checked_at=now,
        camera=camera,
        microphone=microphone,
        path=path,
        uplink_bps=uplink_bps,
        round_trip_ms=round_trip_ms,
        verdict=verdict,
    )
    session.add(made)
    session.flush()
    return made


def of_person(session: Session, *, room_id: str, person_id: str) -> Readiness | None:
    """Return a person's last check for a room."""
    return session.get(Readiness, (room_id, person_id))


def of_room(session: Session, *, room_id: str) -> dict[str, Readiness]:
    """Return the last checks for a room, by person."""
    return {found.person_id: found for found in session.exec(select(Readiness).where(Readiness.room_id == room_id))}
