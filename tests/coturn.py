"""A TURN server of the test's own, on loopback: Debian's coturn, with passwords made from a shared secret."""

from __future__ import annotations

import asyncio
import shutil
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from apps.ports import any_port
from tests.waiting import until

SECRET = "shared in a test"


def why_not() -> str:
    """Return why there can be no TURN server; empty if there can."""
    return "" if shutil.which("turnserver") else "coturn is not installed (tools/coturn.sh)"


@asynccontextmanager
async def turn_server(folder: Path) -> AsyncIterator[str]:
    """Run it; yields its URL. It relays to this machine, which a real one never should."""
    port = any_port("127.0.0.1", socket.SOCK_STREAM, socket.SOCK_DGRAM)
    options = {
        "listening-ip": "127.0.0.1",
        "listening-port": str(port),
        "relay-ip": "127.0.0.1",
        "static-auth-secret": SECRET,
        "realm": "sala.example",
        "userdb": str(folder / "turn.db"),
        "pidfile": str(folder / "turn.pid"),
        "log-file": str(folder / "turn.log"),
    }
    flags = ("use-auth-secret", "allow-loopback-peers", "no-cli", "no-tls", "no-dtls", "simple-log", "fingerprint")
    process = await asyncio.create_subprocess_exec(
        "turnserver",
        "-n",  # no settings but these
        *(f"--{name}={value}" for name, value in options.items()),
        *(f"--{flag}" for flag in flags),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        await until(lambda: process.returncode is not None or _answers(port), what="the TURN server")
        assert process.returncode is None, (folder / "turn.log").read_text()
        yield f"turn:127.0.0.1:{port}?transport=udp"
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
