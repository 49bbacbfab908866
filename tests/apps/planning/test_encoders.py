"""Encoders: programs that may present in a room by a token."""

from __future__ import annotations

from typing import Any

from apps.planning import commands, encoders
from data.ids import EncoderId
from tests.apps.planning.conftest import Office


def slug_of(made: dict[str, Any]) -> str:
    return str(made["address"]).rsplit("/", 1)[1]


async def test_a_token_is_told_once_and_only_its_hash_is_kept(office: Office) -> None:
    room = await office.room()
    made = await office.done(commands.MakeEncoder(room=room, name=" OBS  in the hall "))
    assert "/whip/instruire-ssm-" in made["address"]
    assert len(made["token"]) == 43
    found = office.database.read_now(encoders.find, made["token"], slug_of(made))
    assert found is not None
    encoder, of_room = found
    assert (encoder.name, of_room.id) == ("OBS in the hall", room)
    assert made["token"] not in str(encoder.model_dump())
    assert [(notice.kind, notice.room) for notice in office.notices[-1:]] == [("encoder", room)]


async def test_a_token_opens_its_own_room_only(office: Office) -> None:
    room, other = await office.room(), await office.room(title="Altceva")
    made = await office.done(commands.MakeEncoder(room=room, name="OBS"))
    elsewhere = await office.done(commands.MakeEncoder(room=other, name="OBS"))
    assert office.database.read_now(encoders.find, made["token"], slug_of(elsewhere)) is None
    assert office.database.read_now(encoders.find, made["token"] + "x", slug_of(made)) is None
    await office.done(commands.ArchiveRoom(room=room))
    assert office.database.read_now(encoders.find, made["token"], slug_of(made)) is None


async def test_a_withdrawn_token_ends_what_it_shows(office: Office) -> None:
    made = await office.done(commands.MakeEncoder(room=await office.room(), name="OBS"))
    await office.done(commands.RevokeEncoder(encoder=EncoderId(made["encoder"])))
    assert office.expelled == [made["encoder"]]
    assert office.database.read_now(encoders.find, made["token"], slug_of(made)) is None


async def test_a_conference_takes_a_few(office: Office) -> None:
    room = await office.room()
    for number in range(encoders.MOST_ENCODERS):
        await office.done(commands.MakeEncoder(room=room, name=f"OBS {number}"))
    assert (await office.denied(commands.MakeEncoder(room=room, name="One more"))).code == "encoders_limit"
    assert (await office.denied(commands.MakeEncoder(room=room, name="  "))).code == "name_missing"
