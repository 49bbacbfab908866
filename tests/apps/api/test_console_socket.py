"""The console's link against a real server: who may speak on it, and what each call and notice comes to."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from tornado.httpclient import HTTPClientError, HTTPRequest
from tornado.websocket import WebSocketClientConnection

from apps.api import console_socket
from apps.api.console_wire import Call, Result, decode_message, encode_auth, encode_call
from apps.dial import dial
from apps.live.commands import CloseSession, OpenSession
from apps.live.state import Denied
from apps.planning.commands import CreateRoom, RoomSettings
from apps.service import Done, RecordsNotice, SessionNotice
from apps.single import Sala, running
from data import rooms
from data.ids import RoomId
from tests.apps.visit import Visit

PATIENCE_S = 20.0


class Link:
    """A console's end of the link."""

    connection: WebSocketClientConnection

    def __init__(self) -> None:
        self.number = 0
        self.messages: asyncio.Queue[str | bytes | None] = (
            asyncio.Queue()
        )  # read at once: what lies unread holds a socket open
        self.notices: list[Any] = []

    async def read(self) -> Any:
        raw = await asyncio.wait_for(self.messages.get(), PATIENCE_S)
        return None if raw is None else decode_message(raw)

    async def call(self, method: Any, secret: str, command: Any = None, room: RoomId | None = None) -> Any:
        self.number += 1
        await self.connection.write_message(encode_call(Call(self.number, method, secret, command, room)))
        while not isinstance(message := await self.read(), Result):
            assert message is not None
            self.notices.append(message)
        assert message.id == self.number
        return message.answer

    async def closed(self) -> int | None:
        while await asyncio.wait_for(self.messages.get(), PATIENCE_S) is not None:
            pass
        self.connection.close()
        return self.connection.close_code


async def connect(sala: Sala, **headers: str) -> Link:
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    url = f"ws://127.0.0.1:{sala.settings.port}/internal/console"
    link = Link()
    link.connection = await dial(HTTPRequest(url, headers=given), on_message_callback=link.messages.put_nowait)
    return link


@pytest.fixture
async def link(sala: Sala) -> AsyncIterator[Link]:
    """A link that has shown its key."""
    opened = await connect(sala)
    await opened.connection.write_message(encode_auth(sala.parts.console_key))
    assert await opened.read() == "ready"
    yield opened
    opened.connection.close()


@pytest.fixture
async def secret(sala: Sala) -> str:
    """The administrator's sign-in."""
    found = await sala.parts.auth.sign_in("admin@localhost", sala.password, "127.0.0.1")
    assert isinstance(found, str)
    return found


async def demo_room(sala: Sala) -> RoomId:
    room = await sala.database.read(rooms.by_slug, slug="demo")
    assert room is not None
    return RoomId(room.id)


# --- who may speak --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "http://127.0.0.1"}, {"X_Forwarded_For": "127.0.0.1"}, {"X_Real_Ip": "::1"}, {"Forwarded": "for=::1"}],
)
async def test_pages_and_proxies_find_nothing_here(sala: Sala, headers: dict[str, str]) -> None:
    with pytest.raises(HTTPClientError) as refused:
        await connect(sala, **headers)
    assert refused.value.code == 404


@pytest.mark.parametrize("key", ["", "wrong", "kéy", "x" * 100_000])
async def test_a_wrong_key_closes_the_link(sala: Sala, key: str) -> None:
    link = await connect(sala)
    await link.connection.write_message(encode_auth(key))
    assert await link.closed() == 1008


async def test_a_call_before_the_key_closes_the_link(sala: Sala, secret: str) -> None:
    link = await connect(sala)
    await link.connection.write_message(encode_call(Call(1, "live_rooms", secret)))
    assert await link.closed() == 1008


async def test_who_shows_no_key_is_closed(sala: Sala, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(console_socket, "AUTH_S", 0.05)
    link = await connect(sala)
    assert await link.closed() == 1008


@pytest.mark.parametrize("raw", ["x", "[]", '{"type":"auth","key":"again"}', "[" * 50_000])
async def test_an_unusable_message_closes_the_link(link: Link, raw: str) -> None:
    await link.connection.write_message(raw)
    assert await link.closed() == 1008


# --- calls ----------------------------------------------------------------------------------------------------------------


async def test_a_secret_that_is_nobodys_gets_nothing(sala: Sala, link: Link) -> None:
    room = await demo_room(sala)
    assert await link.call("live_rooms", "wrong") == []
    assert await link.call("snapshot", "wrong", room=room) == Denied("signed_out")
    assert await link.call("command", "wrong", CloseSession(), room) == Denied("signed_out")
    assert await link.call("command", "wrong", CreateRoom(settings=RoomSettings(title="T"))) == Denied("signed_out")


async def test_a_guests_cookie_is_no_accounts(sala: Sala, link: Link) -> None:
    async with Visit(sala.url) as maria:
        await maria.enter(sala.demo_links["Maria Moderator"])
        guest = maria.http.cookies["sala_room_demo"]
    assert await link.call("command", guest, OpenSession(), await demo_room(sala)) == Denied("signed_out")


async def test_commands_are_carried_out_and_their_notices_come(sala: Sala, link: Link, secret: str) -> None:
    room = await demo_room(sala)
    opened = await link.call("command", secret, OpenSession(), room)
    assert isinstance(opened, Done)
    snapshot = await link.call("snapshot", secret, room=room)
    assert (snapshot["phase"], snapshot["session"]) == ("open", opened.values["session"])
    (line,) = await link.call("live_rooms", secret)
    assert line["room"] == room
    made = await link.call("command", secret, CreateRoom(settings=RoomSettings(title="Întâlnire")))
    assert isinstance(made, Done)
    assert isinstance(await link.call("command", secret, CloseSession(), room), Done)
    told = [notice for notice in link.notices if isinstance(notice, SessionNotice)]
    assert "session_opened" in [event["type"] for notice in told for event in notice.events]
    assert any(isinstance(notice, RecordsNotice) and notice.kind == "room" for notice in link.notices)


async def test_a_right_that_was_taken_away_is_gone_at_the_next_call(sala: Sala, link: Link, secret: str) -> None:
    room = await demo_room(sala)
    assert isinstance(await link.call("command", secret, OpenSession(), room), Done)
    await sala.parts.auth.sign_out(secret)
    assert await link.call("command", secret, CloseSession(), room) == Denied("signed_out")


async def test_a_command_that_cannot_be_used_is_denied_and_the_link_lives(link: Link, secret: str) -> None:
    bad = {"type": "call", "id": 9, "method": "command", "secret": secret, "command": {"type": "create_room"}}
    await link.connection.write_message(json.dumps(bad))
    answer = await link.read()
    assert (answer.id, answer.answer.code) == (9, "bad_request")
    assert await link.call("live_rooms", secret) == []


async def test_a_server_that_ends_closes_the_link_and_tells_it_nothing_more(home: Path) -> None:
    async with running(home=home) as sala:
        link = await connect(sala)
        await link.connection.write_message(encode_auth(sala.parts.console_key))
        assert await link.read() == "ready"
    assert await link.closed() == 1012
