"""
What a session writes and reads: functions for ``Database.run`` and ``Database.read``.

Each write is one transaction: the events, and with them whatever else must be true at the same moment (a chat text, a ban, the end
of the session's row). What is not in the log has not happened.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from apps.live.commands import Join, Open
from apps.live.commands_tender import NotePolicy
from apps.live.decide import decide
from apps.live.events import (
    LiveEvent,
    MessageDeleted,
    ParticipantRemoved,
    SessionClosed,
    SessionOpened,
    event_from,
    payload_of,
)
from apps.live.events_presenting import PresentationStarted
from apps.live.events_recording import RecordingStarted, RecordingStopped
from apps.live.person import Person
from apps.live.state import Actor, Denied, SessionState
from apps.live.wire import Line, RoomFacts
from data import (
    accounts,
    documents,
    event_log,
    heads,
    invitations,
    messages,
    participants,
    receipts,
    recordings,
    rooms,
    sessions,
    statements,
    tenders,
)
from data.commitments import commit
from data.errors import NotFound
from data.ids import AccountId, MessageId, ParticipantId, PresentationId, RoomId, SessionId
from data.models import Event, Message, Participant, Room, Statement

if TYPE_CHECKING:
    from sqlmodel import Session


@dataclass(frozen=True, slots=True)
class NewText:
    """A chat text that goes with a ``message_sent``."""

    message: MessageId
    to: str
    text: str
    salt: str
    participant: ParticipantId | None
    account: AccountId | None


Beside = Callable[["Session"], object]
"""What is to be written in the same transaction as some events."""


class Refused(Exception):
    """Rolls a transaction back whose command was refused."""

    def __init__(self, denied: Denied) -> None:
        super().__init__(denied.code)
        self.denied = denied


def append(
    session: Session,
    state: SessionState,
    *,
    actor: Actor,
    now: datetime,
    events: Sequence[LiveEvent],
    text: NewText | None = None,
    beside: Beside | None = None,
) -> list[Line]:
    """Append events to a session's log, and do in the database what they mean there."""
    new = [event_log.NewEvent(event.type, actor.name, payload_of(event)) for event in events]
    written = event_log.append(session, state.session, now, new)
    if written and written[0].number != state.number + 1:
        raise RuntimeError(f"the log of {state.session} has {written[0].number - 1} lines, the state {state.number}")
    if text is not None:
        messages.add(
            session,
            session_id=state.session,
            text=text.text,
            now=now,
            to=text.to,
            participant_id=text.participant,
            account_id=text.account,
            message_id=text.message,
            salt=text.salt,
        )
    if beside is not None:
        beside(session)
    for event in events:
        _carry_out(session, state, event, now)
    return [Line(line.number, line.at, line.actor, event) for line, event in zip(written, events, strict=True)]


def append_after(session: Session, session_id: SessionId, *, now: datetime, events: Sequence[LiveEvent]) -> list[Line]:
    """Append what happened to the records of a session that is closed; nobody holds its state any more."""
    new = [event_log.NewEvent(event.type, "system", payload_of(event)) for event in events]
    written = event_log.append(session, session_id, now, new)
    return [Line(line.number, line.at, line.actor, event) for line, event in zip(written, events, strict=True)]


def _carry_out(session: Session, state: SessionState, event: LiveEvent, now: datetime) -> None:
    if isinstance(event, ParticipantRemoved):
        person = state.seats[event.participant].person
        invitations.ban(session, invitation_id=person, now=now)  # nothing to ban for an account
    elif isinstance(event, MessageDeleted):
        messages.blank(session, message_id=event.message)
    elif isinstance(event, SessionClosed):
        sessions.close(session, session_id=state.session, now=now)
        recordings.close_archive(session, session_id=state.session, now=now)
        heads.note_close(session, session_id=state.session, now=now)  # what receipts hold
        receipts.queue(session, session_id=state.session, now=now)
    elif isinstance(event, SessionOpened) and event.record:
        recordings.begin_archive(session, session_id=state.session, room_id=event.room, now=now)
    elif isinstance(event, RecordingStarted):
        recordings.add(
            session,
            recording_id=event.recording,
            session_id=state.session,
            room_id=state.room or "",
            name=event.name,
            takes=event.takes,
            begins_at=now,
            now=now,
            reserved=event.reserved,
        )
    elif isinstance(event, RecordingStopped):
        recordings.end(session, recording_id=event.recording, now=now)


def open_session(
    session: Session, state: SessionState, *, room: RoomFacts, who: Actor | Person, now: datetime, lot: str = ""
) -> list[Line]:
    """
    Open a room: the session's row and its first line. A person who opens it by entering gets their row at once.
    ``lot`` is the commitment to the seed of its first lot.

    Raises ``Refused``, and ``Taken`` if the room is open.
    """
    sessions.open_(session, room_id=room.id, now=now, session_id=state.session)
    actor = who if isinstance(who, Actor) else _opener(session, state.session, who)
    kind: Literal["conference", "tender"] = "tender" if room.kind == "tender" else "conference"
    command = Open(
        room=room.id,
        kind=kind,
        max_participants=room.max_participants,
        record=room.record,
        policy=NotePolicy(policy=room.floor_policy, limit_s=room.floor_limit_s, commitment=lot),
        suppliers_shown=room.suppliers_visible,
    )
    decision = decide(state, command, actor, now)
    if isinstance(decision, Denied):
        raise Refused(decision)
    return append(session, state, actor=actor, now=now, events=decision)


def _opener(session: Session, session_id: SessionId, person: Person) -> Actor:
    role: Literal["moderator", ""] = "moderator" if person.role == "moderator" else ""
    return Actor("participant", _row(session, session_id, person).id, role)


def _row(session: Session, session_id: SessionId, person: Person) -> Participant:
    return participants.seat(
        session,
        session_id=session_id,
        person_id=person.id,
        name=person.name,
        email=person.email,
        organisation=person.organisation,
    )


def enter(
    session: Session,
    state: SessionState,
    *,
    person: Person,
    now: datetime,
    join: Callable[[ParticipantId, str], Join],
) -> tuple[Participant, list[Line]]:
    """
    Seat somebody: their row, the decision, its events, all or nothing.

    ``join`` makes the command of a participant id and the commitment to their name. Raises ``Refused``.
    """
    row = _row(session, state.session, person)
    participant = ParticipantId(row.id)
    actor = Actor("participant", participant)
    decision = decide(state, join(participant, commit(salt=row.salt, text=row.name)), actor, now)
    if isinstance(decision, Denied):
        raise Refused(decision)
    return row, append(session, state, actor=actor, now=now, events=decision)


# --- reading --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Stored:
    """All that is kept of one session."""

    session: SessionId
    room: RoomFacts
    lines: list[Line]
    people: list[Participant]
    texts: list[Message]
    accounts: dict[str, str]
    presentations: dict[str, tuple[str, int]]
    """Title and ready pages of what was shown."""
    statements: list[Statement]


def open_ones(session: Session) -> list[SessionId]:
    return [SessionId(row.id) for row in sessions.open_ones(session)]


def load(session: Session, session_id: SessionId) -> Stored:
    """Read a session whole. Raises ``ValueError`` if its log was changed."""
    row = sessions.get(session, session_id=session_id)
    room = rooms.get(session, room_id=row.room_id)
    if room is None:
        raise NotFound("room", row.room_id)
    events = event_log.read(session, session_id)
    bad = event_log.verify(events)
    if bad is not None:
        raise ValueError(f"line {bad} of session {session_id} is not as it was written")
    texts = messages.of_session(session, session_id=session_id)
    people = participants.of_session(session, session_id=session_id)
    lines = _lines(events)
    shown = documents.shown(session, presentation_ids=[str(i) for i in _shown(lines)])
    filed = statements.of_session(session, session_id=session_id)
    return Stored(session_id, facts_of(session, room), lines, people, texts, _authors(session, texts), shown, filed)


def give_up(session: Session, session_id: SessionId, *, now: datetime) -> None:
    """Close the row of a session whose log can't be replayed, so that its room can be used; the log stays as it is."""
    sessions.close(session, session_id=session_id, now=now)


def lines_since(session: Session, session_id: SessionId, number: int) -> list[Line]:
    return _lines(event_log.read(session, session_id, since=number))


def room_facts(session: Session, room_id: RoomId) -> RoomFacts | None:
    """Return a room that is not archived."""
    room = rooms.get(session, room_id=room_id)
    return None if room is None or room.archived_at is not None else facts_of(session, room)


def facts_of(session: Session, room: Room) -> RoomFacts:
    tender = tenders.of_room(session, room_id=room.id) if room.kind == "tender" else None
    return RoomFacts(
        id=RoomId(room.id),
        slug=room.slug,
        title=room.title,
        kind=room.kind,
        record=room.record,
        max_participants=room.max_participants,
        starts_at=room.starts_at,
        owner=room.owner_id,
        presence_every_min=room.presence_every_min,
        floor_policy=room.floor_policy,  # type: ignore[arg-type]  # the three of the table
        floor_limit_s=room.floor_limit_s,
        suppliers_visible=room.suppliers_visible,
        tender=tender.id if tender else "",
    )


def _lines(events: list[Event]) -> list[Line]:
    return [Line(e.number, e.at, e.actor, event_from(e.type, dict(e.payload))) for e in events]


def _shown(lines: list[Line]) -> set[PresentationId]:
    return {line.event.presentation for line in lines if isinstance(line.event, PresentationStarted)}


def _authors(session: Session, texts: list[Message]) -> dict[str, str]:
    """Return the names of accounts that wrote from the console."""
    ids = {text.account_id for text in texts if text.account_id}
    return {id_: accounts.get(session, account_id=AccountId(id_)).name for id_ in ids}
