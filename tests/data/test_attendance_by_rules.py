"""The rules of a session and the counting of attendance agree: commands in, minutes out."""

from __future__ import annotations

from apps.live import commands as cmd
from apps.live.decide import decide
from apps.live.events import payload_of
from apps.live.evolve import evolve
from apps.live.state import Actor, SessionState
from data.attendance import attendance, intervals
from data.ids import ConnectionId, ParticipantId, PersonId, RoomId, SessionId
from tests.data.scripted import Script, after

SYSTEM, ADMINISTRATOR = Actor("system"), Actor("account", "ac_1", "administrator")


class Conference:
    """A session without Hub, browsers and database; moments are seconds after its opening."""

    def __init__(self) -> None:
        self.state, self.script = SessionState(SessionId("se_1")), Script()
        self.tell(0, ADMINISTRATOR, cmd.Open(room=RoomId("rm_1"), max_participants=9, record=False))

    def tell(self, at_s: float, actor: Actor, command: cmd.AnyCommand) -> None:
        decided = decide(self.state, command, actor, after(at_s))
        assert isinstance(decided, list), decided
        for event in decided:
            self.state = evolve(self.state, event, at=after(at_s))
            self.script.add(at_s, event.type, **payload_of(event))

    def join(self, at_s: float, who: str, connection: str, *, resumes: bool = False) -> None:
        join = cmd.Join(
            participant=ParticipantId(who),
            person=PersonId(f"in_{who}"),
            role="participant",
            name_commitment="",
            connection=ConnectionId(connection),
            device="desktop",
            resumes=resumes,
        )
        self.tell(at_s, SYSTEM, join)

    def lose(self, at_s: float, connection: str) -> None:
        self.tell(at_s, SYSTEM, cmd.Disconnect(connection=ConnectionId(connection), reason="lost"))


def test_two_tabs_a_reconnection_and_a_late_comer() -> None:
    conference = Conference()
    conference.join(0, "pt_1", "a")
    conference.join(60, "pt_1", "b")  # a second tab
    speaker = Actor("participant", "pt_1")
    conference.tell(70, speaker, cmd.SetMicrophone(on=True))
    conference.lose(100, "b")
    conference.join(130, "pt_1", "c", resumes=True)
    conference.join(200, "pt_2", "d")  # late
    conference.tell(210, Actor("participant", "pt_2"), cmd.RaiseHand())
    conference.tell(260, Actor("participant", "pt_2"), cmd.Leave())
    conference.tell(300, ADMINISTRATOR, cmd.CloseSession())
    frame = attendance(conference.script.events).set_index("participant_id")
    assert frame["present_s"].to_dict() == {"pt_1": 270, "pt_2": 60}
    assert frame["reconnections"].to_dict() == {"pt_1": 1, "pt_2": 0}
    assert frame.loc["pt_1", "microphone_s"] == 200  # 70 to 100 and, resumed, 130 to 300
    assert frame["last_left_at"].to_dict() == {"pt_1": after(300), "pt_2": after(260)}
    assert intervals(conference.script.events)["end_reason"].tolist() == ["replaced", "lost", "ended", "left"]


def test_one_who_was_lost_and_never_came_back() -> None:
    conference = Conference()
    conference.join(0, "pt_1", "a")
    conference.tell(10, Actor("participant", "pt_1"), cmd.SetCamera(on=True))
    conference.lose(50, "a")
    conference.tell(60, SYSTEM, cmd.GiveUp(participant=ParticipantId("pt_1")))
    conference.tell(400, SYSTEM, cmd.Abandon())
    [row] = attendance(conference.script.events, now=after(900)).to_dict("records")
    assert (row["present_s"], row["camera_s"], row["present"]) == (50, 40, False)
