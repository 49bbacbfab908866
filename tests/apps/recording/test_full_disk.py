"""A disk of 64 MB, with the database on it, is filled while a conference is recorded."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from apps.bots import PortalBot, Refused
from apps.console.alerts import alerts
from apps.console.words import Words
from apps.service import Health
from apps.single import Sala, running
from data import event_log
from data.database import open_database
from data.ids import SessionId
from data.models import Recording
from media_core.tape import files
from tests.apps.recording.studio import MODERATOR, PAUL, close, come, events, file_of, finished, tick_record
from tests.apps.recording.taped import Pulse, beside_gaps, spoken
from tests.media_core.tape.test_compose import shown
from tests.small_disk import fill, small_disk
from tests.waiting import until


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "disk") as folder:
        yield folder


async def health(sala: Sala) -> Health:
    settings = sala.settings
    return Health("ok", 1, 2, sala.parts.archivist.disk_pct, settings.disk_warn_pct, settings.disk_stop_pct)


async def alarm(sala: Sala) -> str:
    """What a moderator reads in the console."""
    await sala.parts.archivist.watch_disk()
    return " ".join(box["text"] for box in alerts(Words("en"), link_up=True, health=await health(sala), rooms=[]))


def heard(bot: PortalBot) -> int:
    return 0 if bot.media is None else sum(slot.packets for slot in bot.media.received.values())


async def goes_on(*bots: PortalBot) -> None:
    """Everybody hears and sees on."""
    before = [heard(bot) for bot in bots]
    await until(lambda: all(heard(bot) > was + 50 for bot, was in zip(bots, before, strict=True)))


def shown_last(sala: Sala, row: Recording) -> set[int]:
    """Return what the last ten pictures show that have a right to show something."""
    return set([picture for at_s, picture, _ in shown(file_of(sala, row)) if beside_gaps(row, at_s)][-10:])


async def record(sala: Sala, maria: PortalBot, paul: PortalBot) -> None:
    """Have Maria record some seconds of what goes on."""
    await maria.command("start_recording", name="", takes="stage")
    await goes_on(maria, paul)
    await spoken(sala, str(maria.room.session), maria.me, paul.me, for_s=2.5)
    await maria.command("stop_recording")


async def test_a_conference_outlives_a_full_disk_and_its_recording_goes_on_afterwards(disk: Path, felt: Pulse) -> None:
    filler = disk / "filler"
    async with running(home=disk, demo=True) as sala:
        await tick_record(sala)
        async with AsyncExitStack() as stack:
            maria = await come(stack, sala, MODERATOR, 1)
            paul = await come(stack, sala, PAUL, 2)
            session = str(maria.room.session)
            runner = next(iter(sala.hub._runners.values()))
            await until(lambda: runner.state.recording.tape and maria.tape_lights.get(paul.me, {}).get("microphone"))
            assert await alarm(sala) == ""

            fill(filler, leave_bytes=5_000_000)  # 92 %: an alarm, and the tape goes on
            assert "At 95 % recording stops." in await alarm(sala)
            await goes_on(maria, paul)
            assert runner.state.recording.tape

            fill(filler)
            await until(lambda: maria.tape_lights.get(paul.me, {}).get("microphone") is False)
            assert "nothing is recorded" in await alarm(sala)
            await goes_on(maria, paul)
            with pytest.raises(Refused) as refusal:
                await maria.command("start_recording", name="", takes="stage")
            assert refusal.value.code in ("service_unavailable", "disk_full")
            tape = disk / "recordings" / session / "tape"
            await until(lambda: not list(tape.glob("*.part")))
            assert all(files.sound_bytes(path) == path.stat().st_size for path in tape.glob("*.tape"))

            filler.unlink()
            assert await alarm(sala) == ""
            await until(lambda: runner.state.recording.tape and maria.tape_lights.get(paul.me, {}).get("microphone"))
            lit_s = time.time()
            await record(sala, maria, paul)
            await close(maria)
        (row,) = await finished(sala, session)
        assert (row.state, felt.unexplained(row, lit_s=lit_s)) == ("ready", [])
        assert shown_last(sala, row) == {1}
        lines = await events(sala, session)
        said = [(line.payload["running"], line.payload["reason"]) for line in lines if line.type == "tape_running"]
        assert said == [(True, ""), (False, "disk_full"), (True, "")]
        assert event_log.verify(lines) is None
    with open_database(disk) as database:  # which has SQLite check its file
        assert event_log.verify(database.read_now(event_log.read, SessionId(session))) is None
