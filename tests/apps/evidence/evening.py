"""One public session written by hand, with everything that evidence is made of; its files are small stand-ins with real hashes."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlmodel import Session

from apps.live import events as ev
from apps.live import events_presenting as shown
from apps.live import events_recording as rec
from apps.live import events_tender as tend
from apps.live.events import LiveEvent, payload_of
from data import accounts, event_log, messages, participants, recordings, rooms, sessions, statements
from data.commitments import commit, new_salt
from data.database import Database
from data.event_log import NewEvent
from data.ids import (
    AccountId,
    ConnectionId,
    MessageId,
    ParticipantId,
    PersonId,
    PresentationId,
    RecordingId,
    RoomId,
    SessionId,
    StatementId,
)
from data.models import Presentation

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
CHAIR, BIDDER, OTHER = "Anna Verdi", 'Zeno O"Neil #let x = 1', "Ștefan Țuțuianu"
BIDDER_EMAIL, SECRET_TEXT = "zeno.oneil@impresa.example", "Il prezzo di Zeno è un segreto"
PAGE, FILM_OF_SESSION, TAPE = b"RIFF-page-one", b"an mp4 of the session" * 100_000, b"HEAD-tape"
STATEMENT, REASON, DOCUMENT = "Contesto l'esclusione #zeno", "Tardiva", b"%PDF nota"
TAPE_FILE = "pt-microphone-0001.tape"


@dataclass
class Evening:
    """Ids of what there is."""

    session: SessionId
    room: RoomId
    owner: AccountId
    people: dict[str, ParticipantId]
    recording: RecordingId
    presentation: PresentationId


_BEGUN_S = time.monotonic()


def later() -> datetime:
    """A clock for a Sala that keeps the session: some days after it, long before the archivist may delete its recordings."""
    return START + timedelta(days=3, seconds=time.monotonic() - _BEGUN_S)


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def hold(database: Database, home: Path, *, kind: str = "conference") -> Evening:
    """Hold the session in a home folder; it has ended, and was recorded."""
    return database.run_now(hold_in, home, kind)


class _Log:
    def __init__(self, session: Session, id_: SessionId) -> None:
        self.session, self.id = session, id_

    def add(self, at_s: float, actor: str, *events: LiveEvent) -> None:
        at = START + timedelta(seconds=at_s)
        event_log.append(self.session, self.id, at, [NewEvent(e.type, actor, payload_of(e)) for e in events])


def hold_in(session: Session, home: Path, kind: str) -> Evening:
    """``hold`` for ``Database.run``."""
    owner = accounts.create(
        session, email="anna@ente.example", name=CHAIR, role="moderator", password_hash="-", now=START, language="it"
    )
    room = rooms.create(session, slug="gara", owner_id=owner.id, title="Lavori di via Roma", kind=kind, language="it", zone="Europe/Rome", record=True, now=START)  # fmt: skip
    room_id, session_id = RoomId(room.id), SessionId("se_" + "5" * 24)
    sessions.open_(session, room_id=room_id, now=START, session_id=session_id)
    recordings.begin_archive(session, session_id=session_id, room_id=room_id, now=START)
    log = _Log(session, session_id)
    chair = f"account:{owner.id}"
    log.add(0, chair, ev.SessionOpened(room=room_id, kind=kind, max_participants=50, record=True))
    people = {
        name: _enter(log, at_s, name, person, email, role)
        for at_s, name, person, email, role in (
            (1, CHAIR, owner.id, "anna@ente.example", "moderator"),
            (5, BIDDER, "in_" + "1" * 24, BIDDER_EMAIL, "participant"),
            (9, OTHER, "in_" + "2" * 24, "stefan@firma.example", "participant"),
        )
    }
    bidder, other = people[BIDDER], people[OTHER]
    presentation = _present(log, home, owner.id, people[CHAIR])
    recording = RecordingId("rc_" + "7" * 24)
    log.add(20, chair, rec.RecordingStarted(recording=recording, name="Apertura", takes="stage_and_cameras"))
    row = recordings.add(session, recording_id=recording, session_id=session_id, room_id=room_id, begins_at=START + timedelta(seconds=20), now=START, name="Apertura")  # fmt: skip
    log.add(30, f"participant:{bidder}", ev.HandRaised(participant=bidder))
    log.add(40, chair, ev.HandLowered(participant=bidder))
    log.add(60, "system", ev.Disconnected(participant=bidder, connection=_tab(bidder), reason="lost"))
    log.add(
        75,
        f"participant:{bidder}",
        ev.Connected(participant=bidder, connection=ConnectionId("cn_again"), device="phone"),
    )
    _write(log, 80, bidder, "everyone", SECRET_TEXT, "1")
    _write(log, 81, other, "moderators", "in privato", "2")
    _write(log, 82, other, "everyone", "da eliminare", "3")
    log.add(83, chair, ev.MessageDeleted(message=MessageId("ms_" + "3" * 24)))
    messages.blank(session, message_id=MessageId("ms_" + "3" * 24))
    if kind == "tender":
        _ask(log, home, chair, bidder, other)
    log.add(106, chair, rec.RecordingStopped(recording=recording))
    row.ends_at = START + timedelta(seconds=106)
    log.add(110, f"participant:{other}", ev.Disconnected(participant=other, connection=_tab(other), reason="left"), ev.ParticipantLeft(participant=other))  # fmt: skip
    ends = [ev.Disconnected(participant=people[CHAIR], connection=_tab(people[CHAIR]), reason="ended"), ev.Disconnected(participant=bidder, connection=ConnectionId("cn_again"), reason="ended")]  # fmt: skip
    log.add(120, chair, *ends, ev.SessionClosed())
    sessions.close(session, session_id=session_id, now=START + timedelta(seconds=120))
    _record(log, home, session_id, row)
    return Evening(session_id, room_id, AccountId(owner.id), people, recording, presentation)


def _ask(log: _Log, home: Path, chair: str, bidder: ParticipantId, other: ParticipantId) -> None:
    """The floor, a statement with its document, and a reserved part."""
    asks = f"participant:{bidder}"
    log.add(84, chair, tend.FloorPolicySet(policy="arrival", limit_s=300))
    log.add(85, asks, ev.HandRaised(participant=bidder))
    log.add(86, chair, ev.HandLowered(participant=bidder), tend.FloorGranted(participant=bidder, limit_s=300))
    log.add(96, asks, tend.FloorEnded(participant=bidder, reason="self", used_ms=7_500))
    id_, salt = StatementId("st_" + "8" * 24), new_salt()
    filed = tend.StatementFiled(
        statement=id_,
        participant=bidder,
        commitment=commit(salt=salt, text=STATEMENT),
        document_sha256=sha256(DOCUMENT),
    )
    log.add(97, asks, filed)
    statements.add(log.session, statement_id=id_, session_id=log.id, participant_id=bidder, account_id=None, text=STATEMENT, salt=salt, now=START + timedelta(seconds=97), document=("Nota di Zeno.pdf", sha256(DOCUMENT), len(DOCUMENT)))  # fmt: skip
    folder = home / "statements" / log.id
    folder.mkdir(parents=True)
    (folder / id_).write_bytes(DOCUMENT)
    reason_salt = new_salt()
    log.add(
        98,
        chair,
        tend.StatementAnswered(statement=id_, answer="declined", commitment=commit(salt=reason_salt, text=REASON)),
    )
    statements.answer(log.session, statement_id=id_, answer_="declined", reason=REASON, reason_salt=reason_salt, now=START + timedelta(seconds=98))  # fmt: skip
    log.add(101, chair, tend.ReservedBegun())
    _write(log, 102, other, "everyone", "detto in riservato", "9")
    log.add(105, chair, tend.ReservedEnded())


def _tab(participant: str) -> ConnectionId:
    return ConnectionId(f"cn_{participant[3:11]}")


def _enter(log: _Log, at_s: float, name: str, person: str, email: str, role: Any) -> ParticipantId:
    seat = participants.seat(log.session, session_id=log.id, person_id=PersonId(person), name=name, email=email, organisation="" if role == "moderator" else f"{name} srl")  # fmt: skip
    id_ = ParticipantId(seat.id)
    joined = ev.ParticipantJoined(
        participant=id_, person=PersonId(person), role=role, name_commitment=commit(salt=seat.salt, text=name)
    )
    log.add(at_s, f"participant:{id_}", joined, ev.Connected(participant=id_, connection=_tab(id_), device="desktop"))
    return id_


def _write(log: _Log, at_s: float, who: ParticipantId, to: str, text: str, digit: str) -> None:
    message = messages.add(log.session, session_id=log.id, text=text, now=START + timedelta(seconds=at_s), to=to, participant_id=who, message_id=MessageId("ms_" + digit * 24))  # fmt: skip
    sent = ev.MessageSent(
        message=MessageId(message.id), participant=who, to=to, commitment=commit(salt=message.salt, text=text)
    )
    log.add(at_s, f"participant:{who}", sent)


def _present(log: _Log, home: Path, owner: str, who: ParticipantId) -> PresentationId:
    id_ = PresentationId("pn_" + "4" * 24)
    log.session.add(Presentation(id=id_, owner_id=owner, uploaded_by=owner, kind="document", title="Bando", sha256=sha256(b"bando"), size_bytes=5, state="ready", pages=1, pages_ready=1, created_at=START))  # fmt: skip
    folder = home / "documents" / id_
    folder.mkdir(parents=True)
    (folder / "1-large.webp").write_bytes(PAGE)
    started = shown.PresentationStarted(
        presentation=id_, kind="document", participant=who, page=1, pages=1, sha256=sha256(b"bando")
    )
    log.add(15, f"participant:{who}", started)
    return id_


def _record(log: _Log, home: Path, session_id: SessionId, row: Any) -> None:
    folder = home / "recordings" / session_id
    (folder / "tape").mkdir(parents=True)
    (folder / "tape" / TAPE_FILE).write_bytes(TAPE)
    (folder / f"{row.id}.mp4").write_bytes(FILM_OF_SESSION)
    segment = rec.Segment(file=TAPE_FILE, sha256=sha256(TAPE), bytes=len(TAPE))
    log.add(121, "system", rec.SegmentsSealed(segments=(segment,)))
    values = {"sha256": sha256(FILM_OF_SESSION), "bytes": len(FILM_OF_SESSION), "duration_ms": 80_000}
    log.add(200, "system", rec.RecordingReady(recording=row.id, **values))
    row.state, row.file = "ready", f"{row.id}.mp4"
    for name, value in values.items():
        setattr(row, name, value)
    recordings.close_archive(log.session, session_id=session_id, now=START + timedelta(seconds=120))
    recordings.settle_archive(log.session, session_id=session_id, files=1, bytes_=len(TAPE))
    log.session.flush()
