"""Rooms: creating, changing and archiving them."""

from __future__ import annotations

import re
import secrets
import unicodedata
import zoneinfo
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from apps.planning import links
from apps.planning.asking import Asking, Outcome, changed
from apps.planning.commands import ArchiveRoom, CreateRoom, RoomSettings, UpdateRoom
from apps.planning.errors import Refused
from apps.planning.texts import clean_line, clean_text
from data import invitations, mail, rooms
from data.models import Room

if TYPE_CHECKING:
    from sqlmodel import Session

TITLE_MAX_CHARACTERS = 200
DESCRIPTION_MAX_CHARACTERS = 5000
FIRST_YEAR, LAST_YEAR = 2000, 2099  # a date outside is a slip of the keyboard
SLUG_WORDS_CHARACTERS = 32  # of the title; an address that can be read aloud
SLUG_RANDOM_CHARACTERS = 8  # 40 bits: rooms can't be listed by guessing, and entering needs a link anyway
SLUG_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # without what looks alike


def create(session: Session, asking: Asking, command: CreateRoom) -> Outcome:
    """Add a conference of the account that asks."""
    values = _checked(command.settings, asking)
    slug = new_slug(command.settings.title)
    while rooms.slug_taken(session, slug=slug):
        slug = new_slug(command.settings.title)
    room = rooms.create(session, slug=slug, owner_id=asking.account.id, now=asking.now, **values)
    return Outcome({"room": room.id, "slug": room.slug}, (changed("room", room.id, room=room.id),))


def update(session: Session, asking: Asking, command: UpdateRoom) -> Outcome:
    """Replace a conference's settings; when its date moves, so does the end of its links."""
    room = asking.room(session, command.room)
    before = (room.starts_at, room.length_min)
    room = rooms.update(session, room_id=room.id, **_checked(command.settings, asking)) or room
    if (room.starts_at, room.length_min) != before:
        invitations.set_expiry(session, room_id=room.id, expires_at=links.expiry_of(room, now=asking.now))
    return Outcome({"room": room.id, "slug": room.slug}, (changed("room", room.id, room=room.id),))


def archive(session: Session, asking: Asking, command: ArchiveRoom) -> Outcome:
    """Take a room out of the list; who was invited to a conference that is still to come gets a cancellation."""
    room = asking.room(session, command.room)
    if rooms.has_open_session(session, room_id=room.id):
        raise Refused("session_open")
    rooms.archive(session, room_id=room.id, now=asking.now)
    told = _tell_invited(session, room, asking.now)
    return Outcome({"room": room.id}, (changed("room", room.id, room=room.id),), mail_queued=told)


def _tell_invited(session: Session, room: Room, now: datetime) -> bool:
    """Queue cancellations; return whether there are any."""
    end = links.planned_end(room)
    told = False
    for invitation in invitations.of_room(session, room_id=room.id):
        mail.withdraw(session, invitation_id=invitation.id)
        informed = invitation.sent_at is not None and invitation.revoked_at is None and invitation.erased_at is None
        if informed and end is not None and end > now:
            mail.queue(session, invitation_id=invitation.id, now=now, kind="cancellation")
            told = True
    return told


def new_slug(title: str) -> str:
    """Return a fresh address for a room, such as ``instruire-ssm-k3fz8q2m``."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    start = words[:SLUG_WORDS_CHARACTERS]
    if len(words) > SLUG_WORDS_CHARACTERS and "-" in start:
        start = start.rpartition("-")[0]
    suffix = "".join(secrets.choice(SLUG_ALPHABET) for _ in range(SLUG_RANDOM_CHARACTERS))
    return "-".join(part for part in (start.strip("-"), suffix) if part)


def _checked(settings: RoomSettings, asking: Asking) -> dict[str, Any]:
    """Return a room's values as they are kept. Raises ``Refused``."""
    title = clean_line(settings.title, field="title", max_characters=TITLE_MAX_CHARACTERS)
    if not title:
        raise Refused("title_missing")
    limit = asking.settings.room_limit
    if settings.max_participants > limit:
        raise Refused("room_limit", limit=limit)
    if settings.zone not in _zones():
        raise Refused("zone_unknown")
    return {
        "title": title,
        "description": clean_text(settings.description, field="description", max_characters=DESCRIPTION_MAX_CHARACTERS),
        "starts_at": _checked_start(settings.starts_at),
        "length_min": settings.length_min,
        "zone": settings.zone,
        "language": settings.language,
        "max_participants": settings.max_participants,
        "record": settings.record,
        "presence_every_min": settings.presence_every_min,
    }


def _checked_start(starts_at: datetime | None) -> datetime | None:
    if starts_at is None:
        return None
    if starts_at.tzinfo is None:
        raise Refused("date_without_zone")
    if not FIRST_YEAR <= starts_at.year <= LAST_YEAR:
        raise Refused("date_out_of_range", first=FIRST_YEAR, last=LAST_YEAR)
    return starts_at.astimezone(UTC)


@cache
def _zones() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())
