from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import Session as Transaction

from data import rooms
from data.database import Database, open_database
from data.ids import new_id
from data.models import Room, Session
from tests.data.planned import LATER, NOW, add_account, add_room


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with open_database(tmp_path) as database:
        yield database


def test_a_room_is_found_by_id_and_slug(database: Database) -> None:
    room = database.run_now(add_room, title="Ședință")
    assert database.read_now(rooms.get, room_id=room.id) == room
    assert database.read_now(rooms.by_slug, slug=room.slug) == room
    assert database.read_now(rooms.slug_taken, slug=room.slug)
    assert database.read_now(rooms.get, room_id="rm_none") is None
    assert database.read_now(rooms.by_slug, slug="none") is None
    assert not database.read_now(rooms.slug_taken, slug="none")


def test_an_archived_room_keeps_its_slug_but_is_not_found_by_it(database: Database) -> None:
    room = database.run_now(add_room)
    archived = database.run_now(rooms.archive, room_id=room.id, now=NOW)
    again = database.run_now(rooms.archive, room_id=room.id, now=LATER)
    assert archived is not None
    assert archived.archived_at == NOW
    assert again is not None
    assert again.archived_at == NOW
    assert again.revision == 1
    assert database.read_now(rooms.by_slug, slug=room.slug) is None
    assert database.read_now(rooms.slug_taken, slug=room.slug)
    assert database.read_now(rooms.list_for, owner_id=None) == []
    assert [found.id for found in database.read_now(rooms.list_for, owner_id=None, archived=True)] == [room.id]


def test_owners_see_their_own_rooms_and_administrators_all_of_them(database: Database) -> None:
    def fill(session: Transaction) -> tuple[Room, Room, Room]:
        mine, theirs = add_account(session), add_account(session)
        undated = add_room(session, owner=mine)
        early = add_room(session, owner=mine, starts_at=NOW)
        late = add_room(session, owner=theirs, starts_at=NOW + timedelta(days=3))
        return undated, early, late

    undated, early, late = database.run_now(fill)
    listed = database.read_now(rooms.list_for, owner_id=undated.owner_id)
    assert [room.id for room in listed] == [early.id, undated.id]
    assert [room.id for room in database.read_now(rooms.list_for, owner_id=None)] == [late.id, early.id, undated.id]


def test_an_update_replaces_the_settings_and_counts(database: Database) -> None:
    room = database.run_now(add_room)
    for expected in (1, 2):
        changed = database.run_now(
            rooms.update,
            room_id=room.id,
            title="Alt titlu",
            description="d",
            starts_at=LATER,
            length_min=90,
            zone="Europe/Bucharest",
            language="ro",
            max_participants=7,
            record=True,
        )
        assert changed is not None
        assert changed.revision == expected
    assert changed is not None
    assert (changed.title, changed.starts_at, changed.length_min, changed.record) == ("Alt titlu", LATER, 90, True)
    assert changed.slug == room.slug


def test_what_is_not_there_is_not_changed(database: Database) -> None:
    assert database.run_now(rooms.archive, room_id="rm_none", now=NOW) is None
    values = {"description": "", "starts_at": None, "length_min": None, "zone": "UTC", "language": "en"}
    nothing = database.run_now(rooms.update, room_id="rm_none", title="x", max_participants=2, record=False, **values)  # type: ignore[arg-type]
    assert nothing is None


def test_a_room_knows_whether_a_session_is_open(database: Database) -> None:
    room = database.run_now(add_room)

    def open_one(session: Transaction) -> None:
        session.add(Session(id=new_id("se"), room_id=room.id, opened_at=NOW, closed_at=LATER))
        assert not rooms.has_open_session(session, room_id=room.id)
        session.add(Session(id=new_id("se"), room_id=room.id, opened_at=NOW))
        assert rooms.has_open_session(session, room_id=room.id)

    database.run_now(open_one)
