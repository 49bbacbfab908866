"""The library of presentations: rooms, order, deletion, the queue of conversions."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import Session

from data import accounts, documents, rooms
from data.database import Database
from data.errors import NotFound
from data.ids import PresentationId, RoomId
from tests.data.conftest import NOW


def two_rooms(session: Session) -> tuple[str, RoomId, RoomId]:
    owner = accounts.create(session, email="ana@example.org", name="Ana", role="moderator", password_hash="", now=NOW)
    made = [rooms.create(session, slug=slug, owner_id=owner.id, title=slug, now=NOW) for slug in ("one", "two")]
    return owner.id, RoomId(made[0].id), RoomId(made[1].id)


def add(session: Session, room: RoomId, owner: str, title: str, minute: int = 0) -> str:
    moment = NOW + timedelta(minutes=minute)
    row = documents.create(
        session,
        room_id=room,
        owner_id=owner,
        uploaded_by=owner,
        kind="document",
        title=title,
        now=moment,
        stored_bytes=10,
    )
    return row.id


def test_a_room_has_its_own_order_and_the_library_all(database: Database) -> None:
    def story(session: Session) -> None:
        owner, one, two = two_rooms(session)
        a, b, c = (add(session, one, owner, title, minute) for minute, title in enumerate("abc"))
        documents.order_room(session, room_id=one, presentation_ids=[c, a])
        documents.put_into_room(session, room_id=two, presentation_id=PresentationId(b), now=NOW)
        documents.put_into_room(session, room_id=two, presentation_id=PresentationId(b), now=NOW)
        assert [row.id for row in documents.of_room(session, room_id=one)] == [c, a, b]
        assert [row.id for row in documents.of_room(session, room_id=two)] == [b]
        assert [row.title for row in documents.library(session, owner_id=owner)] == ["c", "b", "a"]
        documents.take_from_room(session, room_id=one, presentation_id=b)
        assert documents.in_room(session, room_id=one, presentation_id=b) is None
        assert documents.rooms_of(session, presentation_id=b) == [two]

    database.run_now(story)


def test_a_deleted_one_is_nowhere_but_keeps_its_title(database: Database) -> None:
    def story(session: Session) -> None:
        owner, one, _two = two_rooms(session)
        gone = add(session, one, owner, "gone")
        assert documents.stored_bytes_of(session, owner_id=owner) == 10
        documents.delete(session, presentation_id=gone, now=NOW)
        assert documents.of_room(session, room_id=one) == documents.library(session, owner_id=owner) == []
        assert documents.stored_bytes_of(session, owner_id=owner) == documents.count_in_room(session, room_id=one) == 0
        assert documents.shown(session, presentation_ids=[gone]) == {gone: ("gone", 0)}
        assert documents.change(session, presentation_id=gone, state="ready") is None
        with pytest.raises(NotFound):
            documents.get(session, presentation_id=gone)

    database.run_now(story)


def test_the_queue_is_what_is_not_done_the_oldest_first(database: Database) -> None:
    def story(session: Session) -> None:
        owner, one, _two = two_rooms(session)
        late, early, done = (
            add(session, one, owner, title, minute) for title, minute in (("l", 2), ("e", 1), ("d", 0))
        )
        documents.change(session, presentation_id=late, state="converting")
        documents.change(session, presentation_id=done, state="ready")
        assert [row.id for row in documents.waiting(session)] == [early, late]

    database.run_now(story)
