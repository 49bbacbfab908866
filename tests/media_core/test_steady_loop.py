"""The loop that the tests here run on: a pause of the whole process does not count, waiting does."""

from __future__ import annotations

import asyncio
import time

import pytest

from tests.steady_loop import MOST_COUNTED_S, SteadyLoop


async def test_a_pause_of_the_process_lets_no_time_out_expire() -> None:
    loop = asyncio.get_running_loop()
    assert isinstance(loop, SteadyLoop)
    before_s = loop.time()
    async with asyncio.timeout(0.2):
        time.sleep(0.5)  # noqa: ASYNC251 - stands for a host that stops the machine
        await asyncio.sleep(0.01)
    assert loop.time() - before_s < 0.2


async def test_waiting_counts_in_full() -> None:
    """And never more than passed: what is short for the program is no shorter here."""
    loop, real_s = asyncio.get_running_loop(), time.monotonic()
    before_s = loop.time()
    await asyncio.sleep(0.1)
    assert loop.time() - before_s > 0.099
    assert time.monotonic() - real_s >= 0.1 - MOST_COUNTED_S
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await asyncio.Event().wait()
