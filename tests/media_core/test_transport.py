"""The life of a transport: how it ends, moves and defends itself."""

from __future__ import annotations

import asyncio
import os
import socket
from contextlib import suppress

import pylibsrtp
import pytest
from aiortc import RTCCertificate

from media_core.engine import MediaEvent, Source, TrackRef, TransportClosed, TransportConnected, View
from media_core.ids import MemberId
from media_core.limits import Limits
from media_core.local import LocalEngine
from media_core.rtp.packet import build_packet
from media_core.rtp.rtcp import GenericNack
from media_core.signaling import numbers
from tests.media_core import raw_client
from tests.media_core.engines import ROOM, Events, local_engine
from tests.media_core.raw_client import RawClient
from tests.steady_loop import SteadyLoop
from tests.waiting import until

ANNA, BOB = MemberId("pt_anna"), MemberId("pt_bob")
SPEAK = frozenset({Source.MICROPHONE})


def closed(events: list[MediaEvent]) -> list[str]:
    return [event.reason for event in events if isinstance(event, TransportClosed)]


async def test_an_offer_that_nobody_takes_ends() -> None:
    async with local_engine(Limits(connect_s=0.05)) as engine:
        events = Events(engine)
        await engine.connect(ROOM, ANNA)
        await until(lambda: closed(events) == ["timeout"])
        assert (await engine.rooms())[ROOM][0].transports == ()


async def test_a_browser_that_vanished_is_noticed() -> None:
    async with local_engine(Limits(consent_s=0.3)) as engine:
        events = Events(engine)
        async with await RawClient.join(engine, ROOM, ANNA) as anna:
            await until(lambda: events.of(TransportConnected))
            anna.checks = False
            await until(lambda: closed(events) == ["timeout"])


class JumpingLoop(SteadyLoop):
    """Its clock jumps when a test says so, as that of a machine does which its host stopped, and at no other time."""

    jumped_s = 0.0

    def time(self) -> float:
        return super().time() + self.jumped_s


def test_a_machine_that_stood_still_takes_nobody_for_gone() -> None:
    """Checks that came meanwhile are read after the timers where the loop serves those first."""

    async def stand_still() -> None:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, JumpingLoop)
        async with local_engine(Limits(consent_s=1.0)) as engine:
            events = Events(engine)
            async with await RawClient.join(engine, ROOM, ANNA) as anna:
                await until(lambda: events.of(TransportConnected))
                engine.sfu._ticks = 9  # the next tick looks after the first transport
                loop.jumped_s += 1.5
                engine.sfu._tick()
                assert not closed(events)
                anna.checks = False
                await until(lambda: closed(events) == ["timeout"])

    with asyncio.Runner(loop_factory=JumpingLoop) as runner:
        runner.run(stand_still())


async def test_media_follows_a_browser_to_another_address(local: LocalEngine) -> None:
    await local.set_gates(ROOM, ANNA, SPEAK)
    await local.set_gates(ROOM, BOB, SPEAK)
    async with await RawClient.join(local, ROOM, ANNA) as anna, await RawClient.join(local, ROOM, BOB) as bob:
        await until(lambda: anna.send_sound(b"before") and bob.slot("a0"))
        await bob.rebind()
        await until(lambda: anna.send_sound(b"after") and bob.slot("a0")[-1].payload == b"after")
        await until(lambda: bob.send_sound(b"back") and anna.slot("a0"))


async def test_another_certificate_than_the_answer_says_gets_no_media(
    local: LocalEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    events = Events(local)
    client = RawClient(ANNA)
    offer = await local.connect(ROOM, ANNA)
    await client.open(offer.sdp)
    monkeypatch.setattr(raw_client, "CERTIFICATE", RTCCertificate.generateCertificate())
    await local.answer(offer.transport, client.answer())
    await client.connect()
    await until(lambda: closed(events))
    assert closed(events) == ["dtls_failed"]
    assert not events.of(TransportConnected)
    await client.close()


async def test_garbage_from_a_stranger_is_noticed_by_nobody(local: LocalEngine) -> None:
    events = Events(local)
    await local.set_gates(ROOM, ANNA, SPEAK)
    async with await RawClient.join(local, ROOM, ANNA) as anna, await RawClient.join(local, ROOM, BOB) as bob:
        await until(lambda: anna.send_sound() and bob.slot("a0"))
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
            for number in range(2000):
                first = bytes([number % 256])
                stranger.sendto(b"" if not number % 50 else first + os.urandom(number % 1400), local.address)
        await until(lambda: anna.send_sound(b"after") and bob.slot("a0")[-1].payload == b"after")
        assert not closed(events)
        assert sum(local.sfu.mux.dropped.values()) > 100


async def test_garbage_from_a_member_stops_nobody_else(local: LocalEngine) -> None:
    events = Events(local)
    await local.set_gates(ROOM, ANNA, SPEAK)
    async with await RawClient.join(local, ROOM, ANNA) as anna, await RawClient.join(local, ROOM, BOB) as bob:
        for number in range(500):
            bob.send_datagram(bytes([number % 256]) + os.urandom(number % 1400))
        for number in range(500):
            broken = bytes([0x80 | number % 64, numbers.OPUS]) + os.urandom(10 + number % 200)
            with suppress(pylibsrtp.Error):  # some of them cannot even be protected
                bob.send_packet(broken)
        await until(lambda: anna.send_sound() and bob.slot("a0"))
        assert not closed(events)


async def test_pictures_on_a_line_for_sound_are_dropped(local: LocalEngine) -> None:
    await local.set_gates(ROOM, ANNA, SPEAK)
    async with await RawClient.join(local, ROOM, ANNA) as anna, await RawClient.join(local, ROOM, BOB) as bob:
        for number in range(10):
            anna.send_packet(
                build_packet(
                    b"picture", payload_type=numbers.VP8, sequence_number=number, timestamp=0, ssrc=anna.ssrcs["mic"]
                )
            )
        await until(lambda: anna.send_sound(b"sound") and bob.slot("a0"))
        assert {each.payload for each in bob.slot("a0")} == {b"sound"}
        assert local.sfu.forwarder.counters["unusable_payload"] == 10


async def test_ssrcs_that_nobody_told_are_found_by_their_mid_and_are_few(local: LocalEngine) -> None:
    await local.set_gates(ROOM, ANNA, SPEAK)
    client = RawClient(ANNA, publish=("mic",))
    offer = await local.connect(ROOM, ANNA)
    await client.open(offer.sdp)
    await local.answer(offer.transport, client.answer().replace("a=ssrc:", "a=nothing:"))
    await client.connect()
    async with client, await RawClient.join(local, ROOM, BOB) as bob:
        await until(lambda: client.send_sound(b"told") and bob.slot("a0"))
        for number in range(100):
            client.ssrcs["mic"] += 1
            client.send_sound(b"another %d" % number)
        await until(lambda: local.sfu.forwarder.counters["unknown_ssrc"] >= 100)
        assert {each.payload for each in bob.slot("a0")} == {b"told"}


async def test_a_flood_ends_the_transport() -> None:
    async with local_engine(Limits(packets_per_s=50, flood_s=2)) as engine:
        events = Events(engine)
        async with await RawClient.join(engine, ROOM, ANNA) as anna:

            def flood() -> bool:
                for _ in range(10):
                    anna.send_sound()
                return bool(closed(events))

            await until(flood)
            assert closed(events) == ["flood"]


async def test_who_sends_more_bits_than_it_may_is_closed() -> None:
    async with local_engine(Limits(bps=100_000, flood_s=2)) as engine:
        events = Events(engine)
        async with await RawClient.join(engine, ROOM, ANNA) as anna:

            def flood() -> bool:
                for _ in range(5):
                    anna.send_picture(text=bytes(1000))
                return bool(closed(events))

            await until(flood)
            assert closed(events) == ["flood"]


async def test_a_storm_of_nacks_is_answered_in_part_and_hurts_nobody(local: LocalEngine) -> None:
    await local.set_gates(ROOM, ANNA, frozenset({Source.MICROPHONE, Source.CAMERA}))
    async with await RawClient.join(local, ROOM, ANNA) as anna, await RawClient.join(local, ROOM, BOB) as bob:
        await local.set_view(bob.transport, View(TrackRef(ANNA, Source.CAMERA)))
        await until(lambda: anna.send_picture(keyframe=True) and bob.slot("v0"))
        first = bob.slot("v0")[-1].header.sequence_number
        asked = GenericNack(1, numbers.SLOT_SSRC["v0"], tuple((first + ahead) & 0xFFFF for ahead in range(256)))
        for _ in range(100):
            bob.send_rtcp(asked)
        transport = local.sfu.transports[bob.transport]
        await until(lambda: transport.counters["nack_refused"] > 10_000)
        dropped = (await local.metrics())["dropped"]
        assert isinstance(dropped, dict)
        assert dropped["nack_refused"] > 10_000
        await until(lambda: anna.send_sound(b"still") and bob.slot("a0"))


async def test_a_handshake_before_the_answer_waits_for_it(local: LocalEngine) -> None:
    """A browser may be faster than its answer; until that is here nobody knows whose certificate is the right one."""
    client = RawClient(ANNA)
    offer = await local.connect(ROOM, ANNA)
    await client.open(offer.sdp)
    shaking = asyncio.create_task(client.connect())
    await until(lambda: client._checked.is_set())
    events = Events(local)
    await asyncio.sleep(0.1)
    assert not events.of(TransportConnected)
    await local.answer(offer.transport, client.answer())
    await shaking
    await until(lambda: events.of(TransportConnected))
    await client.close()


async def test_a_handshake_that_forgets_to_be_cancelled_connects_nobody_who_left(
    local: LocalEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``asyncio.wait_for`` of Python 3.11 does so where a datagram comes in the same moment; aiortc waits by it."""
    roster, begun = local.sfu._roster, asyncio.Event()

    async def forgetful(*_: object, **__: object) -> tuple[pylibsrtp.Session, pylibsrtp.Session]:
        begun.set()
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        policies = [pylibsrtp.Policy(key=bytes(30), ssrc_type=kind) for kind in (2, 3)]
        return pylibsrtp.Session(policies[0]), pylibsrtp.Session(policies[1])

    client = RawClient(ANNA)
    async with client.closed_unless_it_connects():
        offer = await local.connect(ROOM, ANNA)
        transport, events = local.sfu.transports[offer.transport], Events(local)
        monkeypatch.setattr(transport._dtls, "handshake", forgetful)
        await client.open(offer.sdp)
        await local.answer(offer.transport, client.answer())
        await until(begun.is_set)
        await local.disconnect(ROOM, ANNA)
        await until(transport._connecting.done)
    assert not transport.connected
    assert not roster.connected
    assert not events.of(TransportConnected)
    await client.vanish()
