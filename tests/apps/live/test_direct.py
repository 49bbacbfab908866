"""The room service on the Hub's own loop: who may reach which room."""

from __future__ import annotations

from datetime import UTC, datetime

from apps.live.commands import LockMicrophones, OpenSession
from apps.live.direct import DirectRoomService
from apps.live.state import Denied
from apps.planning.commands import CreateContactList, PlanningCommand
from apps.service import Done, Notice
from data.ids import RoomId
from data.models import Account
from tests.apps.live.conftest import House


class EchoPlanner:
    """Answers with the type of what it was asked."""

    async def execute(self, account: Account, command: PlanningCommand) -> Done | Denied:
        return Done({"asked": command.type, "by": account.id})


def service_of(house: House) -> DirectRoomService:
    def account(id_: str, role: str) -> Account:
        now = datetime(2026, 1, 1, tzinfo=UTC)
        return Account(id=id_, email=f"{id_}@x", name="Elena", role=role, password_hash="x", created_at=now)

    known = {
        "of owner": account(house.owner, "moderator"),
        "of another": account("ac_other", "moderator"),
        "of administrator": account("ac_root", "administrator"),
    }

    async def account_of(secret: str) -> Account | None:
        return known.get(secret)

    return DirectRoomService(house.hub, EchoPlanner(), account_of)


async def test_owner_and_administrator_reach_a_room_and_others_do_not_know_of_it(house: House) -> None:
    service = service_of(house)
    heard: list[Notice] = []
    stop = service.listen(heard.append)
    assert await service.command("of another", OpenSession(), room=house.room) == Denied("not_found")
    assert isinstance(await service.command("of owner", OpenSession(), room=house.room), Done)
    lock = LockMicrophones(locked=True)
    assert isinstance(await service.command("of administrator", lock, room=house.room), Done)
    snapshot = await service.snapshot("of administrator", house.room)
    assert not isinstance(snapshot, Denied)
    assert (snapshot["phase"], snapshot["microphones_locked"]) == ("open", True)
    assert await service.snapshot("of another", house.room) == Denied("not_found")
    assert len(await service.live_rooms("of owner")) == 1
    assert await service.live_rooms("of another") == ()
    stop()
    assert heard


async def test_a_secret_that_is_no_longer_good_reaches_nothing(house: House) -> None:
    service = service_of(house)
    assert await service.command("stale", OpenSession(), room=house.room) == Denied("signed_out")
    assert await service.snapshot("stale", house.room) == Denied("signed_out")
    assert await service.live_rooms("stale") == ()


async def test_planning_goes_to_the_planner(house: House) -> None:
    service = service_of(house)
    answer = await service.command("of owner", CreateContactList(name="Clienți"))
    assert answer == Done({"asked": "create_contact_list", "by": house.owner})
    assert await service.command("of owner", OpenSession()) == Denied("not_found")
    assert await service.snapshot("of owner", RoomId("rm_x")) == Denied("not_found")
