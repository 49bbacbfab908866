"""
Looks after presence in an open session: asks when a check is due, notes whose media flow and how long people spoke.

What comes often is merged here, so that the log stays short: media that come back within two seconds were never away, and speech
is summed up until the microphone goes off, or for five minutes.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from apps.keys import kept_key
from apps.live import commands_presence as cmd
from apps.live.decide import decide
from apps.live.events import LiveEvent, MicrophoneOff, SessionClosed
from apps.live.events_presence import PresenceChecksOff, Spoke
from apps.live.state import Actor, Denied
from data.ids import ParticipantId
from data.presence_times import commitment, latest_due

if TYPE_CHECKING:
    from apps.live.session_runner import SessionRunner

log = logging.getLogger(__name__)

ANSWER_S = 90  # long enough to find the page and the button with a screen reader or a switch
DOWN_AFTER_S = 2.0  # a transport that is being replaced
SPEECH_EVERY_S = 300.0  # what a crash may lose of somebody's speaking time
SYSTEM = Actor("system")


class PresenceKeeper:
    """One for each open session; used on the Hub's loop. Durations are seconds of ``House.monotonic``."""

    def __init__(self, runner: SessionRunner) -> None:
        self._runner, self._house = runner, runner.house
        self._up: set[ParticipantId] = set()
        self._down_at_s: dict[ParticipantId, float] = {}
        self._speaking_since_s: dict[ParticipantId, float] = {}
        self._speech_s: dict[ParticipantId, float] = {}
        self._noted_at_s = self._house.monotonic()

    # --- checks -------------------------------------------------------------------------------------------------------

    async def set_checks(self, actor: Actor, command: cmd.SetPresenceChecks) -> Mapping[str, Any] | Denied:
        """Switch the checks on or off for somebody who may."""
        may = decide(self._runner.state, command, actor, self._house.clock())
        if isinstance(may, Denied):
            return may
        if not command.on:
            return await self._done(cmd.StopChecks(seed=self._seed(self._runner.state.presence.rounds)), actor)
        return await self.start(command.mean_min, actor)

    async def start(self, mean_min: int, actor: Actor = SYSTEM) -> Mapping[str, Any] | Denied:
        """Switch the checks on; the room's own setting does it as the session opens."""
        seed = self._seed(self._runner.state.presence.rounds + 1)
        start = cmd.StartChecks(mean_s=mean_min * 60, answer_s=ANSWER_S, commitment=commitment(seed))
        return await self._done(start, actor)

    async def _done(self, command: cmd.PresenceHouseCommand, actor: Actor) -> Mapping[str, Any] | Denied:
        answer = await self._runner.act(command, actor)
        return answer if isinstance(answer, Denied) else {}

    def _seed(self, round_: int) -> str:
        """Return the seed of a round: the same after a restart, and unknown to whoever has only the log."""
        key = kept_key(self._house.settings.home, "presence")
        text = f"{self._runner.state.session} {round_}"
        return hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()

    def _due(self) -> Iterable[cmd.PresenceHouseCommand]:
        state, now = self._runner.state, self._house.clock()
        asked, checks = state.presence.asked, state.presence.checks
        if asked is not None and (now - asked.at).total_seconds() >= asked.answer_s:
            yield cmd.CloseCheck(check=asked.check)
        if checks is not None:
            nth = latest_due(self._seed(state.presence.rounds), checks.mean_s, (now - checks.since).total_seconds())
            if nth > checks.nth:
                yield cmd.AskPresence(nth=nth)  # those that fell into an outage are left out

    # --- media and speech ---------------------------------------------------------------------------------------------

    def media_up(self, participant: str) -> None:
        """A transport of somebody is connected."""
        self._up.add(ParticipantId(participant))
        self._down_at_s.pop(ParticipantId(participant), None)

    def media_down(self, participant: str) -> None:
        """A transport of somebody is gone; another may be there in a moment."""
        self._down_at_s.setdefault(ParticipantId(participant), self._house.monotonic())

    def media_lost(self) -> None:
        """The engine is gone with all transports."""
        self.speakers(())
        for participant in self._up:
            self.media_down(participant)

    def speakers(self, speakers: Sequence[str]) -> None:
        """Those who are heard speaking from this moment on."""
        now_s, heard = self._house.monotonic(), {ParticipantId(one) for one in speakers}
        for participant in self._speaking_since_s.keys() - heard:
            self._add_speech(participant, now_s)
            del self._speaking_since_s[participant]
        for participant in heard:
            self._speaking_since_s.setdefault(participant, now_s)

    def _add_speech(self, participant: ParticipantId, now_s: float) -> None:
        since_s = self._speaking_since_s[participant]
        self._speech_s[participant] = self._speech_s.get(participant, 0.0) + now_s - since_s
        self._speaking_since_s[participant] = now_s

    def _taken_speech(self, participants: Iterable[ParticipantId]) -> dict[ParticipantId, int]:
        now_s, taken = self._house.monotonic(), {}
        for participant in participants:
            if participant in self._speaking_since_s:
                self._add_speech(participant, now_s)
            taken[participant] = round(self._speech_s.pop(participant, 0.0) * 1000)
        return {participant: ms for participant, ms in taken.items() if ms}

    def _flows(self) -> cmd.NoteFlows | None:
        now_s = self._house.monotonic()
        for participant, at_s in list(self._down_at_s.items()):
            if now_s - at_s >= DOWN_AFTER_S:
                self._up.discard(participant)
                del self._down_at_s[participant]
        flowing = self._runner.state.presence.flowing
        note = cmd.NoteFlows(up=frozenset(self._up) - flowing, down=flowing - self._up)
        return note if decide(self._runner.state, note, SYSTEM, self._house.clock()) else None

    # --- with the session ---------------------------------------------------------------------------------------------

    def completed(self, decision: Sequence[LiveEvent]) -> list[LiveEvent]:
        """Return a decision with what belongs to it here: speech before a microphone's end, the seed before the session's."""
        made: list[LiveEvent] = []
        for event in decision:
            if isinstance(event, MicrophoneOff):
                speech = self._taken_speech([event.participant])
                made += [Spoke(participant=one, speech_ms=ms) for one, ms in speech.items()]
            elif isinstance(event, SessionClosed) and self._runner.state.presence.checks is not None:
                made.append(PresenceChecksOff(seed=self._seed(self._runner.state.presence.rounds)))
            made.append(event)
        return made

    async def tick(self, now_s: float) -> None:
        """Do what is due; called a few times a second while nothing else is being decided."""
        commands: list[cmd.PresenceHouseCommand] = list(self._due())
        if (flows := self._flows()) is not None:
            commands.append(flows)
        if now_s - self._noted_at_s >= SPEECH_EVERY_S:
            self._noted_at_s = now_s
            commands.append(cmd.NoteSpeech(speech_ms=self._taken_speech({*self._speaking_since_s, *self._speech_s})))
        for command in commands:
            if isinstance(await self._runner.act(command, SYSTEM), Denied):
                return
