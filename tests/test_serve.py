"""``serve.py`` from outside: ready line, health pages, supervision, a clean end, and clear words when it cannot start."""

from __future__ import annotations

import asyncio
import functools
import os
import signal
import socket
import stat
import sys
from pathlib import Path

import httpx
import pytest

from apps import supervisor
from tests.sala_process import ROOT, SalaProcess, has_ended, sala_process, standing_still
from tests.waiting import until, until_async


async def run_serve(*options: str, **variables: str) -> tuple[int, str, str]:
    """Run ``serve.py`` to its end; return exit code, standard output and standard error."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(ROOT / "serve.py"),
        *options,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, **variables},
    )
    said, logged = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode is not None
    return process.returncode, said.decode(), logged.decode()


async def healthy(url: str) -> bool:
    """Whether ``/readyz`` says 200."""
    async with httpx.AsyncClient(timeout=30.0) as client:
        try:
            return (await client.get(f"{url}/readyz")).status_code == 200
        except httpx.TransportError:
            return False


async def test_it_starts_answers_restarts_what_dies_and_ends(home: Path) -> None:
    async with sala_process(home) as sala:
        async with httpx.AsyncClient(base_url=sala.url, timeout=30.0) as client:
            assert (await client.get("/healthz")).status_code == 200
            assert (await client.get("/readyz")).status_code == 200
            console = await client.get("/console/")
            assert console.status_code == 302
            assert (await client.get("/")).status_code == 200
        assert len(sala.links) >= 3
        assert len(sala.logged) < 200, "too much log for a start"
        code, said, logged = await run_serve(
            "--home", str(home), "--port", "0", "--console-port", "0", "--media-port", "0"
        )
        assert (code, said) == (1, "")
        assert "another Sala runs on" in logged

        for name in ("console", "media", "web"):
            dead = sala.kill(name)
            await until(functools.partial(_lives_anew, sala, name, dead), timeout_s=60, what=f"a new {name}")
        await until_async(lambda: healthy(sala.url), timeout_s=90, what="readyz after the restarts")
        await _all_end_when_asked(sala, "console", "media", "web", "jobs")
        assert await asyncio.wait_for(sala.process.wait(), 30) == 0
    assert "Traceback" not in "\n".join(sala.logged)


async def _all_end_when_asked(sala: SalaProcess, *names: str) -> None:
    """Ask the children to end where nobody starts them again, nor kills those that need long."""
    children = [sala.child(name) for name in names]
    with standing_still(sala.process.pid):
        for child in children:
            os.kill(child, signal.SIGTERM)
        await until(lambda: all(map(has_ended, children)), timeout_s=60, what="the end of all children")
        sala.process.terminate()


def _lives_anew(sala: SalaProcess, name: str, dead: int) -> bool:
    try:
        return sala.child(name) != dead
    except AssertionError:
        return False


async def test_nothing_is_readable_by_others(home: Path) -> None:
    async with sala_process(home):
        loose = [str(path.relative_to(home)) for path in home.rglob("*") if _is_open_to_others(path)]
        assert not loose, f"open to other people of this machine: {loose}"


def _is_open_to_others(path: Path) -> bool:
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:  # a database's own files come and go
        return False
    return not stat.S_ISLNK(mode) and bool(stat.S_IMODE(mode) & 0o077)


async def test_children_end_with_a_killed_supervisor(home: Path) -> None:
    async with sala_process(home) as sala:
        children = [sala.child(name) for name in ("web", "console", "media")]
        sala.process.kill()
        await sala.process.wait()
        await until(
            lambda: not any(Path(f"/proc/{child}").exists() for child in children),
            timeout_s=60,
            what="the end of all children",
        )


async def test_a_child_that_is_being_started_at_the_end_is_not_left_behind() -> None:
    child = supervisor.Child("console", b"", asyncio.Queue())
    running = asyncio.create_task(child.run(), name="child")
    await asyncio.sleep(0)  # it has a process, which nobody knows of yet
    assert child.process is None
    await child.stop()
    await asyncio.wait_for(running, 60)
    assert child.process is not None
    assert child.process.returncode == -signal.SIGKILL


async def test_who_stood_still_with_the_whole_machine_is_not_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "STOP_LIMIT_S", 20.0)
    script = "import signal, sys, time; signal.signal(15, lambda *_: sys.exit(0)); print(flush=True); time.sleep(100)"
    pipe = asyncio.subprocess.PIPE
    child = supervisor.Child("media", b"", asyncio.Queue())
    child.process = process = await asyncio.create_subprocess_exec(sys.executable, "-c", script, stdout=pipe)
    assert process.stdout is not None
    await process.stdout.readline()
    process.send_signal(signal.SIGSTOP)
    ending, loop = asyncio.create_task(child.stop()), asyncio.get_running_loop()
    await asyncio.sleep(0.01)
    now_s = loop.time
    monkeypatch.setattr(loop, "time", lambda: now_s() + 30.0)  # so long nobody ran
    await asyncio.sleep(0.01)
    process.send_signal(signal.SIGCONT)
    await ending
    assert process.returncode == 0


async def test_a_taken_port_is_said_in_a_sentence(home: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        code, _, logged = await run_serve("--home", str(home), "--port", str(taken.getsockname()[1]))
    assert code == 1
    assert "--port" in logged
    assert "Traceback" not in logged


async def test_a_bad_setting_is_said_in_a_sentence_without_its_value() -> None:
    code, _, logged = await run_serve(SALA_PORT="eighty-secret")
    assert code == 2
    assert logged.startswith("SALA_PORT: ")
    assert "eighty-secret" not in logged
