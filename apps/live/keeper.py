"""
Looks after an open session: what time alone brings about.

Somebody who was lost is given up, a session without anybody is abandoned, and a connection that stands in the state but has no tab
any more (its end could not be written, or came while it was being seated) is ended.
"""

from __future__ import annotations

import logging

from apps.live import commands as cmd
from apps.live.grants import HERE
from apps.live.session_runner import SYSTEM, SessionRunner
from apps.live.state import Denied, Presence

log = logging.getLogger(__name__)

RETRY_S = 2.0  # after a write failed


class Keeper:
    """``tick`` is called a few times a second; times are seconds of ``House.monotonic``."""

    def __init__(self, runner: SessionRunner, *, grace_s: float, abandon_after_s: float) -> None:
        self._runner = runner
        self._grace_s, self._abandon_after_s = grace_s, abandon_after_s
        self._empty_since_s: float | None = None
        self._not_before_s = 0.0

    async def tick(self, now_s: float) -> None:
        if self._runner.is_busy or now_s < self._not_before_s:
            return
        due: list[cmd.HouseCommand] = [*self._ghosts(), *self._given_up(now_s), *self._abandoned(now_s)]
        for command in due:
            answer = await self._runner.act(command, SYSTEM)
            if isinstance(answer, Denied):
                self._not_before_s = now_s + RETRY_S
                return
        if self._runner.state.phase == "open":
            await self._runner.presence.tick(now_s)
            await self._runner.floor.tick()

    def _ghosts(self) -> list[cmd.Disconnect]:
        ghosts = []
        for seat in self._runner.state.seats.values():
            attachment = self._runner.audience.get(seat.participant)
            alive = attachment.id if attachment is not None and not attachment.ended else None
            ghosts += [cmd.Disconnect(connection=c, reason="lost") for c in seat.connections if c != alive]
        return ghosts

    def _given_up(self, now_s: float) -> list[cmd.GiveUp]:
        lost_at_s = self._runner.lost_at_s
        return [
            cmd.GiveUp(participant=seat.participant)
            for seat in self._runner.state.seats.values()
            if seat.presence is Presence.RECONNECTING
            and now_s - lost_at_s.setdefault(seat.participant, now_s) >= self._grace_s
        ]

    def _abandoned(self, now_s: float) -> list[cmd.Abandon]:
        if any(seat.presence in HERE and seat.role != "encoder" for seat in self._runner.state.seats.values()):
            self._empty_since_s = None
            return []
        if self._empty_since_s is None:
            self._empty_since_s = now_s
        return [cmd.Abandon()] if now_s - self._empty_since_s >= self._abandon_after_s else []
