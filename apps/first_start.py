"""What the first start makes: an administrator, so that somebody can sign in, and with ``--demo`` a room with ready links."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from apps.keys import write_private
from apps.passwords import hash_password, new_password
from apps.planning.links import hash_of, problem_of
from data import accounts, invitations, rooms
from data.models import Room

if TYPE_CHECKING:
    from sqlmodel import Session

ADMINISTRATOR_EMAIL = "admin@localhost"
ADMINISTRATOR_NAME = "Administrator"
DEMO_SLUG = "demo"
DEMO_TITLE = "Demo conference"
DEMO_PEOPLE = {  # key in demo.json: name, role
    "moderator": ("Maria Moderator", "moderator"),
    "participant-1": ("Paul Participant", "participant"),
    "participant-2": ("Petra Participant", "participant"),
}


@dataclass(frozen=True, slots=True)
class Welcome:
    """What a start made that a person must be told once; empty where there is nothing to tell."""

    password: str = ""
    """Of the administrator that this start made."""
    demo_links: tuple[tuple[str, str], ...] = ()
    """Name of a person of the demo room, and path of their link."""


def make_ready(session: Session, *, home: Path, demo: bool, now: datetime) -> Welcome:
    """Do what a start has to do in the database, in one transaction. Hashes a password at the first start: 70 ms."""
    password = ""
    if not any(account.role == "administrator" for account in accounts.list_all(session)):
        password = new_password()
        accounts.create(
            session,
            email=ADMINISTRATOR_EMAIL,
            name=ADMINISTRATOR_NAME,
            role="administrator",
            password_hash=hash_password(password),
            now=now,
        )
    return Welcome(password, demo_links(session, demo_secrets(home), now=now) if demo else ())


def demo_secrets(home: Path) -> dict[str, str]:
    """Return the secrets of the demo's links, made at the first start with a demo: they stay the same for a home folder."""
    file = home / "keys" / "demo.json"
    kept: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}
    known = {person: kept.get(person) or secrets.token_urlsafe(32) for person in DEMO_PEOPLE}
    if known != kept:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_private(file, json.dumps(known))
    return known


def demo_links(session: Session, secrets_: dict[str, str], *, now: datetime) -> tuple[tuple[str, str], ...]:
    """Make the demo room and its invitations, or make them valid again where somebody was removed."""
    room = rooms.by_slug(session, slug=DEMO_SLUG) or _demo_room(session, now=now)
    for person, (name, role) in DEMO_PEOPLE.items():
        _invite(session, room, f"{person}@demo.invalid", name, role, hash_of(secrets_[person]), now=now)
    return tuple((DEMO_PEOPLE[person][0], f"/j/{secrets_[person]}") for person in DEMO_PEOPLE)


def _demo_room(session: Session, *, now: datetime) -> Room:
    owner = next(account for account in accounts.list_all(session) if account.role == "administrator")
    return rooms.create(session, slug=DEMO_SLUG, owner_id=owner.id, title=DEMO_TITLE, now=now)


def _invite(session: Session, room: Room, email: str, name: str, role: str, token_hash: str, *, now: datetime) -> None:
    found = invitations.by_email(session, room_id=room.id, email=email)
    if found is None:
        found = invitations.create(
            session, room_id=room.id, email=email, name=name, role=role, token_hash=token_hash, now=now
        )
    elif found.token_hash != token_hash or problem_of(found, room, now=now) is not None:
        invitations.renew(session, invitation_id=found.id, token_hash=token_hash, now=now, expires_at=None)
    if found.mail_state == "pending":  # nobody is written to: the links are printed
        found.mail_state = "none"
