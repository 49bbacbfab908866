"""Encoders of a conference: programs such as OBS that present by a token (docs/whip.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apps.planning.asking import Asking, Outcome, changed
from apps.planning.commands import MakeEncoder, RevokeEncoder
from apps.planning.errors import Refused
from apps.planning.links import hash_of, new_secret
from apps.planning.texts import clean_line
from data import encoders, rooms
from data.ids import PersonId
from data.models import Encoder, Room

if TYPE_CHECKING:
    from sqlmodel import Session

NAME_MAX_CHARACTERS = 120
MOST_ENCODERS = 10  # of one conference; a stage shows one


def make(session: Session, asking: Asking, command: MakeEncoder) -> Outcome:
    """Let a program present; its token is in the answer and nowhere else."""
    room = asking.room(session, command.room)
    name = clean_line(command.name, field="name", max_characters=NAME_MAX_CHARACTERS)
    if not name:
        raise Refused("name_missing")
    if len(encoders.of_room(session, room_id=room.id)) >= MOST_ENCODERS:
        raise Refused("encoders_limit", limit=MOST_ENCODERS)
    token = new_secret()
    made = encoders.create(
        session,
        room_id=room.id,
        name=name,
        token_hash=hash_of(token),
        account_id=asking.account.id,
        now=asking.now,
    )
    address = f"{asking.settings.public_url}/whip/{room.slug}"
    values = {"encoder": made.id, "token": token, "address": address}
    return Outcome(values, (changed("encoder", made.id, room=room.id),))


def revoke(session: Session, asking: Asking, command: RevokeEncoder) -> Outcome:
    """Withdraw a token; what it shows at the moment ends."""
    found = encoders.get(session, encoder_id=command.encoder)
    room = None if found is None else rooms.get(session, room_id=found.room_id)
    if found is None or room is None or not asking.may_reach(room.owner_id):
        raise Refused("encoder_unknown")
    encoders.revoke(session, encoder_id=found.id, now=asking.now)
    notice = changed("encoder", found.id, room=room.id)
    return Outcome({"encoder": found.id}, (notice,), expelled=(PersonId(found.id),))


def find(session: Session, token: str, slug: str) -> tuple[Encoder, Room] | None:
    """Return the encoder that a token belongs to, and the room of this slug; ``None`` if it may not present there."""
    found = encoders.with_room(session, token_hash=hash_of(token))
    if found is None:
        return None
    encoder, room = found
    if encoder.revoked_at is not None or room.archived_at is not None or room.slug != slug:
        return None
    return encoder, room
