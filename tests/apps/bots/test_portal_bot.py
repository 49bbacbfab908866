"""Bots in a running Sala: they come by link, see and hear each other, obey, and come back."""

from __future__ import annotations

from contextlib import AsyncExitStack
from functools import partial

import pytest

from apps.bots import PortalBot, Refused
from apps.bots.door import NotLetIn
from apps.single import Sala
from media_core.local import LocalEngine
from tests.waiting import until, until_steady

MODERATOR, PAUL, PETRA = "Maria Moderator", "Paul Participant", "Petra Participant"


def heard_packets(bot: PortalBot) -> int:
    """Packets in all audio slots of the present transport."""
    return sum(slot.packets for mid, slot in bot.media.received.items() if mid.startswith("a")) if bot.media else 0


def seen_frames(bot: PortalBot, mid: str) -> int:
    return bot.media.received[mid].frames if bot.media else 0


def hears(bot: PortalBot, packets: int) -> bool:
    return heard_packets(bot) > packets


def sees_two(bot: PortalBot) -> bool:
    return seen_frames(bot, "v0") > 10 and seen_frames(bot, "v1") > 10


async def come(stack: AsyncExitStack, sala: Sala, *names: str) -> list[PortalBot]:
    """Bring bots in one after the other, the moderator first."""
    bots = []
    for number, name in enumerate(names):
        bot = await stack.enter_async_context(
            PortalBot(sala.demo_links[name], picture=number, tone_hz=150 + 20 * number)
        )
        await bot.seated(timeout_s=60.0)
        bots.append(bot)
    return bots


async def test_three_bots_see_and_hear_each_other(sala: Sala) -> None:
    async with AsyncExitStack() as stack:
        bots = await come(stack, sala, MODERATOR, PAUL, PETRA)
        for bot in bots:
            await until(partial(sees_two, bot))
            await until(partial(hears, bot, 50))
            assert {seat["name"] for seat in bot.room.participants.values()} == {MODERATOR, PAUL, PETRA}
            await until(partial(getattr, bot, "speakers"))


async def test_what_a_moderator_mutes_is_silent(sala: Sala) -> None:
    async with AsyncExitStack() as stack:
        maria, paul = await come(stack, sala, MODERATOR, PAUL)
        await until(lambda: heard_packets(maria) > 10)
        await maria.command("mute_microphone", participant=paul.me)
        await until(lambda: paul.media is not None and not paul.media.sent["mic"].on)
        before = await until_steady(lambda: heard_packets(maria), what="what Maria hears")
        await paul.command("set_microphone", on=True)
        await until(lambda: heard_packets(maria) > before + 10)


async def test_chat_and_hands_reach_the_others(sala: Sala) -> None:
    async with AsyncExitStack() as stack:
        maria, paul = await come(stack, sala, MODERATOR, PAUL)
        await paul.say("Bună ziua!")
        await maria.until(lambda: any(event.get("text") == "Bună ziua!" for event in maria.events))
        await paul.command("raise_hand")
        await maria.until(lambda: any(event["type"] == "hand_raised" for event in maria.events))


async def test_what_is_not_allowed_is_refused(sala: Sala) -> None:
    async with AsyncExitStack() as stack:
        maria, paul = await come(stack, sala, MODERATOR, PAUL)
        with pytest.raises(Refused):
            await paul.command("remove_participant", participant=maria.me)


async def test_who_is_removed_is_gone_and_does_not_come_back(sala: Sala) -> None:
    async with AsyncExitStack() as stack:
        maria, paul = await come(stack, sala, MODERATOR, PAUL)
        await maria.command("remove_participant", participant=paul.me)
        await until(lambda: paul.ended == "removed")
        await until(lambda: paul.media is not None and paul.media.ended)
        with pytest.raises(NotLetIn):
            await stack.enter_async_context(PortalBot(sala.demo_links[PAUL]))


async def test_leaving_is_told_and_ends_the_bot(sala: Sala) -> None:
    async with AsyncExitStack() as stack:
        maria, paul = await come(stack, sala, MODERATOR, PAUL)
        await paul.leave()
        await until(lambda: bool(paul.ended))
        await maria.until(lambda: paul.me not in maria.room.participants)


async def test_a_torn_connection_keeps_seat_and_media(sala: Sala) -> None:
    async with AsyncExitStack() as stack:
        maria, paul = await come(stack, sala, MODERATOR, PAUL)
        seat, media = paul.me, paul.media
        await until(lambda: paul.room.sends(paul.me, "microphone"))
        sala.parts.sockets.go_away()
        await until(lambda: paul.welcomes == 2 and maria.welcomes == 2)
        assert paul.me == seat
        assert paul.media is media
        before = heard_packets(maria)
        await until(lambda: heard_packets(maria) > before + 20)


async def test_a_participant_waits_for_the_moderator(sala: Sala) -> None:
    async with PortalBot(sala.demo_links[PAUL]) as paul:
        await until(lambda: paul.waiting)
        async with PortalBot(sala.demo_links[MODERATOR]):
            await paul.seated(timeout_s=60.0)


async def test_an_unknown_link_lets_nobody_in(sala: Sala) -> None:
    with pytest.raises(NotLetIn) as caught:
        async with PortalBot(f"{sala.url}/j/{'x' * 43}"):
            pass
    assert caught.value.status == 404


async def test_a_server_that_is_not_there_is_said_so() -> None:
    with pytest.raises(ConnectionError):
        async with PortalBot("http://127.0.0.1:9/j/" + "x" * 43):
            pass


async def test_a_transport_that_ends_is_replaced(sala: Sala) -> None:
    async with AsyncExitStack() as stack:
        maria, paul = await come(stack, sala, MODERATOR, PAUL)
        await until(partial(hears, maria, 10))
        media = paul.media
        assert isinstance(sala.engine, LocalEngine)
        for transport in list(sala.engine.sfu.transports.values()):
            if str(transport.id) == paul.transport:
                transport.close("timeout")
        await until(lambda: paul.media is not None and paul.media is not media)
        before = heard_packets(maria)
        await until(partial(hears, maria, before + 20))
        await until(partial(hears, paul, 20))
