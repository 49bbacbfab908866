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
    async with watched(hang_s={hang_s}):
        {work}
    time.sleep({hang_s} * 1.2)  # nobody watches any more
asyncio.run(main())
"""


@pytest.mark.parametrize(
    ("work", "hang_s", "code"),
    [("time.sleep(60)", 0.5, 1), ("await asyncio.sleep(2)", 1.5, 0)],
    ids=["hangs", "works"],
)
async def test_only_a_loop_that_hangs_is_ended(work: str, hang_s: float, code: int) -> None:
    """The loop that works has four signs of life due in each ``hang_s``: only a machine that stands still for so long could end it."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", SCRIPT.format(work=work, hang_s=hang_s), stderr=asyncio.subprocess.PIPE, cwd=ROOT
    )
    _, said = await asyncio.wait_for(process.communicate(), 30)
    assert process.returncode == code, said.decode()
    assert (b"in main" in said) is (code == 1), "it says where the loop stood"
