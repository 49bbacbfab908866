"""Recordings for programs: what there is, how far it is, and what can be done with it, for those whose it is."""

from __future__ import annotations

from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any

import httpx
import pytest

from apps.parts import utc_now
from apps.passwords import hash_password
from apps.recording.spool import Spool
from apps.single import Sala
from data import accounts, recordings, rooms
from data.ids import SessionId
from media_core.ids import MediaRoomId
from tests.apps.recording.closed import recorded
from tests.apps.visit import Visit
from tests.waiting import until, until_async

SESSION = SessionId("se_0a0b")
PASSWORD = "correct horse battery staple"


def record(session: Any) -> str:
    """Add a closed session of the demo room that lasted ten minutes; return its recording."""
    now = utc_now()
    room = rooms.list_for(session, owner_id=None)[0]
    recorded(session, SESSION, room.id, now - timedelta(minutes=10), now)
    return recordings.of_session(session, session_id=SESSION)[0].id


@pytest.fixture
async def recording(sala: Sala) -> str:
    """A recording that the archivist, who looks each second, leaves alone: its media are still open, so more may come."""
    await sala.engine.open_room(MediaRoomId(SESSION))
    return await sala.database.run(record)


async def ask(visit: Visit, method: str, path: str, **values: Any) -> httpx.Response:
    headers = {"X-XSRFToken": await visit.token("/signin")}
    return await visit.http.request(method, f"/api/v1{path}", json=values, headers=headers)


async def test_a_program_follows_and_changes_recordings(sala: Sala, visit: Visit, recording: str) -> None:
    await visit.sign_in("admin@localhost", sala.password)
    path = f"/recordings/{recording}"
    (line,) = (await visit.get("/api/v1/recordings")).json()["recordings"]
    assert (line["id"], line["session"], line["state"], line["origin"]) == (recording, SESSION, "captured", "whole")
    assert (await ask(visit, "PATCH", path, name="Early")).json()["error"] == "session_still_open"

    await sala.database.run(recordings.settle_archive, session_id=SESSION, files=3, bytes_=1000)
    spool = Spool.of(sala.settings.home)
    await until(lambda: spool.job(recording))  # the archivist's doing
    spool.tell(recording, {"progress": 0.25, "remaining_s": 90})

    async def under_way() -> dict[str, Any] | None:
        found: dict[str, Any] = (await visit.get(f"/api/v1{path}")).json()
        return found if found["progress"] else None

    line = await until_async(under_way)
    assert (line["state"], line["progress"], line["remaining_s"], line["file"]) == ("processing", 0.25, 90, None)
    changed = (await ask(visit, "PATCH", path, name="  Deschidere ", shared=True)).json()
    assert (changed["name"], changed["shared"]) == ("Deschidere", True)
    assert (await ask(visit, "PATCH", path, state="ready")).status_code == 400

    archive = (await ask(visit, "PATCH", f"/sessions/{SESSION}/archive", kept=True)).json()
    assert (archive["kept"], archive["deleted_after"], archive["files"]) == (True, None, 3)
    cut = await ask(visit, "POST", f"/sessions/{SESSION}/recordings", from_ms=1000, to_ms=5000, takes="sound")
    assert (cut.status_code, cut.json()["origin"], cut.json()["takes"]) == (201, "cut", "sound")
    far = await ask(visit, "POST", f"/sessions/{SESSION}/recordings", from_ms=0, to_ms=10**8)
    assert far.json()["error"] == "cut_outside"
    assert len((await visit.get(f"/api/v1/recordings?session={SESSION}")).json()["recordings"]) == 2
    assert (await visit.get("/api/v1/recordings?session=se_0000")).json()["recordings"] == []
    assert (await ask(visit, "DELETE", f"/recordings/{cut.json()['id']}")).status_code == 204
    assert (await visit.get(f"/api/v1/recordings/{cut.json()['id']}")).status_code == 404
    assert (await ask(visit, "DELETE", f"/sessions/{SESSION}/archive")).status_code == 204
    assert (await visit.get("/api/v1/recordings")).json()["recordings"] == []


async def test_it_is_nobody_elses(sala: Sala, recording: str) -> None:
    await sala.database.run(recordings.settle_archive, session_id=SESSION, files=3, bytes_=1000)
    await sala.database.run(
        accounts.create,
        email="eva@example.org",
        name="Eva",
        role="moderator",
        password_hash=hash_password(PASSWORD),
        now=utc_now(),
    )
    async with AsyncExitStack() as stack:
        eva, stranger = [await stack.enter_async_context(Visit(sala.url)) for _ in range(2)]
        await eva.sign_in("eva@example.org", PASSWORD)
        assert (await eva.get("/api/v1/recordings")).json() == {"recordings": []}
        requests: list[tuple[str, str, dict[str, Any]]] = [
            ("GET", f"/recordings/{recording}", {}),
            ("PATCH", f"/recordings/{recording}", {"name": "Mine"}),
            ("DELETE", f"/recordings/{recording}", {}),
            ("POST", f"/recordings/{recording}/retry", {}),
            ("GET", f"/sessions/{SESSION}/archive", {}),
            ("PATCH", f"/sessions/{SESSION}/archive", {"kept": True}),
            ("DELETE", f"/sessions/{SESSION}/archive", {}),
            ("POST", f"/sessions/{SESSION}/recordings", {"from_ms": 0, "to_ms": 2000}),
        ]
        for method, path, values in requests:
            assert (await ask(eva, method, path, **values)).json()["error"] == "recording_unknown", path
            assert (await ask(stranger, method, path, **values)).status_code == 401, path
            forged = await eva.http.request(method, f"/api/v1{path}", json=values)
            assert method == "GET" or forged.status_code == 403, path
    row = await sala.database.read(recordings.get, recording_id=recording)
    assert (row.name, row.attempts) == ("", 0)
    assert row.state in ("captured", "processing")  # the archivist may have handed it over meanwhile
