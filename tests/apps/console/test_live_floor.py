"""A tender's session on the live page: the queue in the server's order, time left, the reserved part, statements; absent in a conference."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from apps.console.pages.live import LivePage
from apps.console.store import ConsoleStore
from data.models import Room
from tests.apps.console.fakes import FakeService, event, person, snapshot
from tests.waiting import until

NOTHING: dict[str, Any] = {
    "apart": False, "policy": "organisation", "limit_s": 120, "suppliers_shown": False, "suppliers": 2, "floor": None, "waiting": 2,
    "reserved": None, "statements": [], "used": [], "commitment": "", "draws": 0, "can_draw": False,
    "queue": [
        {"participant": "pt_3", "firm": "Beta", "firm_turns": 0, "firm_used_ms": 0},
        {"participant": "pt_2", "firm": "Alfa", "firm_turns": 2, "firm_used_ms": 75_000},
    ],
}  # fmt: skip


def moment(page: LivePage, seconds: float) -> str:
    """Return a moment so many seconds after the page's own."""
    return (page.desk.clock() + timedelta(seconds=seconds)).isoformat().replace("+00:00", "Z")


@pytest.fixture
async def page(store: ConsoleStore, service: FakeService, room: Room) -> LivePage:
    people = (
        person(1, "Presidente", role="moderator"),
        person(2, "Anna", role="supplier"),
        person(3, "Beppe", role="supplier"),
    )
    service.snapshots[room.id] = {**snapshot(*people, hands=["pt_2", "pt_3"]), "tender": NOTHING}
    made = LivePage(store)
    await made.open(room.id, "live")
    return made


def asked(service: FakeService) -> Any:
    """Return the last command."""
    return service.commands[-1][1]


async def changed(page: LivePage, service: FakeService, room: Room, number: int, type_: str, **tender: Any) -> None:
    """Have an event happen that brings another view of the tender along."""
    service.happened(room.id, {**event(number, type_, participant="pt_3"), "tender": {**NOTHING, **tender}})
    await until(lambda: page.store.live_room.number == number)
    page.redraw()


async def test_the_queue_stands_in_the_order_of_the_policy(page: LivePage, service: FakeService) -> None:
    rows = page.floor.queue.rows
    assert [row["id"] for row in rows] == ["pt_3", "pt_2"]
    assert rows[1]["cells"]["spoke"] == {"text": "1:15", "sub": "2 turns"}
    assert page.hands.table.drawn == {}  # the queue of the floor stands in their place
    await page.floor.pressed_row({"row": "pt_3", "press": "grant"})
    assert asked(service).model_dump() == {"type": "grant_floor", "participant": "pt_3", "limit_s": None}


async def test_who_has_the_floor_and_how_long(page: LivePage, service: FakeService, room: Room) -> None:
    floor = {
        "participant": "pt_3",
        "name": "Beppe",
        "firm": "Beta",
        "supplier": 2,
        "since": moment(page, -30),
        "until": moment(page, 90),
        "limit_s": 120,
    }
    await changed(page, service, room, 11, "floor_granted", floor=floor, queue=NOTHING["queue"][1:])
    head = page.floor.head.drawn
    assert head["facts"] == "Beppe · Beta"
    assert head["pills"][0]["text"] == "1:30 left"
    assert page.floor.queue.rows[0]["actions"][0]["disabled"]  # one at a time
    await page.floor.pressed({"press": "more"})
    assert asked(service).model_dump() == {"type": "extend_floor", "participant": "pt_3", "more_s": 60}
    await page.floor.pressed({"press": "end"})
    assert asked(service).model_dump() == {"type": "end_floor", "participant": "pt_3"}
    page.floor.hide()


async def test_the_order_and_the_time_are_set(page: LivePage, service: FakeService) -> None:
    await page.floor.submitted({"submit": {"policy": "lot", "limit": "300"}})
    assert asked(service).model_dump() == {"type": "set_floor_policy", "policy": "lot", "limit_s": 300}


async def test_the_reserved_part_is_begun_and_ended(page: LivePage, service: FakeService, room: Room) -> None:
    await page.reserved.pressed({"press": "suspend"})
    minutes, _, people = page.reserved.form.fields
    assert minutes["value"] == 15
    assert [one["name"] for one in people["options"]] == ["Anna", "Beppe"]  # the authority is in it anyway
    ticked = {"pt_3": False, "pt_9": False}  # one of them went meanwhile
    await page.reserved.submitted({"submit": {"minutes": "20", "reason": " Anomalia ", "admitted": ticked}})
    begin = {"type": "begin_reserved", "minutes": 20, "admitted": ("pt_3",), "reason": "Anomalia"}
    assert asked(service).model_dump() == begin
    lasts = {"since": moment(page, 0), "resumes_at": moment(page, 1200), "reason": "Anomalia"}
    await changed(page, service, room, 11, "reserved_begun", reserved=lasts, inside=["pt_3"])
    assert "Reserved part" in page.reserved.head.drawn["boxes"][0]["text"]
    assert page.reserved.head.drawn["facts"].endswith("Reason: Anomalia")
    assert [(row["id"], row["cells"]["state"]["pill"]) for row in page.reserved.table.rows] == [
        ("pt_3", "good"),
        ("pt_2", "quiet"),
    ]
    await page.reserved.pressed_row({"row": "pt_2", "press": "in"})
    assert asked(service).model_dump() == {"type": "change_reserved", "participant": "pt_2", "inside": True}
    await page.reserved.pressed_row({"row": "pt_3", "press": "out"})
    assert asked(service).model_dump() == {"type": "change_reserved", "participant": "pt_3", "inside": False}
    await page.reserved.pressed({"press": "resume"})
    assert asked(service).type == "end_reserved"


async def test_statements_are_answered(page: LivePage, service: FakeService, room: Room) -> None:
    filed = {
        "statement": "st_1", "participant": "pt_2", "name": "Anna", "firm": "Alfa", "at": moment(page, 0), "text": "Contestiamo", "answer": None,
        "document": {"name": "ricorso.pdf", "sha256": "ab" * 32, "bytes": 9}, "reason": "", "answered_at": None,
    }  # fmt: skip
    await changed(page, service, room, 11, "statement_filed", statements=[filed])
    (row,) = page.statements.table.rows
    assert row["cells"]["text"]["href"].endswith("/statements/st_1/document")
    await page.statements.pressed({"row": "st_1", "press": "declined"})
    await page.statements.submitted({"submit": {"reason": "Tardiva"}})
    answer = {"type": "answer_statement", "statement": "st_1", "answer": "declined", "reason": "Tardiva"}
    assert asked(service).model_dump() == answer


async def test_a_conference_has_none_of_it(store: ConsoleStore, service: FakeService, room: Room) -> None:
    service.snapshots[room.id] = snapshot(person(1, "Ana", role="moderator"))
    page = LivePage(store)
    await page.open(room.id, "live")
    for section in (page.floor, page.reserved, page.statements):
        assert all(part.drawn == {} for part in section.parts)
    assert page.hands.head.drawn["title"] == "Raised hands"
