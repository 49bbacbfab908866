"""A conference with real connections: what attendance says afterwards is what happened, in the frame, in the file and in the notebook."""

from __future__ import annotations

import time
from collections.abc import Awaitable
from pathlib import Path
from typing import TypeVar

import pandas as pd

from apps.bots import PortalBot
from apps.single import Sala, running
from data import event_log, sessions
from data.attendance import to_csv
from data.frames import attendance, open_home
from data.ids import SessionId
from data.rules import judged
from tests.apps.visit import Tab, Visit
from tests.waiting import until, until_async

Value = TypeVar("Value")

STEP_S = 1.5  # well above what a step takes: what counts twice, or counts a gap, is found out
CLOCKS_S = 0.01  # the log keeps no more than milliseconds
LONG_S = 600.0  # a machine that stands still for longer than the usual grace gives nobody up

Between = tuple[float, float]
"""Seconds: at least, at most. Something began before it was answered and was true by then."""


class Stopwatch:
    """Plays a script: waits for its moments, and notes between which two its steps really happened, by the wall clock as the log does."""

    def __init__(self) -> None:
        self._started_s = time.monotonic()

    async def at(self, step: float) -> None:
        due_s = self._started_s + step * STEP_S
        await until(lambda: time.monotonic() >= due_s, what="the next moment of the script")

    def now_s(self) -> float:
        return time.time()

    async def during(self, step: Awaitable[Value]) -> tuple[Value, Between]:
        """Do a step; return what came of it, and between which moments it happened."""
        began_s = self.now_s()
        return await step, (began_s, self.now_s())


def span(begin: Between, end: Between) -> Between:
    return end[0] - begin[1], end[1] - begin[0]


def both(one: Between, other: Between) -> Between:
    return one[0] + other[0], one[1] + other[1]


async def come(visit: Visit, *, device: str = "desktop", tab: str = "tab-1") -> Tab:
    """Open the room's page once more in a browser that was let in."""
    opened = await visit.socket()
    assert (await opened.hello(device=device, tab=tab))["type"] == "welcome"
    return opened


async def torn(sala: Sala, tab: Tab) -> None:
    """Cut a tab off, and wait until the log knows."""
    tab.tear()

    async def known() -> bool:
        (session,) = await sala.database.read(sessions.open_ones)
        lines = await sala.database.read(event_log.read, SessionId(session.id))
        return any(line.type == "disconnected" and line.payload["reason"] == "lost" for line in lines)

    await until_async(known, what="the lost connection in the log")


async def over(sala: Sala, chair: Tab) -> None:
    await chair.send({"type": "command", "id": 1, "command": {"type": "close_session"}})
    await chair.until("closed")
    await until(lambda: not sala.hub.live_rooms(), what="the end of the session")


async def play(sala: Sala) -> dict[str, tuple[Between, int]]:
    """
    Hold a conference: Maria from beginning to end; Paul in two tabs, then cut off and back; Petra late, gone early, by a bot with media.

    Returns the seconds that each was there, and how often they came back.
    """
    async with Visit(sala.url) as maria, Visit(sala.url) as paul:
        for visit, name in ((maria, "Maria Moderator"), (paul, "Paul Participant")):
            await visit.enter(sala.demo_links[name])
        watch = Stopwatch()
        chair, opened = await watch.during(come(maria))
        await watch.at(1)
        _, paul_came = await watch.during(come(paul))
        await watch.at(2)
        newer = await come(paul, tab="tab-2", device="phone")
        await watch.at(3)
        _, paul_lost = await watch.during(torn(sala, newer))
        await watch.at(4)
        petra_arrives_s = watch.now_s()
        async with PortalBot(sala.demo_links["Petra Participant"]) as petra:
            await petra.seated(60.0)
            petra_came = (petra_arrives_s, watch.now_s())
            await watch.at(5)
            _, paul_back = await watch.during(come(paul, tab="tab-3"))
            await watch.at(6)
            _, petra_left = await watch.during(petra.leave())
        await watch.at(7)
        _, ended = await watch.during(over(sala, chair))
    return {
        "Maria Moderator": (span(opened, ended), 0),
        "Paul Participant": (both(span(paul_came, paul_lost), span(paul_back, ended)), 1),
        "Petra Participant": (span(petra_came, petra_left), 0),
    }


def check(frame: pd.DataFrame, expected: dict[str, tuple[Between, int]]) -> None:
    """Require of a frame that presence and reconnections are what happened."""
    rows = frame.set_index("name")
    for name, ((least_s, most_s), times) in expected.items():
        present_s = float(rows["present_s"].to_dict()[name])
        assert least_s - CLOCKS_S <= present_s <= most_s + CLOCKS_S, f"{name}: {present_s} s, {least_s} to {most_s}"
        assert rows["reconnections"].to_dict()[name] == times, name


async def test_two_tabs_a_reconnection_and_a_late_comer_are_counted_as_they_were(home: Path) -> None:
    async with running(home=home, demo=True, reconnect_grace_s=LONG_S) as sala:
        expected = await play(sala)
        frame = await sala.database.read(attendance, now=sala.parts.clock())
        assert len(frame) == len(expected), "one line a person, however many tabs"
        check(frame, expected)
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
