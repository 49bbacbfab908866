"""From people in a conference to files that play: bots are recorded, and what comes out is decoded and looked at."""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack
from typing import Any

import av
import numpy as np

from apps.bots import PortalBot
from apps.parts import utc_now
from apps.recording.commands import CutRecording, DeleteArchive, DeleteRecording, KeepArchive
from apps.single import Sala
from data import accounts, erase, event_log, participants, recordings
from data.database import Database
from data.ids import PersonId, SessionId
from data.models import Account, Recording
from media_core.tape import files
from media_core.tape.files import sha256_of
from media_core.tape.frames import units
from media_core.tape.timing import scan
from tests.apps.recording.studio import MODERATOR, PAUL, PETRA, close, come, events, file_of, finished, made
from tests.apps.recording.taped import Pulse, beside_gaps, spoken, stretch
from tests.media_core.tape.test_compose import loudness, shown, sound
from tests.waiting import until


def events_of(bot: PortalBot, type_: str) -> list[dict[str, Any]]:
    return [event for event in bot.events if event["type"] == type_]


def begins_to_show_s(sala: Sala, row: Recording) -> float:
    """Return when the first picture that can be decoded was captured, in seconds from the recording's beginning."""
    tape = sala.settings.home / "recordings" / row.session_id / "tape"
    segments = [each for each in files.closed_segments(tape) if each.source == "camera"]
    first = next(units(tape, segments, scan(tape, files.closed_segments(tape))))
    return first.captured_s - row.begins_at.timestamp()


async def administrator(database: Database) -> Account:
    return (await database.read(accounts.list_all))[0]


async def test_a_conference_is_recorded_as_its_people_agreed(recorded: Sala) -> None:
    async with AsyncExitStack() as stack:
        maria = await come(stack, recorded, MODERATOR, 0)
        paul = await come(stack, recorded, PAUL, 1, consent="voice")
        petra = await come(stack, recorded, PETRA, 2, consent="none")
        session = str(maria.room.session)
        await until(lambda: len(events_of(maria, "consent_set")) == 3)
        assert [event["participant"] for event in events_of(paul, "consent_set")] == [paul.me]
        await maria.command("start_recording", name="Deschidere", takes="stage_and_cameras")
        await until(lambda: events_of(petra, "recording_started"))
        await spoken(recorded, session, maria.me, paul.me, for_s=2.5)
        await maria.command("stop_recording")
        await until(lambda: events_of(petra, "recording_stopped"))
        await close(maria)
    (row,) = await finished(recorded, session)
    assert (row.state, row.name, row.code) == ("ready", "Deschidere", "")
    pressed = [
        line.at for line in await events(recorded, session) if line.type in ("recording_started", "recording_stopped")
    ]
    assert (
        abs(row.duration_ms / 1000 - (pressed[1] - pressed[0]).total_seconds()) < 0.5
    )  # what was pressed, whenever it was
    file = file_of(recorded, row)
    assert row.sha256 == sha256_of(file)

    own = [picture for moment_s, picture, _ in shown(file) if moment_s > 1.0 and beside_gaps(row, moment_s)]
    assert len(own) > 10
    assert set(own) == {0}  # Maria alone agreed to be seen, and so has the whole picture
    heard = sound(file)
    both_s = stretch(recorded, row, maria.me, paul.me)
    assert both_s[1] - both_s[0] > 1.5
    assert loudness(heard, 300.0, *both_s) > 0.1
    assert loudness(heard, 500.0, *both_s) > 0.1
    assert loudness(heard, 700.0, *both_s) < 0.01  # Petra said no
    tape = recorded.settings.home / "recordings" / session / "tape"
    lines = await events(recorded, session)
    sealed = {
        each["file"]: each["sha256"]
        for line in lines
        if line.type == "segments_sealed"
        for each in line.payload["segments"]
    }
    assert sealed == {path.name: sha256_of(path) for path in tape.glob("*.tape")}
    assert not list(tape.glob("*.part"))
    assert event_log.verify(lines) is None


async def test_nobody_pressed_and_the_whole_is_kept_cut_kept_and_deleted(recorded: Sala, felt: Pulse) -> None:
    async with AsyncExitStack() as stack:
        maria = await come(stack, recorded, MODERATOR, 3)
        session = str(maria.room.session)
        await until(lambda: maria.tape_lights.get(maria.me, {}).get("camera"))
        lit_s = time.time()
        await spoken(recorded, session, maria.me, for_s=2.5)
        await close(maria)
    (whole,) = await finished(recorded, session)
    assert (whole.state, whole.origin, felt.unexplained(whole, lit_s=lit_s)) == ("ready", "whole", [])
    seen = [(moment_s, picture) for moment_s, picture, _ in shown(file_of(recorded, whole))]
    on_s = begins_to_show_s(recorded, whole)
    shown_on = {picture for moment_s, picture in seen if moment_s > on_s + 0.1 and beside_gaps(whole, moment_s)}
    assert shown_on == {3}  # 0.1 s are two pictures of the file
    assert 3 not in {picture for moment_s, picture in seen if moment_s < on_s - 0.1}
    assert on_s < whole.duration_ms / 1000 - 1

    admin = await administrator(recorded.database)
    registrar = recorded.parts.registrar
    assert not hasattr(await registrar.execute(admin, KeepArchive(session=session, keep=True)), "code")
    outside = await registrar.execute(admin, CutRecording(session=session, from_ms=0, to_ms=10**7))
    assert getattr(outside, "code", "") == "cut_outside"
    await registrar.execute(admin, CutRecording(session=session, takes="sound", from_ms=500, to_ms=1800))
    _, cut = await finished(recorded, session)
    assert cut.file.endswith(".m4a")
    with av.open(str(file_of(recorded, cut))) as source:
        assert source.streams.video == () or not source.streams.video
    assert abs(len(sound(file_of(recorded, cut))) / 48_000 - 1.3) < 0.1

    await registrar.execute(admin, DeleteRecording(recording=cut.id))
    assert not file_of(recorded, cut).exists()
    await registrar.execute(admin, DeleteArchive(session=session))
    assert not (recorded.settings.home / "recordings" / session).exists()
    archive = await recorded.database.read(recordings.archive, session_id=session)
    assert archive is not None
    assert (archive.state, len(archive.digest)) == ("deleted", 64)
    assert {row.state for row in await made(recorded, session)} == {"deleted"}
    lines = await events(recorded, session)
    assert [line.type for line in lines][-4:] == [
        "recording_cut",
        "recording_ready",
        "recording_deleted",
        "archive_deleted",
    ]
    assert event_log.verify(lines) is None


async def test_what_somebody_takes_back_is_silent_to_the_frame(recorded: Sala) -> None:
    async with AsyncExitStack() as stack:
        maria = await come(stack, recorded, MODERATOR, 0)
        session = str(maria.room.session)
        await until(lambda: maria.tape_lights.get(maria.me, {}).get("microphone"))
        await spoken(recorded, session, maria.me, for_s=1.0)
        await maria.command("set_consent", choice="none")
        await asyncio.sleep(1.0)
        await maria.command("set_consent", choice="all")
        await until(lambda: maria.tape_lights.get(maria.me, {}).get("microphone") is True)
        await spoken(recorded, session, maria.me, for_s=1.0)
        await close(maria)
    (row,) = await finished(recorded, session)
    moments = [line.at for line in await events(recorded, session) if line.type == "consent_set"]
    none_s, all_s = ((at - row.begins_at).total_seconds() for at in moments[1:])
    heard = sound(file_of(recorded, row))
    frame_s = 1024 / 48_000  # of AAC, which overlaps its neighbours
    assert np.abs(heard[int((none_s + frame_s) * 48_000) : int((all_s - frame_s) * 48_000)]).max() < 0.002
    for spoken_s in (stretch(recorded, row, maria.me, to_s=none_s), stretch(recorded, row, maria.me, from_s=all_s)):
        assert spoken_s[1] - spoken_s[0] > 0.5
        assert loudness(heard, 300.0, *spoken_s) > 0.1


async def test_who_is_erased_goes_from_tape_and_recordings(recorded: Sala, felt: Pulse) -> None:
    async with AsyncExitStack() as stack:
        maria = await come(stack, recorded, MODERATOR, 0)
        paul = await come(stack, recorded, PAUL, 1)
        session = str(maria.room.session)
        await until(lambda: maria.tape_lights.get(paul.me, {}).get("microphone"))
        lit_s = time.time()
        await spoken(recorded, session, maria.me, paul.me, for_s=1.5)
        await close(maria)
    (before,) = await finished(recorded, session)
    heard = sound(file_of(recorded, before))
    both_s = stretch(recorded, before, maria.me, paul.me)
    assert both_s[1] - both_s[0] > 0.8
    assert loudness(heard, 500.0, *both_s) > 0.02
    tape = recorded.settings.home / "recordings" / session / "tape"
    held = {each.file for each in files.closed_segments(tape) if each.member == paul.me}
    kept = {each.file for each in files.closed_segments(tape)} - held

    seats = await recorded.database.read(participants.of_session, session_id=SessionId(session))
    person = next(PersonId(seat.person_id) for seat in seats if seat.id == paul.me)
    await recorded.database.run(erase.erase_person, person_id=person, now=utc_now())
    await recorded.parts.archivist.sweep()
    assert not file_of(recorded, before).exists()
    assert {path.name for path in tape.glob("*.tape")} == kept
    (after,) = await finished(recorded, session)
    assert (after.id, after.state, felt.unexplained(after, lit_s=lit_s)) == (before.id, "ready", [])
    assert after.sha256 != before.sha256
    heard = sound(file_of(recorded, after))
    assert loudness(heard, 500.0, *both_s) < 0.005
    assert loudness(heard, 300.0, *both_s) > 0.1
    await recorded.parts.archivist.sweep()
    lines = await events(recorded, session)
    (erased,) = [line.payload for line in lines if line.type == "segments_erased"]
    assert (erased["participants"], set(erased["files"])) == ([paul.me], held)
    assert event_log.verify(lines) is None
