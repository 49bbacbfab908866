"""The rules of recording."""

from __future__ import annotations

from apps.live import commands as cmd
from apps.live import commands_recording as rec
from apps.live.events_recording import Segment
from apps.live.grants_recording import taped
from apps.live.visibility import Viewer, visible_event
from data.ids import ParticipantId, RecordingId, RoomId
from media_core.engine import Source
from tests.apps.live.session import CHAIR, SYSTEM, Led, room_of, types

ANA = ParticipantId("ana")
BEGIN = rec.BeginRecording(recording=RecordingId("rc_1"), name="Opening", takes="stage")


def recorded() -> Led:
    led = Led()
    led.done(cmd.Open(room=RoomId("rm_1"), max_participants=50, record=True), CHAIR)
    led.join("mod", "moderator")
    led.join("ana")
    return led


def test_a_fragment_begins_and_ends_once() -> None:
    led = recorded()
    assert types(led.done(BEGIN, "mod")) == ["recording_started"]
    again = BEGIN.model_copy(update={"recording": RecordingId("rc_2")})
    assert led.done(again, "mod") == []
    running = led.state.recording.running
    assert running is not None
    assert (running.recording, running.takes) == ("rc_1", "stage")
    assert types(led.done(rec.StopRecording(), CHAIR)) == ["recording_stopped"]
    assert led.done(rec.StopRecording(), CHAIR) == []
    assert types(led.done(again, "mod")) == ["recording_started"]


def test_there_is_no_recording_where_none_was_planned() -> None:
    led = room_of("ana")
    assert led.refused(BEGIN, "mod") == "recording_not_planned"
    assert led.done(rec.SetConsent(choice="all"), "ana") == []
    assert taped(led.state) == {}


def test_nobody_is_on_the_tape_before_they_said_so_and_only_what_they_said() -> None:
    led = recorded()
    assert taped(led.state) == {}
    led.done(rec.SetConsent(choice="all"), "ana")
    assert taped(led.state) == {ANA: frozenset(Source)}
    led.done(rec.SetConsent(choice="voice"), "ana")
    assert taped(led.state) == {ANA: frozenset({Source.MICROPHONE})}
    assert led.done(rec.SetConsent(choice="voice"), "ana") == []
    led.done(rec.SetConsent(choice="none"), "ana")
    assert taped(led.state) == {ANA: frozenset()}
    led.end("ana")
    assert taped(led.state) == {}


def test_the_end_of_the_session_ends_the_fragment() -> None:
    led = recorded()
    led.done(BEGIN, "mod")
    events = types(led.done(cmd.CloseSession(), "mod"))
    assert events[-2:] == ["recording_stopped", "session_closed"]


def test_a_full_disk_ends_the_fragment_and_lets_none_begin() -> None:
    led = recorded()
    led.done(rec.NoteTape(running=True), SYSTEM)
    led.done(BEGIN, "mod")
    full = rec.NoteTape(running=False, reason="disk_full")
    assert types(led.done(full, SYSTEM)) == ["tape_running", "recording_stopped"]
    assert led.done(full, SYSTEM) == []
    assert led.refused(BEGIN, "mod") == "disk_full"
    led.done(rec.NoteTape(running=True), SYSTEM)
    led.done(BEGIN, "mod")


def test_a_segment_is_noted_once() -> None:
    led = recorded()
    one = Segment(file="1-a.tape", sha256="00", bytes=1)
    assert types(led.done(rec.NoteSegments(segments=(one,)), SYSTEM)) == ["segments_sealed"]
    assert led.done(rec.NoteSegments(segments=(one,)), SYSTEM) == []


def test_what_others_chose_is_for_moderators() -> None:
    led = recorded()
    event = {"number": 5, "at": "", "type": "consent_set", "actor": "", "participant": "ana", "choice": "none"}
    assert visible_event(event, led.state, Viewer(ParticipantId("bob"), False)) == {"number": 5, "type": "hidden"}
    assert visible_event(event, led.state, Viewer(ANA, False))["choice"] == "none"
    assert visible_event(event, led.state, Viewer(ParticipantId("mod"), True))["choice"] == "none"
