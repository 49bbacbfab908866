"""
``SessionRunner``: one open session. Here a decision becomes true, in this order: the log, the state, the media, everybody's eyes.

One lock serialises it: every decision is made on the state that all earlier ones left behind. What was written to the log is carried
out to the end even if whoever asked is gone. The state is changed nowhere else.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from apps.live import commands as cmd
from apps.live import ledger, pace, presenting, wire
from apps.live.asking import carried_out
from apps.live.attachment import Attachment
from apps.live.audience import Audience
from apps.live.chat import Chat
from apps.live.commands_recording import RecordingHouseCommand
from apps.live.decide import decide
from apps.live.encoder import take_up
from apps.live.events import Disconnected, MessageDeleted, ParticipantLeft, ParticipantRemoved, SessionClosed
from apps.live.events_recording import SegmentsSealed
from apps.live.events_tender import FloorGranted
from apps.live.evolve import evolve
from apps.live.floor_keeper import FloorKeeper
from apps.live.house import House
from apps.live.incoming import Point
from apps.live.presence_keeper import PresenceKeeper
from apps.live.quality import QualityBoard
from apps.live.record_desk import StatementDesk
from apps.live.room_media import RoomMedia
from apps.live.room_tape import RoomTape
from apps.live.roster import Roster
from apps.live.seated import Seated
from apps.live.state import Actor, Denied, SessionState
from apps.live.tender_teller import TenderTeller
from apps.live.visibility import CONSOLE, Viewer, viewer_of, visible_event
from apps.live.watcher import Watchers
from apps.recording.places import tape_folder
from apps.service import RecordsNotice, SessionNotice
from data.ids import ParticipantId
from media_core.engine import MemberMedia
from media_core.ids import MediaRoomId, MemberId, TransportId

log = logging.getLogger(__name__)

SYSTEM = Actor("system")
SINCE_LIMIT = 1000  # events; a page that missed more gets a whole snapshot instead


class SessionRunner:
    """Made by the Hub for a session that was opened, or rebuilt from its log."""

    def __init__(self, house: House, room: wire.RoomFacts, state: SessionState) -> None:
        self.house, self.room, self.state = house, room, state
        self.roster, self.chat, self.audience = Roster(), Chat(), Audience()
        self.watchers = Watchers()
        self.media = RoomMedia(house.engine, MediaRoomId(state.session))
        folder = tape_folder(house.settings.home, state.session)
        self.tape = RoomTape(
            house.engine, self.media.room, folder, note=self._note, tell=self._tell_tape, alarm=self._tape_alarm
        )
        self.tape.follow(state)
        self.quality = QualityBoard()
        self.presence = PresenceKeeper(self)
        self.floor = FloorKeeper(self)
        self.statements = StatementDesk(self)
        self.teller = TenderTeller(self)
        self.lost_at_s: dict[ParticipantId, float] = {}
        self._pace = pace.Pace(house.monotonic)
        self._lock = asyncio.Lock()

    @property
    def is_busy(self) -> bool:
        """Whether a decision is being carried out at this moment."""
        return self._lock.locked()

    # --- deciding and doing -------------------------------------------------------------------------------------------

    async def act(
        self,
        command: cmd.AnyCommand,
        actor: Actor,
        *,
        text: ledger.NewText | None = None,
        beside: ledger.Beside | None = None,
    ) -> Sequence[wire.Line] | Denied:
        """
        Decide a command and carry it out; return what happened. When this returns, it is on the disk and everybody knows.

        ``text`` and ``beside`` are written in the same transaction as the events.
        """
        return await self.house.tasks.finish(self._act(command, actor, text, beside), "session-act")

    async def _act(
        self, command: cmd.AnyCommand, actor: Actor, text: ledger.NewText | None, beside: ledger.Beside | None
    ) -> Sequence[wire.Line] | Denied:
        async with self._lock:
            now = self.house.clock()
            decision = decide(self.state, command, actor, now)
            if isinstance(decision, Denied):
                return decision
            if not decision:
                return []
            decision = self.floor.completed(self.presence.completed(decision))
            try:
                lines = await self.house.database.run(
                    ledger.append, self.state, actor=actor, now=now, events=decision, text=text, beside=beside
                )
            except Exception:
                log.exception("session_write_failed", extra={"fields": {"session": self.state.session}})
                return Denied("service_unavailable")
            if text is not None:
                self.chat.add(text.message, self.roster.name_of_actor(actor.name) or "", text.text)
            self.take(lines)
            await self.media.settled()
            await self.tape.settled()
            return lines

    def take(self, lines: Sequence[wire.Line]) -> None:
        """Make lines of the log true here: state, media, and everybody who looks on."""
        for line in lines:
            self.state = evolve(self.state, line.event, at=line.at, number=line.number)
            self._remember(line)
        self.media.follow(self.state)
        self.tape.follow(self.state)
        events = [wire.event_message(line, self.roster, self.chat) for line in lines]
        self.audience.tell_events(events, self.state)
        if events:
            self.watchers.tell({"type": "events", "events": events})
            noted = self.teller.for_console(lines, events)
            self.house.notify(SessionNotice(self.room.id, noted, lines[0].at.timestamp()))
        self.teller.follow(lines)
        for line in lines:
            self._farewell(line)

    def _remember(self, line: wire.Line) -> None:
        event = line.event
        if isinstance(event, Disconnected):
            self.lost_at_s[event.participant] = self.house.monotonic()
        elif isinstance(event, MessageDeleted):
            self.chat.blank(event.message)

    def _farewell(self, line: wire.Line) -> None:
        """Tell those for whom it is over, and close their tabs."""
        event = line.event
        if isinstance(event, FloorGranted):
            self._let_send(event.participant)
        if isinstance(event, SessionClosed):
            by = self.roster.name_of_actor(line.actor)
            for attachment in self.audience:
                self.audience.drop(attachment)
                attachment.farewell("ended", by=by, asked=_is_by(line, attachment))
            self.watchers.farewell(by)
            self.house.closed(self)
        elif isinstance(event, ParticipantLeft | ParticipantRemoved):
            leaving = self.audience.get(event.participant)
            if leaving is not None:
                self.audience.drop(leaving)
                reason: Literal["left", "removed"] = "left" if isinstance(event, ParticipantLeft) else "removed"
                leaving.farewell(reason, asked=_is_by(line, leaving))
            if isinstance(event, ParticipantRemoved):
                banned = self.state.seats[event.participant].person
                self.house.notify(RecordsNotice("invitation", (banned,), self.room.id))

    # --- a participant's tab ------------------------------------------------------------------------------------------

    async def ask(self, attachment: Attachment, command: cmd.WireCommand) -> Mapping[str, Any] | Denied:
        """Carry out what a participant asks for."""
        participant = attachment.participant or ParticipantId("")
        if not self._pace.allows(participant, command):
            return Denied("too_many_requests")
        return await self.ask_as(Actor("participant", participant), command)

    async def ask_as(self, actor: Actor, command: cmd.WireCommand) -> Mapping[str, Any] | Denied:
        """Carry out what an actor asks for; return the values of the answer."""
        return await carried_out(self, command, actor)

    async def seat(self, attachment: Attachment) -> None:
        """Seat a tab's person and welcome them, or refuse them."""
        denied = await self.enter(attachment)
        if denied is not None:
            attachment.refuse(denied.code, denied.values)
        elif not attachment.ended:
            await self._welcome(attachment)

    async def enter(self, seated: Seated) -> Denied | None:
        """Seat somebody or something; return why not."""
        return await self.house.tasks.finish(self._enter(seated), "session-enter")

    async def _enter(self, attachment: Seated) -> Denied | None:
        person, hello = attachment.person, attachment.hello

        def join(participant: ParticipantId, commitment: str) -> cmd.Join:
            return cmd.Join(
                participant=participant,
                person=person.id,
                role=person.role,
                name_commitment=commitment,
                connection=attachment.id,
                device=hello.device,
                account=person.account,
                organisation=person.organisation_id,
                resumes=hello.session == self.state.session and hello.since is not None,
            )

        async with self._lock:
            now = self.house.clock()
            try:
                row, lines = await self.house.database.run(ledger.enter, self.state, person=person, now=now, join=join)
            except ledger.Refused as refused:
                return refused.denied
            except Exception:
                log.exception("session_write_failed", extra={"fields": {"session": self.state.session}})
                return Denied("service_unavailable")
            participant = ParticipantId(row.id)
            self.roster.add(participant, person.id, row.name, guest=person.guest, firm=row.organisation)
            attachment.runner, attachment.participant = self, participant
            older = self.audience.put(participant, attachment)
            if older is not None:
                older.refuse("elsewhere")
            self.take(lines)
            await self.media.settled()
            return None

    async def _welcome(self, attachment: Attachment) -> None:
        """Send the snapshot and the offer. From here on the tab is told what happens; snapshot and telling leave no gap."""
        participant = attachment.participant
        if participant is None:
            return
        kept, offer = TransportId(attachment.hello.transport or ""), None
        if kept and await self.media.kept(participant, kept):
            attachment.transports.add(kept)
        else:
            offer = await self.media.connect(participant)
        if attachment.ended or self.audience.get(participant) is not attachment:
            return
        if offer is not None:
            attachment.transports.add(offer.transport)
        attachment.live = True
        self._send_welcome(attachment, participant, {"transport": offer.transport, "sdp": offer.sdp} if offer else None)
        if not attachment.transports and self.media.up:  # the engine came back meanwhile
            self.house.tasks.start(self._offer(attachment), "session-offer")

    def _send_welcome(
        self, attachment: Attachment, participant: ParticipantId, offer: Mapping[str, Any] | None
    ) -> None:
        welcome = {
            "type": "welcome",
            "you": participant,
            "snapshot": self.snapshot(viewer_of(self.state, participant)),
            "offer": offer,
            "ice_servers": attachment.hub.ice_servers.of(participant),
            "now": wire.moment(self.house.clock()),
        }
        attachment.send(welcome)
        if self.tape.lights:
            now = wire.moment(self.house.clock())
            attachment.send({"type": "tape_lights", "participants": self.tape.lights, "at": now})

    async def detach(self, attachment: Seated, reason: Literal["closed", "lost"]) -> None:
        """A tab's socket ended. Nothing happens if a newer tab has its place or the session is over."""
        self.audience.drop(attachment)
        await self.act(cmd.Disconnect(connection=attachment.id, reason=reason), SYSTEM)

    async def send_since(self, attachment: Attachment, number: int) -> None:
        """Answer a tab that noticed a gap; under the lock, so that what comes next follows without another gap."""
        async with self._lock:
            participant = attachment.participant
            if participant is None or not attachment.live:
                return
            if self.state.number - number > SINCE_LIMIT:
                self._send_welcome(attachment, participant, None)
                return
            lines = await self.house.database.read(ledger.lines_since, self.state.session, number)
            if participant in self.audience.apart:
                lines = [line for line in lines if line.number <= self.teller.known_to_all]
            viewer = viewer_of(self.state, participant)
            events = [wire.event_message(line, self.roster, self.chat) for line in lines]
            visible = [visible_event(event, self.state, viewer) for event in events]
            attachment.send({"type": "events", "events": visible})

    def point(self, attachment: Attachment, point: Point) -> None:
        """Pass on where the pointer is of somebody who may turn pages; others' is dropped, for a role can be lost at any time."""
        participant = attachment.participant
        if participant is not None and presenting.may_point(self.state, participant):
            message = {"type": "pointer", "participant": participant, "x": point.x, "y": point.y}
            for other in self.audience.told(but=attachment):
                other.send(message)

    def snapshot(self, viewer: Viewer = CONSOLE) -> dict[str, Any]:
        return self.teller.snapshot(viewer)

    # --- media --------------------------------------------------------------------------------------------------------

    async def media_ready(self, kept: Sequence[MemberMedia]) -> None:
        """The engine answers (again): bring it to the state, and offer transports to those who have none there."""
        members = {member.member: set(member.transports) for member in kept}
        await self.media.ready(kept)
        await self.tape.ready(kept)
        offers = []
        for attachment in self.audience:
            attachment.transports &= members.get(MemberId(attachment.participant or ""), set())
            if attachment.live and not attachment.transports:
                offers.append(self._offer(attachment))
        await asyncio.gather(*offers)
        await take_up(self, kept)

    def media_lost(self) -> None:
        self.media.lost()
        self.tape.lost()
        self.presence.media_lost()
        for attachment in self.audience:
            attachment.media_lost()

    async def _offer(self, attachment: Seated) -> None:
        if attachment.participant is None:
            return
        offer = await self.media.connect(attachment.participant)
        if offer is not None:
            attachment.send_offer(offer)

    def _let_send(self, participant: ParticipantId) -> None:
        """Somebody was given the floor: offer them a transport with lines to send on, if theirs has none."""
        attachment = self.audience.get(participant)
        if attachment is not None and attachment.live and not self.media.lets_send(attachment.transports):
            self.house.tasks.start(self._offer(attachment), "session-floor-offer")

    def show_anew(self, attachment: Seated, participant: ParticipantId) -> None:
        """Send a whole snapshot to somebody whose eyes changed."""
        if isinstance(attachment, Attachment):
            self._send_welcome(attachment, participant, None)

    async def welcome_back(self, attachment: Seated) -> None:
        """Somebody whom a reserved part left out is there again: they get a snapshot, and a transport."""
        if isinstance(attachment, Attachment) and not attachment.ended:
            await self._welcome(attachment)

    # --- looking after ------------------------------------------------------------------------------------------------

    async def close(self) -> None:
        """The session is over: close its tape and its media."""
        self.statements.clear()
        segments = await self.tape.close()
        if segments:
            event, now = SegmentsSealed(segments=tuple(segments)), self.house.clock()
            try:
                await self.house.database.run(ledger.append_after, self.state.session, now=now, events=[event])
            except Exception:
                log.exception("segments_not_noted")  # the archivist does it, once the media are closed
        await self.media.close()
        if self.state.record:
            self.house.notify(RecordsNotice("recording", (self.state.session,), self.room.id))

    async def _note(self, command: RecordingHouseCommand) -> bool:
        return not isinstance(await self.act(command, SYSTEM), Denied)

    def _tell_tape(self, message: Mapping[str, Any]) -> None:
        self.audience.tell({**message, "at": wire.moment(self.house.clock())})

    def _tape_alarm(self) -> None:
        self.house.notify(RecordsNotice("tape", (self.state.session,), self.room.id))


def _is_by(line: wire.Line, attachment: Seated) -> bool:
    return line.actor == f"participant:{attachment.participant}"
