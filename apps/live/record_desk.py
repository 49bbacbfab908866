"""
What is put on the record of one session: documents that were uploaded and not filed yet, words beside the log, statements on their way into it.

A document that nobody files is deleted with the session. After a restart it has to be uploaded again; what was filed is in the database.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from apps.live import commands_tender as cmd
from apps.live.decide import decide
from apps.live.grants import HERE
from apps.live.grants_tender import is_apart
from apps.live.state import Actor, Denied
from apps.live.wire_tender import StatementWords
from data import statements
from data.commitments import commit, new_salt
from data.ids import AccountId, ParticipantId, PersonId, StatementId, new_id

if TYPE_CHECKING:
    from apps.live.session_runner import SessionRunner

log = logging.getLogger(__name__)

MOST_WAITING = 3  # documents of one person that are uploaded and not filed


@dataclass(frozen=True, slots=True)
class Waiting:
    """An uploaded document; it has the id of the statement that it will belong to."""

    person: PersonId
    name: str
    sha256: str
    size_bytes: int


def folder_of(home: Path, session: str) -> Path:
    return home / "statements" / session


class StatementDesk:
    """One for each open session; used on the Hub's loop."""

    def __init__(self, runner: SessionRunner) -> None:
        self._runner = runner
        self.folder = folder_of(runner.house.settings.home, runner.state.session)
        self.words: dict[StatementId, StatementWords] = {}
        self._waiting: dict[StatementId, Waiting] = {}

    # --- documents --------------------------------------------------------------------------------------------------------

    def refusal(self, person: PersonId) -> Denied | None:
        """Return why somebody can't upload a document now."""
        state = self._runner.state
        participant = self._runner.roster.of_person(person)
        seat = state.seats.get(participant) if participant is not None else None
        if state.kind != "tender" or seat is None or seat.presence not in HERE or seat.role == "moderator":
            return Denied("not_found")
        return Denied("reserved_part") if is_apart(state, seat) else None

    def keep(self, statement: StatementId, document: Waiting) -> None:
        """A document is whole and lies in ``folder`` under the statement's id; the oldest of too many goes."""
        mine = [id_ for id_, waiting in self._waiting.items() if waiting.person == document.person]
        for old in mine[: max(0, len(mine) - MOST_WAITING + 1)]:
            del self._waiting[old]
            (self.folder / old).unlink(missing_ok=True)
        self._waiting[statement] = document

    def may_read(self, statement: StatementId, person: PersonId, *, leads: bool) -> bool:
        """Tell whether a filed document is for somebody: its filer and the authority."""
        head = self._runner.state.tender.statements.get(statement)
        if head is None:
            return False
        return leads or self._runner.state.seats[head.participant].person == person

    def clear(self) -> None:
        """The session is over: what was not filed goes."""
        for statement in self._waiting:
            (self.folder / statement).unlink(missing_ok=True)
        self._waiting.clear()

    # --- statements -------------------------------------------------------------------------------------------------------

    async def file(self, actor: Actor, command: cmd.FileStatement) -> Mapping[str, Any] | Denied:
        """Store a statement and note it in the log, both or neither."""
        may = decide(self._runner.state, command, actor, self._runner.house.clock())
        if isinstance(may, Denied):
            return may
        participant = ParticipantId(actor.id)
        person = self._runner.state.seats[participant].person
        document = self._waiting.get(command.document) if command.document is not None else None
        if command.document is not None and (document is None or document.person != person):
            return Denied("document_unknown")
        statement, salt = command.document or StatementId(new_id("st")), new_salt()
        kept = (document.name, document.sha256, document.size_bytes) if document else None
        store = partial(
            statements.add,
            statement_id=statement,
            session_id=self._runner.state.session,
            participant_id=participant,
            account_id=AccountId(person) if person.startswith("ac_") else None,
            text=command.text,
            salt=salt,
            now=self._runner.house.clock(),
            document=kept,
        )
        note = cmd.NoteStatement(
            statement=statement,
            commitment=commit(salt=salt, text=command.text),
            document_sha256=document.sha256 if document else None,
        )
        denied = await self._noted(actor, note, store, statement, StatementWords(command.text, kept))
        if denied is None:
            self._waiting.pop(statement, None)
        return denied or {"statement": statement}

    async def answer(self, actor: Actor, command: cmd.AnswerStatement) -> Mapping[str, Any] | Denied:
        """Store the reason of an answer and note it in the log, both or neither."""
        may = decide(self._runner.state, command, actor, self._runner.house.clock())
        if isinstance(may, Denied):
            return may
        salt = new_salt() if command.reason else ""
        store = partial(
            statements.answer,
            statement_id=command.statement,
            answer_=command.answer,
            reason=command.reason,
            reason_salt=salt,
            now=self._runner.house.clock(),
        )
        sealed = commit(salt=salt, text=command.reason) if command.reason else ""
        note = cmd.NoteAnswer(statement=command.statement, answer=command.answer, commitment=sealed)
        before = self.words.get(command.statement, StatementWords(""))
        words = StatementWords(before.text, before.document, command.reason)
        return await self._noted(actor, note, store, command.statement, words) or {}

    async def _noted(
        self,
        actor: Actor,
        note: cmd.NoteStatement | cmd.NoteAnswer,
        store: Callable[..., object],
        statement: StatementId,
        words: StatementWords,
    ) -> Denied | None:
        """Carry out what was prepared; its words are there before anybody is told of it."""
        before, self.words[statement] = self.words.get(statement), words
        answer = await self._runner.act(note, actor, beside=store)
        if not isinstance(answer, Denied):
            return None
        if before is None:
            del self.words[statement]
        else:
            self.words[statement] = before
        return answer

    async def make_folder(self) -> None:
        await asyncio.to_thread(self.folder.mkdir, parents=True, exist_ok=True)
