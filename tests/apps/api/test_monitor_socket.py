"""The console's monitor against a real server: a ticket opens one socket, which shows the session and stands in no list."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from tornado.httpclient import HTTPClientError, HTTPRequest
from tornado.websocket import WebSocketClosedError

from apps.dial import dial
from apps.live.commands import CloseSession, OpenSession
from apps.live.tickets import LIFE_S, Tickets
from apps.single import Sala
from data import rooms
from data.ids import AccountId, RoomId
from media_core.bots import Bot
from tests.apps.visit import Tab
from tests.waiting import until, until_async

Opens = Callable[..., Awaitable[Tab]]


@pytest.fixture
async def secret(sala: Sala) -> str:
    found = await sala.parts.auth.sign_in("admin@localhost", sala.password, "127.0.0.1")
    assert isinstance(found, str)
    return found


@pytest.fixture
async def room(sala: Sala) -> RoomId:
    return RoomId((await sala.database.read(rooms.list_for, owner_id=None))[0].id)


@pytest.fixture
async def opened(sala: Sala) -> AsyncIterator[Opens]:
    """Opens a monitor by a ticket, as a page of the console does; all are closed with the test."""
    tabs: list[Tab] = []

    async def open_(ticket: str, origin: str = "") -> Tab:
        headers = {"Origin": origin or sala.console_url.removesuffix("/console")}
        request = HTTPRequest(f"{sala.url.replace('http', 'ws')}/ws/monitor?ticket={ticket}", headers=headers)
        tab = Tab()
        tab.connection = await dial(request, on_message_callback=tab.messages.put_nowait)
        tabs.append(tab)
        with contextlib.suppress(WebSocketClosedError):  # who is refused may know it already
            await tab.send({"type": "hello", "device": "desktop", "tab": "t", "since": None})
        return tab

    yield open_
    for tab in tabs:
        tab.tear()


async def test_a_ticket_shows_the_session_and_takes_no_seat(
    sala: Sala, secret: str, room: RoomId, opened: Opens
) -> None:
    service = sala.parts.service
    await service.command(secret, OpenSession(), room=room)
    ticket = await service.monitor_ticket(secret, room)
    assert isinstance(ticket, str)
    socket = await opened(ticket)
    welcome = await socket.until("welcome")
    assert welcome["snapshot"]["phase"] == "open"
    async with Bot(welcome["offer"]["sdp"]) as bot:
        answer = {"type": "answer", "transport": welcome["offer"]["transport"], "sdp": bot.answer}
        await socket.send(answer)
        await bot.connected(timeout_s=60.0)
        await socket.until("slots")
    snapshot = await service.snapshot(secret, room)
    assert not hasattr(snapshot, "code")
    assert snapshot["participants"] == []
    await socket.send({"type": "command", "id": 1, "command": {"type": "raise_hand"}})
    assert (await socket.until("denied"))["code"] == "forbidden"
    again = await opened(ticket)
    assert (await again.until("refused"))["code"] == "forbidden"
    await service.command(secret, CloseSession(), room=room)
    assert (await socket.until("closed"))["reason"] == "ended"


async def test_the_transport_goes_with_the_page(sala: Sala, secret: str, room: RoomId, opened: Opens) -> None:
    await sala.parts.service.command(secret, OpenSession(), room=room)
    socket = await opened(str(await sala.parts.service.monitor_ticket(secret, room)))
    you = (await socket.until("welcome"))["you"]

    async def members() -> set[str]:
        return {member.member for found in (await sala.engine.rooms()).values() for member in found}

    assert you in await members()
    socket.close()

    async def gone() -> bool:
        return you not in await members()

    await until_async(gone)


async def test_signing_out_ends_it(sala: Sala, secret: str, room: RoomId, opened: Opens) -> None:
    await sala.parts.service.command(secret, OpenSession(), room=room)
    socket = await opened(str(await sala.parts.service.monitor_ticket(secret, room)))
    await socket.until("welcome")
    await sala.parts.auth.sign_out(secret)
    assert (await socket.until("refused"))["code"] == "signed_out"
    socket.close()
    await until(lambda: len(sala.parts.sockets) == 0)


async def test_only_pages_of_the_console_may_open_it(sala: Sala, secret: str, room: RoomId, opened: Opens) -> None:
    ticket = str(await sala.parts.service.monitor_ticket(secret, room))
    for origin in (sala.url, "http://evil.example"):
        with pytest.raises(HTTPClientError) as refused:
            await opened(ticket, origin)
        assert refused.value.code == 403


def test_a_ticket_is_for_one_use_and_a_minute() -> None:
    now_s = [0.0]
    tickets = Tickets(monotonic=lambda: now_s[0])
    first, second = (tickets.give(RoomId("rm_1"), AccountId("ac_1"), "s") for _ in range(2))
    assert (taken := tickets.take(first)) is not None
    assert taken.room == "rm_1"
    assert tickets.take(first) is None
    now_s[0] = LIFE_S + 1
    assert tickets.take(second) is None
    assert tickets.take("") is None
