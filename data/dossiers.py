"""A dossier as a database for reading, so that everything that makes frames of a home folder makes them of a dossier too."""

from __future__ import annotations

import json
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any

from sqlmodel import Session, SQLModel

from data import event_log, models
from data.database import Database, open_database
from data.errors import DossierUnreadable

MEMBERS = ("session.json", "events.jsonl", "people.jsonl", "accounts.jsonl", "chat.jsonl", "statements.jsonl")
MEMBER_MAX_BYTES = 1 << 30


@dataclass(frozen=True, slots=True)
class Unpacked:
    """A database in a folder of its own, readable by its owner alone; ``close`` removes it."""

    database: Database
    folder: tempfile.TemporaryDirectory[str]

    def close(self) -> None:
        self.database.close()
        self.folder.cleanup()


def is_dossier(where: str | Path) -> bool:
    """Say whether this is a file, and not a home folder or a database's URL."""
    return (isinstance(where, Path) or "://" not in where) and Path(where).is_file()


def unpack(path: Path) -> Unpacked:
    """
    Put a dossier's rows into a database. Checks the chain of events; ``serve.py verify`` checks all the rest.

    Raises:
        DossierUnreadable: If it is none, or an event is not as it was written.
    """
    rows = list(_rows(path))
    folder: tempfile.TemporaryDirectory[str] = tempfile.TemporaryDirectory(prefix="sala-dossier-")
    try:
        with open_database(folder.name) as writing:
            writing.run_now(_store, rows)
        return Unpacked(open_database(folder.name, write=False), folder)
    except BaseException:
        folder.cleanup()
        raise


def _store(session: Session, rows: list[SQLModel]) -> None:
    for _, of_one_table in groupby(rows, key=type):
        session.add_all(of_one_table)
        session.flush()  # in this order: rows refer to those before them


def _rows(path: Path) -> Iterator[SQLModel]:
    try:
        with zipfile.ZipFile(path) as archive:
            held = {name: _member(archive, name) for name in MEMBERS}
        session = json.loads(held["session.json"])
        yield from _accounts(session, held["accounts.jsonl"])
        yield from _opening(session)
        yield from _people(session["session"], held["people.jsonl"])
        yield from _texts(session["session"], held["chat.jsonl"])
        yield from _statements(session["session"], held["statements.jsonl"])
        events = list(_events(held["events.jsonl"]))
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError, OSError) as error:
        raise DossierUnreadable(str(path), f"{type(error).__name__}: {error}") from error
    broken = event_log.verify(events)
    if broken is not None or not events:
        raise DossierUnreadable(str(path), f"event {broken or 1} is not as it was written")
    yield from events


def _member(archive: zipfile.ZipFile, name: str) -> bytes:
    info = archive.getinfo(name)
    if info.file_size > MEMBER_MAX_BYTES:
        raise ValueError(f"{name} is too large")
    return archive.read(info)


def _lines(content: bytes) -> Iterator[dict[str, Any]]:
    return (json.loads(line) for line in content.split(b"\n") if line)


def _moment(text: str | None) -> Any:
    """Return a moment, ``None`` for none; which of both may be is the table's to say."""
    return datetime.fromisoformat(text) if text else None


def _accounts(session: dict[str, Any], content: bytes) -> Iterator[SQLModel]:
    opened_at = _moment(session["opened_at"])
    known = {row["account"]: row for row in _lines(content)}
    known.setdefault(session["room"]["owner"], {"name": "", "role": "moderator"})
    for id_, row in known.items():
        values = {"email": f"{id_}@dossier.invalid", "password_hash": "", "created_at": opened_at}
        yield models.Account(id=id_, name=row["name"], role=row["role"], **values)


def _opening(session: dict[str, Any]) -> Iterator[SQLModel]:
    room, opened_at = session["room"], _moment(session["opened_at"])
    yield models.Room(
        id=room["id"],
        slug=room["id"],
        kind=room["kind"],
        owner_id=room["owner"],
        title=room["title"],
        zone=room["zone"],
        language=room["language"],
        created_at=opened_at,
    )
    yield models.Session(
        id=session["session"], room_id=room["id"], opened_at=opened_at, closed_at=_moment(session["closed_at"])
    )


def _events(content: bytes) -> Iterator[models.Event]:
    for held in _lines(content):
        line = held["line"]
        yield models.Event(
            session_id=line["session"],
            number=line["number"],
            at=_moment(line["at"]),
            actor=line["actor"],
            type=line["type"],
            payload=line["payload"],
            previous_hash=held["previous_hash"],
            hash=held["hash"],
        )


def _people(session: str, content: bytes) -> Iterator[SQLModel]:
    for row in _lines(content):
        yield models.Participant(
            id=row["participant"],
            session_id=session,
            person_id=row["person"],
            name=row["name"],
            email=row["email"],
            organisation=row["organisation"],
            salt=row["salt"],
        )


def _texts(session: str, content: bytes) -> Iterator[SQLModel]:
    for row in _lines(content):
        yield models.Message(
            id=row["message"],
            session_id=session,
            participant_id=row["participant"],
            account_id=row["account"],
            to=row["to"],
            text=row["text"],
            salt=row["salt"],
            sent_at=_moment(row["sent_at"]),
        )


def _statements(session: str, content: bytes) -> Iterator[SQLModel]:
    for row in _lines(content):
        values = {key: row[key] for key in ("text", "salt", "document_name", "document_sha256", "document_bytes", "answer", "reason", "reason_salt")}  # fmt: skip
        yield models.Statement(
            id=row["statement"],
            session_id=session,
            participant_id=row["participant"],
            filed_at=_moment(row["filed_at"]),
            answered_at=_moment(row["answered_at"]),
            **values,
        )
