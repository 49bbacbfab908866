"""A session's state and names, rebuilt from what was stored: what a restart of the web process begins with."""

from __future__ import annotations

from apps.live.events import MessageDeleted, ParticipantJoined
from apps.live.evolve import evolve
from apps.live.grants_tender import apart
from apps.live.house import House
from apps.live.ledger import Stored
from apps.live.roster import Shown
from apps.live.session_runner import SessionRunner
from apps.live.state import SessionState
from apps.live.wire_tender import words_of
from data.ids import MessageId, PresentationId, StatementId


def runner_of(stored: Stored, house: House) -> SessionRunner:
    """Replay a log. The numbers of its lines have no gaps, which ``ledger.load`` has verified."""
    state = SessionState(session=stored.session)
    for line in stored.lines:
        state = evolve(state, line.event, at=line.at, number=line.number)
    runner = SessionRunner(house, stored.room, state)
    _fill_names(runner, stored)
    _fill_chat(runner, stored)
    for row in stored.statements:
        runner.statements.words[StatementId(row.id)] = words_of(row)
    runner.audience.apart = apart(state)
    return runner


def _fill_names(runner: SessionRunner, stored: Stored) -> None:
    names = {row.id: (row.name, row.organisation) for row in stored.people}
    for line in stored.lines:  # in the order of entering, which the badges follow
        if isinstance(line.event, ParticipantJoined):
            event = line.event
            name, firm = names.get(event.participant, ("", ""))
            runner.roster.add(event.participant, event.person, name, firm=firm)
    runner.roster.accounts.update(stored.accounts)
    for presentation, (title, pages_ready) in stored.presentations.items():
        runner.roster.presentations[PresentationId(presentation)] = Shown(title, pages_ready)


def _fill_chat(runner: SessionRunner, stored: Stored) -> None:
    for row in stored.texts:
        name = runner.roster.name_of(row.participant_id) or stored.accounts.get(row.account_id or "", "")
        runner.chat.add(MessageId(row.id), name, row.text)
    for line in stored.lines:
        if isinstance(line.event, MessageDeleted):
            runner.chat.blank(line.event.message)
