"""All that is kept of one session, read at one moment: what minutes and dossiers are made of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlmodel import Session, col, select

from data import event_log, messages, models, participants, recordings, rooms, sessions, statements
from data.errors import NotFound
from data.event_log import Head
from data.ids import SessionId
from data.models_evidence import Preface


@dataclass(frozen=True, slots=True)
class Record:
    """``accounts`` are those that acted, wrote or own the room, by id; ``presentations`` those that were shown."""

    opening: models.Session
    room: models.Room
    tender: models.Tender | None
    events: Sequence[models.Event]
    people: Sequence[models.Participant]
    texts: Sequence[models.Message]
    statements: Sequence[models.Statement]
    accounts: dict[str, models.Account]
    presentations: dict[str, models.Presentation]
    recordings: Sequence[models.Recording]
    prefaces: dict[str, Preface] = field(default_factory=dict)
    """The version that counts, by language."""

    @property
    def head(self) -> Head:
        last = self.events[-1]
        return Head(last.number, last.hash)


def whole(session: Session, *, session_id: SessionId) -> Record:
    """Read a session. Raises ``NotFound`` if there is none, or nothing was logged of it."""
    opening = sessions.get(session, session_id=session_id)
    room = rooms.get(session, room_id=opening.room_id)
    events = event_log.read(session, session_id)
    if room is None or not events:
        raise NotFound("session", session_id)
    texts = messages.of_session(session, session_id=session_id)
    versions = session.exec(select(Preface).where(Preface.session_id == session_id).order_by(col(Preface.version)))
    return Record(
        opening=opening,
        room=room,
        tender=session.exec(select(models.Tender).where(models.Tender.room_id == room.id)).first(),
        events=events,
        people=sorted(participants.of_session(session, session_id=session_id), key=lambda person: person.id),
        texts=texts,
        statements=statements.of_session(session, session_id=session_id),
        accounts=_accounts(session, [room.owner_id, *_actors(events), *(text.account_id or "" for text in texts)]),
        presentations=_presentations(session, events),
        recordings=recordings.of_session(session, session_id=session_id),
        prefaces={version.language: version for version in versions},
    )


def _actors(events: Iterable[models.Event]) -> set[str]:
    return {event.actor.removeprefix("account:") for event in events if event.actor.startswith("account:")}


def _accounts(session: Session, ids: Iterable[str]) -> dict[str, models.Account]:
    query = select(models.Account).where(col(models.Account.id).in_(set(ids)))
    return {account.id: account for account in session.exec(query)}


def _presentations(session: Session, events: Iterable[models.Event]) -> dict[str, models.Presentation]:
    shown = {str(event.payload["presentation"]) for event in events if event.type == "presentation_started"}
    query = select(models.Presentation).where(col(models.Presentation.id).in_(shown))
    return {row.id: row for row in session.exec(query)}
