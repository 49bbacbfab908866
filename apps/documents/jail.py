"""Runs a command on a stranger's file, confined (``apps.confine``) and within limits; its whole process tree ends with it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from apps.confine import ROOM, SYSTEM

ROOT = Path(__file__).parents[2]
CONFINE = ROOT / "apps" / "confine.py"

READABLE = (
    *SYSTEM,
    "/opt",  # LibreOffice as its makers package it
    "/etc/libreoffice",
    "/var/lib/libreoffice",
    "/var/spool/libreoffice",
)
LINE_MAX_BYTES = 64 * 1024
OUTPUT_MAX_BYTES = 4 * 1024 * 1024  # a converter that talks more is out of its mind
ERROR_TAIL_BYTES = 2000

OnLine = Callable[[Mapping[str, Any]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Limits:
    """What one command may use."""

    memory_bytes: int = 1024**3  # of each process; BBB's figure, and twice what LibreOffice was seen to need
    cpu_s: int = 60
    wall_s: float = 60.0
    file_bytes: int = 512 * 1024**2
    processes: int = 64  # threads count


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a command ended: its ``status`` (``None``: stopped at the wall-clock limit) and the end of what it complained."""

    status: int | None
    complaint: str = ""


async def probe() -> Mapping[str, bool]:
    """Return which layers of the jail work on this system: ``namespaces`` (no network), ``landlock`` (no files)."""
    process = await _start(sys.executable, "-I", str(CONFINE), "--probe", stderr=asyncio.subprocess.DEVNULL)
    try:
        printed, _ = await process.communicate()
    finally:
        await _end(process)
    try:
        layers: dict[str, bool] = json.loads(printed)
    except ValueError:
        return {"namespaces": False, "landlock": False}
    return layers


def script(place: str, *arguments: str) -> list[str]:
    """Return the command that runs a file of Sala, which imports nothing of Sala: the jail can't see the folder that holds it all."""
    return [sys.executable, "-I", str(ROOT / place), *arguments]


async def run(
    command: Sequence[str],
    *,
    work: Path,
    limits: Limits,
    private_tmp: bool = False,
    on_line: OnLine | None = None,
) -> Outcome:
    """
    Run a command in ``work``, the only folder it may write to, and wait for its end.

    Args:
        private_tmp: It insists on a /tmp; it then sees ``work`` as ``ROOM``, which its command line uses.
        on_line: Told each line of its output that is a JSON object.
    """
    (work / "tmp").mkdir(exist_ok=True)
    (work / "home").mkdir(exist_ok=True)
    told = json.dumps(_told(work, limits, private_tmp))
    process = await _start(
        sys.executable,
        "-I",
        str(CONFINE),
        told,
        *command,
        stdin=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        limit=LINE_MAX_BYTES,
        env={},
    )
    try:
        async with asyncio.timeout(limits.wall_s):
            complaint = await _listen(process, on_line)
            return Outcome(await process.wait(), complaint)
    except TimeoutError:
        return Outcome(None)
    finally:
        await _end(process)


async def _start(*command: str, **options: Any) -> asyncio.subprocess.Process:
    """Start a process in a group of its own; whoever is cancelled meanwhile leaves none behind."""
    starting = asyncio.ensure_future(
        asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE, start_new_session=True, **options)
    )
    try:
        return await asyncio.shield(starting)
    except asyncio.CancelledError:
        await _end(await starting)
        raise


def _told(work: Path, limits: Limits, private_tmp: bool) -> dict[str, Any]:
    """Return the limits as ``confine`` takes them."""
    room = ROOM if private_tmp else str(work)
    own = [str(ROOT / "apps"), str(ROOT / "media_core"), sys.prefix, sys.base_prefix]
    return {
        "work": str(work),
        "room": room,
        "private_tmp": private_tmp,
        "memory_bytes": limits.memory_bytes,
        "cpu_s": limits.cpu_s,
        "file_bytes": limits.file_bytes,
        "processes": limits.processes,
        "read": [*READABLE, *own],
        "write": [room, "/dev/null", *(["/tmp"] if private_tmp else [])],
        "environment": {
            "HOME": f"{room}/home",
            "TMPDIR": f"{room}/tmp",
            "PATH": "/nonexistent",  # no helper programs: EPS would be handed to Ghostscript
            "LANG": "C.UTF-8",
            "SAL_USE_VCLPLUGIN": "svp",  # LibreOffice without a screen
        },
    }


async def _listen(process: asyncio.subprocess.Process, on_line: OnLine | None) -> str:
    """Read both outputs to their end; return the end of what was complained."""
    assert process.stdout is not None
    assert process.stderr is not None
    complaints = asyncio.create_task(_tail(process.stderr))
    try:
        await _lines(process.stdout, on_line)
        return await complaints
    finally:
        complaints.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await complaints


async def _lines(stream: asyncio.StreamReader, on_line: OnLine | None) -> None:
    taken = 0
    while taken < OUTPUT_MAX_BYTES:
        try:
            line = await stream.readline()
        except ValueError:  # longer than the limit
            return
        if not line:
            return
        taken += len(line)
        values = _object(line) if on_line is not None else None
        if values is not None and on_line is not None:
            await on_line(values)


def _object(line: bytes) -> dict[str, Any] | None:
    """Return the JSON object of a line; ``None`` if it is anything else."""
    try:
        values = json.loads(line)
    except ValueError:
        return None
    return values if isinstance(values, dict) else None


async def _tail(stream: asyncio.StreamReader) -> str:
    kept = b""
    while piece := await stream.read(4096):
        kept = (kept + piece)[-ERROR_TAIL_BYTES:]
    return kept.decode(errors="replace")


async def _end(process: asyncio.subprocess.Process) -> None:
    """End the whole tree; with namespaces nothing can have escaped it, elsewhere what stayed in the group is gone."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    await process.wait()


def office_program() -> str | None:
    """Return the path of LibreOffice's program proper, behind its start script; ``None`` where it is not installed."""
    found = shutil.which("soffice") or shutil.which("libreoffice")
    if found is None:
        return None
    program = Path(found).resolve().with_name("soffice.bin")
    return str(program) if program.exists() else None
