"""A process whose loop hangs ends; one that works does not, nor one that was only stopped."""

from __future__ import annotations

import asyncio
import signal
import sys

import pytest

from tests.media_core.engines import ROOT
from tests.waiting import until

PATIENT_S = 2.5
"""For loops that are to live: a thread that gets no turn for a second and more, while the watching one does, is no hang."""
SCRIPT = """
import asyncio, ctypes, time
from media_core.watchdog import watched
async def main():
    print("begun", flush=True)
    async with watched(hang_s={hang_s}):
        {work}
    time.sleep({hang_s} * 1.2)  # nobody watches any more
asyncio.run(main())
"""


async def begin(work: str, hang_s: float) -> asyncio.subprocess.Process:
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        SCRIPT.format(work=work, hang_s=hang_s),
        stdout=pipe,
        stderr=pipe,
        cwd=ROOT,
    )
    assert process.stdout is not None
    assert await process.stdout.readline() == b"begun\n"
    return process


@pytest.mark.parametrize(
    ("work", "hang_s", "code"),
    [
        ("time.sleep(60)", 0.5, 1),
        ("ctypes.PyDLL(None).sleep(60)", 0.3, 1),  # lets no thread of Python run
        (f"await asyncio.sleep({PATIENT_S * 1.2})", PATIENT_S, 0),
    ],
    ids=["hangs", "hangs in a library", "works"],
)
async def test_only_a_loop_that_hangs_is_ended(work: str, hang_s: float, code: int) -> None:
    process = await begin(work, hang_s)
    _, said = await process.communicate()
    assert process.returncode == code, said.decode()
    assert (b"in main" in said) is (code == 1), "it says where the loop stood"


async def test_a_process_that_was_stopped_goes_on() -> None:
    """A host that stops a machine for some seconds must not cost everybody in its rooms the connection."""
    process = await begin("await asyncio.sleep(60)", PATIENT_S)
    loop = asyncio.get_running_loop()
    for _ in range(2):
        await asyncio.sleep(0.1)  # so that it is in the middle of its waiting
        process.send_signal(signal.SIGSTOP)
        enough_s = loop.time() + 1.2 * PATIENT_S
        await until(lambda enough_s=enough_s: loop.time() > enough_s)  # type: ignore[misc]
        process.send_signal(signal.SIGCONT)
    await asyncio.sleep(0.1)
    process.kill()
    _, said = await process.communicate()
    assert process.returncode == -signal.SIGKILL, f"it ended itself: {said.decode()}"
