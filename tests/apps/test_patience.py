"""Time in which this process stood still is nobody's silence."""

from __future__ import annotations

import asyncio
import time

from apps.patience import Patience
from tests.waiting import until


async def test_it_runs_out() -> None:
    ended: list[bool] = []
    Patience(0.05, lambda: ended.append(True))
    await until(lambda: ended)
    assert ended == [True]


async def test_it_does_not_run_out_by_a_pause_of_the_whole_process() -> None:
    ended: list[bool] = []
    patience = Patience(0.05, lambda: ended.append(True))
    time.sleep(0.1)  # noqa: ASYNC251  # as if its host had stopped it
    for _ in range(3):
        await asyncio.sleep(0)  # what came meanwhile is read in these turns
    assert ended == []
    await until(lambda: ended)
    patience.cancel()


async def test_it_is_over_when_somebody_says_so() -> None:
    ended: list[bool] = []
    Patience(0.02, lambda: ended.append(True)).cancel()
    await asyncio.sleep(0.05)
    assert ended == []
