"""Sala as a user starts it: ``serve.py`` in a process of its own, on free ports."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.waiting import until

ROOT = Path(__file__).parent.parent
READY = re.compile(r"^Sala is ready: (http://\S+/)$")


@dataclass(slots=True)
class SalaProcess:
    """A running ``serve.py``: what it printed, and its children."""

    process: asyncio.subprocess.Process
    home: Path
    said: list[str] = field(default_factory=list)
    logged: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Address of the portal, without the final slash."""
        return next(found[1] for line in self.said if (found := READY.match(line))).rstrip("/")

    @property
    def links(self) -> list[str]:
        """The demo's join links in the order printed: the moderator's first."""
        return [word for line in self.said for word in line.split() if "/j/" in word]

    def line(self, word: str) -> str:
        """Return the first printed line that holds ``word``."""
        return next(line for line in self.said if word in line)

    def child(self, name: str) -> int:
        """Return the process id of a running child: ``web``, ``console`` or ``media``."""
        started = [line for line in self.logged if f'child_started child="{name}" pid=' in line]
        if started:
            number = int(started[-1].rsplit("pid=", 1)[1])
            if not has_ended(number):
                return number
        raise AssertionError(f"no {name} process below {self.process.pid}; log:\n" + "\n".join(self.logged[-30:]))

    def kill(self, name: str) -> int:
        """``kill -9`` a child; return its process id."""
        number = self.child(name)
        os.kill(number, signal.SIGKILL)
        return number


def has_ended(number: int) -> bool:
    """Whether there is no process of this id, or only what its parent has yet to notice."""
    try:
        return Path(f"/proc/{number}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except OSError:
        return True


@contextlib.contextmanager
def standing_still(number: int) -> Iterator[None]:
    """Keep a process from doing anything inside the block."""
    os.kill(number, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(number, signal.SIGCONT)


async def _collect(stream: asyncio.StreamReader | None, into: list[str]) -> None:
    assert stream is not None
    async for line in stream:
        into.append(line.decode(errors="replace").rstrip("\n"))


@contextlib.asynccontextmanager
async def sala_process(home: Path, *options: str, **variables: str) -> AsyncIterator[SalaProcess]:
    """Start Sala with a demo room and wait for its ready line; end it by SIGTERM and require a clean end."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(ROOT / "serve.py"),
        *("--home", str(home), "--port", "0", "--console-port", "0", "--media-port", "0", "--demo", *options),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, **variables},
    )
    sala = SalaProcess(process, home)
    readers = [
        asyncio.create_task(_collect(process.stdout, sala.said), name="stdout"),
        asyncio.create_task(_collect(process.stderr, sala.logged), name="stderr"),
    ]
    try:
        try:
            await until(
                lambda: (
                    process.returncode is not None
                    or (any(READY.match(line) for line in sala.said) and len(sala.links) >= 3)
                ),
                timeout_s=150.0,
                what="the ready line",
            )
        except AssertionError as late:
            raise AssertionError(f"{late}\nsaid: {sala.said}\nlog:\n" + "\n".join(sala.logged[-60:])) from None
        assert process.returncode is None, "Sala ended at once:\n" + "\n".join(sala.said + sala.logged[-60:])
        yield sala
    finally:
        if process.returncode is None:
            process.terminate()
            try:
                code = await asyncio.wait_for(process.wait(), 30.0)
            except TimeoutError:
                process.kill()
                await process.wait()
                raise AssertionError("Sala did not end on SIGTERM:\n" + "\n".join(sala.logged[-60:])) from None
            assert code == 0, f"Sala ended with {code}:\n" + "\n".join(sala.logged[-60:])
        await asyncio.gather(*readers)
