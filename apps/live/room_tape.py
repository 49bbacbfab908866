"""
The tape of one session: has the engine record what the state allows, and brings what the engine tells into the log.

Like ``RoomMedia`` it follows the state and catches up whenever the engine comes back; a tape that cannot run costs the conference nothing.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Iterable, Mapping
from pathlib import Path
from typing import Any

from apps.live.commands_recording import NoteSegments, NoteTape, RecordingHouseCommand
from apps.live.events_recording import Segment, TapeReason
from apps.live.grants_recording import is_recorded, taped
from apps.live.owned import OwnedTasks
from apps.live.state import SessionState
from data.ids import ParticipantId
from media_core import engine as media
from media_core.engine import MediaEngine, MemberMedia, Source
from media_core.errors import MediaError, TapeUnavailable
from media_core.ids import MediaRoomId, MemberId
from media_core.tape.files import closed_segments

log = logging.getLogger(__name__)

CALL_LIMIT_S = 5.0
START_LIMIT_S = 20.0
SETTLE_LIMIT_S = 0.4
SEAL_AFTER_S = 2.0
"""Segments that close together become one line of the log."""
RETRY_S = 0.5
NOTE_AGAIN_S = 1.0
"""A log that cannot be written (its disk is full too) is tried again after so long."""


class RoomTape:
    """
    ``note`` carries out a house command of the session and says whether the log has it; ``tell`` sends a message to everybody in it; ``alarm`` is
    called when ``missing`` changed.

    ``folder`` is where the engine writes; it is the same machine's disk.
    """

    def __init__(
        self,
        engine: MediaEngine,
        room: MediaRoomId,
        folder: Path,
        *,
        note: Callable[[RecordingHouseCommand], Coroutine[Any, Any, bool]],
        tell: Callable[[Mapping[str, Any]], None],
        alarm: Callable[[], None] = lambda: None,
    ) -> None:
        self.room, self.folder = room, folder
        self._engine, self._carry_out, self._tell, self._alarm = engine, note, tell, alarm
        self._state: SessionState | None = None
        self._runs = False
        self.held = False
        """The disk is almost full: nothing is recorded until ``go_on``."""
        self._late = False
        """The engine did not answer in time when the tape was to start; ``go_on`` tries again."""
        self._set: dict[ParticipantId, frozenset[Source]] = {}
        self.lights: dict[ParticipantId, dict[str, bool]] = {}
        self.missing: frozenset[ParticipantId] = frozenset()
        """Who agreed, has the microphone on, and does not reach the tape."""
        self._notes: list[RecordingHouseCommand] = []
        self._noting: asyncio.Task[None] | None = None
        self._sealed: list[Segment] = []
        self._sealing: asyncio.Task[None] | None = None
        self._following: asyncio.Task[None] | None = None
        self._tasks = OwnedTasks()

    # --- following the state ------------------------------------------------------------------------------------------

    def follow(self, state: SessionState) -> None:
        """Take the state as what is to be recorded from now on; does not wait."""
        self._state = state
        self._look_for_missing()
        if self._runs and self._differences() and (self._following is None or self._following.done()):
            self._following = self._tasks.start(self._catch_up(), f"tape-follow-{self.room}")

    async def settled(self) -> None:
        """Wait until nothing is written that may not be, but not longer than a command may take."""
        if self._following is not None and not self._following.done():
            await asyncio.wait([self._following], timeout=SETTLE_LIMIT_S)

    def _differences(self) -> dict[ParticipantId, frozenset[Source]]:
        wanted = taped(self._state) if self._state is not None else {}
        nothing: frozenset[Source] = frozenset()
        everybody = self._set.keys() | wanted.keys()
        return {who: wanted.get(who, nothing) for who in everybody if wanted.get(who) != self._set.get(who)}

    async def _catch_up(self) -> None:
        """Bring the tape to what is wanted; what fails is tried until it is so, or the engine is gone."""
        while self._runs and (differences := self._differences()):
            for member, sources in differences.items():
                try:
                    async with asyncio.timeout(CALL_LIMIT_S):
                        await self._engine.set_tape(self.room, MemberId(member), sources)
                except (MediaError, TimeoutError) as error:
                    log.warning("tape_behind", extra={"fields": {"room": self.room, "error": type(error).__name__}})
                    await asyncio.sleep(RETRY_S)
                    break
                if self._state is not None and member in taped(self._state):
                    self._set[member] = sources
                else:
                    self._set.pop(member, None)

    # --- the engine comes and goes ------------------------------------------------------------------------------------

    async def ready(self, kept: Iterable[MemberMedia]) -> None:
        """The engine has the room: start the tape, or go on with the one that runs there."""
        state = self._state
        if state is None or not is_recorded(state):
            return
        if self.held:
            await self._note(NoteTape(running=False, reason="disk_full"))
            return
        runs_there = {ParticipantId(each.member): each.taped for each in kept if each.taped is not None}
        if not runs_there and state.recording.tape:
            await self._note(NoteTape(running=False, reason="engine_lost"))
        await self._start(runs_there)

    async def _start(self, runs_there: Mapping[ParticipantId, frozenset[Source] | None]) -> None:
        try:
            async with asyncio.timeout(START_LIMIT_S):
                await self._engine.start_tape(self.room, str(self.folder))
        except (MediaError, TimeoutError) as error:
            log.error("tape_not_started", extra={"fields": {"room": self.room, "error": str(error)}})
            reason: TapeReason = "disk_full" if isinstance(error, TapeUnavailable) else "failed"
            self.held = reason == "disk_full"  # tried again when the disk is looked at the next time
            self._late = isinstance(error, TimeoutError)  # as is this; an engine that is gone tells when it is back
            await self._note(NoteTape(running=False, reason=reason))
            return
        self._set = {who: sources or frozenset() for who, sources in runs_there.items()}
        self._runs, self._late = True, False
        await self._note(NoteTape(running=True))
        await self._note_segments(await asyncio.to_thread(segments_of, self.folder))
        if self._state is not None:
            self.follow(self._state)
        await self.settled()

    def lost(self) -> None:
        """The engine is gone; from here on there is a gap."""
        self._late = False
        self._set.clear()
        self.lights.clear()
        self._look_for_missing()
        if self._runs:
            self._runs = False
            self._queue(NoteTape(running=False, reason="engine_lost"))
        self._tell({"type": "tape_lights", "participants": {}})

    async def hold(self) -> None:
        """The disk is almost full: close the tape until ``go_on``."""
        if self.held or not self._runs:
            self.held = True
            return
        self.held, self._runs = True, False
        self._set.clear()
        await self._stop_engine()
        await self._note(NoteTape(running=False, reason="disk_full"))

    async def go_on(self) -> None:
        """There is space again."""
        if self.held or self._late:
            self.held = self._late = False
            if self._state is not None and is_recorded(self._state):
                await self._start({})

    async def close(self) -> list[Segment]:
        """The session is over: close every segment; return those that the log does not have yet."""
        was_recorded = self._state is not None and self._state.record
        self._runs = False
        await self._tasks.close()
        if not was_recorded or self._state is None:
            return []
        await self._stop_engine()
        known = self._state.recording.segments
        found = await asyncio.to_thread(segments_of, self.folder)
        return [segment for segment in found if segment.file not in known]

    async def release(self) -> None:
        """This process ends; the tape runs on."""
        self._runs = False
        await self._tasks.close()

    async def _stop_engine(self) -> None:
        try:
            async with asyncio.timeout(CALL_LIMIT_S * 2):
                await self._engine.stop_tape(self.room)
        except (MediaError, TimeoutError) as error:
            log.warning("tape_stop_failed", extra={"fields": {"room": self.room, "error": type(error).__name__}})

    # --- what the engine tells ----------------------------------------------------------------------------------------

    def take(self, event: media.SegmentClosed | media.TapeLight | media.TapeState) -> None:
        match event:
            case media.TapeLight():
                self._light(event)
            case media.SegmentClosed():
                self._sealed.append(
                    Segment(file=event.file, sha256=event.sha256, bytes=event.bytes, recovered=event.recovered)
                )
                if self._sealing is None or self._sealing.done():
                    self._sealing = self._tasks.start(self._seal(), "tape-seal")
            case media.TapeState():
                reason: TapeReason = "" if event.writing else "disk_full" if event.reason == "disk_full" else "failed"
                if self._runs:
                    self._queue(NoteTape(running=event.writing, reason=reason))

    def _light(self, event: media.TapeLight) -> None:
        who = ParticipantId(event.track.member)
        self.lights.setdefault(who, {})[event.track.source.value] = event.on
        self._tell({"type": "tape_lights", "participants": {who: self.lights[who]}})
        self._look_for_missing()

    def _look_for_missing(self) -> None:
        allowed = {} if self._state is None else taped(self._state)
        seats = {} if self._state is None else self._state.seats
        missing = frozenset(
            who
            for who, sources in allowed.items()
            if Source.MICROPHONE in sources
            and seats[who].microphone
            and self.lights.get(who, {}).get("microphone") is False
        )
        if missing != self.missing:
            self.missing = missing
            log.log(
                logging.WARNING if missing else logging.INFO,
                "not_recorded",
                extra={"fields": {"room": self.room, "participants": sorted(missing)}},
            )
            self._alarm()

    async def _seal(self) -> None:
        await asyncio.sleep(SEAL_AFTER_S)
        sealed, self._sealed = self._sealed, []
        await self._note_segments(sealed)

    async def _note_segments(self, segments: list[Segment]) -> None:
        if segments:
            await self._note(NoteSegments(segments=tuple(segments)))

    async def _note(self, command: RecordingHouseCommand) -> None:
        """Bring something into the log. Comes back after a while in any case: the log may have no space."""
        await asyncio.wait([self._queue(command)], timeout=NOTE_AGAIN_S)

    def _queue(self, command: RecordingHouseCommand) -> asyncio.Task[None]:
        """Have something brought into the log in its turn, as soon as that can be written."""
        self._notes.append(command)
        if self._noting is None or self._noting.done():
            self._noting = self._tasks.start(self._write_notes(), "tape-note")
        return self._noting

    async def _write_notes(self) -> None:
        while self._notes:
            if await self._carry_out(self._notes[0]):
                del self._notes[0]
            else:
                await asyncio.sleep(NOTE_AGAIN_S)


def segments_of(folder: Path) -> list[Segment]:
    """Return the closed segments of a folder as the log names them; blocks."""
    return [
        Segment(file=each.file, sha256=each.sha256, bytes=each.bytes, recovered=each.recovered)
        for each in closed_segments(folder)
    ]
