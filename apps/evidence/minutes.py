"""
The minutes of a session as PDF (C10), from what is kept of it alone: every line has its event number, and its place in the recordings.

Facts can't be edited. What people want to say before them is the preface, which is marked as such.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, partial
from typing import Any

from apps.evidence import stretches
from apps.evidence.attendance_report import clock_of, date_text, moment_text
from apps.evidence.chronicle import N_, told
from apps.evidence.names import Names
from apps.evidence.stretches import Stretch
from apps.evidence.typeset import typeset_markup
from apps.i18n import translate
from apps.tenders.texts import PROCEDURES
from data.csv_export import clock_text
from data.models import Event, Message, Participant, Recording, Statement
from data.records import Record

ROLES: Mapping[str, str] = {
    "moderator": N_("Moderator"),
    "participant": N_("Participant"),
    "supplier": N_("Supplier"),
    "encoder": N_("Encoder"),
}
ANSWERS: Mapping[str, str] = {"noted": N_("noted"), "accepted": N_("accepted"), "declined": N_("declined")}
STATES: Mapping[str, str] = {"deleted": N_("deleted"), "failed": N_("failed")}


def minutes(record: Record, *, language: str, address: str, key: str) -> bytes:
    """
    Return the minutes of a session that has ended; the same record gives the same bytes. Takes a second for a long session: call it in a thread.

    Args:
        address: Of this Sala, as people reach it.
        key: Fingerprint of the key that dossiers are signed with.
    """
    return typeset_markup("minutes.typ.j2", _Minutes(record, language).values(address, key))


@dataclass
class _Minutes:
    record: Record
    language: str

    @cached_property
    def _(self) -> Any:
        return partial(translate, self.language)

    @cached_property
    def names(self) -> Names:
        return Names(self.record.events, self.record.people, self.record.accounts, self.language)

    @cached_property
    def seats(self) -> dict[str, Participant]:
        return {person.id: person for person in self.record.people}

    @cached_property
    def reserved(self) -> list[Stretch]:
        return stretches.reserved_parts(self.record.events)

    def values(self, address: str, key: str) -> dict[str, Any]:
        _, record = self._, self.record
        is_tender = record.room.kind == "tender"
        return {
            "_": _,
            "language": self.language,
            "title": _("Minutes of the session"),
            "room": record.room.title,
            "session": record.opening.id,
            "facts": self.facts(),
            "preface": self.preface(),
            "people": self.people(),
            "course": self.course(),
            "floor": self.floor() if is_tender else [],
            "chat": self.chat(),
            "untold": self.untold(),
            "statements": [self.statement(number, one) for number, one in enumerate(record.statements, start=1)],
            "reserved": [self.stretch(part) for part in self.reserved],
            "presentations": self.presentations(),
            "recordings": [self.recording(row) for row in record.recordings],
            "zone": record.room.zone,
            "head": record.head,
            "address": address,
            "key": key,
        }

    # --- moments ------------------------------------------------------------------------------------------------------

    def clock(self, at: datetime) -> str:
        return clock_of(at, self.record.room.zone)

    def moment(self, at: datetime | None) -> str:
        return moment_text(at, self.record.room.zone, self.language)

    def offset(self, at: datetime) -> str:
        """Return where a moment lies in the recordings: number of the recording and time from its beginning."""
        found = [
            f"{row.number}: {_clock(at - begins)}"
            for row, begins, ends in stretches.offsets(self.record.recordings)
            if begins <= at <= ends
        ]
        return "\n".join(found)

    def stretch(self, part: Stretch) -> dict[str, Any]:
        return {
            "begins": self.clock(part.begins.at),
            "first": part.begins.number,
            "ends": self.clock(part.ends.at),
            "last": part.ends.number,
            "length": clock_text(part.length_s),
        }

    # --- sections -----------------------------------------------------------------------------------------------------

    def facts(self) -> list[tuple[str, str]]:
        _, record, tender = self._, self.record, self.record.tender
        opened, closed = record.events[0], stretches.closing(record.events)
        facts = []
        if tender is not None:
            facts = [
                (_("Tender number"), tender.number),
                (_("Subject"), tender.subject),
                (_("Procedure"), _(PROCEDURES.get(tender.procedure, PROCEDURES["other"]))),
            ]
        return [
            *facts,
            (_("Date"), date_text(opened.at, record.room.zone, self.language)),
            (_("Opened"), f"{self.moment(opened.at)}, {self.names.of_actor(opened.actor)}"),
            (_("Closed"), self.moment(closed.at) + (f", {self.names.of_actor(closed.actor)}" if closed.actor != "system" else "")),
            (_("Time zone"), record.room.zone),
            (_("Organiser"), self.names.of_account(record.room.owner_id)),
            (_("People who took part"), str(len(stretches.presence(record.events)))),
            (_("Session"), record.opening.id),
        ]  # fmt: skip

    def preface(self) -> dict[str, Any] | None:
        found = self.record.prefaces.get(self.language)
        if found is None or not found.text:
            return None
        who = self.names.of_account(found.account_id)
        note = self._("Written by {who} on {moment}, version {version}. It is not part of the log.", who=who, moment=self.moment(found.written_at), version=found.version)  # fmt: skip
        return {"paragraphs": [part for part in found.text.split("\n") if part.strip()], "note": note}

    def people(self) -> list[dict[str, Any]]:
        joined = {str(e.payload["participant"]): e for e in self.record.events if e.type == "participant_joined"}
        roles = {id_: str(event.payload["role"]) for id_, event in joined.items()}
        roles |= {str(e.payload["participant"]): str(e.payload["role"]) for e in self.record.events if e.type == "role_changed"}  # fmt: skip
        return [
            {
                "name": self.names.of(id_),
                "role": self._(ROLES.get(roles.get(id_, ""), ROLES["participant"])),
                "parts": [self.stretch(part) for part in parts],
                "length": clock_text(sum(part.length_s for part in parts)),
            }
            for id_, parts in stretches.presence(self.record.events).items()
        ]

    def course(self) -> list[dict[str, Any]]:
        titles = {id_: row.title for id_, row in self.record.presentations.items()}
        lines = told(self.record.events, self.names, titles=titles, clock=self.clock, language=self.language)
        return [
            {"number": line.number, "time": self.clock(line.at), "offset": self.offset(line.at), "text": line.text}
            for line in lines
        ]

    def floor(self) -> list[dict[str, Any]]:
        """Return the use of the floor by organisation, people within it."""
        by_organisation: dict[str, list[dict[str, Any]]] = {}
        for id_, use in stretches.floor(self.record.events).items():
            seat = self.seats.get(id_)
            row = {
                "name": self.names.of(id_), "requests": use.requests, "granted": use.granted, "refused": use.refused,
                "held_s": use.held_s, "spoken_s": use.spoken_s,
            }  # fmt: skip
            by_organisation.setdefault(seat.organisation if seat else "", []).append(row)
        found = []
        for organisation, rows in by_organisation.items():
            for row in rows:
                found.append({**row, **_lengths(row), "whole": False})
            if organisation and len(rows) > 1:
                sums: dict[str, Any] = {key: sum(row[key] for row in rows) for key in ("requests", "granted", "refused", "held_s", "spoken_s")}  # fmt: skip
                found.append({"name": self._("Together: {name}", name=organisation), **sums, **_lengths(sums), "whole": True})  # fmt: skip
        return found

    def chat(self) -> list[dict[str, Any]]:
        """Return what was written to everybody in public."""
        texts = {text.id: text for text in self.record.texts}
        gone = {str(e.payload["message"]) for e in self.record.events if e.type == "message_deleted"}
        return [
            {
                "number": event.number,
                "time": self.clock(event.at),
                "offset": self.offset(event.at),
                "name": self.author(event),
                "text": self.text(texts.get(str(event.payload["message"])), str(event.payload["message"]) in gone),
            }
            for event in self.record.events
            if event.type == "message_sent" and self.is_public(event)
        ]

    def is_public(self, event: Event) -> bool:
        return event.payload.get("to") == "everyone" and not stretches.is_within(event.number, self.reserved)

    def author(self, event: Event) -> str:
        who = event.payload.get("participant")
        return self.names.of(who) if who else self.names.of_actor(event.actor)

    def text(self, found: Message | None, deleted: bool) -> str:
        if deleted:
            return str(self._("(deleted by a moderator)"))
        return found.text if found is not None and found.text else str(self._("(erased)"))

    def untold(self) -> str:
        """Return how many messages are not in the minutes: private ones, and those of reserved parts."""
        count = sum(event.type == "message_sent" and not self.is_public(event) for event in self.record.events)
        return (
            str(self._("Messages that were not public, and are not reproduced here: {count}.", count=count))
            if count
            else ""
        )

    def statement(self, number: int, one: Statement) -> dict[str, Any]:
        filed = self.event("statement_filed", one.id)
        answered = self.event("statement_answered", one.id)
        return {
            "number": number,
            "who": self.names.of(one.participant_id),
            "filed": self.place(filed),
            "text": one.text or self._("(erased)"),
            "document": one.document_name or (self._("(erased)") if one.document_sha256 else ""),
            "sha256": one.document_sha256 or "",
            "answer": self._(ANSWERS[one.answer]) if one.answer else "",
            "by": self.names.of_actor(answered.actor) if answered else "",
            "answered": self.place(answered),
            "reason": one.reason,
        }

    def event(self, type_: str, statement: str) -> Event | None:
        """Return the last event of a type about a statement."""
        held = [e for e in self.record.events if e.type == type_ and e.payload.get("statement") == statement]
        return held[-1] if held else None

    def place(self, event: Event | None) -> str:
        if event is None:
            return ""
        found = self._("{time}, event {number}", time=self.clock(event.at), number=event.number)
        offset = self.offset(event.at).replace("\n", ", ")
        return f"{found}, " + self._("in recording {offset}", offset=offset) if offset else str(found)

    def presentations(self) -> list[dict[str, Any]]:
        shown = {str(e.payload["presentation"]): e for e in self.record.events if e.type == "presentation_started"}
        rows = self.record.presentations
        return [
            {"title": rows[id_].title if id_ in rows else "", "sha256": event.payload.get("sha256") or "", "number": event.number}
            for id_, event in shown.items()
        ]  # fmt: skip

    def recording(self, row: Recording) -> dict[str, Any]:
        ready = {str(e.payload["recording"]): e for e in self.record.events if e.type == "recording_ready"}
        event = ready.get(row.id)
        state = self._(STATES[row.state]) if row.state in STATES else "" if event else self._("being prepared")
        reserved = self._("of a reserved part") if row.reserved else ""
        named = self.changed("recording_named", row, name=row.name) if row.name else None
        released = self.changed("recording_released", row, released=True) if row.released else None
        later = [
            self._("named on {moment}, event {number}", moment=self.moment(named.at), number=named.number) if named else "",
            self._("released to the suppliers on {moment}, event {number}", moment=self.moment(released.at), number=released.number) if released else "",
        ]  # fmt: skip
        return {
            "number": row.number,
            "name": row.name or self._("Recording {number}", number=row.number),
            "begins": self.clock(row.begins_at),
            "ends": self.clock(row.ends_at) if row.ends_at else "",
            "sha256": str(event.payload["sha256"]) if event else "",
            "event": event.number if event else "",
            "state": ", ".join(filter(None, (reserved, state, *later))),
        }

    def changed(self, type_: str, row: Recording, **payload: Any) -> Event | None:
        """Return the last event of a type that made a recording what it is."""
        wanted = {"recording": row.id, **payload}
        held = [event for event in self.record.events if event.type == type_ and event.payload == wanted]
        return held[-1] if held else None


def _lengths(row: Mapping[str, Any]) -> dict[str, str]:
    return {"held": clock_text(row["held_s"]), "spoken": clock_text(row["spoken_s"])}


def _clock(length: Any) -> str:
    seconds = int(length.total_seconds())
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
