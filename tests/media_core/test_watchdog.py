"""A process whose loop hangs ends; one that works does not."""

from __future__ import annotations

import asyncio
import sys

import pytest

from tests.media_core.engines import ROOT

SCRIPT = """
import asyncio, time
from media_core.watchdog import watched
async def main():
    async with watched(hang_s=0.5):
        {work}
    time.sleep(0.7)  # nobody watches any more
asyncio.run(main())
"""


@pytest.mark.parametrize(("work", "code"), [("time.sleep(60)", 1), ("await asyncio.sleep(1)", 0)])
async def test_only_a_loop_that_hangs_is_ended(work: str, code: int) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", SCRIPT.format(work=work), stderr=asyncio.subprocess.PIPE, cwd=ROOT
    )
    _, said = await asyncio.wait_for(process.communicate(), 30)
    assert process.returncode == code, said.decode()
    assert (b"in main" in said) is (code == 1), "it says where the loop stood"
