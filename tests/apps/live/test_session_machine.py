"""
A session led at random, by everybody at once. After every step it holds that

1. nobody has a source on without the right to it, and suppliers only while they have the floor;
2. a person has one seat, and a seat at most one connection; who is present has one;
3. hands are those of seated people who did not leave, each once;
4. there is at most one presenter, and one thing on the stage: a screen or a presentation, led by somebody with the right to it;
5. nobody is present in a closed session, and no gate is open in it;
6. gates are open exactly for what is on with somebody who is present or reconnecting;
7. a microphone, camera or screen goes on only by its owner's own command;
8. the state changes only by events, and a refusal changes nothing;
9. the log, replayed from its stored form, gives the same state;
10. somebody removed is never present again;
11. only seated people are waited for, and whose page is hidden or media flow is somebody with a connection or a seat;
12. who has the floor is in the session, is no moderator and takes part in what goes on, and nobody who is left out by a reserved part
    has an open gate or adds an event but by leaving, coming, going or lowering a hand;
13. floors are granted only to hands that are up, and each has one end.
"""

from __future__ import annotations

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from apps.live import commands as cmd
from apps.live import commands_presence as pre
from apps.live import commands_presenting as show
from apps.live import commands_recording as rec
from apps.live import commands_tender as ten
from apps.live import events as ev
from apps.live.evolve import evolve
from apps.live.grants import HERE, gates, leads, may_show_camera, may_show_screen, may_speak
from apps.live.grants_tender import apart, has_floor
from apps.live.rule import Decision
from apps.live.state import Actor, Denied, Presence, SessionState
from data.ids import MessageId, ParticipantId, PresentationId, RecordingId, RoomId, StatementId
from data.presence_times import commitment
from tests.apps.live.session import CHAIR, SYSTEM, Led, actor

PEOPLE = ("ana", "bob", "cleo", "dan", "firm", "acme", "boss", "obs")
ROLE: dict[str, ev.Role] = {
    "ana": "moderator",
    "firm": "supplier",
    "acme": "supplier",
    "boss": "moderator",
    "obs": "encoder",
}
ON_EVENTS = {"microphone_on": "set_microphone", "camera_on": "set_camera", "screen_on": "set_screen"}

person = st.sampled_from(PEOPLE)
participant = person.map(ParticipantId)
leaders = st.sampled_from([CHAIR, actor("ana"), actor("boss"), actor("bob"), Actor("account", "ac_m", "moderator")])
flag = st.booleans()
to = st.one_of(st.sampled_from(["everyone", "moderators", "nobody"]), person)
message = st.integers(0, 5).map(lambda number: MessageId(f"ms_{number}"))
own_commands = st.one_of(
    st.builds(cmd.SetMicrophone, on=flag),
    st.builds(cmd.SetCamera, on=flag),
    st.builds(cmd.SetScreen, on=flag),
    st.builds(cmd.RaiseHand),
    st.builds(cmd.LowerHand),
    st.builds(cmd.PostMessage, message=message, to=to, commitment=st.just("00")),
    st.builds(cmd.DeleteMessage, message=message),
    st.builds(cmd.Leave),
    st.builds(rec.SetConsent, choice=st.sampled_from(["all", "voice", "none"])),
    st.builds(pre.SetVisibility, visible=flag),
    st.builds(pre.AnswerPresence, check=st.integers(1, 3)),
)
leading_commands = st.one_of(
    st.builds(cmd.GivePresenter, participant=participant),
    st.builds(cmd.SetRole, participant=participant, role=st.sampled_from(["moderator", "participant"])),
    st.builds(cmd.LockMicrophone, participant=participant, locked=flag),
    st.builds(cmd.LockMicrophones, locked=flag),
    st.builds(cmd.MuteMicrophone, participant=participant),
    st.builds(cmd.StopCamera, participant=participant),
    st.builds(cmd.StopScreen, participant=participant),
    st.builds(cmd.LowerHand, participant=participant),
    st.builds(cmd.LowerAllHands),
    st.builds(cmd.TakePresenter),
    st.builds(cmd.RemoveParticipant, participant=participant),
    st.builds(cmd.OpenSession),
    st.builds(
        rec.BeginRecording,
        recording=st.sampled_from([RecordingId("rc_1"), RecordingId("rc_2")]),
        name=st.just(""),
        takes=st.just("stage"),
    ),
    st.builds(rec.StopRecording),
)
presence_commands = st.one_of(
    st.just(pre.StartChecks(mean_s=600, answer_s=60, commitment="00")),
    st.just(pre.StopChecks(seed="00")),
    st.builds(pre.AskPresence, nth=st.integers(1, 4)),
    st.builds(pre.CloseCheck, check=st.integers(1, 3)),
    st.builds(pre.NoteFlows, down=st.frozensets(participant, max_size=2)),
)
seeds = st.sampled_from(["one", "two"])
tender_commands = st.one_of(
    st.builds(
        ten.NotePolicy,
        policy=st.sampled_from(["arrival", "organisation", "lot"]),
        limit_s=st.sampled_from([None, 10, 60]),
        commitment=seeds.map(commitment),
    ),
    st.builds(ten.NoteLot, seed=seeds, next_commitment=seeds.map(commitment)),
    st.builds(ten.RefuseFloor, participant=participant),
    st.builds(ten.ExtendFloor, participant=participant, more_s=st.just(30)),
    st.builds(ten.EndFloor, participant=participant),
    st.builds(ten.ShowSuppliers, shown=flag),
    st.builds(
        ten.NoteReserved,
        minutes=st.sampled_from([None, 10]),
        admitted=st.lists(participant, max_size=2).map(tuple),
        recording=st.just(RecordingId("rc_r")),
    ),
    st.builds(ten.ChangeReserved, participant=participant, inside=flag),
    st.builds(ten.NoteResumed, recording=st.just(RecordingId("rc_p"))),
    st.builds(ten.NoteAnswer, statement=st.just(StatementId("st_1")), answer=st.sampled_from(["noted", "accepted"])),
)
FROM_APART = {
    "participant_left",
    "hand_lowered",
    "visibility_changed",
    "consent_set",
    "presence_checked",
    "disconnected",
}
position = st.one_of(st.none(), st.floats(0, 100))
presenting_commands = st.one_of(
    st.builds(
        show.ShowPresentation,
        presentation=st.sampled_from([PresentationId("pn_1"), PresentationId("pn_2")]),
        kind=st.sampled_from(["document", "film"]),
        page=st.integers(1, 4),
        pages=st.just(3),
        duration_s=st.sampled_from([None, 60.0]),
    ),
    st.builds(show.TurnPage, page=st.integers(1, 4)),
    st.builds(show.Play, position_s=position),
    st.builds(show.Pause, position_s=position),
    st.builds(show.Seek, position_s=st.floats(0, 100)),
    st.builds(show.StopPresentation),
)


class SessionMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.led = Led()

    @initialize(places=st.sampled_from([50, 6, 3]), kind=st.sampled_from(["conference", "tender"]))
    def a_room_opens_and_people_enter(self, places: int, kind: Any) -> None:
        policy = ten.NotePolicy(policy="arrival", limit_s=30)
        opened = cmd.Open(room=RoomId("rm_1"), kind=kind, max_participants=places, record=True, policy=policy)
        self.led.done(opened, CHAIR)
        for who in PEOPLE:
            self.somebody_enters(who, False)

    def ask(self, command: cmd.AnyCommand, by: Actor) -> None:
        before = self.led.state
        decision = self.led.ask(command, by)
        if isinstance(decision, Denied) or not decision:
            assert self.led.state == before
        else:
            assert self.led.state.number == before.number + len(decision)
            self.only_owners_switch_on(command, by, decision)
            self.floors_are_in_order(before, decision)
            self.nothing_comes_from_apart(before, by, decision)

    def only_owners_switch_on(self, command: cmd.AnyCommand, by: Actor, decision: Decision) -> None:
        assert not isinstance(decision, Denied)
        for event in decision:
            if event.type in ON_EVENTS:
                assert command.type == ON_EVENTS[event.type]
                assert by == actor(event.participant)  # type: ignore[union-attr, arg-type]

    def floors_are_in_order(self, before: SessionState, decision: Decision) -> None:
        assert not isinstance(decision, Denied)
        had = before.tender.floor
        for event in decision:
            if event.type == "floor_granted":
                assert had is None
                assert event.participant in before.hands
            elif event.type == "floor_ended":
                assert had is not None
                assert event.participant == had.participant
        ends = [event for event in decision if event.type == "floor_ended"]
        assert len(ends) == (had is not None and self.led.state.tender.floor is None)

    def nothing_comes_from_apart(self, before: SessionState, by: Actor, decision: Decision) -> None:
        assert not isinstance(decision, Denied)
        if by.kind == "participant" and by.id in apart(before) and decision[-1].type != "connected":
            assert {event.type for event in decision} <= FROM_APART

    @precondition(lambda self: self.led.state.kind == "tender")
    @rule(by=leaders, command=tender_commands)
    def somebody_leads_a_tender(self, by: Actor, command: cmd.AnyCommand) -> None:
        self.ask(command, by)

    @precondition(lambda self: self.led.state.kind == "tender")
    @rule(who=st.sampled_from(["firm", "acme"]), limit_s=st.sampled_from([None, 0, 10]), on=flag)
    def somebody_gets_the_floor(self, who: str, limit_s: Any, on: bool) -> None:
        self.ask(cmd.RaiseHand(), actor(who))
        self.ask(ten.GrantFloor(participant=ParticipantId(who), limit_s=limit_s), CHAIR)
        self.ask(cmd.SetMicrophone(on=on), actor(who))
        self.ask(cmd.SetCamera(on=on), actor(who))

    @rule(who=participant)
    def somebody_files_a_statement(self, who: ParticipantId) -> None:
        self.ask(ten.NoteStatement(statement=StatementId("st_1"), commitment="00"), actor(who))
        self.ask(ten.TimeFloor(participant=who), SYSTEM)
        self.ask(ten.EndFloor(), actor(who))

    @rule(who=person, command=own_commands)
    def somebody_asks(self, who: str, command: cmd.AnyCommand) -> None:
        self.ask(command, actor(who))

    @rule(who=person, on=flag, kind=st.sampled_from([cmd.SetMicrophone, cmd.SetCamera, cmd.SetScreen]))
    def somebody_switches(self, who: str, on: bool, kind: type[cmd.SetMicrophone]) -> None:
        self.ask(kind(on=on), actor(who))

    @rule(who=st.sampled_from(["ana", "boss", "cleo"]))
    def somebody_shares_a_screen(self, who: str) -> None:
        self.ask(cmd.SetScreen(on=True), actor(who))

    @rule(who=person)
    def somebody_raises_a_hand(self, who: str) -> None:
        self.ask(cmd.RaiseHand(), actor(who))

    @rule(who=participant, role=st.sampled_from(["participant", "moderator"]))
    def the_console_changes_a_role(self, who: ParticipantId, role: Any) -> None:
        self.ask(cmd.SetRole(participant=who, role=role), CHAIR)

    @rule(by=leaders, locked=flag)
    def microphones_are_locked_or_unlocked(self, by: Actor, locked: bool) -> None:
        self.ask(cmd.LockMicrophones(locked=locked), by)

    @rule(by=leaders, command=leading_commands)
    def somebody_leads(self, by: Actor, command: cmd.AnyCommand) -> None:
        self.ask(command, by)

    @rule(by=leaders, command=presenting_commands)
    def somebody_presents(self, by: Actor, command: cmd.AnyCommand) -> None:
        self.ask(command, by)

    @rule(who=participant, command=presence_commands)
    def presence_is_looked_after(self, who: ParticipantId, command: cmd.AnyCommand) -> None:
        self.ask(command, SYSTEM)
        self.ask(pre.NoteFlows(up=frozenset({who})), SYSTEM)

    @rule(who=participant)
    def time_passes(self, who: ParticipantId) -> None:
        self.ask(cmd.GiveUp(participant=who), SYSTEM)
        self.ask(cmd.Abandon(), SYSTEM)

    @rule(who=person, resumes=flag)
    def somebody_enters(self, who: str, resumes: bool) -> None:
        account: ev.Standing = "administrator" if who == "boss" else ""
        join = self.led.join_command(who, ROLE.get(who, "participant"), account=account, resumes=resumes)
        self.ask(join, actor(who))

    @rule(who=person, reason=st.sampled_from(["closed", "lost"]), back=st.sampled_from([True, True, False]))
    def a_connection_ends(self, who: str, reason: Any, back: bool) -> None:
        seat = self.led.state.seats.get(ParticipantId(who))
        for connection in seat.connections if seat else ():
            self.ask(cmd.Disconnect(connection=connection, reason=reason), SYSTEM)
        if back:
            self.somebody_enters(who, reason == "lost")

    @precondition(lambda self: len(self.led.log) > 50)
    @rule(by=leaders)
    def somebody_ends_it(self, by: Actor) -> None:
        self.ask(cmd.CloseSession(), by)

    @invariant()
    def nobody_publishes_without_the_right(self) -> None:
        state = self.led.state
        for seat in state.seats.values():
            assert not seat.microphone or may_speak(state, seat)
            assert not seat.camera or may_show_camera(state, seat)
            assert not seat.screen or may_show_screen(state, seat)
            assert seat.role != "supplier" or not seat.screen
            assert seat.role != "supplier" or has_floor(state, seat) or not (seat.microphone or seat.camera)

    @invariant()
    def the_floor_is_held_by_somebody_who_is_here(self) -> None:
        state = self.led.state
        floor = state.tender.floor
        if floor is not None:
            assert state.kind == "tender"
            seat = state.seats[floor.participant]
            assert seat.presence in HERE
            assert seat.role != "moderator"
            assert seat.participant not in apart(state) | set(state.hands)
        assert not set(gates(state)) & apart(state)

    @invariant()
    def seats_are_in_order(self) -> None:
        seats = list(self.led.state.seats.values())
        assert len({seat.person for seat in seats}) == len(seats)
        for seat in seats:
            assert len(seat.connections) == (1 if seat.presence is Presence.PRESENT else 0)
            assert seat.person not in self.led.state.removed_people or seat.presence is Presence.REMOVED

    @invariant()
    def the_floor_is_in_order(self) -> None:
        state = self.led.state
        assert len(set(state.hands)) == len(state.hands)
        for holder in (*state.hands, *([state.presenter] if state.presenter else [])):
            assert state.seats[holder].presence not in (Presence.LEFT, Presence.REMOVED)
        screens = sum(seat.screen for seat in state.seats.values())
        assert screens + (state.showing is not None) <= 1
        if state.showing is not None:
            assert 1 <= state.showing.page <= max(state.showing.pages, 1)
            assert state.showing.participant is None or leads(state, state.seats[state.showing.participant])

    @invariant()
    def presence_is_of_those_who_are_here(self) -> None:
        state = self.led.state
        known = state.presence
        connected = {seat.participant for seat in state.seats.values() if seat.connections}
        assert known.flowing <= connected
        assert known.hidden <= set(state.seats)
        assert known.asked is None or (known.asked.pending and known.asked.pending <= set(state.seats))
        assert known.asked is None or known.asked.check == known.check

    @invariant()
    def a_closed_session_is_empty(self) -> None:
        if self.led.state.phase == "closed":
            assert not any(seat.presence in HERE for seat in self.led.state.seats.values())
            assert gates(self.led.state) == {}
            assert self.led.state.showing is None

    @invariant()
    def gates_follow_the_sources(self) -> None:
        state = self.led.state
        here = {seat.participant for seat in state.seats.values() if seat.presence in HERE}
        on = {seat.participant for seat in state.seats.values() if seat.microphone or seat.camera or seat.screen}
        assert set(gates(state)) == on <= here

    def teardown(self) -> None:
        replayed = SessionState(session=self.led.state.session)
        for number, (type_, payload, _actor, at) in enumerate(self.led.log, start=1):
            replayed = evolve(replayed, ev.event_from(type_, payload), at=at, number=number)
        assert replayed == self.led.state


TestSessionMachine = SessionMachine.TestCase
TestSessionMachine.settings = settings(max_examples=200, stateful_step_count=80)
