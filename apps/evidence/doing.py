"""Carries out the commands about evidence, each in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from apps.evidence.commands import SavePreface
from apps.planning.asking import Asking, Outcome, changed
from apps.planning.errors import Refused
from data import prefaces, rooms, sessions
from data.errors import NotFound
from data.ids import AccountId

if TYPE_CHECKING:
    from sqlmodel import Session


def save_preface(session: Session, asking: Asking, command: SavePreface) -> Outcome:
    """Add a version of a preface, to a session within reach that has ended."""
    try:
        opening = sessions.get(session, session_id=command.session)
    except NotFound:
        raise Refused("session_unknown") from None
    room = rooms.get(session, room_id=opening.room_id)
    if room is None or not asking.may_reach(room.owner_id):
        raise Refused("session_unknown")
    if opening.closed_at is None:
        raise Refused("session_still_open")
    written = prefaces.write(
        session,
        session_id=command.session,
        language=command.language,
        text=plain(command.text),
        account_id=AccountId(asking.account.id),
        now=asking.now,
    )
    return Outcome({"version": written.version}, (changed("preface", command.session, room=room.id),))


def plain(text: str) -> str:
    """Return a text with line breaks of one kind and nothing else that can't be seen."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join("".join(letter if letter.isprintable() else " " for letter in line).rstrip() for line in lines)


EVIDENCE_DOING: Mapping[type, Callable[..., Outcome]] = {SavePreface: save_preface}
