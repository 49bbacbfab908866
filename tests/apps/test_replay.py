"""A replayed session is the session: its log, its attendance, and what a console sees on the way."""

from __future__ import annotations

import math
import time
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from apps.replay import Replay
from apps.service import SessionNotice
from apps.single import running
from data import event_log
from data.database import open_database
from data.frames import open_data
from data.ids import RoomId
from data.sample import fill

FRAMES = ("attendance", "timeline", "sessions", "speaking", "chat", "hands", "checks")


@pytest.fixture
def year(tmp_path: Path) -> Path:
    with open_database(tmp_path / "year") as database:
        fill(database, seed=7, sessions=3)
    return tmp_path / "year"


def frame(home: Path, name: str, session: str) -> pd.DataFrame:
    with open_data(home) as opened:
        found: pd.DataFrame = getattr(opened, name)(session_id=session)
    return found


def session_of(home: Path) -> str:
    with open_data(home) as opened:
        return str(opened.sessions().sort_values("participants")["session_id"].iloc[0])


async def test_the_attendance_of_a_replay_is_identical(year: Path) -> None:
    session, told = session_of(year), list[Any]()
    async with running() as sala:
        replay = await Replay.of(sala, year, session)
        sala.hub.listen(told.append)
        await replay.play(speed=math.inf, until=replay.lines // 2)
        middle = await sala.hub.snapshot(RoomId(replay.room))
        assert not hasattr(middle, "code")
        assert middle["phase"] == "open"
        assert middle["participants"]
        assert all(one["name"] for one in middle["participants"])
        await replay.play(speed=math.inf)
        numbers = [event["number"] for notice in told if isinstance(notice, SessionNotice) for event in notice.events]
        assert numbers[-1] == replay.lines
        assert numbers == sorted(numbers)
        assert sala.hub.live_rooms() == ()
        for name in FRAMES:
            pd.testing.assert_frame_equal(frame(sala.settings.home, name, session), frame(year, name, session))
        lines = await sala.database.read(event_log.read, replay.session)
        assert event_log.verify(lines) is None


async def test_the_speed_is_kept(year: Path) -> None:
    session = session_of(year)
    async with running() as sala:
        replay = await Replay.of(sala, year, session)
        moments: list[Any] = []
        began_s = time.monotonic()
        await replay.play(speed=3600, until=40, each=lambda event: moments.append(event.at))
        took_s = time.monotonic() - began_s
        assert took_s >= (moments[-1] - moments[0]).total_seconds() / 3600
        with pytest.raises(ValueError, match="above 0"):
            await replay.play(speed=0)


async def test_a_session_is_not_replayed_over_itself(year: Path) -> None:
    session = session_of(year)
    async with running() as sala:
        await Replay.of(sala, year, session)
        with pytest.raises(ValueError, match="already"):
            await Replay.of(sala, year, session)
