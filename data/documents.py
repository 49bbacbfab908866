"""Presentations: the library of an account, what is at hand in a room, and the state of their conversion, which is the queue too."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, func, select

from data.errors import NotFound
from data.ids import PresentationId, RoomId, new_id
from data.models import Presentation, RoomPresentation

OPEN_STATES = ("waiting", "converting")


def create(
    session: Session,
    /,
    *,
    room_id: RoomId,
    owner_id: str,
    uploaded_by: str,
    kind: str,
    title: str,
    now: datetime,
    presentation_id: str | None = None,
    **values: Any,
) -> Presentation:
    """Add a presentation to a library and, as its last, to a room. ``values``: further columns."""
    row = Presentation(
        id=presentation_id or new_id("pn"),
        owner_id=owner_id,
        uploaded_by=uploaded_by,
        kind=kind,
        title=title,
        created_at=now,
        **values,
    )
    session.add(row)
    session.flush()
    put_into_room(session, room_id=room_id, presentation_id=PresentationId(row.id), now=now)
    return row


def get(session: Session, *, presentation_id: str) -> Presentation:
    """Return one that is not deleted. Raises ``NotFound``."""
    row = session.get(Presentation, presentation_id)
    if row is None or row.deleted_at is not None:
        raise NotFound("presentation", presentation_id)
    return row


def in_room(session: Session, *, room_id: RoomId, presentation_id: str) -> Presentation | None:
    """Return one that is at hand in a room."""
    at_hand = session.get(RoomPresentation, (room_id, presentation_id))
    row = session.get(Presentation, presentation_id) if at_hand else None
    return row if row is not None and row.deleted_at is None else None


def of_room(session: Session, *, room_id: RoomId) -> list[Presentation]:
    """Return what is at hand in a room, in its order."""
    query = (
        select(Presentation)
        .join(RoomPresentation, col(RoomPresentation.presentation_id) == col(Presentation.id))
        .where(RoomPresentation.room_id == room_id, col(Presentation.deleted_at).is_(None))
        .order_by(col(RoomPresentation.place), col(RoomPresentation.added_at))
    )
    return list(session.exec(query))


def library(session: Session, *, owner_id: str) -> list[Presentation]:
    """Return all of an account, the newest first."""
    query = select(Presentation).where(Presentation.owner_id == owner_id, col(Presentation.deleted_at).is_(None))
    return list(session.exec(query.order_by(col(Presentation.created_at).desc(), col(Presentation.id))))


def shown(session: Session, *, presentation_ids: Sequence[str]) -> dict[str, tuple[str, int]]:
    """Return titles and numbers of ready pages by id, those of deleted ones too."""
    query = select(Presentation).where(col(Presentation.id).in_(presentation_ids))
    return {row.id: (row.title, row.pages_ready) for row in session.exec(query)}


def put_into_room(session: Session, *, room_id: RoomId, presentation_id: PresentationId, now: datetime) -> None:
    """Put one at the end of a room's order; one that is there stays where it is."""
    if session.get(RoomPresentation, (room_id, presentation_id)) is not None:
        return
    last = session.exec(select(func.max(RoomPresentation.place)).where(RoomPresentation.room_id == room_id)).one()
    place = 1 if last is None else last + 1
    session.add(RoomPresentation(room_id=room_id, presentation_id=presentation_id, place=place, added_at=now))
    session.flush()


def take_from_room(session: Session, *, room_id: RoomId, presentation_id: str) -> None:
    at_hand = session.get(RoomPresentation, (room_id, presentation_id))
    if at_hand is not None:
        session.delete(at_hand)
        session.flush()


def order_room(session: Session, *, room_id: RoomId, presentation_ids: Sequence[str]) -> None:
    """Put those named first, in this order; the others keep theirs behind them."""
    places = session.exec(select(RoomPresentation).where(RoomPresentation.room_id == room_id)).all()
    wanted = {presentation: place for place, presentation in enumerate(presentation_ids)}
    ordered = sorted(places, key=lambda at: (wanted.get(at.presentation_id, len(wanted)), at.place))
    for place, at_hand in enumerate(ordered, start=1):
        at_hand.place = place
    session.flush()


def delete(session: Session, *, presentation_id: str, now: datetime) -> None:
    """Take one out of the library and of every room; its row stays. The caller deletes the files."""
    row = get(session, presentation_id=presentation_id)
    row.deleted_at, row.stored_bytes = now, 0
    for at_hand in session.exec(select(RoomPresentation).where(RoomPresentation.presentation_id == row.id)):
        session.delete(at_hand)
    session.flush()


def rooms_of(session: Session, *, presentation_id: str) -> list[RoomId]:
    """Return the rooms where one is at hand."""
    query = select(RoomPresentation.room_id).where(RoomPresentation.presentation_id == presentation_id)
    return [RoomId(room_id) for room_id in session.exec(query)]


def count_in_room(session: Session, *, room_id: RoomId) -> int:
    return session.exec(select(func.count()).where(RoomPresentation.room_id == room_id)).one()


def stored_bytes_of(session: Session, *, owner_id: str) -> int:
    """Return what an account's library takes on the disk."""
    query = select(func.coalesce(func.sum(Presentation.stored_bytes), 0)).where(Presentation.owner_id == owner_id)
    return int(session.exec(query).one())


# --- the queue ------------------------------------------------------------------------------------------------------------


def waiting(session: Session) -> list[Presentation]:
    """Return what is to be converted, the oldest first; what a stopped process was at comes back with it."""
    query = select(Presentation).where(col(Presentation.state).in_(OPEN_STATES), col(Presentation.deleted_at).is_(None))
    return list(session.exec(query.order_by(col(Presentation.created_at), col(Presentation.id))))


def change(session: Session, /, *, presentation_id: str, **values: Any) -> Presentation | None:
    """Set columns of one; ``None`` if it was deleted meanwhile."""
    row = session.get(Presentation, presentation_id)
    if row is None or row.deleted_at is not None:
        return None
    for name, value in values.items():
        setattr(row, name, value)
    session.flush()
    return row
