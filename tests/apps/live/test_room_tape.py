"""The tape of a room follows its session, over restarts of either side."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from apps.live import commands as cmd
from apps.live import commands_recording as rec
from apps.live import room_tape
from apps.live.room_tape import RoomTape
from apps.live.state import SessionState
from data.ids import ParticipantId, RoomId
from media_core.engine import SegmentClosed, Source, TapeLight, TapeState, TrackRef
from media_core.errors import MediaError
from media_core.ids import MediaRoomId, MemberId
from tests.apps.live.fakes import FakeEngine
from tests.apps.live.session import CHAIR, SYSTEM, Led
from tests.waiting import until

ROOM = MediaRoomId("se_1")
ANA = MemberId("ana")


class Studio:
    """A session that is recorded, its tape, and an engine."""

    def __init__(self, folder: Path) -> None:
        self.engine = FakeEngine()
        self.engine.media[ROOM] = {}
        self.led = Led()
        self.told: list[Any] = []
        self.log_is_full = False
        self.alarms: list[frozenset[ParticipantId]] = []
        self.tape = RoomTape(self.engine, ROOM, folder, note=self.note, tell=self.told.append, alarm=self.alarm)
        self.led.done(cmd.Open(room=RoomId("rm_1"), max_participants=9, record=True), CHAIR)
        self.led.join("ana")
        self.follow()

    @property
    def state(self) -> SessionState:
        return self.led.state

    def follow(self) -> None:
        self.tape.follow(self.state)

    async def note(self, command: Any) -> bool:
        if self.log_is_full:
            return False
        self.led.done(command, SYSTEM)
        self.follow()
        return True

    def alarm(self) -> None:
        self.alarms.append(self.tape.missing)

    def types(self) -> list[tuple[str, Any]]:
        return [(type_, values.get("reason")) for type_, values, _, _ in self.led.log if type_ == "tape_running"]


async def test_the_tape_starts_with_the_media_and_takes_what_is_agreed(tmp_path: Path) -> None:
    studio = Studio(tmp_path)
    await studio.tape.ready(())
    assert studio.engine.tapes == {ROOM: str(tmp_path)}
    assert studio.engine.taped == {}
    studio.led.done(rec.SetConsent(choice="voice"), "ana")
    studio.follow()
    await studio.tape.settled()
    assert studio.engine.taped == {ANA: frozenset({Source.MICROPHONE})}
    studio.led.done(rec.SetConsent(choice="none"), "ana")
    studio.follow()
    await studio.tape.settled()
    assert studio.engine.taped == {ANA: frozenset()}


async def test_a_lost_engine_is_a_gap_that_ends_with_its_return(tmp_path: Path) -> None:
    studio = Studio(tmp_path)
    studio.led.done(rec.SetConsent(choice="all"), "ana")
    await studio.tape.ready(())
    studio.engine.die()
    studio.tape.lost()
    await until(lambda: not studio.state.recording.tape)
    studio.engine.up = True
    studio.engine.media[ROOM] = {}
    await studio.tape.ready(())
    assert studio.types() == [("tape_running", ""), ("tape_running", "engine_lost"), ("tape_running", "")]
    await until(lambda: studio.engine.taped == {ANA: frozenset(Source)})


async def test_a_full_disk_is_told_and_held_until_there_is_space(tmp_path: Path) -> None:
    studio = Studio(tmp_path)
    await studio.tape.ready(())
    studio.tape.take(TapeState(ROOM, False, "disk_full"))
    await until(lambda: studio.state.recording.reason == "disk_full")
    studio.tape.take(TapeState(ROOM, True))
    await until(lambda: studio.state.recording.tape)
    await studio.tape.hold()
    assert studio.engine.tapes == {}
    assert studio.state.recording.reason == "disk_full"
    await studio.tape.go_on()
    assert studio.state.recording.tape
    assert ROOM in studio.engine.tapes


async def test_a_tape_that_started_too_late_is_started_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room_tape, "START_LIMIT_S", 0.02)
    studio = Studio(tmp_path)
    studio.engine.slow_tapes = 1
    await studio.tape.ready(())
    assert studio.types() == [("tape_running", "failed")]
    await studio.tape.go_on()
    await studio.tape.go_on()
    assert studio.types()[1:] == [("tape_running", "")]
    assert studio.engine.log.count(("start_tape", ROOM)) == 1


async def test_nothing_new_is_recorded_while_the_disk_is_full(tmp_path: Path) -> None:
    studio = Studio(tmp_path)
    studio.tape.held = True
    await studio.tape.ready(())
    assert studio.engine.tapes == {}
    assert studio.types() == [("tape_running", "disk_full")]
    await studio.tape.go_on()
    assert studio.types()[1:] == [("tape_running", "")]


async def test_what_a_full_log_could_not_take_it_is_told_later_and_in_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room_tape, "NOTE_AGAIN_S", 0.02)
    studio = Studio(tmp_path)
    await studio.tape.ready(())
    studio.log_is_full = True
    studio.tape.take(TapeState(ROOM, False, "disk_full"))
    studio.tape.take(TapeState(ROOM, True))
    await studio.tape.hold()
    assert studio.engine.tapes == {}
    assert len(studio.types()) == 1
    studio.log_is_full = False
    await until(lambda: len(studio.types()) == 4)
    assert studio.types() == [
        (kind, reason) for kind, reason in zip(["tape_running"] * 4, ["", "disk_full", "", "disk_full"], strict=True)
    ]


async def test_who_agreed_speaks_and_is_not_recorded_raises_an_alarm(tmp_path: Path) -> None:
    studio = Studio(tmp_path)
    await studio.tape.ready(())
    track = TrackRef(ANA, Source.MICROPHONE)
    studio.led.done(cmd.SetMicrophone(on=True), "ana")
    studio.follow()
    studio.tape.take(TapeLight(ROOM, track, False))
    assert studio.alarms == []  # she was not asked yet, or refused
    studio.led.done(rec.SetConsent(choice="voice"), "ana")
    studio.follow()
    assert studio.alarms == [{"ana"}]
    studio.tape.take(TapeLight(ROOM, track, True))
    assert studio.alarms == [{"ana"}, frozenset()]
    studio.tape.take(TapeLight(ROOM, track, False))
    studio.led.done(cmd.SetMicrophone(on=False), "ana")
    studio.follow()
    assert studio.alarms[2:] == [{"ana"}, frozenset()]


async def test_segments_and_lights_are_passed_on(tmp_path: Path) -> None:
    studio = Studio(tmp_path)
    await studio.tape.ready(())
    track = TrackRef(ANA, Source.MICROPHONE)
    studio.tape.take(TapeLight(ROOM, track, True))
    assert studio.told[-1] == {"type": "tape_lights", "participants": {"ana": {"microphone": True}}}
    studio.tape.take(SegmentClosed(ROOM, track, "1-a.tape", 1, 2, 3, 4, "00"))
    await until(lambda: studio.state.recording.segments == {"1-a.tape"})


async def test_an_engine_that_fails_is_asked_again(tmp_path: Path) -> None:
    studio = Studio(tmp_path)
    await studio.tape.ready(())
    works = studio.engine.set_tape
    calls = 0

    async def fails_once(*given: Any) -> None:
        nonlocal calls
        calls += 1
        if calls == 1:
            raise MediaError("not now")
        await works(*given)

    studio.engine.set_tape = fails_once  # type: ignore[method-assign, assignment]
    studio.led.done(rec.SetConsent(choice="all"), "ana")
    studio.follow()
    await until(lambda: studio.engine.taped == {ANA: frozenset(Source)})
