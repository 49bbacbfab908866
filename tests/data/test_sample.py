"""Sample data is what a real year would have left behind, and the same for the same seed."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from apps.live.events import event_from
from apps.live.evolve import evolve
from apps.live.state import SessionState
from data import event_log, sample
from data.database import open_database
from data.frames import Home, open_home
from data.ids import SessionId


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("year")
    sample.main([str(home), "--seed", "7", "--sessions", "12"])
    return home


def test_one_seed_gives_one_year(year: Path, tmp_path: Path) -> None:
    for name, seed in (("same", 7), ("other", 8)):
        with open_database(tmp_path / name) as database:
            sample.fill(database, seed=seed, sessions=12)
    with open_home(year) as first, open_home(tmp_path / "same") as same, open_home(tmp_path / "other") as other:
        for frame in ("sessions", "attendance", "chat", "hands", "quality"):
            pd.testing.assert_frame_equal(getattr(first, frame)(), getattr(same, frame)())
        assert not first.attendance()["participant_id"].isin(other.attendance()["participant_id"]).any()


def test_the_logs_verify_and_the_rules_can_fold_them(year: Path) -> None:
    with open_home(year) as home:
        for session_id in home.sessions()["session_id"]:
            lines = home.database.read_now(event_log.read, SessionId(session_id))
            assert event_log.verify(lines) is None
            state = SessionState(session=SessionId(session_id))
            for line in lines:
                state = evolve(state, event_from(line.type, line.payload), at=line.at, number=line.number)
            assert (state.phase, state.hands) == ("closed", ())


def test_the_numbers_are_plausible(year: Path) -> None:
    with open_home(year) as home:
        people, sessions = home.attendance(), home.sessions()
        assert len(sessions) == 12
        assert sessions["closed_at"].notna().all()
        assert (people["present_s"] > 0).all()
        lengths = people.join(sessions.set_index("session_id")["length_s"], on="session_id")["length_s"]
        assert (people["present_s"] <= lengths + 0.01).all()
        assert (people["microphone_s"] <= people["present_s"]).all()
        assert people["reconnections"].sum() > 0
        assert not people["present"].any()
        assert _weekdays(home) <= set(range(5))


def _weekdays(home: Home) -> set[int]:
    return set(home.sessions()["opened_at"].dt.weekday)
