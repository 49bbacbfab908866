"""
A session that is over, played again from its log as a live room, at any speed (F8): for notebooks.

The lines are written as they were, with their moments and hashes, into a Sala of its own: console and frames there show the session as if it went on
now, and the attendance is identical because the log is. Nobody can enter a replayed room's past: it is for watching in the console.

    async with running(console=True) as sala:
        replay = await Replay.of(sala, "var", "se_…")
        await replay.play(speed=60)
"""

from __future__ import annotations

import asyncio
import itertools
import math
from collections.abc import Callable
from pathlib import Path

from apps.live.events import MessageSent, ParticipantJoined, event_from
from apps.live.session_runner import SessionRunner
from apps.live.wire import Line
from apps.single import Sala
from data import replaying
from data.database import open_database
from data.ids import MessageId, RoomId, SessionId
from data.models import Event

AS_FAST_AS_IT_GOES = math.inf
LONGEST_WAIT_S = 3600.0


class Replay:
    """One session in one running Sala. Made by ``of``; ``play`` may be called once."""

    def __init__(self, sala: Sala, recorded: replaying.Recorded) -> None:
        self._sala, self._recorded = sala, recorded
        self.session, self.room = SessionId(recorded.session.id), RoomId(recorded.room.id)
        self._runner: SessionRunner | None = None
        self.played = 0
        """How many lines of the log have been played."""

    @classmethod
    async def of(cls, sala: Sala, source: Path | str, session: str) -> Replay:
        """
        Prepare a session of another home folder or database URL.

        Raises:
            ValueError: If its log was changed, or it is in this Sala already.
        """

        def read() -> replaying.Recorded:
            with open_database(source, write=False) as database:
                return database.read_now(replaying.read, session_id=SessionId(session))

        recorded = await asyncio.to_thread(read)
        await sala.database.run(replaying.begin, recorded=recorded)
        return cls(sala, recorded)

    @property
    def lines(self) -> int:
        """How many lines the log has."""
        return len(self._recorded.events)

    async def play(
        self, *, speed: float = 1.0, until: int | None = None, each: Callable[[Event], None] | None = None
    ) -> None:
        """
        Play the lines, ``speed`` times as fast as they happened; ``math.inf`` waits for nothing.

        Args:
            until: Number of the last line to play; ``None``: all. Called again, it goes on from there.
            each: Called with each line after everybody has been told of it.

        Raises:
            ValueError: If ``speed`` is not above 0.
        """
        if not speed > 0:
            raise ValueError(f"speed is {speed}; it must be above 0")
        events = self._recorded.events[self.played : until]
        before = self._recorded.events[self.played - 1].at if self.played else None
        for at, lines in itertools.groupby(events, key=lambda event: event.at):
            if before is not None and speed != AS_FAST_AS_IT_GOES:
                await asyncio.sleep(min(LONGEST_WAIT_S, max(0.0, (at - before).total_seconds()) / speed))
            before = at
            together = list(lines)
            await self._write(together)
            for event in together:
                if each is not None:
                    each(event)
        if self.played == self.lines:
            closed_at = self._recorded.session.closed_at
            await self._sala.database.run(replaying.end, session_id=self.session, closed_at=closed_at)

    async def _write(self, events: list[Event]) -> None:
        await self._sala.database.run(replaying.add_lines, events=events)
        lines = [Line(one.number, one.at, one.actor, event_from(one.type, dict(one.payload))) for one in events]
        if self._runner is None:
            self._runner = await self._sala.hub.replaying(self.session)  # knows these lines already
        else:
            self._name(self._runner, lines)
            self._runner.take(lines)
        self.played += len(events)

    def _name(self, runner: SessionRunner, lines: list[Line]) -> None:
        """Give the runner the names and texts that the lines only point to."""
        people = {row.id: row for row in self._recorded.people}
        texts = {row.id: row for row in self._recorded.texts}
        accounts = {row.id: row.name for row in self._recorded.accounts}
        runner.roster.accounts.update(accounts)
        for line in lines:
            event = line.event
            if isinstance(event, ParticipantJoined):
                row = people.get(event.participant)
                runner.roster.add(event.participant, event.person, row.name if row else "")
            elif isinstance(event, MessageSent) and (text := texts.get(event.message)) is not None:
                name = runner.roster.name_of(text.participant_id) or accounts.get(text.account_id or "", "")
                runner.chat.add(MessageId(text.id), name, text.text)
