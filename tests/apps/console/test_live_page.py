"""A room's live page: its rows, its actions as commands, its log."""

from __future__ import annotations

from typing import Any

import pytest

from apps.console.desk import Desk
from apps.console.pages.live import LivePage
from apps.console.parts.bar import Bar
from apps.console.store import ConsoleStore
from apps.live.state import Denied
from apps.service import LinkNotice, QualityNotice
from data.database import Database
from data.ids import RoomId
from data.models import Account, Room
from tests.apps.console.fakes import FakeService, event, person, snapshot
from tests.waiting import until


@pytest.fixture
async def page(store: ConsoleStore, service: FakeService, room: Room) -> LivePage:
    service.snapshots[room.id] = snapshot(
        person(1, "Ana", role="moderator", microphone=True),
        person(2, "Ion", microphone=True, camera=True),
        person(3, "Eva", microphone_locked=True),
        person(4, "Old", presence="left"),
        hands=["pt_3"],
    )
    made = LivePage(store)
    await made.open(room.id, "live")
    return made


def cells(page: LivePage, who: str) -> Any:
    return next(row["cells"] for row in page.people.table.rows if row["id"] == who)


async def test_the_roster_shows_role_presence_sources_and_hand(page: LivePage) -> None:
    assert [row["id"] for row in page.people.table.rows] == ["pt_1", "pt_3", "pt_2", "pt_4"]
    assert cells(page, "pt_1")["name"]["mark"] == "Moderator"
    assert cells(page, "pt_2")["camera"]["title"] == "Camera on"
    assert cells(page, "pt_3")["microphone"]["title"] == "Microphone locked"
    assert cells(page, "pt_3")["hand"]["text"] == "1"
    assert cells(page, "pt_4")["presence"]["text"] == "Left"


async def test_an_event_changes_one_row_and_stands_in_the_log(
    page: LivePage, service: FakeService, room: Room, administrator: Account
) -> None:
    before = list(page.people.table.rows)
    mute = event(11, "microphone_off", actor=f"account:{administrator.id}", participant="pt_2", reason="moderator")
    service.happened(room.id, mute)
    await until(lambda: list(page.people.table.rows) != before)
    changed = [row["id"] for row, old in zip(page.people.table.rows, before, strict=True) if row != old]
    assert changed == ["pt_2"]
    assert page.happened.talk.drawn["lines"][-1]["text"] == "Alice Admin switched off the microphone of Ion"


@pytest.mark.parametrize(
    ("press", "who", "command"),
    [
        ("mute", "pt_2", {"type": "mute_microphone", "participant": "pt_2"}),
        ("lock", "pt_2", {"type": "lock_microphone", "participant": "pt_2", "locked": True}),
        ("lock", "pt_3", {"type": "lock_microphone", "participant": "pt_3", "locked": False}),
        ("stop_camera", "pt_2", {"type": "stop_camera", "participant": "pt_2"}),
        ("lower_hand", "pt_3", {"type": "lower_hand", "participant": "pt_3"}),
        ("presenter", "pt_2", {"type": "give_presenter", "participant": "pt_2"}),
        ("role", "pt_1", {"type": "set_role", "participant": "pt_1", "role": "participant"}),
        ("remove", "pt_2", {"type": "remove_participant", "participant": "pt_2"}),
    ],
)
async def test_a_press_on_a_row_is_a_command(
    page: LivePage, service: FakeService, room: Room, press: str, who: str, command: dict[str, Any]
) -> None:
    await page.people.pressed({"press": press, "row": who})
    [(secret, sent, where)] = service.commands
    assert (sent.model_dump(mode="json"), where, bool(secret)) == (command, room.id, True)


async def test_room_actions_and_chat(page: LivePage, service: FakeService) -> None:
    await page._on_bar({"press": "lock"})
    await page.hands.pressed({"press": "lower_all"})
    await page._on_bar({"press": "end"})
    await page.chat.pressed({"write": "Hello"})
    await page.chat.pressed({"press": "delete", "row": "ms_1"})
    types = [command.type for _secret, command, _room in service.commands]
    assert types == ["lock_microphones", "lower_all_hands", "close_session", "send_message", "delete_message"]


async def test_a_refusal_is_said(page: LivePage, desk: Desk, service: FakeService) -> None:
    service.answers["remove_participant"] = Denied("not_yourself")
    await page.people.pressed({"press": "remove", "row": "pt_1"})
    assert desk.messages.said[-1][0] == "bad"


async def test_removing_asks_twice_and_ending_too(page: LivePage) -> None:
    remove = next(action for action in page.people.table.rows[0]["actions"] if action["name"] == "remove")
    end = next(action for action in page.bar.drawn["actions"] if action["name"] == "end")
    assert remove["confirm"]
    assert end["confirm"]


async def test_quality_is_shown_as_bars(page: LivePage, service: FakeService, room: Room) -> None:
    service.tell(QualityNotice(RoomId(room.id), {"pt_2": {"level": "poor"}}))
    await until(lambda: cells(page, "pt_2")["quality"])
    assert cells(page, "pt_2")["quality"] == {"bars": 1, "title": "Poor connection"}


async def test_without_the_link_nothing_can_be_pressed(page: LivePage, service: FakeService) -> None:
    service.tell(LinkNotice(up=False))
    assert all(action["disabled"] for row in page.people.table.rows for action in row.get("actions", ()))
    assert page.chat.talk.drawn["write"]["disabled"]


async def test_a_room_that_is_not_open_can_be_opened(store: ConsoleStore, service: FakeService, room: Room) -> None:
    page = LivePage(store)
    await page.open(room.id, "live")
    assert [action["name"] for action in page.bar.drawn["actions"]] == ["open", "library", "enter"]
    await page._on_bar({"press": "open"})
    assert service.commands[0][1].type == "open_session"


async def test_one_person_can_be_written_to(page: LivePage, service: FakeService) -> None:
    await page.people.pressed({"press": "message", "row": "pt_2"})
    assert page.chat.talk.drawn["write"]["label"] == "Message to Ion only"
    await page.chat.pressed({"write": "Please come closer"})
    assert service.commands[-1][1].to == "pt_2"
    await page.chat.pressed({"all": True})
    await page.chat.pressed({"write": "Welcome"})
    assert service.commands[-1][1].to == "everyone"


async def test_the_monitor_is_handed_a_ticket_when_it_asks(page: LivePage) -> None:
    told: list[Any] = []
    page.stage.monitor.tell = told.append  # type: ignore[method-assign, assignment]  # nobody looks at the part
    await page.stage.pressed({"ticket": True})
    assert told == [{"socket": "ws://127.0.0.1:8000/ws/monitor?ticket=a-ticket"}]


async def test_recording_is_started_stopped_and_seen(
    page: LivePage, service: FakeService, database: Database, room: Room
) -> None:
    assert "start_recording" not in actions_of(page.bar)  # not planned in this conference
    room.record = True
    await database.run(lambda session: session.merge(room))
    service.changed("room", room.id)
    await until(lambda: "start_recording" in actions_of(page.bar))
    await page._on_bar({"press": "start_recording"})
    service.happened(room.id, event(11, "recording_started", recording="rc_1", name="", takes="stage"))
    await until(lambda: "stop_recording" in actions_of(page.bar))
    assert [pill["text"] for pill in page.bar.drawn["pills"]] == ["Live now", "Recording"]
    await page._on_bar({"press": "stop_recording"})
    service.happened(room.id, event(12, "recording_stopped", recording="rc_1", reason="moderator"))
    await until(lambda: "start_recording" in actions_of(page.bar))
    assert [sent.type for _secret, sent, _room in service.commands] == ["start_recording", "stop_recording"]


async def test_a_presentation_is_named_turned_and_taken_off(page: LivePage, service: FakeService, room: Room) -> None:
    bar = page.presentation.bar
    assert not bar.visible
    show: dict[str, Any] = {
        "presentation": "pn_1",
        "kind": "document",
        "participant": "pt_2",
        "page": 1,
        "pages": 3,
        "title": "Fire",
    }
    service.happened(room.id, event(11, "presentation_started", **show))
    service.happened(room.id, event(12, "page_turned", presentation="pn_1", page=2))
    await until(lambda: bar.drawn.get("facts") == "Fire · Page 2 of 3 · Ion")
    for press in ("next", "previous", "stop"):
        await page.presentation.pressed({"press": press})
    sent = [command.model_dump(mode="json") for _secret, command, _room in service.commands]
    assert sent == [{"type": "turn_page", "page": 3}, {"type": "turn_page", "page": 1}, {"type": "stop_presentation"}]
    service.happened(room.id, event(13, "presentation_stopped", presentation="pn_1", reason="moderator"))
    await until(lambda: not bar.visible)


def actions_of(bar: Bar) -> list[str]:
    return [action["name"] for action in bar.drawn.get("actions", ())]
