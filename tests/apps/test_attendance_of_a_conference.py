"""A conference with real connections: what attendance says afterwards is what happened, in the frame, in the file and in the notebook."""

from __future__ import annotations

import time
from pathlib import Path

import pandas as pd

from apps.bots import PortalBot
from apps.single import Sala, running
from data.attendance import to_csv
from data.frames import attendance, open_home
from data.rules import judged
from tests.apps.visit import Tab, Visit
from tests.waiting import until

WITHIN_S = 1.0
STEP_S = 1.5  # well above the tolerance: what counts twice, or counts a gap, is found out


class Stopwatch:
    """Plays a script: waits for its moments, and notes when they really were."""

    def __init__(self) -> None:
        self._started_s = time.monotonic()

    async def at(self, step: float) -> None:
        await until(lambda: time.monotonic() - self._started_s >= step * STEP_S, what="the next moment of the script")

    def now_s(self) -> float:
        return time.monotonic() - self._started_s


async def come(visit: Visit, *, device: str = "desktop", tab: str = "tab-1") -> Tab:
    """Open the room's page once more in a browser that was let in."""
    opened = await visit.socket()
    assert (await opened.hello(device=device, tab=tab))["type"] == "welcome"
    return opened


async def play(sala: Sala) -> dict[str, tuple[float, int]]:
    """
    Hold a conference: Maria from beginning to end; Paul in two tabs, then cut off and back; Petra late, gone early, by a bot with media.

    Returns the seconds that each was there, and how often they came back.
    """
    async with Visit(sala.url) as maria, Visit(sala.url) as paul:
        for visit, name in ((maria, "Maria Moderator"), (paul, "Paul Participant")):
            await visit.enter(sala.demo_links[name])
        watch = Stopwatch()
        chair = await come(maria)
        opened_s = watch.now_s()
        await watch.at(1)
        await come(paul)
        paul_from_s = watch.now_s()
        await watch.at(2)
        newer = await come(paul, tab="tab-2", device="phone")
        await watch.at(3)
        newer.tear()
        paul_lost_s = watch.now_s()
        await watch.at(4)
        async with PortalBot(sala.demo_links["Petra Participant"]) as petra:
            await petra.seated()
            petra_from_s = watch.now_s()
            await watch.at(5)
            await come(paul, tab="tab-3")
            paul_back_s = watch.now_s()
            await watch.at(6)
            await petra.leave()
            petra_to_s = watch.now_s()
        await watch.at(7)
        await chair.send({"type": "command", "id": 1, "command": {"type": "close_session"}})
        await chair.until("closed")
        ended_s = watch.now_s()
        await until(lambda: not sala.hub.live_rooms(), what="the end of the session")
    return {
        "Maria Moderator": (ended_s - opened_s, 0),
        "Paul Participant": (paul_lost_s - paul_from_s + ended_s - paul_back_s, 1),
        "Petra Participant": (petra_to_s - petra_from_s, 0),
    }


def differences_s(frame: pd.DataFrame, expected: dict[str, tuple[float, int]]) -> dict[str, float]:
    """Return how far the frame's presence is from what happened, by name."""
    rows = frame.set_index("name")
    assert {name: rows.loc[name, "reconnections"] for name in expected} == {
        name: times for name, (_, times) in expected.items()
    }
    return {name: abs(rows["present_s"].to_dict()[name] - seconds) for name, (seconds, _) in expected.items()}


async def test_two_tabs_a_reconnection_and_a_late_comer_are_counted_to_the_second(home: Path) -> None:
    async with running(home=home, demo=True) as sala:
        expected = await play(sala)
        frame = await sala.database.read(attendance, now=sala.parts.clock())
        assert len(frame) == len(expected), "one line a person, however many tabs"
        assert max(differences_s(frame, expected).values()) < WITHIN_S
        assert not frame["present"].any()
        async with Visit(sala.url) as office:
            await office.sign_in("admin@localhost", sala.password)
            session = frame["session_id"].iloc[0]
            for language in ("en", "ro"):
                await office.post("/language", form="/", language=language)
                file = await office.get(f"/api/v1/sessions/{session}/attendance.csv")
                assert file.content == to_csv(judged(frame, ()), language=language), "the file says what the frame says"
    with open_home(home) as kept:
        pd.testing.assert_frame_equal(kept.attendance().reset_index(drop=True), frame.reset_index(drop=True))
