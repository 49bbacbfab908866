"""The console's monitor against a real server: a ticket opens one socket, which shows the session and stands in no list."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from tornado.httpclient import HTTPClientError, HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

from apps.live.commands import CloseSession, OpenSession
from apps.live.tickets import LIFE_S, Tickets
from apps.single import Sala
from data import rooms
from data.ids import AccountId, RoomId
from media_core.bots import Bot
from tests.waiting import until, until_async

PATIENCE_S = 20.0


@pytest.fixture
async def secret(sala: Sala) -> str:
    found = await sala.parts.auth.sign_in("admin@localhost", sala.password, "127.0.0.1")
    assert isinstance(found, str)
    return found


@pytest.fixture
async def room(sala: Sala) -> RoomId:
    return RoomId((await sala.database.read(rooms.list_for, owner_id=None))[0].id)


async def opened(sala: Sala, ticket: str, origin: str = "") -> WebSocketClientConnection:
    origin = origin or sala.console_url.removesuffix("/console")
    request = HTTPRequest(f"{sala.url.replace('http', 'ws')}/ws/monitor?ticket={ticket}", headers={"Origin": origin})
    socket = await websocket_connect(request)
    await socket.write_message(json.dumps({"type": "hello", "device": "desktop", "tab": "t", "since": None}))
    return socket


async def read(socket: WebSocketClientConnection, type_: str) -> dict[str, Any]:
    while True:
        raw = await asyncio.wait_for(socket.read_message(), PATIENCE_S)
        assert raw is not None, f"closed before {type_}"
        message: dict[str, Any] = json.loads(raw)
        if message["type"] == type_:
            return message


async def test_a_ticket_shows_the_session_and_takes_no_seat(sala: Sala, secret: str, room: RoomId) -> None:
    service = sala.parts.service
    await service.command(secret, OpenSession(), room=room)
    ticket = await service.monitor_ticket(secret, room)
    assert isinstance(ticket, str)
    socket = await opened(sala, ticket)
    welcome = await read(socket, "welcome")
    assert welcome["snapshot"]["phase"] == "open"
    async with Bot(welcome["offer"]["sdp"]) as bot:
        answer = {"type": "answer", "transport": welcome["offer"]["transport"], "sdp": bot.answer}
        await socket.write_message(json.dumps(answer))
        await bot.connected()
        await read(socket, "slots")
    snapshot = await service.snapshot(secret, room)
    assert not hasattr(snapshot, "code")
    assert snapshot["participants"] == []
    await socket.write_message(json.dumps({"type": "command", "id": 1, "command": {"type": "raise_hand"}}))
    assert (await read(socket, "denied"))["code"] == "forbidden"
    again = await opened(sala, ticket)
    assert (await read(again, "refused"))["code"] == "forbidden"
    await service.command(secret, CloseSession(), room=room)
    assert (await read(socket, "closed"))["reason"] == "ended"
    again.close()
    socket.close()


async def test_the_transport_goes_with_the_page(sala: Sala, secret: str, room: RoomId) -> None:
    await sala.parts.service.command(secret, OpenSession(), room=room)
    socket = await opened(sala, str(await sala.parts.service.monitor_ticket(secret, room)))
    you = (await read(socket, "welcome"))["you"]

    async def members() -> set[str]:
        return {member.member for found in (await sala.engine.rooms()).values() for member in found}

    assert you in await members()
    socket.close()

    async def gone() -> bool:
        return you not in await members()

    await until_async(gone)


async def test_signing_out_ends_it(sala: Sala, secret: str, room: RoomId) -> None:
    await sala.parts.service.command(secret, OpenSession(), room=room)
    socket = await opened(sala, str(await sala.parts.service.monitor_ticket(secret, room)))
    await read(socket, "welcome")
    await sala.parts.auth.sign_out(secret)
    assert (await read(socket, "refused"))["code"] == "signed_out"
    socket.close()
    await until(lambda: len(sala.parts.sockets) == 0)


async def test_only_pages_of_the_console_may_open_it(sala: Sala, secret: str, room: RoomId) -> None:
    ticket = str(await sala.parts.service.monitor_ticket(secret, room))
    for origin in (sala.url, "http://evil.example"):
        with pytest.raises(HTTPClientError) as refused:
            await opened(sala, ticket, origin)
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
