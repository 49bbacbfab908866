from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError

from data import invitations
from data.database import Database, open_database
from tests.data.planned import LATER, NOW, add_invitation, add_room


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with open_database(tmp_path) as database:
        yield database


def test_an_invitation_is_found_by_id_link_and_address(database: Database) -> None:
    made = database.run_now(add_invitation)
    assert database.read_now(invitations.get, invitation_id=made.id) == made
    assert database.read_now(invitations.by_token_hash, token_hash=made.token_hash) == made
    assert database.read_now(invitations.by_email, room_id=made.room_id, email=made.email) == made
    assert database.read_now(invitations.of_room, room_id=made.room_id) == [made]
    found = database.read_now(invitations.with_room, token_hash=made.token_hash)
    assert found is not None
    assert (found[0].id, found[1].id) == (made.id, made.room_id)
    assert database.read_now(invitations.with_room, token_hash="none") is None
    assert database.read_now(invitations.get, invitation_id="in_none") is None


def test_an_address_is_invited_once_to_a_room(database: Database) -> None:
    room = database.run_now(add_room)
    database.run_now(add_invitation, room=room)
    with pytest.raises(IntegrityError):
        database.run_now(add_invitation, room=room)


def test_ban_and_revocation_keep_their_first_moment_and_are_lifted_by_a_new_link(database: Database) -> None:
    made = database.run_now(add_invitation)
    for now in (NOW, LATER):
        database.run_now(invitations.ban, invitation_id=made.id, now=now)
        database.run_now(invitations.revoke, invitation_id=made.id, now=now)
    found = database.read_now(invitations.get, invitation_id=made.id)
    assert found is not None
    assert (found.banned_at, found.revoked_at) == (NOW, NOW)
    expires_at = LATER + timedelta(days=1)
    renewed = database.run_now(
        invitations.renew, invitation_id=made.id, token_hash="new", now=LATER, expires_at=expires_at
    )
    assert renewed is not None
    assert (renewed.banned_at, renewed.revoked_at, renewed.expires_at) == (None, None, expires_at)
    assert database.read_now(invitations.by_token_hash, token_hash=made.token_hash) is None
    assert database.read_now(invitations.by_token_hash, token_hash="new") is not None


def test_role_answer_and_expiry_change(database: Database) -> None:
    made = database.run_now(add_invitation)
    database.run_now(invitations.set_role, invitation_id=made.id, role="moderator")
    database.run_now(invitations.set_answer, invitation_id=made.id, answer="accepted", now=NOW)
    database.run_now(invitations.set_answer, invitation_id=made.id, answer="declined", now=LATER)
    assert database.run_now(invitations.set_expiry, room_id=made.room_id, expires_at=LATER) == 1
    found = database.read_now(invitations.get, invitation_id=made.id)
    assert found is not None
    assert (found.role, found.answer, found.answered_at, found.expires_at) == ("moderator", "declined", LATER, LATER)


def test_what_is_not_there_is_not_changed(database: Database) -> None:
    assert database.run_now(invitations.ban, invitation_id="x", now=NOW) is None
    assert database.run_now(invitations.revoke, invitation_id="x", now=NOW) is None
    assert database.run_now(invitations.set_role, invitation_id="x", role="moderator") is None
    assert database.run_now(invitations.set_answer, invitation_id="x", answer="accepted", now=NOW) is None
    assert database.run_now(invitations.renew, invitation_id="x", token_hash="h", now=NOW, expires_at=None) is None


def test_moderators_stand_first_in_a_room_s_list(database: Database) -> None:
    room = database.run_now(add_room)
    first = database.run_now(add_invitation, room=room, email="a@x.example")
    second = database.run_now(add_invitation, room=room, email="b@x.example")
    database.run_now(invitations.set_role, invitation_id=second.id, role="moderator")
    assert [found.id for found in database.read_now(invitations.of_room, room_id=room.id)] == [second.id, first.id]
