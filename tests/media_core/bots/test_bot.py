"""Bots on a real engine: what one sends, the others see and hear."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, suppress
from functools import partial

import pytest

from media_core.bots import Bot, link
from media_core.bots.pictures import read
from media_core.bots.receiving import Received
from media_core.engine import AUDIO_SLOT_MIDS, MediaConfig, Source, TrackRef, View
from media_core.ids import MediaRoomId, MemberId, TransportId
from media_core.local import LocalEngine
from tests.media_core.bots.decoding import images, loudest_hz, samples
from tests.media_core.raw_client import CONNECTS_WITHIN_S
from tests.relay import Relay
from tests.waiting import until, until_steady

ROOM = MediaRoomId("room")
ALL = frozenset(Source)


@pytest.fixture
async def engine() -> AsyncIterator[LocalEngine]:
    engine = await LocalEngine.start(MediaConfig())
    await engine.open_room(ROOM)
    yield engine
    await engine.close()


class Guest:
    """A member with a bot that is connected."""

    def __init__(self, member: MemberId, transport: TransportId, bot: Bot) -> None:
        self.member, self.transport, self.bot = member, transport, bot

    @property
    def heard(self) -> Received:
        """The audio slot that is in use."""
        return max((self.bot.received[mid] for mid in AUDIO_SLOT_MIDS), key=lambda slot: slot.packets)

    def track(self, source: Source = Source.CAMERA) -> TrackRef:
        return TrackRef(self.member, source)


async def join(stack: AsyncExitStack, engine: LocalEngine, name: str, number: int) -> Guest:
    member = MemberId(name)
    offer = await engine.connect(ROOM, member)
    await engine.set_gates(ROOM, member, ALL)
    tone_hz = 400.0 + 200 * number
    bot = await stack.enter_async_context(
        Bot(offer.sdp, picture=number, tone_hz=tone_hz, screen=number + 6, keep_payloads=400)
    )
    await engine.answer(offer.transport, bot.answer)
    await bot.connected(CONNECTS_WITHIN_S)
    return Guest(member, offer.transport, bot)


def counted(slot: Received, frames: int) -> bool:
    return slot.frames > frames


def sounded(guest: Guest, packets: int) -> bool:
    return guest.heard.packets > packets


def shows(slot: Received, picture: int) -> bool:
    return read(images(slot.payloads)[-1])[0] == picture


async def test_each_sees_and_hears_the_other(engine: LocalEngine) -> None:
    async with AsyncExitStack() as stack:
        one, two = [await join(stack, engine, name, number) for number, name in enumerate(("one", "two"))]
        for viewer, shown in ((one, two), (two, one)):
            await engine.set_view(viewer.transport, View(shown.track(), (shown.track(Source.SCREEN),)))
            stage, small = viewer.bot.received["v0"], viewer.bot.received["v1"]
            await until(partial(counted, stage, 20))
            await until(partial(counted, small, 5))
            number = ("one", "two").index(shown.member)
            assert {read(image)[0] for image in images(stage.payloads)} == {number}
            assert {read(image)[0] for image in images(small.payloads)} == {number + 6}
            await until(partial(sounded, viewer, 30))
            assert loudest_hz(samples(viewer.heard.payloads)[4800:]) == pytest.approx(400 + 200 * number, abs=10)
            assert sum(viewer.bot.received[mid].packets > 0 for mid in AUDIO_SLOT_MIDS) == 1


async def test_a_slot_that_changes_its_source_shows_no_break(engine: LocalEngine) -> None:
    async with AsyncExitStack() as stack:
        guests = [await join(stack, engine, name, number) for number, name in enumerate(("one", "two", "three"))]
        viewer, *shown = guests
        stage = viewer.bot.received["v0"]
        for turn in range(6):
            guest = shown[turn % 2]
            await engine.set_view(viewer.transport, View(guest.track()))
            before = stage.frames
            number = guests.index(guest)
            await until(partial(counted, stage, before + 3))
            await until(partial(shows, stage, number))
        assert stage.keyframes >= 6
        assert (stage.timestamp_breaks, stage.picture_breaks, stage.lost) == (0, 0, 0)


async def test_switching_off_ends_the_packets(engine: LocalEngine) -> None:
    async with AsyncExitStack() as stack:
        one, two = [await join(stack, engine, name, number) for number, name in enumerate(("one", "two"))]
        await until(partial(sounded, two, 10))
        one.bot.sent["mic"].on = False
        before = await until_steady(lambda: two.heard.packets, what="what two hears")
        one.bot.sent["mic"].on = True
        await until(partial(sounded, two, before + 10))
        one.bot.silence()
        await until(partial(sounded, two, before + 20))


async def test_a_change_of_network_costs_no_new_connection(engine: LocalEngine) -> None:
    async with AsyncExitStack() as stack:
        guests = [await join(stack, engine, name, number) for number, name in enumerate(("one", "two"))]
        for guest in guests:
            await until(partial(sounded, guest, 10))
            guest.bot.change_network()
        for guest in guests:
            await until(partial(sounded, guest, guest.heard.packets + 20))
            assert not guest.bot.ended


async def test_the_end_of_a_transport_is_noticed(engine: LocalEngine) -> None:
    async with AsyncExitStack() as stack:
        one = await join(stack, engine, "one", 1)
        await engine.disconnect(ROOM, one.member)
        await until(lambda: one.bot.ended)


async def test_a_server_that_fell_silent_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link, "CONSENT_EVERY_S", 0.05)
    async with Relay() as relay, AsyncExitStack() as stack:
        engine = await LocalEngine.start(MediaConfig(announced_port=relay.port))
        stack.push_async_callback(engine.close)
        relay.target = engine.address
        await engine.open_room(ROOM)
        one = await join(stack, engine, "one", 1)
        assert not one.bot.ended
        relay.cut()
        await until(lambda: one.bot.ended)


async def test_a_server_with_another_certificate_is_refused(engine: LocalEngine) -> None:
    offer = await engine.connect(ROOM, MemberId("one"))
    before = next(line for line in offer.sdp.splitlines() if line.startswith("a=fingerprint:"))
    forged = offer.sdp.replace(before, f"a=fingerprint:sha-256 {':'.join(['AB'] * 32)}")
    async with Bot(forged) as bot:
        await engine.answer(offer.transport, bot.answer)
        with pytest.raises(ConnectionError, match="did not connect"):
            await bot.connected()


async def test_nobody_answers(engine: LocalEngine) -> None:
    offer = await engine.connect(ROOM, MemberId("one"))
    async with Bot(offer.sdp, picture=None, tone_hz=None) as bot:
        assert bot.sent == {}
        with pytest.raises(ConnectionError, match=r"within 0\.05 s"):
            await bot.connected(timeout_s=0.05)


async def test_no_task_is_left(engine: LocalEngine) -> None:
    before = asyncio.all_tasks()
    async with AsyncExitStack() as stack:
        await join(stack, engine, "one", 1)
    await until(lambda: asyncio.all_tasks() <= before)


async def test_a_bot_that_leaves_in_the_midst_of_its_handshake_ends(
    engine: LocalEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the handshake forgets that it was cancelled, as ``asyncio.wait_for`` of Python 3.11 does when a datagram comes in the same moment."""
    begun = asyncio.Event()

    async def forgetful(_: object) -> None:
        begun.set()
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()

    offer = await engine.connect(ROOM, MemberId("anna"))
    async with asyncio.timeout(CONNECTS_WITHIN_S), Bot(offer.sdp) as bot:
        monkeypatch.setattr(bot._link._dtls, "start", forgetful)
        await engine.answer(offer.transport, bot.answer)
        await begun.wait()
    assert not bot._link.connected.is_set()
