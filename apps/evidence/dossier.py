"""
A session's dossier: what is in it, file by file (docs/evidence.md describes the format for those who write a verifier of their own).

Everything blocks: call it in a thread.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from apps.evidence import connections
from apps.evidence.parcel import Held, OnDisk, Parcel, Part
from apps.evidence.seal import Seal
from apps.recording import places
from data.event_log import canonical, stamp
from data.models import Event
from data.records import Record

Files = Literal["recordings", "slides", "tape", "statements"]
"""What can be put in as files; the hashes of all are always in."""
README = """\
This is the dossier of a session that was held with Sala.

  events.jsonl       everything that happened, each line chained to the one before
  people.jsonl       names behind the ids; with the salt, each opens the commitment in its event
  chat.jsonl         what was written
  statements.jsonl   what was put on the record, with the answers
  attendance.*       who was there for how long, counted from the events
  connections.csv    when each person came, was lost, came back and went
  minutes-*.pdf      the minutes
  files.json         the hashes of slides, recordings, tape and documents
  manifest.json      the hash of every file, signed in manifest.sig

To check it, offline:

  python sala-verify.pyz DOSSIER --key PUBLIC

Both the verifier and the public key are at {address}/evidence. By hand:

  openssl pkeyutl -verify -pubin -inkey public-key.pem -rawin -in manifest.json -sigfile manifest.sig
"""


@dataclass(frozen=True, slots=True)
class Listed:
    """A line of ``files.json``; ``path`` is where the file lies, if it is there and asked for."""

    kind: str
    id: str
    sha256: str
    bytes: int
    title: str = ""
    member: str = ""
    path: Path | None = None

    def line(self) -> dict[str, Any]:
        there = self.path is not None
        return {
            "kind": self.kind,
            "id": self.id,
            "sha256": self.sha256,
            "bytes": self.bytes,
            "title": self.title,
            "member": self.member if there else None,
        }


def make(
    record: Record, *, minutes: Mapping[str, bytes], home: Path, seal: Seal, address: str, include: Iterable[Files] = ()
) -> Parcel:
    """
    Return the dossier of a session that has ended.

    Args:
        minutes: PDF by language.
        address: Of this Sala, as people reach it.
        include: Which files to put in; what was deleted meanwhile is left out.
    """
    files = list(listed(record, home, frozenset(include)))
    parts: list[Part] = [
        Held("README.txt", README.format(address=address).encode()),
        Held("session.json", _pretty(_session(record))),
        Held("events.jsonl", b"".join(map(event_line, record.events))),
        Held("people.jsonl", _lines(_person(person) for person in record.people)),
        Held("accounts.jsonl", _lines(_account(account) for account in record.accounts.values())),
        Held("chat.jsonl", _lines(_message(text) for text in record.texts)),
        Held("statements.jsonl", _lines(_statement(one) for one in record.statements)),
        *_attendance(record),
        Held("prefaces.jsonl", _lines(preface_entry(one) for one in record.prefaces.values())),
        *(Held(f"minutes-{language}.pdf", pdf) for language, pdf in sorted(minutes.items())),
        Held("files.json", _pretty([file.line() for file in files])),
        *(OnDisk(file.member, file.path) for file in files if file.path is not None),
    ]
    opening = record.opening
    head = {
        "issuer": address,
        "session": opening.id,
        "title": record.room.title,
        "opened_at": stamp(opening.opened_at),
        "closed_at": stamp(opening.closed_at) if opening.closed_at else "",
        "head": {"number": record.head.number, "hash": record.head.hash},
    }
    return Parcel(head, parts, seal)


def event_line(event: Event) -> bytes:
    """Return an event as a line: what is hashed stands in it byte for byte, between keys of fixed length."""
    body = canonical(
        {
            "actor": event.actor,
            "at": stamp(event.at),
            "number": event.number,
            "payload": event.payload,
            "session": event.session_id,
            "type": event.type,
        }
    )
    return b'{"hash":"%s","line":%s,"previous_hash":"%s"}\n' % (event.hash.encode(), body, event.previous_hash.encode())


# --- rows -----------------------------------------------------------------------------------------------------------------


def _session(record: Record) -> dict[str, Any]:
    opening, room, tender = record.opening, record.room, record.tender
    told = None
    if tender is not None:
        told = {"id": tender.id, "number": tender.number, "subject": tender.subject, "procedure": tender.procedure}
    return {
        "session": opening.id,
        "opened_at": stamp(opening.opened_at),
        "closed_at": stamp(opening.closed_at) if opening.closed_at else None,
        "room": {"id": room.id, "kind": room.kind, "title": room.title, "zone": room.zone, "language": room.language, "owner": room.owner_id},
        "tender": told,
    }  # fmt: skip


def _person(person: Any) -> dict[str, Any]:
    return {
        "participant": person.id,
        "person": person.person_id,
        "name": person.name,
        "email": person.email,
        "organisation": person.organisation,
        "salt": person.salt,
        "erased": person.erased_at is not None,
    }


def _account(account: Any) -> dict[str, Any]:
    return {"account": account.id, "name": account.name, "role": account.role, "erased": account.erased_at is not None}


def _message(text: Any) -> dict[str, Any]:
    return {
        "message": text.id,
        "participant": text.participant_id,
        "account": text.account_id,
        "to": text.to,
        "sent_at": stamp(text.sent_at),
        "text": text.text,
        "salt": text.salt,
        "erased": text.erased_at is not None,
    }


def _statement(one: Any) -> dict[str, Any]:
    return {
        "statement": one.id,
        "participant": one.participant_id,
        "filed_at": stamp(one.filed_at),
        "text": one.text,
        "salt": one.salt,
        "document_name": one.document_name,
        "document_sha256": one.document_sha256,
        "document_bytes": one.document_bytes,
        "answer": one.answer,
        "reason": one.reason,
        "reason_salt": one.reason_salt,
        "answered_at": stamp(one.answered_at) if one.answered_at else None,
        "erased": one.erased_at is not None,
    }


def preface_entry(one: Any) -> dict[str, Any]:
    """Return a version of a preface as files and answers of the API hold it."""
    return {
        "language": one.language,
        "version": one.version,
        "text": one.text,
        "account": one.account_id,
        "written_at": stamp(one.written_at),
    }


def _attendance(record: Record) -> list[Part]:
    from data.attendance import attendance, to_csv  # brings pandas, which the web process needs for nothing else

    until = record.opening.closed_at
    frame = attendance(record.events, record.people, now=until)
    language = record.room.language
    text: str = frame.to_json(orient="records", date_format="iso", date_unit="us", force_ascii=False)
    return [
        Held("attendance.json", _pretty(json.loads(text))),
        Held("attendance.csv", to_csv(frame, language=language)),
        Held("connections.csv", connections.as_csv(record.events, record.people, language=language)),
    ]


# --- files ----------------------------------------------------------------------------------------------------------------


def listed(record: Record, home: Path, include: frozenset[Files]) -> Iterator[Listed]:
    """Yield every file that the events name, and the pages that were made of slides where they are asked for."""
    yield from _recordings(record, home, "recordings" in include)
    yield from _tape(record, home, "tape" in include)
    yield from _slides(record, home, "slides" in include)
    yield from _documents(record, home, "statements" in include)


def _recordings(record: Record, home: Path, wanted: bool) -> Iterator[Listed]:
    rows = {row.id: row for row in record.recordings}
    ready = {str(e.payload["recording"]): e.payload for e in record.events if e.type == "recording_ready"}
    for id_, payload in sorted(ready.items()):
        row = rows.get(id_)
        path = places.recording_file(home, row.session_id, row.file) if row is not None and row.file else None
        member = f"recordings/{row.file}" if row is not None and row.file else ""
        title = (row.name or str(row.number)) if row is not None else ""
        yield Listed("recording", id_, str(payload["sha256"]), int(payload["bytes"]), title, member, _there(path, wanted))  # fmt: skip


def _tape(record: Record, home: Path, wanted: bool) -> Iterator[Listed]:
    folder = places.tape_folder(home, record.opening.id)
    sealed = [one for event in record.events if event.type == "segments_sealed" for one in event.payload["segments"]]
    for one in sealed:
        name = str(one["file"])
        path = folder / name if Path(name).name == name else None
        yield Listed("tape", name, str(one["sha256"]), int(one["bytes"]), "", f"tape/{name}", _there(path, wanted))


def _slides(record: Record, home: Path, wanted: bool) -> Iterator[Listed]:
    shown = {str(e.payload["presentation"]): e.payload for e in record.events if e.type == "presentation_started"}
    for id_, payload in sorted(shown.items()):
        row = record.presentations.get(id_)
        if payload.get("sha256"):
            size = row.size_bytes if row is not None else 0
            yield Listed("presentation", id_, str(payload["sha256"]), size, row.title if row else "")
        folder = home / "documents" / id_
        pages = sorted(folder.glob("*-large.webp"), key=_page) + sorted(folder.glob("film.*")) if wanted else []
        for path in pages:
            yield Listed("page", f"{id_}/{path.name}", "", path.stat().st_size, "", f"slides/{id_}/{path.name}", path)


def _documents(record: Record, home: Path, wanted: bool) -> Iterator[Listed]:
    for one in record.statements:
        if not one.document_sha256:
            continue
        path = home / "statements" / record.opening.id / one.id
        name = f"statements/{one.id}{_ending(one.document_name or '')}"
        size = int(one.document_bytes or 0)
        yield Listed(
            "statement", one.id, one.document_sha256, size, one.document_name or "", name, _there(path, wanted)
        )


def _there(path: Path | None, wanted: bool) -> Path | None:
    return path if path is not None and wanted and path.is_file() else None


def _ending(name: str) -> str:
    """Return a file name's ending if it is a plain one, so that no person's text becomes part of a path."""
    ending = Path(name).suffix.lower()
    return ending if ending[1:].isascii() and ending[1:].isalnum() and len(ending) <= 6 else ""


def _page(path: Path) -> int:
    number = path.name.partition("-")[0]
    return int(number) if number.isdigit() else 0


def _lines(rows: Iterable[Mapping[str, Any]]) -> bytes:
    return b"".join(canonical(dict(row)) + b"\n" for row in rows)


def _pretty(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1, allow_nan=False) + "\n").encode()
