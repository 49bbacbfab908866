"""Receipts: what each participant can take away, to hold the log against later. Nothing is stored for them, and no name is in them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from apps.evidence import stretches
from apps.evidence.seal import Seal
from apps.evidence.stretches import Stretch
from apps.visitors import find_visitor
from data import event_log, heads, participants, rooms, sessions
from data.event_log import Head, stamp
from data.ids import ParticipantId, PersonId, RoomId, SessionId
from data.models import Room
from data.models import Session as Opening

if TYPE_CHECKING:
    from sqlmodel import Session

FORMAT = "sala-receipt-1"
MOST = 10  # sessions of one room that a page lists, the newest
COMING_AND_GOING = ("participant_joined", "connected", "disconnected", "session_closed")


@dataclass(frozen=True, slots=True)
class Receipt:
    """``head`` is the end of the log at the moment the session closed; ``parts`` is when this person was there."""

    opening: Opening
    room: Room
    participant: ParticipantId
    head: Head
    parts: tuple[Stretch, ...]

    @property
    def present_s(self) -> float:
        return sum(part.length_s for part in self.parts)


def receipts(session: Session, *, slug: str, secrets: Iterable[str], now: datetime) -> list[Receipt]:
    """
    Return the receipts that a browser's secrets give: of the closed sessions of a room that its person was in, the newest first.

    Whoever was removed, or whose invitation has expired since, keeps theirs.
    """
    room = rooms.by_slug(session, slug=slug)
    if room is None:
        return []
    people = [person for secret in secrets if (person := _person_of(session, secret, now))]
    seats = {seat.session_id: ParticipantId(seat.id) for person in people for seat in participants.of_person(session, person_id=person)}  # fmt: skip
    found = []
    theirs = [one for one in sessions.of_room(session, room_id=RoomId(room.id)) if one.id in seats and one.closed_at]
    for opening in theirs[:MOST]:
        head = heads.at_close(session, session_id=SessionId(opening.id))
        if head is not None:
            found.append(_receipt(session, room, opening, seats[opening.id], head))
    return found


def receipt_of(session: Session, *, participant: ParticipantId) -> Receipt | None:
    """Return a participant's receipt; ``None`` while the session is open."""
    seat = participants.get(session, participant_id=participant)
    if seat is None:
        return None
    opening = sessions.get(session, session_id=SessionId(seat.session_id))
    room, head = rooms.get(session, room_id=opening.room_id), heads.at_close(session, session_id=SessionId(opening.id))
    return None if room is None or head is None else _receipt(session, room, opening, participant, head)


def _receipt(session: Session, room: Room, opening: Opening, participant: ParticipantId, head: Head) -> Receipt:
    events = event_log.read(session, SessionId(opening.id), types=COMING_AND_GOING)
    parts = stretches.presence(events).get(participant, [])
    return Receipt(opening, room, participant, head, tuple(parts))


def note_heads(session: Session, *, given: Iterable[Receipt], now: datetime) -> None:
    """Remember the heads of receipts that are about to be given out."""
    for receipt in given:
        heads.note(session, session_id=SessionId(receipt.opening.id), head=receipt.head, now=now)


def _person_of(session: Session, secret: str, now: datetime) -> PersonId | None:
    found = find_visitor(session, secret=secret, now=now) if secret else None
    who = (found[0].account or found[0].invitation) if found else None
    return PersonId(who.id) if who is not None else None


def as_file(receipt: Receipt, seal: Seal, *, issuer: str) -> bytes:
    """Return a receipt for a program, signed: ``serve.py verify DOSSIER --receipt FILE`` takes it."""
    opening = receipt.opening
    values: dict[str, Any] = {
        "format": FORMAT,
        "issuer": issuer,
        "session": opening.id,
        "opened_at": stamp(opening.opened_at),
        "closed_at": stamp(opening.closed_at) if opening.closed_at else "",
        "head": {"number": receipt.head.number, "hash": receipt.head.hash},
        "participant": receipt.participant,
        "present": [[stamp(part.begins.at), stamp(part.ends.at)] for part in receipt.parts],
        "key": seal.fingerprint,
    }
    return seal.signed(values) + b"\n"
