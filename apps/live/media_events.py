"""What the media engine tells, passed on to the sessions it concerns; and the engine's own comings and goings."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from typing import Any

from apps.live.house import House
from apps.live.session_runner import SessionRunner
from apps.live.watcher import Watcher
from apps.service import QualityNotice, SpeakersNotice
from data import quality
from data.ids import ParticipantId, RoomId
from media_core import engine as media
from media_core.errors import MediaError
from media_core.ids import MediaRoomId

log = logging.getLogger(__name__)

QUALITY_EVERY_S = 2.0
QUALITY_ROW_EVERY_S = 10.0


class MediaEvents:
    """Routes events by media room, which is the session's id. ``runners`` is the Hub's own, seen and never changed."""

    def __init__(self, house: House, runners: Mapping[RoomId, SessionRunner]) -> None:
        self._house, self._runners = house, runners
        self._unlisten: Callable[[], None] = lambda: None
        self._ready = asyncio.Lock()
        self._told_at_s = self._rows_at_s = house.monotonic()

    async def start(self) -> None:
        """Listen, and take up what the engine has kept, if it answers already; else it will tell that it is ready."""
        self._unlisten = self._house.engine.listen(self._take)
        await self._engine_ready()

    def close(self) -> None:
        self._unlisten()

    async def open(self, runner: SessionRunner) -> None:
        """Open the media of a session that has just begun."""
        try:
            await runner.media_ready(())
        except (MediaError, TimeoutError) as error:
            log.warning("media_open_failed", extra={"fields": {"session": runner.state.session, "error": str(error)}})

    # --- from the engine ----------------------------------------------------------------------------------------------

    def _take(self, event: media.MediaEvent) -> None:
        match event:
            case media.EngineLost():
                self._lost(event)
            case media.EngineReady():
                log.info("engine_ready", extra={"fields": {"fresh": event.fresh}})
                self._house.tasks.start(self._engine_ready(), "hub-engine-ready")
            case media.TrackFlowing():
                pass  # recorded by nobody yet
            case media.SoundHeard():
                heard_in = self._runner(event.room)
                if heard_in is not None:
                    heard_in.floor.heard(event.heard_ms)
            case media.TransportConnected():
                self._connected(event)
            case media.SegmentClosed() | media.TapeLight() | media.TapeState():
                taped = self._runner(event.room)
                if taped is not None:
                    taped.tape.take(event)
            case _:
                runner_ = self._runner(event.room)
                if runner_ is not None:
                    self._pass_on(runner_, event)

    def _lost(self, event: media.EngineLost) -> None:
        log.warning("engine_lost", extra={"fields": {"reason": event.reason}})
        for runner in self._runners.values():
            if event.rooms is None or runner.media.room in event.rooms:
                runner.media_lost()

    def _connected(self, event: media.TransportConnected) -> None:
        runner = self._runner(event.room)
        if runner is None or runner.watchers.get(event.member) is not None:
            return
        runner.presence.media_up(event.member)
        seated = runner.audience.get(event.member)
        if seated is not None:
            seated.transport_connected(event.transport)

    def _pass_on(
        self,
        runner: SessionRunner,
        event: media.SlotsChanged
        | media.SpeakersChanged
        | media.LayersWanted
        | media.CodecWanted
        | media.QualitySample
        | media.TransportClosed,
    ) -> None:
        watcher = None if isinstance(event, media.SpeakersChanged) else runner.watchers.get(event.member)
        if watcher is not None:
            return _tell_watcher(watcher, event)
        if isinstance(event, media.QualitySample):
            runner.presence.media_up(event.member)
            return runner.quality.add(event)
        if isinstance(event, media.SpeakersChanged):
            speakers = tuple(event.speakers)
            runner.presence.speakers(speakers)
            runner.audience.tell({"type": "speakers", "participants": speakers})
            runner.watchers.tell({"type": "speakers", "participants": speakers})
            return self._house.notify(SpeakersNotice(runner.room.id, speakers))
        attachment = runner.audience.get(event.member)
        if not isinstance(event, media.TransportClosed):
            if attachment is not None and attachment.live:
                attachment.send({**_message(event), "transport": event.transport})
            return None
        log.info("transport_closed", extra={"fields": {"participant": event.member, "reason": event.reason}})
        if event.reason != "replaced":
            runner.quality.forget(ParticipantId(event.member))
            runner.presence.media_down(event.member)
        if attachment is not None:
            attachment.transport_closed(event.transport, event.reason)
        return None

    def _runner(self, room: MediaRoomId) -> SessionRunner | None:
        return next((runner for runner in self._runners.values() if runner.media.room == room), None)

    # --- the engine comes (back) --------------------------------------------------------------------------------------

    async def _engine_ready(self) -> None:
        """Reconcile: close what has ended, open what is open, set all gates, give everybody a transport."""
        async with self._ready:
            try:
                async with asyncio.timeout(5.0):
                    kept = await self._house.engine.rooms()
                    for room in [room for room in kept if self._runner(room) is None]:
                        await self._house.engine.close_room(room)
            except (MediaError, TimeoutError) as error:
                log.debug("engine_not_ready", extra={"fields": {"reason": str(error)}})
                return
            away = [runner for runner in self._runners.values() if not runner.media.up]
            ready = [runner.media_ready(kept.get(runner.media.room, ())) for runner in away]
            for outcome in await asyncio.gather(*ready, return_exceptions=True):
                if isinstance(outcome, MediaError | TimeoutError):
                    log.warning("media_not_ready", extra={"fields": {"reason": str(outcome)}})  # it is tried again
                elif isinstance(outcome, BaseException):
                    log.error("media_not_ready", exc_info=outcome)

    def _try_again(self) -> None:
        """A session whose media could not be opened gets another try, should no ``EngineReady`` come for it."""
        if not self._ready.locked() and any(not runner.media.up for runner in self._runners.values()):
            self._house.tasks.start(self._engine_ready(), "hub-engine-ready")

    # --- samples ------------------------------------------------------------------------------------------------------

    async def tick(self, now_s: float) -> None:
        """Tell the newest quality every 2 s, and store a row every 10 s."""
        if now_s - self._told_at_s >= QUALITY_EVERY_S:
            self._told_at_s = now_s
            self._try_again()
            for runner in list(self._runners.values()):
                self._tell_quality(runner)
        if now_s - self._rows_at_s >= QUALITY_ROW_EVERY_S:
            self._rows_at_s = now_s
            await self._store_rows()

    def _tell_quality(self, runner: SessionRunner) -> None:
        """The room is told levels, consoles all figures: of 500 people these are 100 kB, which must not go to each of them."""
        samples = runner.quality.newest()
        if not samples:
            return
        self._house.notify(QualityNotice(runner.room.id, samples))
        levels = runner.quality.levels_to_tell(self._told_at_s)
        if levels is not None:
            runner.teller.tell_quality(levels)

    async def _store_rows(self) -> None:
        now = self._house.clock()
        rows = [row for r in list(self._runners.values()) for row in r.quality.take_rows(r.state.session, now)]
        if not rows:
            return
        try:
            await self._house.database.run(quality.add_all, rows=rows)
        except Exception:
            log.exception("quality_write_failed")  # samples are worth less than the conference


def _message(event: media.SlotsChanged | media.LayersWanted | media.CodecWanted) -> dict[str, Any]:
    """What a page is told of its transport."""
    if isinstance(event, media.SlotsChanged):
        return {"type": "slots", "slots": _slots(event)}
    if isinstance(event, media.LayersWanted):
        return {"type": "layers", "source": event.track.source.value, "rids": list(event.rids)}
    return {"type": "codec", "source": event.track.source.value, "codec": event.codec}


def _tell_watcher(watcher: Watcher, event: media.MediaEvent) -> None:
    """What concerns a watcher's transport; its quality is nobody's."""
    if isinstance(event, media.SlotsChanged):
        watcher.send({"type": "slots", "transport": event.transport, "slots": _slots(event)})
    elif isinstance(event, media.TransportClosed):
        watcher.transport_closed(event.transport)


def _slots(event: media.SlotsChanged) -> dict[str, Any]:
    return {
        mid: None if track is None else {"participant": track.member, "source": track.source.value}
        for mid, track in event.slots.items()
    }
