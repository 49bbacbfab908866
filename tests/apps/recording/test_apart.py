"""What the jobs process can still do once it is locked up, and what it can no longer."""

from __future__ import annotations

import asyncio
import json
import socket
import sys
from pathlib import Path

import pytest

from apps.documents import jail
from tests.apps.trying import TRIED

ROOT = Path(__file__).parents[3]
PROBE = (
    TRIED
    + """
import json, os, signal, socket, sys
from pathlib import Path
from apps import confine
from apps.recording import apart

home, port, parent = Path(sys.argv[1]), int(sys.argv[2]), os.getppid()
apart.confine(home)
import numpy, av  # what it works with comes afterwards

tried("database", lambda: (home / "sala.db").read_bytes())
tried("keys", lambda: os.listdir(home / "keys"))
tried("listing", lambda: os.listdir(home))
tried("outside", lambda: (home / "owned").write_text("x"))
tried("a page", lambda: (home / "documents" / "page").write_text("x"))
tried("passwd", lambda: open("/etc/passwd").read())
tried("environ", lambda: open(f"/proc/{parent}/environ").read())
tried("network", lambda: socket.create_connection(("127.0.0.1", port), 2))
tried("datagram", lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", port)))
if confine._landlock_abi() >= confine.SCOPES_ABI:
    tried("signal", lambda: os.kill(parent, signal.SIGURG))
own = {}
found, kept = own, found
tried("tape", lambda: (home / "recordings" / "tape").read_bytes())
tried("shown", lambda: (home / "documents" / "film").read_bytes())
tried("job", lambda: (home / "jobs" / "part").rename(home / "jobs" / "whole"))
tried("recording", lambda: (home / "recordings" / "a" / "b").mkdir(parents=True))
tried("nowhere", lambda: open("/dev/null", "w").write("x"))
print(json.dumps([kept, own]))
"""
)

ISOLATED = """
import os
from apps.confine import NEW_NET, isolate
before = os.readlink("/proc/self/ns/net")
print(isolate(NEW_NET, lambda: False), os.readlink("/proc/self/ns/net") == before)
"""


async def test_the_jobs_process_reaches_recordings_and_nothing_else(home: Path) -> None:
    layers = await jail.probe()
    if not all(layers.values()):
        pytest.skip(f"this system lacks layers of the jail: {layers}")
    for name in ("jobs/part", "recordings/tape", "documents/film", "documents/page", "keys/mail.key", "sala.db"):
        (home / name).parent.mkdir(exist_ok=True)
        (home / name).write_text("was here")
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", PROBE, str(home), str(port)), cwd=ROOT, stdout=asyncio.subprocess.PIPE
        )
        printed, _ = await process.communicate()
    refused, allowed = json.loads(printed)
    assert "done" not in refused.values(), refused
    assert set(allowed.values()) == {"done"}, allowed
    assert (home / "jobs" / "whole").read_text() == "was here"
    assert (home / "documents" / "page").read_text() == "was here"


async def test_it_keeps_its_namespaces_where_it_could_not_work_without_them(home: Path) -> None:
    """Root is nobody to other people's folders, once it left for a user namespace; then it stays and works."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", ISOLATED), cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    printed, _ = await process.communicate()
    assert printed.split() == [b"False", b"True"]
