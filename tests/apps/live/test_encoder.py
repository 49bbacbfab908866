"""An encoder and the Hub: its seat follows its transport, and it is taken up again after a restart."""

from __future__ import annotations

import pytest

from apps.live import encoder as encoders
from apps.live.person import Person
from apps.live.state import Denied, Presence, Seat
from data.ids import PersonId
from media_core.engine import Accepted, TransportClosed, TransportConnected
from media_core.errors import BadDescription
from media_core.ids import MediaRoomId, MemberId
from tests.apps.live.conftest import House
from tests.waiting import until

OFFER = "v=0 an offer"
STAGE = {"screen", "screen_audio"}


def obs(house: House, name: str = "OBS") -> Person:
    return house.person(name, "encoder", id=f"en_{name}")


async def presents(house: House, name: str = "OBS") -> Accepted:
    """Have an encoder connect, and its media begin."""
    accepted = await encoders.present(house.hub, house.room, obs(house, name), OFFER)
    assert isinstance(accepted, Accepted)
    house.engine.tell(TransportConnected(media_room(house), member(house, name), accepted.transport))
    await until(lambda: seat(house, name).screen)
    return accepted


def media_room(house: House) -> MediaRoomId:
    (room,) = house.engine.media
    return room


def seat(house: House, name: str = "OBS") -> Seat:
    runner = house.hub.running(house.room)
    assert runner is not None
    return next(one for one in runner.state.seats.values() if one.person == f"en_{name}")


def member(house: House, name: str = "OBS") -> MemberId:
    return MemberId(seat(house, name).participant)


def closed(house: House, accepted: Accepted, reason: str) -> TransportClosed:
    return TransportClosed(media_room(house), member(house), accepted.transport, reason)


async def test_its_stage_begins_with_its_media_and_replaces_a_screen(house: House) -> None:
    maria = await house.enter("maria", "moderator")
    await maria.done("set_screen", on=True)
    accepted = await encoders.present(house.hub, house.room, obs(house), OFFER)
    assert isinstance(accepted, Accepted)
    assert not seat(house).screen
    house.engine.tell(TransportConnected(media_room(house), member(house), accepted.transport))
    await until(lambda: house.engine.gates() == {member(house): STAGE})
    assert house.hub.live_rooms()[0]["present"] == 1, "one person"
    await maria.done("set_screen", on=True)
    assert not seat(house).screen


@pytest.mark.parametrize(("reason", "presence"), [("closed", Presence.GONE), ("timeout", Presence.RECONNECTING)])
async def test_its_seat_ends_as_its_transport_does(house: House, reason: str, presence: Presence) -> None:
    await house.enter("maria", "moderator")
    accepted = await presents(house)
    house.engine.tell(closed(house, accepted, reason))
    await until(lambda: seat(house).presence is presence)
    again = await presents(house)
    assert again.transport != accepted.transport
    house.engine.tell(closed(house, accepted, "replaced"))  # an old one's end concerns nobody
    assert seat(house).presence is Presence.PRESENT


async def test_it_goes_on_over_a_restart_of_the_web_process(house: House) -> None:
    maria = await house.enter("maria", "moderator")
    accepted = await presents(house)
    await house.restart()
    await until(lambda: seat(house).presence is Presence.PRESENT)
    assert seat(house).screen
    assert house.engine.gates() == {member(house): STAGE}
    found = encoders.find(house.hub, house.room, PersonId("en_OBS"), accepted.transport)
    assert found is not None, "its address is still good"
    await found.detach("closed")
    assert seat(house).presence is Presence.GONE
    assert maria.me


async def test_a_dead_engine_leaves_it_to_come_back(house: House) -> None:
    await house.enter("maria", "moderator")
    await presents(house)
    house.engine.die()
    await until(lambda: seat(house).presence is Presence.RECONNECTING)
    assert isinstance(await encoders.present(house.hub, house.room, obs(house), OFFER), Denied)
    house.engine.come_back()
    await until(lambda: bool(house.engine.media))
    await presents(house)


async def test_a_withdrawn_right_and_a_removal_end_it(house: House) -> None:
    maria = await house.enter("maria", "moderator")
    await presents(house)
    await house.hub.expel(PersonId("en_OBS"))
    assert seat(house).presence is Presence.GONE
    await until(lambda: member(house) not in house.engine.room())
    await presents(house)
    await maria.done("remove_participant", participant=member(house))
    answer = await encoders.present(house.hub, house.room, obs(house), OFFER)
    assert answer == Denied("removed")


async def test_a_bad_offer_leaves_no_connection_behind(house: House) -> None:
    await house.enter("maria", "moderator")
    with pytest.raises(BadDescription):
        await encoders.present(house.hub, house.room, obs(house), "nonsense")
    assert seat(house).presence is Presence.GONE
