"""The helper that tells for how long the machine stood still."""

from __future__ import annotations

import os
import signal
import time

from tests.standstill import STILL_S, standstill
from tests.waiting import until


async def test_a_stop_is_told_and_the_time_around_it_is_not() -> None:
    async with standstill() as watch:
        before_s = time.time()
        assert await watch.between(before_s - 60.0, before_s - 50.0) == 0
        os.kill(watch.process.pid, signal.SIGSTOP)
        stopped_s = time.time()
        await until(lambda: time.time() - stopped_s > 2 * STILL_S)
        going_s = time.time()
        os.kill(watch.process.pid, signal.SIGCONT)
        stood_s = await watch.between(stopped_s, going_s)
        assert stood_s > (going_s - stopped_s) * 0.9
        assert await watch.running_s(stopped_s, going_s) == going_s - stopped_s - stood_s
        assert await watch.between(going_s + 3600.0, going_s + 7200.0) == 0
