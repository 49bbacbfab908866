"""WHIP from outside: what an encoder asks and is answered, and that the room sees what it sends."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import httpx
import pytest

from apps.planning.commands import MakeEncoder, RevokeEncoder, RoomSettings, UpdateRoom
from apps.recording.places import tape_folder
from apps.service import Done
from apps.single import Sala
from data import accounts, rooms
from data.ids import EncoderId, RoomId, SessionId
from media_core.engine import Source, TrackRef, View
from media_core.ids import MediaRoomId, MemberId
from media_core.rtp import h264
from media_core.signaling import numbers
from media_core.tape.files import closed_segments
from media_core.tape.frames import units
from media_core.tape.timing import scan
from tests.apps.visit import Visit
from tests.media_core.raw_client import RawClient, Received
from tests.media_core.raw_encoder import RawEncoder
from tests.waiting import until
from tests.whip_encoder import FPS

SDP = {"Content-Type": "application/sdp"}
ENOUGH_PICTURES = 60
KEPT_BACK = 10
"""More than a decoder holds that is not told of the end."""
KEYFRAME_EVERY = FPS
"""Of ``tests.whip_encoder``."""


@dataclass
class Studio:
    """The demo's room, open, with a token."""

    sala: Sala
    http: httpx.AsyncClient
    encoder: str
    token: str
    moderator: Any

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}", **SDP}

    async def post(self, offer: str | None = None, **headers: str) -> httpx.Response:
        content = RawEncoder("pt_x").offer() if offer is None else offer
        return await self.http.post("/whip/demo", content=content, headers={**self.headers, **headers})

    @property
    def room(self) -> MediaRoomId:
        return MediaRoomId(self.sala.hub.live_rooms()[0]["session"])

    def snapshot(self) -> dict[str, Any]:
        runner = self.sala.hub.running(RoomId(self.sala.hub.live_rooms()[0]["room"]))
        assert runner is not None
        return runner.snapshot()

    def seat(self) -> dict[str, Any]:
        (seat,) = [one for one in self.snapshot()["participants"] if one["role"] == "encoder"]
        return dict(seat)


async def made(sala: Sala) -> Done:
    account = await sala.parts.database.read(accounts.by_email, email="admin@localhost")
    assert account is not None
    found = await sala.parts.database.read(rooms.list_for, owner_id=None)
    done = await sala.parts.planner.execute(account, MakeEncoder(room=RoomId(found[0].id), name="OBS in the hall"))
    assert isinstance(done, Done)
    return done


@pytest.fixture
async def studio(sala: Sala, visit: Visit) -> AsyncIterator[Studio]:
    done = await made(sala)
    await visit.enter(sala.demo_links["Maria Moderator"])
    tab = await visit.socket()
    await tab.hello()
    async with httpx.AsyncClient(base_url=sala.url, timeout=30.0) as http:
        yield Studio(sala, http, done.values["encoder"], done.values["token"], tab)


@asynccontextmanager
async def ffmpeg(studio: Studio, *options: str) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.whip_encoder", *options, "--", f"{studio.sala.url}/whip/demo", studio.token),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


@pytest.mark.parametrize("options", [(), ("--passive",)], ids=["active", "passive"])
async def test_the_room_sees_and_hears_what_ffmpeg_sends(studio: Studio, options: tuple[str, ...]) -> None:
    engine = studio.sala.parts.engine
    async with ffmpeg(studio, *options) as process:
        await until(lambda: len(studio.snapshot()["participants"]) == 2 and studio.seat()["screen"], timeout_s=60)
        seat = studio.seat()
        assert (seat["name"], seat["presence"]) == ("OBS in the hall", "present")
        watcher = MemberId("mo_watcher")
        async with await RawClient.join(engine, studio.room, watcher, publish=()) as eye:
            stage = View(stage=TrackRef(MemberId(seat["participant"]), Source.SCREEN))
            await engine.set_view(eye.transport, stage)
            await until(lambda: len(eye.slot("v0")) > 30 and len(eye.slot("a0")) > 30, timeout_s=60)
            assert h264.is_keyframe(eye.slot("v0")[0].payload)
            assert {each.header.payload_type for each in eye.slot("v0")} == {numbers.H264}
            assert {each.header.payload_type for each in eye.slot("a0")} == {numbers.OPUS}
        process.terminate()  # it says DELETE
        await until(lambda: studio.seat()["presence"] == "gone", timeout_s=60)
        assert not studio.seat()["screen"]


async def test_the_tape_holds_its_pictures_and_its_sound(sala: Sala, visit: Visit) -> None:
    account = await sala.parts.database.read(accounts.by_email, email="admin@localhost")
    found = await sala.parts.database.read(rooms.list_for, owner_id=None)
    assert account is not None
    recorded = UpdateRoom(room=RoomId(found[0].id), settings=RoomSettings(title="Demo", record=True))
    assert isinstance(await sala.parts.planner.execute(account, recorded), Done)
    done = await made(sala)
    await visit.enter(sala.demo_links["Maria Moderator"])
    tab = await visit.socket()
    session = SessionId((await tab.hello())["snapshot"]["session"])
    async with httpx.AsyncClient(base_url=sala.url) as http:
        studio = Studio(sala, http, done.values["encoder"], done.values["token"], tab)
        async with ffmpeg(studio) as process:
            await until(lambda: len(studio.snapshot()["participants"]) == 2 and studio.seat()["screen"], timeout_s=60)
            await four_seconds_of(studio)
            process.terminate()
            assert await asyncio.wait_for(process.wait(), 60) == 0
    await tab.send({"type": "command", "id": 1, "command": {"type": "close_session"}})
    await until(lambda: not sala.hub.live_rooms(), timeout_s=60)
    folder = tape_folder(sala.parts.settings.home, session)
    await until(lambda: {one.source for one in closed_segments(folder)} == {"screen", "screen_audio"}, timeout_s=60)
    assert decoded(folder, "screen", "h264") > ENOUGH_PICTURES
    assert decoded(folder, "screen_audio", "opus") > 120


async def four_seconds_of(studio: Studio) -> None:
    """Wait until the room was sent pictures enough that can be decoded, and sound; while this process stands still its sockets overflow."""
    async with await RawClient.join(studio.sala.parts.engine, studio.room, MemberId("mo_watcher"), publish=()) as eye:
        stage = View(stage=TrackRef(MemberId(studio.seat()["participant"]), Source.SCREEN))
        await studio.sala.parts.engine.set_view(eye.transport, stage)
        await until(lambda: whole_pictures(eye.slot("v0")) > ENOUGH_PICTURES + KEPT_BACK, timeout_s=60)
        await until(lambda: len(eye.slot("a0")) > 160, timeout_s=60)


def whole_pictures(packets: list[Received]) -> int:
    """Return how many pictures a decoder is sure to make: those of runs without a missing packet, but for what may come before a keyframe."""
    runs = [0]
    for before, packet in pairwise(packets):
        if packet.header.sequence_number != (before.header.sequence_number + 1) & 0xFFFF:
            runs.append(0)
        runs[-1] += packet.header.marker
    return sum(max(0, run - KEYFRAME_EVERY) for run in runs)


def decoded(folder: Path, source: str, codec: str) -> int:
    """Return how many pictures, or packets of sound, of the tape a decoder can read."""
    segments = [one for one in closed_segments(folder) if one.source == source]
    decoder: Any = av.CodecContext.create(codec, "r")
    return sum(
        len(decoder.decode(av.Packet(unit.content)))
        for unit in units(folder, segments, scan(folder, segments))
        if unit.codec == codec
    )


async def test_a_session_begins_is_patched_and_ends_by_the_rfc(studio: Studio) -> None:
    answer = await studio.post()
    assert answer.status_code == 201
    assert answer.headers["Content-Type"] == "application/sdp"
    assert answer.text.startswith("v=0\r\n")
    place, tag = answer.headers["Location"], answer.headers["ETag"]
    assert place.startswith("/whip/demo/tr_")
    token = {"Authorization": studio.headers["Authorization"]}
    fragment = {**token, "Content-Type": "application/trickle-ice-sdpfrag"}
    body = "a=ice-ufrag:EsAw\r\na=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1\r\na=candidate:1 1 udp 1 192.0.2.1 4000 typ host\r\n"

    async def patched(headers: dict[str, str], content: str = body) -> int:
        return (await studio.http.patch(place, content=content, headers=headers)).status_code

    assert await patched({**fragment, "If-Match": tag}) == 204
    assert await patched(fragment) == 428
    assert await patched({**fragment, "If-Match": '"other"'}) == 412
    assert await patched({**fragment, "If-Match": "*"}) == 422, "no ICE restarts"
    assert await patched({**token, **SDP, "If-Match": tag}) == 415
    assert await patched({**fragment, "If-Match": tag}, "nonsense") == 400
    assert (await studio.http.get(place, headers=token)).status_code == 405
    assert (await studio.http.post(place, headers=token)).status_code == 405
    assert (await studio.http.delete(place)).status_code == 401
    assert studio.seat()["presence"] == "present"
    assert (await studio.http.delete(place, headers=token)).status_code == 200
    assert studio.seat()["presence"] == "gone"
    assert (await studio.http.delete(place, headers=token)).status_code == 404


async def test_what_cannot_be_taken_is_refused_with_the_right_number(studio: Studio) -> None:
    offer = RawEncoder("pt_x").offer()
    assert (await studio.post(Authorization="Bearer wrong")).status_code == 401
    assert (await studio.post(Authorization="")).headers["WWW-Authenticate"] == "Bearer"
    assert (await studio.post("nonsense", Authorization="Bearer wrong")).status_code == 401
    assert (await studio.post(**{"Content-Type": "text/plain"})).status_code == 415
    assert (await studio.post("nonsense")).status_code == 400
    assert (await studio.post("v=0\r\n" + "a=x\r\n" * 8000)).status_code == 413
    assert (await studio.post(offer.replace("H264/90000", "AV1/90000"))).status_code == 406
    assert (await studio.post(offer.replace("m=audio", "m=video", 1))).status_code == 406
    for method in ("GET", "PUT", "DELETE", "PATCH"):
        refused = await studio.http.request(method, "/whip/demo", headers=studio.headers)
        assert (refused.status_code, refused.headers["Allow"]) == (405, "POST, OPTIONS")
    assert [one["role"] for one in studio.snapshot()["participants"]] == ["moderator"], "nobody was seated"


async def test_pages_of_others_may_ask_too(studio: Studio) -> None:
    asked = await studio.http.options(
        "/whip/demo", headers={"Origin": "https://other.example", "Sec-Fetch-Site": "cross-site"}
    )
    assert asked.status_code == 200
    assert asked.headers["Accept-Post"] == "application/sdp"
    assert asked.headers["Access-Control-Allow-Origin"] == "*"
    assert "Authorization" in asked.headers["Access-Control-Allow-Headers"]
    assert "Set-Cookie" not in asked.headers


async def test_a_closed_room_takes_nothing(sala: Sala) -> None:
    done = await made(sala)
    async with httpx.AsyncClient(base_url=sala.url) as http:
        headers = {"Authorization": f"Bearer {done.values['token']}", **SDP}
        answer = await http.post("/whip/demo", content=RawEncoder("pt_x").offer(), headers=headers)
    assert (answer.status_code, answer.json()["error"]) == (409, "session_not_open")
    assert answer.headers["Retry-After"]


async def test_who_guesses_tokens_must_wait(studio: Studio) -> None:
    for _ in range(20):
        assert (await studio.post(Authorization="Bearer guess")).status_code == 401
    assert (await studio.post()).status_code == 429


async def test_a_withdrawn_token_ends_what_it_shows(studio: Studio) -> None:
    assert (await studio.post()).status_code == 201
    account = await studio.sala.parts.database.read(accounts.by_email, email="admin@localhost")
    assert account is not None
    await studio.sala.parts.planner.execute(account, RevokeEncoder(encoder=EncoderId(studio.encoder)))
    assert studio.seat()["presence"] == "gone"
    assert (await studio.post()).status_code == 401


async def test_one_that_connects_again_keeps_its_seat(studio: Studio) -> None:
    first = await studio.post()
    second = await studio.post()
    assert first.headers["ETag"] != second.headers["ETag"]
    seats = [one for one in studio.snapshot()["participants"] if one["role"] == "encoder"]
    assert [one["presence"] for one in seats] == ["present"]
    gone = await studio.http.delete(first.headers["Location"], headers=studio.headers)
    assert gone.status_code == 404
