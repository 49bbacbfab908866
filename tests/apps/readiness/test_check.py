"""The check over a real transport: the server's own word decides about the path."""

from __future__ import annotations

from typing import Any

from apps.single import Sala
from apps.visitors import Admission
from data import readiness, rooms
from data.models import Readiness, Room
from media_core.bots import Bot
from tests.apps.visit import Tab, Visit
from tests.waiting import until, until_async

FOUND = {"type": "found", "camera": "missing", "microphone": "works", "uplink_bps": 3_000_000, "round_trip_ms": 12}


async def check_socket(visit: Visit) -> Tab:
    tab = await visit.dial("/ws/check/demo")
    await tab.greet({"type": "hello"})
    return tab


def demo(sala: Sala) -> Room:
    room = sala.database.read_now(rooms.by_slug, slug="demo")
    assert room is not None
    return room


async def person(sala: Sala, visit: Visit) -> str:
    secret = next(cookie.value for cookie in visit.http.cookies.jar if cookie.name.startswith("sala_room"))
    admission = await sala.parts.auth.admit("demo", [str(secret)])
    assert isinstance(admission, Admission)
    return admission.person.id


async def stored(sala: Sala, visit: Visit) -> Readiness | None:
    who = await person(sala, visit)
    return sala.database.read_now(readiness.of_person, room_id=demo(sala).id, person_id=who)


async def answer(tab: Tab) -> dict[str, Any]:
    await tab.send({**FOUND, "path": "udp"})
    return await tab.until("verdict")


async def test_a_real_way_to_the_media_core_is_a_good_verdict(sala: Sala, visit: Visit) -> None:
    link = sala.demo_links["Paul Participant"].removeprefix(sala.url)
    led = await visit.post(f"{link}/check", form=link)
    assert led.headers["Location"] == "/r/demo/check"
    page = await visit.get("/r/demo/check")
    assert "camera=(self)" in page.headers["Permissions-Policy"]
    tab = await check_socket(visit)
    offer = await tab.until("offer")
    async with Bot(offer["sdp"], picture=None, tone_hz=440.0) as bot:
        await tab.send({"type": "answer", "transport": offer["transport"], "sdp": bot.answer})
        while not (seen := await tab.until("seen"))["microphone"]:
            pass
        assert seen["connected"]
        await tab.send({"type": "pad", "data": "x" * 50_000})
        assert await tab.until("got") == {"type": "got", "bytes": 50_000}
        verdict = await answer(tab)
    assert (verdict["verdict"], verdict["lines"][0]["tone"]) == ("ready", "good")
    kept = await stored(sala, visit)
    assert kept is not None
    assert (kept.path, kept.verdict, kept.uplink_bps) == ("udp", "ready", 3_000_000)
    assert sala.hub.live_rooms() == ()  # nobody took a seat

    async def nothing_left() -> bool:
        return not any(room.startswith("ck_") for room in await sala.engine.rooms())

    await until_async(nothing_left, what="the end of the check's room")


async def test_a_browser_that_only_claims_a_path_is_not_ready(sala: Sala, visit: Visit) -> None:
    await visit.enter(sala.demo_links["Paul Participant"])
    tab = await check_socket(visit)
    await tab.until("offer")
    assert (await answer(tab))["verdict"] == "not_ready"
    kept = await stored(sala, visit)
    assert kept is not None
    assert kept.path == "none"
    tab.close()
    await until(lambda: len(sala.parts.sockets) == 0)


async def test_a_stranger_finds_nothing_to_check(visit: Visit) -> None:
    assert (await visit.get("/r/demo/check")).status_code == 404
