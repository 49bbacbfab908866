"""Who may watch a recording, and what happened beside it: chat and events at their moments."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from apps.live import events as ev
from apps.live import events_presenting as shown
from apps.live import ledger
from apps.live.evolve import evolve
from apps.live.state import Presence, SessionState
from apps.live.wire import Line
from apps.recording.reserved import admitted_throughout, numbered_suppliers, public_lines
from apps.visitors import find_visitor, person_in
from data import documents, messages, participants, recordings, rooms, tenders
from data.errors import NotFound
from data.ids import ParticipantId, PersonId, SessionId
from data.models import Archive, Recording, Room

if TYPE_CHECKING:
    from sqlmodel import Session as Transaction

Say = Callable[..., str]
LEAST_MISSED_MS = 2000


@dataclass(frozen=True, slots=True)
class Seen:
    """A recording that somebody may watch. ``leads``: they moderate its room; ``seat``: the one they had in the session; ``actor``: how its log calls them."""

    recording: Recording
    archive: Archive
    room: Room
    leads: bool
    language: str
    seat: ParticipantId | None = None
    actor: str = "system"
    tender: str = ""
    """Where the person is a supplier: the tender that it belongs to."""


def find_seen(session: Transaction, *, recording_id: str, secrets: Iterable[str], now: datetime) -> Seen | None:
    """
    Return a recording as one of a browser's secrets lets it be watched; ``None`` alike for strangers and for what is not there.

    Moderators of the room watch all; others what was shared with them, if they were in the session; the admitted suppliers of a tender what was released
    to them, whether they were there or not.
    """
    try:
        recording = recordings.get(session, recording_id=recording_id)
    except NotFound:
        return None
    archive = recordings.archive(session, session_id=recording.session_id)
    room = rooms.get(session, room_id=recording.room_id)
    if archive is None or room is None or recording.state != "ready" or archive.state != "captured":
        return None
    for secret in secrets:
        found = find_visitor(session, secret=secret, now=now) if secret else None
        person = person_in(session, found[0], room, now) if found else None
        if person is None:
            continue
        leads = person.role == "moderator"
        seat = recordings.was_there(session, session_id=recording.session_id, person_id=person.id)
        shared = recording.shared and seat is not None and _may_hear(session, recording, person.id)
        supplies = person.role == "supplier"
        released = supplies and recording.released and not recording.reserved
        if leads or shared or released:
            owner = tenders.of_room(session, room_id=room.id) if supplies else None
            actor = f"account:{person.id}" if person.account else f"participant:{seat}" if seat else "system"
            return Seen(recording, archive, room, leads, person.language, seat, actor, owner.id if owner else "")
    return None


def _may_hear(session: Transaction, recording: Recording, person: PersonId) -> bool:
    """Tell whether somebody who was there may watch a recording: one of a reserved part only if they were in it all along."""
    if not recording.reserved:
        return True
    lines = ledger.lines_since(session, SessionId(recording.session_id), 0)
    ends = recording.begins_at + timedelta(milliseconds=recording.duration_ms)
    return person in admitted_throughout(lines, recording.begins_at, ends)


def room_slug(session: Transaction, *, recording_id: str) -> str:
    """Return the slug of a recording's room, for finding the cookie of a guest; empty if there is none."""
    try:
        recording = recordings.get(session, recording_id=recording_id)
    except NotFound:
        return ""
    room = rooms.get(session, room_id=recording.room_id)
    return room.slug if room else ""


def missed(session: Transaction, recording: Recording, seat: ParticipantId) -> list[tuple[int, int]]:
    """
    Return the parts of a recording in which somebody was not in the session, in ms from its beginning: before they came, after they went.

    It counts as attendance does: a line that falls silent is lost when the server notices, 9 s later at most.
    """
    state, away_ms, found = SessionState(session=SessionId(recording.session_id)), 0, []
    here = False
    for line in ledger.lines_since(session, SessionId(recording.session_id), 0):
        state = evolve(state, line.event, at=line.at, number=line.number)
        known = state.seats.get(seat)
        if (known is not None and known.presence is Presence.PRESENT) is here:
            continue
        here = not here
        at_ms = round((line.at - recording.begins_at) / timedelta(milliseconds=1))
        if here:
            found.append((away_ms, at_ms))
        else:
            away_ms = at_ms
    if not here:
        found.append((away_ms, recording.duration_ms))
    inside = [(max(0, begin), min(end, recording.duration_ms)) for begin, end in found]
    return [(begin, end) for begin, end in inside if end - begin >= LEAST_MISSED_MS]


def transcript(session: Transaction, recording: Recording, *, say: Say, leads: bool = False) -> list[dict[str, Any]]:
    """
    Return what happened and what was written to everybody, with milliseconds from the recording's beginning.

    Of a reserved part only its own recording tells; suppliers who could not see each other's names read numbers, unless they lead.
    """
    lines = ledger.lines_since(session, SessionId(recording.session_id), 0)
    people = participants.of_session(session, session_id=SessionId(recording.session_id))
    names = {row.id: row.name or say("(erased)") for row in people}
    if not leads:
        names |= numbered_suppliers(lines, say)
    started = [line.event.presentation for line in lines if isinstance(line.event, shown.PresentationStarted)]
    titles = {id_: title for id_, (title, _) in documents.shown(session, presentation_ids=started).items()}
    texts = {row.id: row for row in messages.of_session(session, session_id=SessionId(recording.session_id))}
    gone = {line.event.message for line in lines if isinstance(line.event, ev.MessageDeleted)}
    found = []
    for line in lines if recording.reserved else public_lines(lines):
        at_ms = round((line.at - recording.begins_at) / timedelta(milliseconds=1))
        if not 0 <= at_ms <= recording.duration_ms:
            continue
        if isinstance(line.event, ev.MessageSent):
            text = texts.get(line.event.message)
            if line.event.to == "everyone" and line.event.message not in gone and text is not None and text.text:
                name = names.get(line.event.participant or "", "")
                found.append({"at_ms": at_ms, "kind": "chat", "name": name, "text": text.text})
            continue
        sentence = sentence_of(line, names, titles, say)
        if sentence:
            found.append({"at_ms": at_ms, "kind": "event", "name": "", "text": sentence})
    return found


def sentence_of(line: Line, names: Mapping[str, str], titles: Mapping[str, str], _: Say) -> str:
    """Return what an event was, in words; empty for what nobody wants to read."""
    match line.event:
        case ev.ParticipantJoined(participant=who):
            return _("{name} came in", name=names.get(who, ""))
        case ev.ParticipantLeft(participant=who):
            return _("{name} left", name=names.get(who, ""))
        case ev.PresenterGiven(participant=who):
            return _("{name} presents", name=names.get(who, ""))
        case ev.ScreenOn(participant=who):
            return _("{name} shows a screen", name=names.get(who, ""))
        case ev.HandRaised(participant=who):
            return _("{name} raises a hand", name=names.get(who, ""))
        case shown.PresentationStarted(presentation=what):
            return _("Presentation: {title}", title=titles.get(what, ""))
        case shown.PageTurned(page=page):
            return _("Page {page}", page=page)
    return ""
