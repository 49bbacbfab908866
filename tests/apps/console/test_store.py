"""The store: fed by notices and reads; only what is wanted is read again."""

from __future__ import annotations

from typing import Any

from apps.console.store import ConsoleStore
from apps.live.state import Denied
from apps.service import LinkNotice
from data import invitations
from data.database import Database
from data.models import Account, Invitation, Room
from tests.apps.console.fakes import NOW, FakeService, event, person, snapshot
from tests.waiting import until


async def test_a_changed_invitation_shows_at_once(
    store: ConsoleStore, service: FakeService, database: Database, room: Room, invitation: Invitation
) -> None:
    await store.want("invitations", room=room.id)
    assert [one.answer for one in store.invitations] == [""]
    await database.run(invitations.set_answer, invitation_id=invitation.id, answer="accepted", now=NOW)
    service.changed("invitation", invitation.id, room=room.id)
    await until(lambda: store.invitations[0].answer == "accepted")


async def test_a_moderator_sees_only_what_is_theirs(
    service: FakeService, database: Database, room: Room, moderator: Account
) -> None:
    from apps.console.desk import Desk

    store = ConsoleStore(Desk(service, database, moderator, "-", clock=lambda: NOW))
    await store.want("rooms", "lists", "contacts", "accounts")
    assert (store.rooms, store.lists, store.contacts, store.accounts) == ([], [], {}, [])


async def test_events_are_folded_and_a_gap_reads_a_new_snapshot(
    store: ConsoleStore, service: FakeService, room: Room
) -> None:
    service.snapshots[room.id] = snapshot(person(1, "Ana"), number=5)
    await store.want("session", room=room.id)
    service.happened(room.id, event(6, "microphone_on", participant="pt_1"))
    assert store.live_room.people["pt_1"]["microphone"]
    service.snapshots[room.id] = snapshot(person(1, "Ana", camera=True), number=9)
    service.happened(room.id, event(9, "camera_on", participant="pt_1"))
    await until(lambda: store.live_room.number == 9)
    assert store.live_room.people["pt_1"]["camera"]


async def test_events_that_overtake_the_snapshot_are_kept(
    store: ConsoleStore, service: FakeService, room: Room
) -> None:
    class Slow(FakeService):
        async def snapshot(self, secret: str, room_id: Any) -> Any:
            service.happened(room_id, event(6, "hand_raised", participant="pt_1"))
            return snapshot(person(1, "Ana"), number=5)

    store.desk.service = Slow()
    await store.want("session", room=room.id)
    assert (store.live_room.number, store.live_room.hands) == (6, ["pt_1"])


async def test_another_rooms_events_change_nothing(store: ConsoleStore, service: FakeService, room: Room) -> None:
    service.snapshots[room.id] = snapshot(person(1, "Ana"), number=5)
    await store.want("session", room=room.id)
    changes = store.session
    service.happened("rm_other", event(6, "hand_raised", participant="pt_1"))
    assert (store.session, store.live_room.number) == (changes, 5)


async def test_a_refused_snapshot_is_told(store: ConsoleStore, service: FakeService, room: Room) -> None:
    service.snapshots[room.id] = Denied("not_found")
    await store.want("session", room=room.id)
    assert store.refusal == Denied("not_found")


async def test_after_the_link_came_back_everything_is_read_anew(
    store: ConsoleStore, service: FakeService, room: Room
) -> None:
    await store.want("live", room=room.id)
    service.tell(LinkNotice(up=False))
    assert not store.link_up
    service.live = [{"room": room.id, "present": 3}]
    service.tell(LinkNotice(up=True))
    await until(lambda: store.live.get(room.id, {}).get("present") == 3)


async def test_a_stopped_store_listens_no_more(store: ConsoleStore, service: FakeService) -> None:
    store.stop()
    assert service.listeners == []


def test_every_parameter_is_documented() -> None:
    for name in ConsoleStore.param:
        if name != "name":
            assert ConsoleStore.param[name].doc, name
