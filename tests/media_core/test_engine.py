"""The contract of ``MediaEngine``, kept by both engines alike."""

from __future__ import annotations

import pytest

from media_core.engine import (
    EngineReady,
    MediaEngine,
    MemberMedia,
    SlotsChanged,
    Source,
    SpeakersChanged,
    TrackFlowing,
    TrackRef,
    TransportClosed,
    TransportConnected,
    View,
)
from media_core.errors import BadDescription, UnknownMediaRoom, UnknownTransport
from media_core.ids import MediaRoomId, MemberId, TransportId
from tests.media_core.engines import ROOM, Events
from tests.media_core.raw_client import RawClient, steps, text_of
from tests.waiting import until

ANNA, BOB = MemberId("pt_anna"), MemberId("pt_bob")
ALL = frozenset(Source)
SPEAK = frozenset({Source.MICROPHONE})
CAMERA_OF_ANNA = TrackRef(ANNA, Source.CAMERA)


def slots_of(client: RawClient, events: Events) -> SlotsChanged:
    """Return what was told last of a client's slots; events of a worker come before the answer to a call that caused them."""
    return next(event for event in reversed(events.of(SlotsChanged)) if event.transport == client.transport)


async def test_two_members_hear_and_see_each_other(engine: MediaEngine, events: Events) -> None:
    for member in (ANNA, BOB):
        await engine.set_gates(ROOM, member, frozenset({Source.MICROPHONE, Source.CAMERA}))
    async with await RawClient.join(engine, ROOM, ANNA) as anna, await RawClient.join(engine, ROOM, BOB) as bob:
        await engine.set_view(anna.transport, View(stage=TrackRef(BOB, Source.CAMERA)))
        await engine.set_view(bob.transport, View(thumbnails=(CAMERA_OF_ANNA,)))
        await until(lambda: len(events.of(TransportConnected)) == 2)
        await engine.rooms()  # so that all events until now are here

        def speak_and_show() -> bool:
            for client in (anna, bob):
                client.send_sound(client.member.encode())
                client.send_picture(keyframe=True, text=client.member.encode())
            return bool(anna.slot("v0") and bob.slot("v1") and anna.slot("a0") and bob.slot("a0"))

        await until(speak_and_show)
        assert anna.slot("a0")[-1].payload == b"pt_bob"
        assert bob.slot("a0")[-1].payload == b"pt_anna"
        assert text_of(anna.slot("v0")[-1]) == b"pt_bob"
        assert text_of(bob.slot("v1")[-1]) == b"pt_anna"
        assert not anna.slot("v1")
        assert not bob.slot("v0")

        told = slots_of(bob, events)
        assert told.slots["a0"] == TrackRef(ANNA, Source.MICROPHONE)
        assert told.slots["v1"] == CAMERA_OF_ANNA
        assert told.slots["v0"] is None
        await until(lambda: speak_and_show() and events.of(SpeakersChanged))
        await until(lambda: speak_and_show() and TrackFlowing(ROOM, CAMERA_OF_ANNA, True) in events)


async def test_a_closed_gate_lets_nothing_through(engine: MediaEngine, events: Events) -> None:
    await engine.set_gates(ROOM, BOB, SPEAK)
    async with await RawClient.join(engine, ROOM, ANNA) as anna, await RawClient.join(engine, ROOM, BOB) as bob:
        await engine.set_view(bob.transport, View(stage=CAMERA_OF_ANNA))
        for _ in range(50):
            anna.send_sound()
            anna.send_picture(keyframe=True)
        await until(lambda: bob.send_sound() and anna.slot("a0"))  # the way itself is open
        assert not bob.media


async def test_no_packet_of_a_muted_member_is_forwarded_after_the_gate_closed(
    engine: MediaEngine, events: Events
) -> None:
    await engine.set_gates(ROOM, ANNA, SPEAK)
    await engine.set_gates(ROOM, BOB, SPEAK)
    async with await RawClient.join(engine, ROOM, ANNA) as anna, await RawClient.join(engine, ROOM, BOB) as bob:
        await until(lambda: anna.send_sound(b"before") and bob.slot("a0"))
        await engine.set_gates(ROOM, ANNA, frozenset())
        for _ in range(100):
            anna.send_sound(b"after")
        await until(lambda: bob.send_sound() and anna.slot("a0"))
        assert {each.payload for each in bob.slot("a0")} == {b"before"}
        assert not any(slots_of(bob, events).slots.values())

        await engine.set_gates(ROOM, ANNA, SPEAK)
        await until(lambda: anna.send_sound(b"again") and bob.slot("a0")[-1].payload == b"again")


async def test_a_new_transport_replaces_the_old_one_once_it_is_connected(engine: MediaEngine, events: Events) -> None:
    await engine.set_gates(ROOM, ANNA, SPEAK)
    async with await RawClient.join(engine, ROOM, BOB) as bob, await RawClient.join(engine, ROOM, ANNA) as old:
        await until(lambda: old.send_sound(b"old") and bob.slot("a0"))
        offered = await engine.connect(ROOM, ANNA)
        await until(lambda: old.send_sound(b"still") and bob.slot("a0")[-1].payload == b"still")
        assert not events.of(TransportClosed)
        async with await RawClient.join(engine, ROOM, ANNA) as new:
            await until(lambda: len(events.of(TransportClosed)) == 2)
            assert {(event.transport, event.reason) for event in events.of(TransportClosed)} == {
                (offered.transport, "replaced"),
                (old.transport, "replaced"),
            }
            await until(lambda: new.send_sound(b"new") and bob.slot("a0")[-1].payload == b"new")
            assert steps(each.header.sequence_number for each in bob.slot("a0")) == {1}
            assert set((await engine.rooms())[ROOM]) == {
                MemberMedia(BOB, frozenset(), (bob.transport,)),
                MemberMedia(ANNA, SPEAK, (new.transport,)),
            }


async def test_disconnect_ends_a_member_and_forgets_its_gates(engine: MediaEngine, events: Events) -> None:
    await engine.set_gates(ROOM, ANNA, ALL)
    async with await RawClient.join(engine, ROOM, ANNA) as anna:
        await until(lambda: events.of(TransportConnected))
        await engine.disconnect(ROOM, ANNA)
        await until(lambda: TransportClosed(ROOM, ANNA, anna.transport, "closed") in events)
        await until(lambda: anna._dtls.state == "closed")
        assert await engine.rooms() == {ROOM: ()}
        await engine.disconnect(ROOM, ANNA)
        with pytest.raises(UnknownTransport):
            await engine.set_view(anna.transport, View())


async def test_close_room_ends_everybody_in_it(engine: MediaEngine, events: Events) -> None:
    async with await RawClient.join(engine, ROOM, ANNA), await RawClient.join(engine, ROOM, BOB):
        await engine.close_room(ROOM)
        await until(lambda: len(events.of(TransportClosed)) == 2)
        assert await engine.rooms() == {}
        await engine.close_room(ROOM)
        with pytest.raises(UnknownMediaRoom):
            await engine.connect(ROOM, ANNA)


async def test_the_end_of_a_browser_is_noticed_at_once(engine: MediaEngine, events: Events) -> None:
    anna = await RawClient.join(engine, ROOM, ANNA)
    await anna.close()
    await until(lambda: TransportClosed(ROOM, ANNA, anna.transport, "closed") in events)


async def test_rooms_are_apart(engine: MediaEngine, events: Events) -> None:
    other = MediaRoomId("se_other")
    await engine.open_room(other)
    await engine.set_gates(ROOM, ANNA, SPEAK)
    await engine.set_gates(other, BOB, SPEAK)
    carol = MemberId("pt_carol")
    async with (
        await RawClient.join(engine, ROOM, ANNA) as anna,
        await RawClient.join(engine, other, BOB) as bob,
        await RawClient.join(engine, ROOM, carol) as listener,
    ):
        await engine.set_view(bob.transport, View(stage=TrackRef(ANNA, Source.CAMERA)))
        await until(lambda: anna.send_sound() and listener.slot("a0"))
        bob.send_sound()
        assert not bob.media
        assert not anna.media


async def test_who_listens_late_is_told_that_the_engine_is_ready(engine: MediaEngine) -> None:
    events = Events(engine)
    await until(lambda: events.of(EngineReady))


@pytest.mark.parametrize("sdp", ["", "v=0\r\n", "x" * 40_000, "m=application 9 UDP/DTLS/SCTP webrtc-datachannel"])
async def test_a_bad_answer_changes_nothing(engine: MediaEngine, sdp: str) -> None:
    client = RawClient(ANNA)
    offer = await engine.connect(ROOM, ANNA)
    with pytest.raises(BadDescription):
        await engine.answer(offer.transport, sdp)
    async with client:
        await client.open(offer.sdp)
        await engine.answer(offer.transport, client.answer())
        await client.connect()
        with pytest.raises(BadDescription):
            await engine.answer(offer.transport, client.answer())


async def test_unknown_names_are_errors(engine: MediaEngine) -> None:
    with pytest.raises(UnknownMediaRoom):
        await engine.connect(MediaRoomId("se_nowhere"), ANNA)
    with pytest.raises(UnknownMediaRoom):
        await engine.set_gates(MediaRoomId("se_nowhere"), ANNA, ALL)
    with pytest.raises(UnknownTransport):
        await engine.answer(TransportId("tr_none"), "v=0")
    await engine.disconnect(MediaRoomId("se_nowhere"), ANNA)


async def test_a_view_is_answered_with_the_slots_even_if_nothing_changes(engine: MediaEngine, events: Events) -> None:
    async with await RawClient.join(engine, ROOM, BOB) as bob:
        await until(lambda: events.of(TransportConnected))
        told = len(events.of(SlotsChanged))
        await engine.set_view(bob.transport, View())
        await until(lambda: len(events.of(SlotsChanged)) > told)
        assert not any(events.of(SlotsChanged)[-1].slots.values())
