"""Watching a recording in the portal: who may, in ranges, and nothing by guessing."""

from __future__ import annotations

import asyncio
import json
import re
import time
from contextlib import AsyncExitStack
from datetime import timedelta

import pytest

from apps.recording.commands import DeleteArchive, ShareRecording
from apps.single import Sala
from data.models import Recording
from tests.apps.recording.studio import MODERATOR, PAUL, PETRA, close, come, events, file_of, finished
from tests.apps.recording.test_recording import administrator
from tests.apps.visit import Visit

CLOCKS_S = 0.01  # log and page keep no more than milliseconds


@pytest.fixture
async def watched(recorded: Sala) -> Recording:
    async with AsyncExitStack() as stack:
        maria = await come(stack, recorded, MODERATOR, 0)
        paul = await come(stack, recorded, PAUL, 1)
        await asyncio.sleep(1.0)
        await paul.say("Bună ziua <script>alert(1)</script>")
        await asyncio.sleep(0.5)
        await close(maria)
    (row,) = await finished(recorded, str(maria.room.session))
    assert row.state == "ready"
    return row


async def test_moderators_watch_others_only_what_is_shared_and_strangers_nothing(
    recorded: Sala, watched: Recording
) -> None:
    address = f"/recordings/{watched.id}"
    admin = await administrator(recorded.database)
    registrar = recorded.parts.registrar
    async with AsyncExitStack() as stack:
        stranger, maria, paul, petra = [await stack.enter_async_context(Visit(recorded.url)) for _ in range(4)]
        await maria.enter(recorded.demo_links[MODERATOR])
        await paul.enter(recorded.demo_links[PAUL])
        await petra.enter(recorded.demo_links[PETRA])
        for path in (address, f"{address}/file", "/recordings/rc_0000", f"{address}/file?download"):
            assert (await stranger.get(path)).status_code == 404
        page = await maria.get(address)
        assert page.status_code == 200
        assert b"<video" in page.content
        found = re.search(r'id="page-values"[^>]*>(.*?)</script>', page.text)
        assert found
        entries = json.loads(found[1])["entries"]
        assert [entry["text"] for entry in entries if entry["kind"] == "chat"] == [
            "Bună ziua <script>alert(1)</script>"
        ]
        assert all(0 <= entry["at_ms"] <= watched.duration_ms for entry in entries)
        assert b"<script>alert(1)" not in page.content
        assert (await paul.get(address)).status_code == 404
        await maria.post(f"{address}/name", name=" Instruire: ziua 1 ")
        assert "<h1><bdi>Instruire: ziua 1</bdi></h1>" in (await maria.get(address)).text
        await registrar.execute(admin, ShareRecording(recording=watched.id, shared=True))
        assert (await paul.get(address)).status_code == 200
        assert (await paul.post(f"{address}/name", name="Paul was here")).status_code == 404
        assert (await petra.get(address)).status_code == 404  # she was not there
        await registrar.execute(admin, ShareRecording(recording=watched.id, shared=False))
        assert (await paul.get(f"{address}/file")).status_code == 404
        await registrar.execute(admin, DeleteArchive(session=watched.session_id))
        assert (await maria.get(address)).status_code == 404


async def test_the_file_is_sent_in_ranges_and_not_at_all_once_it_was_changed(
    recorded: Sala, watched: Recording
) -> None:
    address = f"/recordings/{watched.id}"
    async with Visit(recorded.url) as maria:
        await maria.enter(recorded.demo_links[MODERATOR])
        content = file_of(recorded, watched).read_bytes()
        whole = await maria.get(f"{address}/file")
        assert whole.content == content
        part = await maria.get(f"{address}/file", Range="bytes=100-299")
        assert (part.status_code, part.content) == (206, content[100:300])
        assert part.headers["Content-Range"] == f"bytes 100-299/{len(content)}"
        for wrong in (f"bytes={len(content)}-", "bytes=0-1,4-5"):
            assert (await maria.get(f"{address}/file", Range=wrong)).status_code == 416
        saved = await maria.get(f"{address}/file?download")
        assert saved.headers["Content-Disposition"].startswith("attachment")
        assert "sandbox" in saved.headers["Content-Security-Policy"]
        file_of(recorded, watched).write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
        changed = await maria.get(f"{address}/file?download")
        assert (changed.status_code, content[:100] in changed.content) == (409, False)
        file_of(recorded, watched).write_bytes(content)


async def test_who_was_away_is_offered_what_they_missed(recorded: Sala) -> None:
    """What the log says, to the millisecond; and by the clock: they went no earlier than they did, and came while they came."""
    async with AsyncExitStack() as stack:
        maria = await come(stack, recorded, MODERATOR, 0)
        await asyncio.sleep(2.5)
        async with AsyncExitStack() as first:
            paul = await come(first, recorded, PAUL, 1)
            await asyncio.sleep(0.5)
            leaves_s = time.time()
        await asyncio.sleep(3.0)
        returns_s = time.time()
        await come(stack, recorded, PAUL, 1)
        returned_s = time.time()
        await asyncio.sleep(0.5)
        await close(maria)
    (row,) = await finished(recorded, str(maria.room.session))
    admin = await administrator(recorded.database)
    await recorded.parts.registrar.execute(admin, ShareRecording(recording=row.id, shared=True))
    async with Visit(recorded.url) as visit:
        await visit.enter(recorded.demo_links[PAUL])
        page = (await visit.get(f"/recordings/{row.id}")).text
    parts = [(int(begin), int(end)) for begin, end in re.findall(r'data-from="(\d+)" data-to="(\d+)"', page)]
    turns = [
        round((line.at - row.begins_at) / timedelta(milliseconds=1))
        for line in await events(recorded, row.session_id)
        if line.type in ("connected", "disconnected") and line.payload["participant"] == paul.me
    ]
    assert parts == [(0, turns[0]), (turns[1], turns[2])]
    _, went_s, came_s, *_ = (row.begins_at.timestamp() + at_ms / 1000 for at_ms in turns)
    assert leaves_s - CLOCKS_S <= went_s
    assert returns_s - CLOCKS_S <= came_s <= returned_s + CLOCKS_S
