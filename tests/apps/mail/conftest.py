"""What the tests of mail share: a database, and a way to queue an invitation."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import Session

from data import invitations, mail
from data.database import Database, open_database
from data.models import Invitation, Mail
from tests.apps.mail.letters import SECRET
from tests.data.planned import NOW, add_account, add_room


@pytest.fixture
def database(home: Path) -> Iterator[Database]:
    with open_database(home) as database:
        yield database


def queue_one(
    session: Session, *, email: str = "ion@firma.example", kind: str = "invitation"
) -> tuple[Invitation, Mail]:
    """Queue a message to somebody invited to a room of their own."""
    owner = add_account(session)
    room = add_room(session, owner=owner, title="Instruire SSM", starts_at=NOW, length_min=45, language="ro")
    invitation = invitations.create(
        session, room_id=room.id, email=email, name="Ion Țepeș", token_hash=f"hash of {room.id}", now=NOW, language="ro"
    )
    secret = SECRET if kind == "invitation" else ""
    return invitation, mail.queue(session, invitation_id=invitation.id, now=NOW, kind=kind, secret=secret)
