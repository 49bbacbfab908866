"""Merging updates, and scheduling nothing for a page whose browser left."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from apps.console.chores import Chores
from apps.console.pulse import Pulse
from tests.waiting import until


class Part:
    def __init__(self) -> None:
        self.flushed: list[float] = []

    def flush(self, decided_at_s: float) -> None:
        self.flushed.append(decided_at_s)


class FakeDocument:
    """A document with a session that has so many browsers; runs its callbacks when told."""

    def __init__(self, connections: int = 1) -> None:
        self.connection_count = connections
        self.session_context: Any = self
        self.session = self
        self.ticks: list[Callable[[], Any]] = []

    def add_next_tick_callback(self, callback: Callable[[], Any]) -> None:
        self.ticks.append(callback)

    async def tick(self) -> None:
        ticks, self.ticks = self.ticks, []
        for callback in ticks:
            await callback()


async def test_many_changes_within_the_interval_are_one_update() -> None:
    pulse, part = Pulse(interval_s=0.05), Part()
    pulse.touch(part)
    await until(lambda: len(part.flushed) == 1)
    for number in range(20):
        pulse.decided(float(number))
        pulse.touch(part)
    await until(lambda: len(part.flushed) == 2)
    assert part.flushed[1] == 19.0
    pulse.close()


async def test_a_page_behind_another_is_sent_all_at_once_when_it_comes_to_the_front() -> None:
    doc, part = FakeDocument(), Part()
    pulse = Pulse(doc, interval_s=0.01)
    pulse.seen(False)
    for _ in range(3):
        pulse.touch(part)
        await asyncio.sleep(0.02)
    assert doc.ticks == []
    pulse.seen(True)
    await until(lambda: doc.ticks)
    await doc.tick()
    assert len(part.flushed) == 1
    pulse.close()


async def test_nothing_is_scheduled_for_a_page_whose_browser_left() -> None:
    doc, part = FakeDocument(connections=0), Part()
    pulse = Pulse(doc, interval_s=0.01)
    pulse.touch(part)
    await asyncio.sleep(0.05)
    assert (doc.ticks, part.flushed) == ([], [])
    doc.connection_count = 1
    pulse.resume()
    await until(lambda: doc.ticks)
    await doc.tick()
    assert len(part.flushed) == 1
    pulse.close()


async def test_a_closed_page_gets_nothing_more() -> None:
    doc, part = FakeDocument(), Part()
    pulse = Pulse(doc, interval_s=0.01)
    pulse.touch(part)
    await until(lambda: doc.ticks)
    pulse.close()
    await doc.tick()
    pulse.touch(part)
    await asyncio.sleep(0.03)
    assert (part.flushed, doc.ticks) == ([], [])


async def test_a_chore_asked_for_while_it_runs_runs_once_more() -> None:
    chores, runs, go = Chores(), [], asyncio.Event()

    async def work() -> None:
        runs.append(1)
        await go.wait()

    for _ in range(5):
        chores.want("read", work)
    await until(lambda: runs)
    chores.want("read", work)
    chores.want("read", work)
    go.set()
    await chores.settled()
    assert len(runs) == 2


async def test_a_failing_chore_is_logged_and_the_next_still_runs(caplog: Any) -> None:
    chores, runs = Chores(), []

    async def fail() -> None:
        raise ValueError("no")

    async def work() -> None:
        runs.append(1)

    chores.want("one", fail)
    chores.want("two", work)
    await chores.settled()
    assert runs == [1]
    assert "console_chore_failed" in caplog.text
