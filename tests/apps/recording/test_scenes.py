"""What a recording shows, worked out from the log alone."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import groupby
from pathlib import Path

from apps.live import commands as cmd
from apps.live import commands_recording as rec
from apps.live import events as ev
from apps.live.commands_presenting import Pause, Play, Seek, ShowPresentation, StopPresentation, TurnPage
from apps.live.commands_tender import NoteReserved, NoteResumed
from apps.live.wire import Line
from apps.recording.scenes import Wanted, plan_of
from data.ids import ParticipantId, PresentationId, RecordingId, RoomId
from media_core.tape.plan import Film, Plan, Takes, TapedTrack
from tests.apps.live.session import CHAIR, START, Led, tender_of

NAMES = {"mod": "Maria", "ana": "Ana", "bob": "Bob", "pn_" + "0" * 24: "Fire exits"}
SLIDES = PresentationId("pn_" + "0" * 24)


def session() -> Led:
    led = Led()
    led.done(cmd.Open(room=RoomId("rm_1"), max_participants=50, record=True), CHAIR)
    led.join("mod", "moderator")
    for who in ("ana", "bob"):
        led.join(who)
        led.done(rec.SetConsent(choice="all"), who)
    led.done(rec.SetConsent(choice="all"), "mod")
    return led


def planned(
    led: Led,
    takes: Takes = "stage_and_cameras",
    *,
    from_s: float = 0,
    to_s: float | None = None,
    home: Path = Path("/home"),
    reserved: bool = False,
) -> Plan:
    lines = [
        Line(number, at, actor, ev.event_from(type_, payload))
        for number, (type_, payload, actor, at) in enumerate(led.log, start=1)
    ]
    end: datetime = led.now + timedelta(seconds=1) if to_s is None else START + timedelta(seconds=to_s)
    wanted = Wanted(
        "se_1", START + timedelta(seconds=from_s), end, takes, "Training", "no media {begin}–{end}", reserved=reserved
    )
    return plan_of(wanted, lines, NAMES, home)


def stages(plan: Plan) -> list[str]:
    return [
        Path(one.slide).name if one.slide else f"{one.stage.member}.{one.stage.source}" if one.stage else ""
        for one in plan.scenes
    ]


def test_the_stage_goes_from_moderator_to_presenter_to_slides_to_screen() -> None:
    led = session()
    for who in ("ana", "bob", "mod"):
        led.done(cmd.SetCamera(on=True), who)
    led.done(cmd.GivePresenter(participant=ParticipantId("bob")), "mod")
    led.done(ShowPresentation(presentation=SLIDES, kind="document", page=1, pages=3), "bob")
    led.done(TurnPage(page=2), "bob")
    led.done(StopPresentation(), "bob")
    led.done(cmd.SetScreen(on=True), "bob")
    plan = planned(led)
    assert [stage for stage, _ in groupby(stages(plan))] == ["", "ana.camera", "mod.camera", "bob.camera", "1-large.webp", "2-large.webp", "bob.camera", "bob.screen"]  # fmt: skip
    last = plan.scenes[-1]
    assert [tile.name for tile in last.tiles] == ["Bob", "Maria", "Ana"]
    assert plan.scenes[-1].to_ms == plan.duration_ms
    assert plan.chapters[0].at_ms == 0


def test_who_refused_is_neither_seen_nor_heard_nor_missed() -> None:
    led = session()
    led.done(rec.SetConsent(choice="none"), "bob")
    led.done(rec.SetConsent(choice="voice"), "ana")
    for who in ("ana", "bob"):
        led.done(cmd.SetCamera(on=True), who)
        led.done(cmd.SetMicrophone(on=True), who)
    plan = planned(led)
    assert set(stages(plan)) == {""}
    assert plan.sound == (TapedTrack("ana", "microphone"),)
    assert {one.track for one in plan.expected} == {TapedTrack("ana", "microphone")}


def test_what_was_taken_back_is_refused_from_that_moment_to_the_next() -> None:
    led = session()
    led.done(cmd.SetCamera(on=True), "ana")
    begun_s = (led.now - START).total_seconds()
    led.done(rec.SetConsent(choice="voice"), "ana")
    led.done(rec.SetConsent(choice="none"), "ana")
    led.done(rec.SetConsent(choice="all"), "ana")
    plan = planned(led, from_s=begun_s)
    ana = {
        source: [(one.from_ms, one.to_ms) for one in plan.refused if one.track == TapedTrack("ana", source)]
        for source in ("camera", "microphone")
    }
    step_ms = ana["camera"][0][0]
    assert ana == {"camera": [(step_ms, 3 * step_ms)], "microphone": [(2 * step_ms, 3 * step_ms)]}


def test_a_stretch_that_goes_on_is_expected_once() -> None:
    led = session()
    led.done(cmd.SetMicrophone(on=True), "ana")
    for _ in range(3):
        led.done(cmd.RaiseHand(), "bob")
        led.done(cmd.LowerHand(), "bob")
    led.done(cmd.SetMicrophone(on=False), "ana")
    (only,) = planned(led).expected
    assert only.to_ms - only.from_ms == 7000


def test_a_cut_begins_in_the_middle_of_what_was_on() -> None:
    led = session()
    led.done(cmd.SetCamera(on=True), "mod")
    begun_s = (led.now - START).total_seconds()
    led.now += timedelta(seconds=60)
    led.done(cmd.SetCamera(on=False), "mod")
    plan = planned(led, "stage", from_s=begun_s + 10, to_s=begun_s + 20)
    assert plan.duration_ms == 10_000
    ((scene),) = plan.scenes
    assert (scene.from_ms, scene.to_ms, scene.stage) == (0, 10_000, TapedTrack("mod", "camera"))
    assert scene.tiles == ()
    assert planned(led, "presentation", from_s=begun_s + 10, to_s=begun_s + 20).scenes[0].stage is None


def test_a_film_stands_where_everybody_saw_it(tmp_path: Path) -> None:
    file = tmp_path / "documents" / SLIDES / "film.mp4"
    file.parent.mkdir(parents=True)
    file.touch()
    led = session()
    led.done(ShowPresentation(presentation=SLIDES, kind="film", page=1, pages=0, duration_s=60.0), "mod")
    begun_s = (led.now - START).total_seconds()
    led.done(Play(), "mod")
    led.done(cmd.RaiseHand(), "bob")  # changes nothing that is seen
    led.done(Seek(position_s=30.0), "mod")
    led.done(Pause(), "mod")
    led.done(StopPresentation(), "mod")
    plan = planned(led, "presentation", from_s=begun_s, home=tmp_path)
    step_ms = plan.scenes[0].to_ms
    films = [scene.film for scene in plan.scenes]
    assert films == [
        Film(str(file), 0, 0, False),
        Film(str(file), step_ms, 0, True),
        Film(str(file), 3 * step_ms, 30_000, True),
        Film(str(file), 4 * step_ms, 30_000 + step_ms, False),
        None,
    ]
    assert {scene.card for scene in plan.scenes[:-1]} == {("Fire exits",)}
    deleted = planned(led, "presentation", from_s=begun_s, home=tmp_path / "elsewhere").scenes
    assert [(scene.film, scene.card) for scene in deleted] == [(None, ("Fire exits",)), (None, ())]


def test_of_a_youtube_video_a_card_says_what_was_shown() -> None:
    led = session()
    led.done(ShowPresentation(presentation=SLIDES, kind="youtube", page=1, pages=0, video="dQw4w9WgXcQ"), "mod")
    last = planned(led).scenes[-1]
    assert last.film is None
    assert last.card == ("Fire exits", "YouTube", "youtube.com/watch?v=dQw4w9WgXcQ")


def test_a_public_recording_keeps_a_reserved_part_to_itself() -> None:
    led = tender_of("acme.anna", record=True)
    for who in ("mod", "acme.anna"):
        led.done(rec.SetConsent(choice="all"), who)
    for switch in (cmd.SetCamera, cmd.SetMicrophone):
        led.done(switch(on=True), "mod")
    begun = led.now
    led.done(NoteReserved(minutes=5, recording=RecordingId("rc_r")), "mod")
    led.now += timedelta(seconds=30)
    led.done(NoteResumed(recording=RecordingId("rc_p")), "mod")
    ended, led.now = led.now, led.now + timedelta(seconds=5)
    led.done(cmd.SetMicrophone(on=False), "mod")
    camera, microphone = (TapedTrack("mod", source) for source in ("camera", "microphone"))

    whole = planned(led)
    secret_ms = [round((at - START) / timedelta(milliseconds=1)) for at in (begun, ended)]
    cards = [(one.from_ms, one.to_ms, one.stage) for one in whole.scenes if one.card == ("Reserved part",)]
    assert [(from_ms <= secret_ms[0] + 1000, to_ms, stage) for from_ms, to_ms, stage in cards] == [(True, secret_ms[1], None)]  # fmt: skip
    for track in (camera, microphone):
        inside = [one for one in whole.refused if one.track == track and one.from_ms <= cards[0][0] < one.to_ms]
        assert [one.to_ms for one in inside] == [secret_ms[1]]

    own = planned(led, from_s=secret_ms[0] / 1000 + 1, to_s=secret_ms[1] / 1000, reserved=True)
    assert {one.stage for one in own.scenes} == {camera}
    assert own.refused == ()
