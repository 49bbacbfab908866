"""The room's socket against a real server: who gets in, what is refused, how it ends."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tornado.httpclient import HTTPClientError

from apps.api.socket import BadMessage, message_from
from apps.api.sockets import SocketLimits
from apps.planning.commands import RevokeInvitation
from apps.service import Done
from apps.single import Sala, running
from data import event_log, invitations, sessions
from data.ids import InvitationId, RoomId, SessionId
from data.models import Event, Invitation
from tests.apps.visit import Tab, Visit
from tests.waiting import until

MODERATOR, PAUL, PETRA = "Maria Moderator", "Paul Participant", "Petra Participant"


@pytest.fixture
async def maria(sala: Sala) -> AsyncIterator[Visit]:
    """The moderator's browser, with her seat's cookie."""
    async with Visit(sala.url) as visit:
        await visit.enter(sala.demo_links[MODERATOR])
        yield visit


@pytest.fixture
async def paul(sala: Sala) -> AsyncIterator[Visit]:
    async with Visit(sala.url) as visit:
        await visit.enter(sala.demo_links[PAUL])
        yield visit


def local_url(sala: Sala) -> str:
    return f"http://127.0.0.1:{sala.settings.port}"


def set_limits(sala: Sala, **values: float) -> None:
    sala.parts.sockets.limits = replace(sala.parts.sockets.limits, **values)  # type: ignore[arg-type]


def events_of(sala: Sala) -> list[Event]:
    """Return the whole log of the demo room's newest session."""
    room = sala.parts.hub.live_rooms()[0]["room"] if sala.parts.hub.live_rooms() else None
    if room is None:
        return []
    (session, *_) = sala.database.read_now(sessions.of_room, room_id=RoomId(room))
    return sala.database.read_now(event_log.read, SessionId(session.id))


def endings(sala: Sala) -> list[str]:
    return [event.payload["reason"] for event in events_of(sala) if event.type == "disconnected"]


async def answer_to(tab: Tab, *types: str) -> dict[str, Any]:
    """Return the next message of one of these types: what a room tells everybody may come in between."""
    while (message := await tab.next())["type"] not in types:
        pass
    return message


async def invitation_of(sala: Sala, email: str) -> Invitation:
    room = sala.parts.hub.live_rooms()[0]["room"]
    found = await sala.database.read(invitations.by_email, room_id=room, email=email)
    assert found is not None
    return found


# --- the handshake ----------------------------------------------------------------------------------------------------------


async def test_hello_is_answered_by_a_welcome_with_an_offer(sala: Sala, maria: Visit) -> None:
    tab = await maria.socket()
    welcome = await tab.hello()
    assert welcome["type"] == "welcome"
    assert welcome["snapshot"]["phase"] == "open"
    assert [seat["name"] for seat in welcome["snapshot"]["participants"]] == [MODERATOR]
    assert "m=audio" in welcome["offer"]["sdp"]
    tab.close()
    await until(lambda: endings(sala) == ["closed"])


async def test_a_participant_waits_until_a_moderator_comes(sala: Sala, maria: Visit, paul: Visit) -> None:
    early = await paul.socket()
    assert (await early.hello())["type"] == "waiting"
    tab = await maria.socket()
    await tab.hello()
    welcome = await early.until("welcome")
    assert {seat["name"] for seat in welcome["snapshot"]["participants"]} >= {PAUL}
    early.close()
    tab.close()


@pytest.mark.parametrize(
    "origin",
    ["", "null", "http://evil.example", "http://127.0.0.1", "http://127.0.0.1.evil.example:8000", "https://{host}"],
)
async def test_only_a_page_of_this_very_origin_may_open_the_socket(sala: Sala, maria: Visit, origin: str) -> None:
    with pytest.raises(HTTPClientError) as refused:
        await maria.socket(Origin=origin.format(host=sala.url.removeprefix("http://")))
    assert refused.value.code == 403


async def test_a_browsers_word_that_it_is_the_same_origin_does_not_replace_the_origin(maria: Visit) -> None:
    with pytest.raises(HTTPClientError) as refused:
        await maria.socket(Origin="http://evil.example", Sec_Fetch_Site="same-origin")
    assert refused.value.code == 403


async def test_the_public_address_behind_a_proxy_is_an_origin_too(home: Path) -> None:
    public_url = "https://sala.example.org"
    async with running(home=home, demo=True, public_url=public_url) as sala, Visit(local_url(sala)) as visit:
        await visit.enter(sala.demo_links[MODERATOR].replace(public_url, ""))
        tab = await visit.socket(Origin=public_url)
        assert (await tab.hello())["type"] == "welcome"


@pytest.mark.parametrize("slug", ["demo", "no-such-room"])
async def test_a_stranger_gets_the_same_404_for_every_room(sala: Sala, slug: str) -> None:
    async with Visit(sala.url) as stranger:
        with pytest.raises(HTTPClientError) as refused:
            await stranger.socket(slug)
    assert refused.value.code == 404


async def test_a_guest_cannot_use_the_seat_for_another_room(sala: Sala, paul: Visit) -> None:
    with pytest.raises(HTTPClientError) as refused:
        await paul.socket("no-such-room")
    assert refused.value.code == 404


async def test_who_was_removed_is_told_so_on_the_socket_and_by_the_page(sala: Sala, maria: Visit, paul: Visit) -> None:
    tab, other = await maria.socket(), await paul.socket()
    await tab.hello()
    you = (await other.hello())["you"]
    await tab.send({"type": "command", "id": 1, "command": {"type": "remove_participant", "participant": you}})
    await tab.until("done")
    assert (await other.until("closed"))["reason"] == "removed"
    await other.closed()
    again = await paul.socket()
    assert (await again.next())["code"] == "removed"
    assert await again.closed() == 1008
    assert (await paul.get("/r/demo")).status_code == 403
    assert (await paul.get(sala.demo_links[PAUL].removeprefix(sala.url))).status_code == 403
    tab.close()


async def test_an_address_has_a_number_of_sockets_and_this_machine_only_the_total(sala: Sala, maria: Visit) -> None:
    set_limits(sala, total=3, hello_s=600.0)
    tabs = [await maria.socket() for _ in range(3)]
    with pytest.raises(HTTPClientError) as refused:
        await maria.socket()
    assert refused.value.code == 429
    tabs[0].close()
    await until(lambda: len(sala.parts.sockets) == 2)
    tabs.append(await maria.socket())
    for tab in tabs[1:]:
        tab.close()


# --- messages ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "raw",
    ["", "hello", "[]", "1", "null", "{", '{"a":NaN}', '{"a":Infinity}', "[" * 60_000, '{"a":' * 10_000, '{"a":"\\ud800"}',
     '{"a":"\\u0000"}', '{"a":"\\\\\\u0000"}', "9" * 5_000, '{"a":' + "9" * 5_000 + "}", b'{"type":"hello"}', "\ufeff{}"],
)  # fmt: skip
def test_what_is_no_usable_object_is_no_message(raw: str | bytes) -> None:
    with pytest.raises(BadMessage):
        message_from(raw, max_bytes=64 * 1024)


@pytest.mark.parametrize("text", ["ș ț ă â î", "\U0001f600", "line\nline", '"quoted"', "\u202e"])
def test_ordinary_text_of_all_kinds_is_a_message(text: str) -> None:
    assert message_from(json.dumps({"text": text}), max_bytes=64 * 1024) == {"text": text}
    assert message_from(json.dumps({"text": text}, ensure_ascii=False), max_bytes=64 * 1024) == {"text": text}


async def test_bad_messages_are_answered_with_a_sentence_and_change_nothing(sala: Sala, maria: Visit) -> None:
    tab = await maria.socket()
    await tab.hello()
    number = events_of(sala)[-1].number
    for raw in (
        "not json",
        "[]",
        "[" * 1000,
        '{"type":"no_such_type"}',
        '{"type":"command","id":1,"command":{"type":"__proto__"}}',
    ):
        await tab.send(raw)
        answer = await answer_to(tab, "error", "denied")
        assert answer["message"]
        assert "Traceback" not in json.dumps(answer)
    assert events_of(sala)[-1].number == number
    tab.close()


async def test_a_message_of_half_a_million_bytes_closes_the_socket(sala: Sala, maria: Visit) -> None:
    tab = await maria.socket()
    await tab.hello()
    await tab.send(json.dumps({"type": "ping", "at": 1, "more": "x" * 500_000}))
    assert await tab.closed() in (1009, None)
    await until(lambda: endings(sala) != [])


async def test_many_unusable_messages_close_the_socket(sala: Sala, maria: Visit) -> None:
    set_limits(sala, messages_burst=1000, hello_s=600.0)
    tab = await maria.socket()
    for _ in range(sala.parts.sockets.limits.refused_messages + 1):
        await tab.send("x")
    assert await tab.closed() == 1008


async def test_messages_that_come_too_fast_are_refused_and_the_rest_goes_on(sala: Sala, maria: Visit) -> None:
    set_limits(sala, messages_burst=5, messages_per_s=1)
    now_s = [sala.parts.sockets.monotonic()]
    sala.parts.sockets.monotonic = lambda: now_s[0]
    tab = await maria.socket()
    await tab.hello()
    for number in range(20):
        await tab.send({"type": "ping", "at": number})
    answers = [await answer_to(tab, "pong", "error") for _ in range(20)]
    assert [answer["type"] for answer in answers] == ["pong"] * 4 + ["error"] * 16  # the first of five was hello
    now_s[0] += 1.0
    for number in (98, 99):
        await tab.send({"type": "ping", "at": number})
    assert (await answer_to(tab, "pong", "error"))["at"] == 98
    assert (await answer_to(tab, "pong", "error"))["code"] == "too_many_requests"
    tab.close()


async def test_who_says_nothing_is_closed(home: Path) -> None:
    async with running(home=home, demo=True) as sala, Visit(sala.url) as visit:
        set_limits(sala, hello_s=0.1)
        await visit.enter(sala.demo_links[MODERATOR])
        tab = await visit.socket()
        assert await tab.closed() == 1008
        assert len(sala.parts.sockets) == 0


async def test_a_message_before_hello_is_refused(maria: Visit) -> None:
    tab = await maria.socket()
    await tab.send({"type": "command", "id": 1, "command": {"type": "close_session"}})
    assert (await tab.next())["code"] == "bad_message"
    assert (await tab.hello())["type"] == "welcome"
    tab.close()


# --- ends -------------------------------------------------------------------------------------------------------------------


async def test_a_browser_that_does_not_read_is_dropped_and_others_go_on(sala: Sala, maria: Visit, paul: Visit) -> None:
    tab = await maria.socket()
    await tab.hello()
    await paul.frozen_tab()
    await until(lambda: [event.type for event in events_of(sala)].count("connected") == 2)
    (slow,) = [each for each in sala.parts.sockets._open if each.right.person.name == PAUL]  # type: ignore[attr-defined]
    sent = 0
    while not slow.ended and sent < 500:  # type: ignore[attr-defined]
        slow.send({"type": "pong", "text": "x" * 50_000})  # type: ignore[attr-defined]
        sent += 1
    assert sent < 500
    await until(lambda: endings(sala) == ["lost"])
    await tab.send({"type": "ping", "at": 5})
    assert (await tab.until("pong"))["at"] == 5


async def test_a_silent_browser_is_lost_and_one_that_answers_pings_is_not(
    sala: Sala, maria: Visit, paul: Visit
) -> None:
    set_limits(sala, ping_s=0.1, silent_s=2.5, tick_s=0.1)  # longer than the tick that has begun
    tab = await maria.socket()
    await tab.hello()
    await paul.frozen_tab()
    await until(lambda: endings(sala) == ["lost"], timeout_s=90)  # on a busy machine the time of the loop goes slowly
    assert len(sala.parts.sockets) == 1


async def test_a_torn_connection_is_lost_and_a_closed_tab_is_closed(sala: Sala, maria: Visit, paul: Visit) -> None:
    tab, torn = await maria.socket(), await paul.socket()
    await tab.hello()
    await torn.hello()
    torn.tear()
    await until(lambda: endings(sala) == ["lost"])
    again = await paul.socket()
    await again.hello()
    again.close(1001)  # what browsers send when a tab closes or navigates
    await until(lambda: endings(sala) == ["lost", "closed"])
    tab.close()


async def test_signing_out_closes_what_that_browser_has_open(sala: Sala) -> None:
    async with Visit(sala.url) as visit:
        await visit.sign_in("admin@localhost", sala.password)
        tab = await visit.socket()
        assert (await tab.hello())["type"] == "welcome"
        await visit.post("/signout", form="/")
        assert (await tab.until("refused"))["code"] == "signed_out"
        assert await tab.closed() == 1008


async def test_a_revoked_invitation_closes_the_tab_and_the_seat_is_gone(sala: Sala, maria: Visit, paul: Visit) -> None:
    tab, other = await maria.socket(), await paul.socket()
    await tab.hello()
    await other.hello()
    invitation = await invitation_of(sala, "participant-1@demo.invalid")
    secret = await sala.parts.auth.sign_in("admin@localhost", sala.password, "127.0.0.1")
    assert isinstance(secret, str)
    answer = await sala.parts.service.command(secret, RevokeInvitation(invitation=InvitationId(invitation.id)))
    assert isinstance(answer, Done)
    assert (await other.until("refused"))["code"] in ("signed_out", "link_revoked")
    assert await other.closed() == 1008
    assert (await paul.get("/r/demo")).status_code in (403, 404)


async def test_a_right_that_ended_quietly_is_noticed_by_the_next_look(sala: Sala, maria: Visit) -> None:
    set_limits(sala, check_s=0.1, tick_s=0.1)
    tab = await maria.socket()
    await tab.hello()
    invitation = await invitation_of(sala, "moderator@demo.invalid")
    await sala.database.run(invitations.revoke, invitation_id=invitation.id, now=sala.parts.clock())
    assert (await tab.until("refused"))["code"] == "signed_out"
    assert await tab.closed() == 1008


async def test_a_server_that_ends_says_so_and_its_session_goes_on_after_the_restart(home: Path) -> None:
    async with AsyncExitStack() as browsers:
        async with running(home=home, demo=True) as first:
            visit = await browsers.enter_async_context(Visit(first.url))
            await visit.enter(first.demo_links[MODERATOR])
            tab = await visit.socket()
            welcome = await tab.hello()
        assert await tab.closed() == 1012
        cookies = visit.http.cookies
    async with running(home=home, demo=True) as second, Visit(second.url) as visit:
        visit.http.cookies = cookies
        tab = await visit.socket()
        again = await tab.hello(session=welcome["snapshot"]["session"], since=welcome["snapshot"]["number"])
        assert (again["type"], again["you"]) == ("welcome", welcome["you"])


def test_the_limits_are_those_of_the_protocol() -> None:
    limits = SocketLimits()
    assert (limits.message_bytes, limits.hello_s, limits.total) == (65_536, 5.0, 500)
    assert (limits.queue_bytes, limits.queue_messages) == (1_048_576, 500)
    assert limits.silent_s + limits.tick_s <= 10.0
    assert limits.check_s + limits.tick_s <= 60.0
