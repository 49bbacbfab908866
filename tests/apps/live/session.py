"""A session that is led by commands alone, for tests of the rules: each event goes through its stored form."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from apps.live import commands as cmd
from apps.live import events as ev
from apps.live.commands_tender import NotePolicy
from apps.live.decide import decide
from apps.live.evolve import evolve
from apps.live.rule import Decision
from apps.live.state import Actor, Denied, Seat, SessionState
from data.ids import ConnectionId, OrganisationId, ParticipantId, PersonId, RoomId, SessionId

START = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
SYSTEM = Actor("system")
CHAIR = Actor("account", "ac_chair", "administrator")


def actor(participant: str) -> Actor:
    return Actor("participant", participant)


@dataclass
class Led:
    """``ask`` decides and folds; ``log`` is what would stand in the database."""

    state: SessionState = field(default_factory=lambda: SessionState(session=SessionId("se_1")))
    log: list[tuple[str, dict[str, object], str, datetime]] = field(default_factory=list)
    now: datetime = START
    connections: int = 0

    def ask(self, command: cmd.AnyCommand, by: Actor) -> Decision:
        self.now += timedelta(seconds=1)
        decision = decide(self.state, command, by, self.now)
        if not isinstance(decision, Denied):
            for event in decision:
                stored = (event.type, ev.payload_of(event), by.name, self.now)
                self.log.append(stored)
                self.state = evolve(self.state, ev.event_from(stored[0], stored[1]), at=self.now)
        return decision

    def done(self, command: cmd.AnyCommand, by: Actor | str) -> list[ev.LiveEvent]:
        """Ask for what must not be refused."""
        decision = self.ask(command, actor(by) if isinstance(by, str) else by)
        assert not isinstance(decision, Denied), f"{command} was refused: {decision.code}"
        return decision

    def refused(self, command: cmd.AnyCommand, by: Actor | str) -> str:
        """Ask for what must be refused; return the code."""
        decision = self.ask(command, actor(by) if isinstance(by, str) else by)
        assert isinstance(decision, Denied), f"{command} was not refused: {decision}"
        return decision.code

    def open(self, max_participants: int = 50) -> Led:
        room = RoomId("rm_1")
        self.done(cmd.Open(room=room, max_participants=max_participants, record=False), CHAIR)
        return self

    def open_tender(self, policy: NotePolicy | None = None, *, record: bool = False, shown: bool = False) -> Led:
        opened = cmd.Open(
            room=RoomId("rm_1"),
            kind="tender",
            max_participants=500,
            record=record,
            policy=policy or NotePolicy(policy="arrival"),
            suppliers_shown=shown,
        )
        self.done(opened, CHAIR)
        return self

    def join_command(
        self,
        who: str,
        role: ev.Role = "participant",
        *,
        account: ev.Standing = "",
        resumes: bool = False,
        organisation: str | None = None,
    ) -> cmd.Join:
        self.connections += 1
        return cmd.Join(
            participant=ParticipantId(who),
            person=PersonId(f"person of {who}"),
            role=role,
            name_commitment="00",
            connection=ConnectionId(f"cn_{self.connections}"),
            account=account,
            organisation=OrganisationId(organisation) if organisation else None,
            resumes=resumes,
        )

    def join(
        self,
        who: str,
        role: ev.Role = "participant",
        *,
        account: ev.Standing = "",
        resumes: bool = False,
        organisation: str | None = None,
    ) -> list[ev.LiveEvent]:
        join = self.join_command(who, role, account=account, resumes=resumes, organisation=organisation)
        return self.done(join, who)

    def end(self, who: str, reason: str = "closed") -> list[ev.LiveEvent]:
        """End the connection of a participant."""
        connection = next(iter(self.seat(who).connections))
        return self.done(cmd.Disconnect.model_validate({"connection": connection, "reason": reason}), SYSTEM)

    def seat(self, who: str) -> Seat:
        return self.state.seats[ParticipantId(who)]


def room_of(*who: str) -> Led:
    """Return an open session with a moderator ``mod`` and participants of these names."""
    led = Led().open()
    led.join("mod", "moderator")
    for name in who:
        led.join(name)
    return led


def tender_of(*suppliers: str, policy: NotePolicy | None = None, record: bool = False, shown: bool = False) -> Led:
    """Return an open tender session with a moderator ``mod``; a supplier ``acme.anna`` belongs to the organisation ``acme``."""
    led = Led().open_tender(policy, record=record, shown=shown)
    led.join("mod", "moderator")
    for name in suppliers:
        led.join(name, "supplier", organisation=name.split(".")[0])
    return led


def types(events: Decision) -> list[str]:
    assert not isinstance(events, Denied)
    return [event.type for event in events]
