"""Hostile files: each is refused with a sentence, nothing is read outside the jail, nobody is disturbed, no process is left."""

from __future__ import annotations

import asyncio
import contextlib
import http.server
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from apps import confine
from apps.documents import jail
from apps.documents.convert import Conversion, Failed
from apps.documents.jail import Limits
from apps.documents.shelf import Shelf
from apps.sentences import SENTENCES
from apps.single import Sala
from tests.apps.documents import files
from tests.apps.documents.guest import BASE, guest
from tests.apps.documents.hostile import hostile_files
from tests.apps.trying import TRIED
from tests.waiting import until

PROBE = (
    TRIED
    + """
import json, os, socket, subprocess, sys, time

home, port = sys.argv[1], int(sys.argv[2])
tried("passwd", lambda: open("/etc/passwd").read())
tried("environ", lambda: open(f"/proc/{os.getppid()}/environ").read())
tried("database", lambda: open(home + "/sala.db", "rb").read(1))
tried("listing", lambda: os.listdir(home))
tried("outside", lambda: open(home + "/owned", "w"))
tried("tmp", lambda: open("/tmp/sala-owned", "w"))
tried("network", lambda: socket.create_connection(("127.0.0.1", port), 2))
tried("memory", lambda: bytearray(3 * 1024**3))
tried("big file", lambda: open("big", "wb").truncate(2 * 1024**3))
tried("program", lambda: subprocess.run(["/etc/hostname"]))
tried("own", lambda: open("own", "w").write("x"))
print(json.dumps(found), flush=True)
if os.fork() == 0:  # a daemon that would outlive its maker
    os.setsid()
    if os.fork() == 0:
        os.closerange(0, 3)
        time.sleep(600)
"""
)


@pytest.fixture
def canary() -> Iterator[tuple[str, list[str]]]:
    """A server that nobody must ask: its address, and what it was asked."""
    asked: list[str] = []

    class Canary(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, format: str, *values: object) -> None:
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Canary) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/canary", asked
        server.shutdown()
        thread.join()


def processes_of(place: Path | str) -> list[str]:
    """Return the command lines of processes that name a folder; this one aside."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            line = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if str(place) in line and folder.name != str(os.getpid()):
            found.append(line)
    return found


async def test_hostile_files_are_refused_and_disturb_nobody(
    sala: Sala, canary: tuple[str, list[str]], tmp_path: Path
) -> None:
    address, asked = canary
    hostiles = await asyncio.to_thread(hostile_files, address, tmp_path)
    assert len(hostiles) >= 40
    documents = sala.settings.home / "documents"
    async with guest(sala) as maria, guest(sala, "Paul Participant") as paul:
        await maria.join()
        await paul.join()
        wrong = {}
        for what, hostile in hostiles.items():
            item = await maria.prepared(hostile.content, hostile.name)
            if item["state"] != "failed" or item["code"] not in hostile.codes or not item["message"]:
                wrong[what] = (item["state"], item["code"], hostile.codes)
            if "presentation" in item:
                assert (await maria.ask("start_presentation", presentation=item["presentation"]))[
                    "code"
                ] == "presentation_failed"
                assert (await maria.change(f"/{item['presentation']}/delete")).status_code == 200
            assert (await paul.ask("raise_hand"))["type"] in ("done", "denied")  # the room goes on
        assert wrong == {}
        good = await maria.prepared(files.pdf(2), "../../../../tmp/" + "ă" * 2000 + "\0con.pdf")
        assert (good["state"], len(good["title"])) == ("ready", 120)
        kept = {file.name for file in documents.iterdir()}
    assert kept == {"work", "incoming", good["presentation"]}
    assert list((documents / "work").iterdir()) == list((documents / "incoming").iterdir()) == []
    assert asked == []
    await until(lambda: processes_of(documents) == [])  # who was killed may get no processor to die on for a moment
    assert not Path("/tmp/owned").exists()


def test_every_refusal_has_a_sentence(tmp_path: Path) -> None:
    codes = {code for hostile in hostile_files("http://127.0.0.1:9/", tmp_path).values() for code in hostile.codes}
    assert codes <= set(SENTENCES)


async def test_a_gigabyte_is_refused_before_it_is_sent(sala: Sala) -> None:
    async with guest(sala) as maria:
        host, port = sala.url.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        lines = [
            f"POST {BASE} HTTP/1.1",
            f"Host: {host}:{port}",
            f"Cookie: {maria.visit.cookie_header}",
            f"X-Xsrftoken: {maria.token}",
            f"Content-Length: {1024**3}",
        ]
        writer.write("\r\n".join([*lines, "", ""]).encode())
        answer = b""
        async with asyncio.timeout(60):
            while b"file_too_large" not in answer and (more := await reader.read(4096)):
                answer += more
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"file_too_large" in answer


async def test_the_jail_holds_what_runs_in_it(tmp_path: Path, canary: tuple[str, list[str]]) -> None:
    layers = await jail.probe()
    if not all(layers.values()):
        pytest.skip(f"this system lacks layers of the jail: {layers}")
    address, asked = canary
    home, work = tmp_path / "home", tmp_path / "work"
    home.mkdir()
    work.mkdir()
    (home / "sala.db").write_text("secret")
    (work / "probe.py").write_text(PROBE)
    found: dict[str, str] = {}

    async def on_line(line: object) -> None:
        found.update(line)  # type: ignore[call-overload]

    command = [*jail.script("", "-c")[:2], str(work / "probe.py"), str(home), address.split(":")[2].split("/")[0]]
    outcome = await jail.run(command, work=work, limits=Limits(wall_s=90), on_line=on_line)
    assert outcome.status == 0, outcome.complaint
    assert found.pop("own") == "done"
    assert "done" not in found.values(), found
    assert asked == []
    assert sorted(file.name for file in home.iterdir()) == ["sala.db"]
    await until(lambda: processes_of(work) == [])  # the daemon too


async def test_what_never_ends_is_ended_with_all_its_children(tmp_path: Path) -> None:
    (tmp_path / "loop.py").write_text(
        "import subprocess, sys\nwhile True: subprocess.Popen([sys.executable, '-I', '-c', 'while 1: pass', sys.argv[1]]).wait()"
    )
    command = [*jail.script("", "-c")[:2], str(tmp_path / "loop.py"), str(tmp_path)]
    outcome = await jail.run(command, work=tmp_path, limits=Limits(wall_s=2))
    assert outcome.status is None
    await until(lambda: processes_of(tmp_path) == [])


async def test_a_conversion_ends_at_its_limit(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "documents")
    shelf.prepare()
    one = "pn_" + "b" * 24
    shelf.of(one).mkdir()
    shelf.original(one).write_bytes(files.pdf(300))

    async def report(progress: object) -> None:
        """Nobody asks."""

    with pytest.raises(Failed, match="conversion_time"):
        await Conversion(shelf, one, "pdf", Limits(wall_s=0.5), report).run()
    await until(lambda: processes_of(shelf.folder) == [])
    assert list(shelf.work.iterdir()) == []


async def test_the_jail_says_what_it_lacks() -> None:
    assert set(await jail.probe()) == {"namespaces", "landlock"}


def test_without_a_private_tmp_the_working_folder_has_its_own_name(tmp_path: Path) -> None:
    told = jail._told(tmp_path, Limits(), private_tmp=True)
    command, limits = confine._in_the_open(["soffice", "--outdir", confine.ROOM], told)
    assert command == ["soffice", "--outdir", str(tmp_path)]
    assert limits["environment"]["HOME"] == f"{tmp_path}/home"
    assert str(tmp_path) in limits["write"]
    assert confine.ROOM not in limits["write"]
