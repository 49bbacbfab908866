"""
Looks after the floor of a tender's session: ends it in time, measures how long its holder is heard, holds the seeds of lots.

The clock is the server's alone: an end is due when ``House.clock`` says so, and browsers only show how long that is from now.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from apps.keys import kept_key
from apps.live import commands_tender as cmd
from apps.live.decide import decide
from apps.live.events import LiveEvent
from apps.live.events_tender import FloorEnded, FloorGranted
from apps.live.floor_queue import NEVER
from apps.live.state import Actor, Denied
from data.ids import ParticipantId, RecordingId, SessionId, new_id
from data.presence_times import commitment
from media_core.ids import MemberId

if TYPE_CHECKING:
    from apps.live.session_runner import SessionRunner

SYSTEM = Actor("system")


def seed_of_lot(home: Path, session: SessionId, draw: int) -> str:
    """Return the seed of a session's n-th lot, from 1: the same after a restart, and unknown to whoever has only the log."""
    text = f"{session} {draw}"
    return hmac.new(kept_key(home, "lot").encode(), text.encode(), hashlib.sha256).hexdigest()


@dataclass(slots=True)
class _Heard:
    """How long the media core heard somebody: ``ms`` of this engine, ``before_ms`` of those that died, ``granted_ms`` before this floor."""

    ms: int = 0
    before_ms: int = 0
    granted_ms: int = 0

    @property
    def all_ms(self) -> int:
        return self.before_ms + self.ms


class FloorKeeper:
    """One for each open session; used on the Hub's loop."""

    def __init__(self, runner: SessionRunner) -> None:
        self._runner, self._house = runner, runner.house
        self._heard: dict[ParticipantId, _Heard] = {}

    # --- how long ---------------------------------------------------------------------------------------------------------

    def heard(self, heard_ms: Mapping[MemberId, int]) -> None:
        """Take what the engine counted of each microphone since it opened the room."""
        for member, ms in heard_ms.items():
            noted = self._heard_of(ParticipantId(member))
            if ms < noted.ms:  # another engine, which began anew
                noted.before_ms += noted.ms
            noted.ms = ms

    def _heard_of(self, participant: ParticipantId) -> _Heard:
        """Return the note about somebody; the first after a restart begins with what stands in the log, which the engine counted too."""
        if participant not in self._heard:
            used = self._runner.state.tender.used.get(participant, NEVER)
            self._heard[participant] = _Heard(ms=used.used_ms, granted_ms=used.used_ms)
        return self._heard[participant]

    def completed(self, decision: Sequence[LiveEvent]) -> list[LiveEvent]:
        """Return a decision with how long somebody was heard where their floor ends."""
        made: list[LiveEvent] = []
        for event in decision:
            if isinstance(event, FloorGranted):
                noted = self._heard_of(event.participant)
                noted.granted_ms = noted.all_ms
            elif isinstance(event, FloorEnded):
                noted = self._heard_of(event.participant)
                event = event.model_copy(update={"used_ms": max(0, noted.all_ms - noted.granted_ms)})
            made.append(event)
        return made

    async def tick(self) -> None:
        """End the floor if its time is over; called a few times a second."""
        self._runner.teller.tick()
        floor = self._runner.state.tender.floor
        if floor is not None and floor.until is not None and self._house.clock() >= floor.until:
            await self._runner.act(cmd.TimeFloor(participant=floor.participant), SYSTEM)

    # --- what the Hub adds to what is asked ------------------------------------------------------------------------------

    async def ask(self, actor: Actor, command: cmd.TenderCommand) -> Mapping[str, Any] | Denied:
        """Carry out what an actor asks for, with the seeds and ids that only the Hub can make."""
        may = decide(self._runner.state, command, actor, self._house.clock())
        if isinstance(may, Denied):
            return may
        answer = await self._runner.act(self._prepared(command), actor)
        return answer if isinstance(answer, Denied) else {}

    def _prepared(self, command: cmd.TenderCommand) -> cmd.TenderCommand | cmd.TenderHouseCommand:
        next_draw = self._runner.state.tender.draws + 1
        match command:
            case cmd.SetFloorPolicy():
                sealed = commitment(self._seed(next_draw))
                return cmd.NotePolicy(policy=command.policy, limit_s=command.limit_s, commitment=sealed)
            case cmd.DrawLot():
                sealed = commitment(self._seed(next_draw + 1))
                return cmd.NoteLot(seed=self._seed(next_draw), next_commitment=sealed)
            case cmd.BeginReserved():
                recording = RecordingId(new_id("rc"))
                asked = command.model_dump(exclude={"type"})
                return cmd.NoteReserved(**asked, recording=recording)
            case cmd.EndReserved():
                return cmd.NoteResumed(recording=RecordingId(new_id("rc")))
        return command

    def _seed(self, draw: int) -> str:
        return seed_of_lot(self._house.settings.home, self._runner.state.session, draw)
