"""
``Hub``: the one place that does. It holds the open sessions, lets people in, and tells whoever listens what happened.

A command is decided (``decide``), appended to the log in one transaction, folded (``evolve``), and only then told: to the media, the
browsers, the listeners. That is ``SessionRunner``; the Hub itself knows rooms, waiting people, the engine's comings and goings.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from pydantic import ValidationError

from apps.live import commands as cmd
from apps.live import ledger, presenting, rebuild, wire
from apps.live.attachment import Attachment
from apps.live.floor_keeper import seed_of_lot
from apps.live.house import House
from apps.live.ice_servers import IceServers
from apps.live.incoming import Hello
from apps.live.keeper import Keeper
from apps.live.media_events import MediaEvents
from apps.live.overview import overview
from apps.live.owned import OwnedTasks
from apps.live.person import Browser, Person
from apps.live.seated import Seated
from apps.live.session_runner import SYSTEM, SessionRunner
from apps.live.state import Actor, Denied, SessionState
from apps.live.watcher import MOST_WATCHERS, Watcher
from apps.service import Done, Notice, RecordsNotice
from apps.settings import Settings
from data.database import Database
from data.ids import PersonId, RoomId, SessionId, new_id
from data.models import Presentation
from data.presence_times import commitment
from media_core.engine import MediaEngine
from media_core.errors import MediaError

__all__ = ["Attachment", "Browser", "Hub", "Person"]

log = logging.getLogger(__name__)

TICK_S = 0.25  # how exactly the grace time is kept
RESTART_GRACE_S = 10.0  # added to the grace time after a restart: browsers need to notice it first


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Hub:
    """
    Open sessions by room. ``start`` rebuilds them from the log; ``close`` lets go of them without ending them.

    Args:
        clock: Returns the present moment, aware.
        monotonic: Seconds of a clock that never jumps, for durations.
    """

    def __init__(
        self,
        database: Database,
        engine: MediaEngine,
        *,
        settings: Settings,
        clock: Callable[[], datetime] = _utc_now,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.engine, self.clock, self.monotonic = engine, clock, monotonic
        self.ice_servers = IceServers(settings, clock)
        self._tasks = OwnedTasks()
        self._house = House(
            database, engine, settings, clock, monotonic, self._notify, self._session_closed, self._tasks
        )
        self._runners: dict[RoomId, SessionRunner] = {}
        self._tapes_held = False
        self._keepers: dict[RoomId, Keeper] = {}
        self._waiting: defaultdict[RoomId, list[Attachment]] = defaultdict(list)
        self._doors: defaultdict[RoomId, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._listeners: list[Callable[[Notice], None]] = []
        self._media = MediaEvents(self._house, self._runners)

    # --- life ---------------------------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Rebuild the open sessions. Connections that were open are ended as lost; their people come back by themselves."""
        for session in await self._house.database.read(ledger.open_ones):
            try:
                stored = await self._house.database.read(ledger.load, session)
                runner = rebuild.runner_of(stored, self._house)
            except Exception:
                log.exception("session_rebuild_failed", extra={"fields": {"session": session}})
                await self._house.database.run(ledger.give_up, session, now=self.clock())
                continue
            self._admit(runner)
            await self._end_open_connections(runner)
        await self._media.start()
        self._tasks.start(self._keep(), "hub-keep")

    async def _end_open_connections(self, runner: SessionRunner) -> None:
        connections = [c for seat in runner.state.seats.values() for c in seat.connections]
        for connection in connections:
            await runner.act(cmd.Disconnect(connection=connection, reason="lost"), SYSTEM)
        later_s = self.monotonic() + RESTART_GRACE_S
        runner.lost_at_s.update(dict.fromkeys(runner.state.seats, later_s))

    def _admit(self, runner: SessionRunner) -> None:
        settings = self._house.settings
        self._runners[runner.room.id] = runner
        runner.tape.held = self._tapes_held
        self._keepers[runner.room.id] = Keeper(
            runner, grace_s=settings.reconnect_grace_s, abandon_after_s=settings.abandon_after_s
        )

    async def close(self) -> None:
        """Let go. Sessions stay open in the log and their media go on: the next ``start`` takes them up."""
        self._media.close()
        await self._tasks.close()
        for runner in self._runners.values():
            await runner.tape.release()
            await runner.media.release()
        self._runners.clear()

    async def _keep(self) -> None:
        while True:
            await asyncio.sleep(TICK_S)
            for keeper in list(self._keepers.values()):
                try:
                    await keeper.tick(self.monotonic())
                except Exception:
                    log.exception("keeper_failed")  # the other sessions must be looked after all the same
            await self._media.tick(self.monotonic())

    # --- people -------------------------------------------------------------------------------------------------------

    async def attach(self, room_id: RoomId, person: Person, browser: Browser, hello: Mapping[str, Any]) -> Attachment:
        """
        Let a tab in: seated and welcomed, waiting, or refused and closed when this returns.

        A moderator who comes to a closed room opens it.
        """
        room = await self._house.database.read(ledger.room_facts, room_id)
        try:
            greeting, code = Hello.model_validate(hello), "not_found"
        except ValidationError:
            greeting, code, room = Hello(), "bad_message", None
        if room is None:
            attachment = Attachment(self, wire.nowhere(room_id), person, browser, greeting)
            attachment.refuse(code)
            return attachment
        attachment = Attachment(self, room, person, browser, greeting)
        runner = await self._door(attachment)
        if runner is not None:
            await runner.seat(attachment)
        return attachment

    async def _door(self, attachment: Attachment) -> SessionRunner | None:
        """Return the session to be seated in; ``None`` if the tab waits or was told to go."""
        room = attachment.room
        async with self._doors[room.id]:
            runner = self._runners.get(room.id)
            if runner is not None:
                return runner
            if attachment.hello.session:  # it was in a session that has ended meanwhile
                attachment.farewell("ended")
                return None
            if attachment.person.role == "moderator":
                opened = await self._open(room, attachment.person)
                if isinstance(opened, SessionRunner):
                    return opened
                attachment.refuse(opened.code, opened.values)
                return None
            if (
                attachment.person.role == "supplier"
            ):  # their tender's page has the button once there is something to enter
                attachment.refuse("session_not_open")
                return None
            self._waiting[room.id].append(attachment)
            starts_at = wire.moment(room.starts_at) if room.starts_at else None
            facts = {"title": room.title, "starts_at": starts_at}
            attachment.send({"type": "waiting", "reason": "not_open", "room": facts})
            return None

    async def _open(self, room: wire.RoomFacts, who: Actor | Person) -> SessionRunner | Denied:
        """Open a room and let in those who wait. Called with the room's door locked."""
        state = SessionState(session=SessionId(new_id("se")))
        try:
            lot = commitment(seed_of_lot(self._house.settings.home, state.session, 1))
            lines = await self._house.database.run(
                ledger.open_session, state, room=room, who=who, now=self.clock(), lot=lot
            )
        except ledger.Refused as refused:
            return refused.denied
        except Exception:
            log.exception("session_open_failed", extra={"fields": {"room": room.id}})
            return Denied("service_unavailable")
        runner = SessionRunner(self._house, room, state)
        self._admit(runner)
        runner.take(lines)
        log.info("session_opened", extra={"fields": {"room": room.id, "session": state.session}})
        self._notify(RecordsNotice("session", (state.session,), room.id))
        if room.presence_every_min:
            await runner.presence.start(room.presence_every_min)
        await self._media.open(runner)
        for attachment in self._waiting.pop(room.id, []):
            self._tasks.start(runner.seat(attachment), "hub-seat")
        return runner

    def _session_closed(self, runner: SessionRunner) -> None:
        room, session = runner.room.id, runner.state.session
        if self._runners.get(room) is runner:
            del self._runners[room]
            self._keepers.pop(room, None)
        log.info("session_closed", extra={"fields": {"room": room, "session": session}})
        self._notify(RecordsNotice("session", (session,), room))
        self._tasks.start(runner.close(), "session-close")

    def forget_waiting(self, attachment: Attachment) -> None:
        """A tab no longer waits."""
        waiting = self._waiting.get(attachment.room.id, [])
        if attachment in waiting:
            waiting.remove(attachment)

    async def expel(self, person: PersonId, code: str = "", *, room: RoomId | None = None) -> None:
        """
        Close all tabs of somebody whose right is gone, or those in one ``room``.

        ``code`` says why, as in ``apps.sentences``; by default ``link_revoked`` to invited people, ``signed_out`` to accounts.
        """
        code = code or ("link_revoked" if person.startswith("in_") else "signed_out")
        waiting: list[Seated] = [tab for tabs in self._waiting.values() for tab in tabs if tab.person.id == person]
        seated = [tab for runner in self._runners.values() for tab in runner.audience.of_person(person)]
        waiting, seated = ([tab for tab in tabs if room in (None, tab.room.id)] for tabs in (waiting, seated))
        for attachment in waiting + seated:
            attachment.refuse(code)
        for attachment in waiting + seated:
            await attachment.detach("closed")

    async def watch(self, room_id: RoomId, browser: Browser, *, language: str) -> Watcher | None:
        """Show a room's session to a page of the console, which takes no seat; ``None`` if none is open or too many look already."""
        runner = self._runners.get(room_id)
        if runner is None or len(runner.watchers) >= MOST_WATCHERS:
            return None
        watcher = Watcher(runner, browser, language=language, ice_servers=self.ice_servers)
        await watcher.welcome()
        runner.watchers.add(watcher)
        if self._runners.get(room_id) is not runner:  # it was closed meanwhile
            runner.watchers.farewell(None)
        return watcher

    async def replaying(self, session: SessionId) -> SessionRunner:
        """
        Hold a session whose lines ``apps.replay`` writes as they once were.

        Nobody looks after it: nothing is decided, so that nothing is added to its log; it has no media.
        """
        stored = await self._house.database.read(ledger.load, session)
        runner = rebuild.runner_of(stored, self._house)
        self._runners[runner.room.id] = runner
        self._notify(RecordsNotice("room", (runner.room.id,), runner.room.id))
        self._notify(RecordsNotice("session", (session,), runner.room.id))
        return runner

    def running(self, room: RoomId) -> SessionRunner | None:
        """Return the session that is open in a room."""
        return self._runners.get(room)

    # --- the console --------------------------------------------------------------------------------------------------

    async def command(self, actor: Actor, room: RoomId, command: cmd.WireCommand, *, name: str = "") -> Done | Denied:
        """Carry out a command from outside the room; ``name`` is what people see of the account."""
        if isinstance(command, cmd.OpenSession) and room not in self._runners:
            return await self._open_by(actor, room)
        runner = self._runners.get(room)
        if runner is None:
            return Denied("session_not_open")
        if actor.kind == "account" and name:
            runner.roster.accounts[actor.id] = name
        answer = await runner.ask_as(actor, command)
        return answer if isinstance(answer, Denied) else Done(answer)

    async def _open_by(self, actor: Actor, room_id: RoomId) -> Done | Denied:
        room = await self.room_facts(room_id)
        if room is None:
            return Denied("not_found")
        async with self._doors[room_id]:
            runner = self._runners.get(room_id) or await self._open(room, actor)
        return runner if isinstance(runner, Denied) else Done({"session": runner.state.session})

    async def room_facts(self, room: RoomId) -> wire.RoomFacts | None:
        """Return what is to be known of a room that is not archived."""
        return await self._house.database.read(ledger.room_facts, room)

    async def snapshot(self, room_id: RoomId) -> Mapping[str, Any] | Denied:
        """Return a room's session as a moderator sees it; ``phase`` is ``new`` if none is open."""
        runner = self._runners.get(room_id)
        if runner is not None:
            return runner.snapshot()
        room = await self.room_facts(room_id)
        return Denied("not_found") if room is None else wire.empty_snapshot(room)

    def streams_to(self, room: RoomId, person: PersonId) -> bool:
        """Say whether a session of a room goes on that somebody with a right to the room may follow at this moment."""
        runner = self._runners.get(room)
        if runner is None:
            return False
        reserved = runner.state.tender.reserved
        return reserved is None or person in reserved.admitted

    def live_rooms(self) -> tuple[Mapping[str, Any], ...]:
        """Return ``room``, ``session``, ``opened_at``, ``present``, ``publishing`` and ``owner`` of each open session."""
        return tuple(
            overview(each.room, each.state, map(each.roster.name_of, sorted(each.tape.missing)))
            for each in self._runners.values()
        )

    def tell_presentation(self, rooms: Iterable[RoomId], row: Presentation) -> None:
        """Tell the open sessions of these rooms how far the preparation of a presentation is."""
        for room in rooms:
            if room in self._runners:
                presenting.tell(self._runners[room], row)

    def standing(self, room: RoomId, person: Person) -> presenting.Standing:
        """Return what somebody may do with a room's presentations now."""
        return presenting.standing(self._runners.get(room), person)

    def shows(self, presentation: str) -> bool:
        """Tell whether a presentation is on a stage."""
        shown = (runner.state.showing for runner in self._runners.values())
        return any(showing is not None and showing.presentation == presentation for showing in shown)

    # --- recording ----------------------------------------------------------------------------------------------------

    async def hold_tapes(self, hold: bool) -> None:
        """Close the tapes of all sessions while the disk is almost full, and begin no new ones; or let them go on."""
        self._tapes_held = hold
        for runner in list(self._runners.values()):
            await (runner.tape.hold() if hold else runner.tape.go_on())

    async def engine_rooms(self) -> frozenset[str] | None:
        """Return the sessions whose media the engine has at this moment; ``None`` if it does not answer."""
        try:
            async with asyncio.timeout(5.0):
                return frozenset(await self.engine.rooms())
        except (MediaError, TimeoutError):
            return None

    # --- listeners ----------------------------------------------------------------------------------------------------

    def listen(self, listener: Callable[[Notice], None]) -> Callable[[], None]:
        """Have ``listener`` called on this loop with each notice; the returned function ends that."""
        self._listeners.append(listener)

        def end() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return end

    def publish(self, notice: RecordsNotice) -> None:
        """Tell listeners that rows changed; an open room whose settings changed shows them to who enters from now on."""
        self._notify(notice)
        runner = self._runners.get(RoomId(notice.ids[0])) if notice.kind == "room" and notice.ids else None
        if runner is not None:
            self._tasks.start(self._reread_room(runner), "hub-room")

    async def _reread_room(self, runner: SessionRunner) -> None:
        runner.room = await self.room_facts(runner.room.id) or runner.room

    def _notify(self, notice: Notice) -> None:
        for listener in list(self._listeners):
            try:
                listener(notice)
            except Exception:
                log.exception("listener_failed")  # one console's fault must not stop the others, or the session
