from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.planning import commands, links
from apps.planning.conferences import new_slug
from apps.service import RecordsNotice
from data import rooms
from data.ids import RoomId, new_id
from data.models import Room, Session
from tests.apps.planning.conftest import Office
from tests.data.planned import NOW

STARTS_AT = NOW + timedelta(days=10)


def room_of(office: Office, room: str) -> Room:
    found = office.database.read_now(rooms.get, room_id=room)
    assert found is not None
    return found


def update(room: RoomId, **settings: Any) -> commands.UpdateRoom:
    return commands.UpdateRoom(room=room, settings=commands.RoomSettings.model_validate({"title": "T", **settings}))


async def test_a_conference_is_kept_as_it_was_filled_in(office: Office) -> None:
    local = STARTS_AT.astimezone(timezone(timedelta(hours=3)))
    room = room_of(
        office,
        await office.room(
            title="  Ședință   <b>de</b> instruire ",
            description="Unu\r\nDoi",
            starts_at=local,
            length_min=90,
            zone="Europe/Bucharest",
            language="ro",
            max_participants=20,
            record=True,
        ),
    )
    assert (room.title, room.description) == ("Ședință <b>de</b> instruire", "Unu\nDoi")
    assert room.starts_at == STARTS_AT
    assert (room.length_min, room.zone, room.language) == (90, "Europe/Bucharest", "ro")
    assert (room.max_participants, room.record, room.kind) == (20, True, "conference")
    assert room.owner_id == office.maria.id
    assert re.fullmatch(r"sedinta-b-de-b-instruire-[a-z2-9]{8}", room.slug)
    assert office.notices == [RecordsNotice("room", (room.id,), RoomId(room.id))]


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({"title": "a\u202eb"}, "text_invisible"),
        ({"title": "a\r\nBcc: b"}, "text_invisible"),
        ({"title": "\ufdfa" * 30}, "title_too_long"),
        ({"title": "\u00a0"}, "title_missing"),
        ({"description": "a\x00b"}, "text_invisible"),
        ({"zone": "Mars/Olympus"}, "zone_unknown"),
        ({"zone": "../../etc/passwd"}, "zone_unknown"),
        ({"max_participants": 31}, "room_limit"),
        ({"starts_at": datetime(2026, 5, 4, 9, 0)}, "date_without_zone"),
        ({"starts_at": datetime(202, 5, 4, 9, 0, tzinfo=UTC)}, "date_out_of_range"),
        ({"starts_at": datetime(9999, 12, 31, tzinfo=UTC)}, "date_out_of_range"),
    ],
)
async def test_what_cannot_be_is_refused_and_changes_nothing(
    office: Office, settings: dict[str, Any], code: str
) -> None:
    office = Office(office.database, room_limit=30)
    values = commands.RoomSettings.model_validate({"title": "T", "max_participants": 30}).model_copy(update=settings)
    assert (await office.denied(commands.CreateRoom(settings=values))).code == code
    assert office.database.read_now(rooms.list_for, owner_id=None) == []
    room = await office.room(max_participants=30)
    assert (await office.denied(commands.UpdateRoom(room=room, settings=values))).code == code
    assert room_of(office, room).revision == 0


async def test_a_change_counts_and_keeps_the_address(office: Office) -> None:
    room = await office.room()
    slug = room_of(office, room).slug
    await office.done(update(room, title="Nou"))
    assert (room_of(office, room).title, room_of(office, room).slug, room_of(office, room).revision) == ("Nou", slug, 1)


async def test_links_follow_the_date(office: Office) -> None:
    room = await office.room(starts_at=STARTS_AT, length_min=60)
    (invitation,) = await office.invited(room, "a@b.example")
    assert invitation.expires_at == STARTS_AT + timedelta(minutes=60) + links.LINK_AFTER_END
    later = STARTS_AT + timedelta(days=100)
    await office.done(update(room, starts_at=later, length_min=30))
    assert office.invitation(invitation.id).expires_at == later + timedelta(minutes=30) + links.LINK_AFTER_END


async def test_an_archived_conference_is_out_of_the_list_and_cannot_be_changed(office: Office) -> None:
    room = await office.room()
    await office.done(commands.ArchiveRoom(room=room))
    assert office.database.read_now(rooms.list_for, owner_id=None) == []
    for command in (update(room), commands.ArchiveRoom(room=room), commands.Invite(room=room, invitees=())):
        assert (await office.denied(command)).code == "room_archived"


async def test_a_running_conference_is_not_archived(office: Office) -> None:
    room = await office.room()
    office.database.run_now(lambda session: session.add(Session(id=new_id("se"), room_id=room, opened_at=NOW)))
    assert (await office.denied(commands.ArchiveRoom(room=room))).code == "session_open"


async def test_who_was_told_of_a_coming_conference_is_told_that_it_is_off(office: Office) -> None:
    room = await office.room(starts_at=STARTS_AT)
    told, revoked = await office.invited(room, "a@b.example", "b@b.example")
    office.send_all()
    await office.done(commands.RevokeInvitation.model_validate({"invitation": revoked.id}))
    office.send_all()
    await office.invited(room, "late@b.example")
    await office.done(commands.ArchiveRoom(room=room))
    assert office.cancellations() == [told.email]
    assert office.secrets() == {}, "what was not sent yet is not sent any more"


async def test_nobody_is_told_that_a_past_conference_is_off(office: Office) -> None:
    room = await office.room(starts_at=STARTS_AT)
    await office.invited(room, "a@b.example")
    office.send_all()
    office.now = STARTS_AT + timedelta(days=2)
    await office.done(commands.ArchiveRoom(room=room))
    assert office.cancellations() == []


@given(st.text(max_size=200))
def test_an_address_is_short_and_plain(title: str) -> None:
    slug = new_slug(title)
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug)
    assert len(slug) <= 64


def test_addresses_of_one_title_differ() -> None:
    assert len({new_slug("Instruire") for _ in range(100)}) == 100
    assert new_slug("Instruire periodică privind securitatea și sănătatea").startswith("instruire-periodica-privind-")
