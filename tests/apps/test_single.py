"""Sala on the running loop, as notebooks and tests use it."""

from __future__ import annotations

import asyncio
import re
import socket
from pathlib import Path

import pytest

from apps.single import running
from data.errors import DatabaseInUse
from tests.apps.visit import Visit


async def test_portal_console_and_media_run_on_one_loop_and_end_with_the_block(home: Path) -> None:
    async with running(home=home, console=True) as sala, Visit(sala.url) as visit:
        assert (await visit.sign_in("admin@localhost", sala.password)).status_code == 303
        led = await visit.get("/console/")
        assert led.status_code == 302
        assert led.headers["Location"] == sala.console_url
        page = await visit.http.get(f"{sala.console_url}/", follow_redirects=True)
        assert (page.status_code, str(page.url)) == (200, sala.console_url)
        scripts = [page.url.join(found) for found in re.findall(r'<script[^>]* src="([^"]+)"', page.text)]
        assert len(scripts) > 4
        assert {(await visit.http.get(script)).status_code for script in scripts} == {200}
        async with Visit(sala.url) as stranger:
            assert (await stranger.http.get(sala.console_url)).status_code == 302
        port = sala.settings.port
    with pytest.raises(OSError):
        await asyncio.open_connection("127.0.0.1", port)


async def test_a_temporary_home_is_gone_afterwards() -> None:
    async with running() as sala:
        home = sala.settings.home
        assert (home / "keys" / "console.key").exists()
        assert sala.demo_links == {}
    assert not home.exists()


async def test_two_salas_live_beside_each_other_and_a_taken_port_is_an_error(tmp_path: Path) -> None:
    async with running(home=tmp_path / "one") as one, running(home=tmp_path / "two") as two:
        assert one.url != two.url
        with pytest.raises(OSError):
            async with running(home=tmp_path / "three", port=one.settings.port):
                pass
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))


async def test_a_second_sala_on_the_same_home_refuses_to_start(home: Path) -> None:
    async with running(home=home):
        with pytest.raises(DatabaseInUse):
            async with running(home=home):
                pass
