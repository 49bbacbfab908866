"""A PostgreSQL server of the tests' own, in a temporary folder, where Debian's package or another is installed."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ACCOUNT = "postgres"  # the server refuses to run as root; Debian's package makes this account
DEBIAN = Path("/usr/lib/postgresql")


def tools() -> Path | None:
    """Return the folder of ``initdb`` and ``pg_ctl``: of the path, else Debian's newest; ``None`` if there is none."""
    found = shutil.which("initdb")
    places = [Path(found).resolve().parent] if found else []
    places += sorted(DEBIAN.glob("*/bin"), key=lambda place: -int(place.parent.name))
    return next((place for place in places if (place / "initdb").exists() and (place / "pg_ctl").exists()), None)


def missing() -> str:
    """Return why there is no server; empty if there can be one."""
    if tools() is None:
        return "PostgreSQL is not installed"
    if os.geteuid() == 0 and ACCOUNT not in {one.pw_name for one in pwd.getpwall()}:
        return f"PostgreSQL does not run as root, and there is no account {ACCOUNT}"
    return ""


@contextmanager
def server(folder: Path) -> Iterator[str]:
    """Run a server inside the block; gives its URL. It listens on a socket in ``folder`` alone, which must be short, and asks for no password."""
    programs = tools()
    assert programs is not None
    account = {"user": ACCOUNT, "group": ACCOUNT} if os.geteuid() == 0 else {}
    if account:
        shutil.chown(folder, ACCOUNT, ACCOUNT)
    data = folder / "data"

    def run(program: str, *arguments: str) -> None:
        done = subprocess.run(
            [programs / program, "-D", data, *arguments], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, **account,  # type: ignore[call-overload]
        )  # fmt: skip
        assert done.returncode == 0, done.stdout

    run("initdb", "--username", "sala", "--auth", "trust", "--encoding", "UTF8", "--locale", "C", "--no-sync")
    options = f"-k {folder} -c listen_addresses='' -c fsync=off"
    run("pg_ctl", "start", "--wait", "--log", str(folder / "log"), "-o", options)
    try:
        yield f"postgresql://sala@/sala?host={folder}"
    finally:
        run("pg_ctl", "stop", "--wait", "--mode", "immediate")
