"""Letters with the receipt of a session that closed. What they tell is in the message itself, so that nothing else is read to write them."""

from __future__ import annotations

import json
import secrets
from datetime import datetime
from typing import Any

from sqlmodel import Session

from data import heads, participants, rooms, sessions
from data.ids import SessionId, new_id
from data.models import Account, Invitation, Mail, Participant, Room

KIND = "receipt"


def queue(session: Session, *, session_id: SessionId, now: datetime) -> int:
    """
    Queue a letter to everybody who was in a tender's session and did not lead it; return how many. Conferences send none: their page has it.

    Call it in the transaction that closes the session.
    """
    room = rooms.get(session, room_id=sessions.get(session, session_id=session_id).room_id)
    head = heads.at_close(session, session_id=session_id)
    if room is None or room.kind != "tender" or head is None:
        return 0
    told = {"slug": room.slug, "title": room.title, "session": session_id, "number": head.number, "hash": head.hash}
    letters = [
        letter
        for seat in participants.of_session(session, session_id=session_id)
        if (letter := _letter(session, seat, room, told, now)) is not None
    ]
    session.add_all(letters)
    session.flush()
    return len(letters)


def _letter(session: Session, seat: Participant, room: Room, told: dict[str, Any], now: datetime) -> Mail | None:
    account = session.get(Account, seat.person_id)
    invitation = session.get(Invitation, seat.person_id)
    if account is not None and (account.role != "supplier" or account.erased_at is not None):
        return None
    if account is None and (invitation is None or invitation.role == "moderator" or invitation.erased_at is not None):
        return None
    return Mail(
        id=new_id("ml"),
        account_id=account.id if account else None,
        invitation_id=invitation.id if invitation and not account else None,
        kind=KIND,
        secret=json.dumps(told, ensure_ascii=False),  # no secret; emptied like one when it was sent
        created_at=now,
        due_at=now,
        bounce_key=secrets.token_hex(8),
    )


def told_in(mail: Mail) -> dict[str, Any]:
    """Return what a letter tells: ``slug``, ``title``, ``session``, ``number``, ``hash``."""
    told: dict[str, Any] = json.loads(mail.secret)
    return told
