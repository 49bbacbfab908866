"""The overview: what is live, curves that grow, alarms."""

from __future__ import annotations

from apps.console.alerts import alerts
from apps.console.board import KEPT_S, STEP_S, Board, Sample
from apps.console.desk import Desk
from apps.console.pages.overview import OverviewPage
from apps.console.store import ConsoleStore
from apps.console.words import Words
from apps.service import Health, QualityNotice
from data.ids import RoomId
from data.models import Room
from tests.apps.console.fakes import FakeService
from tests.waiting import until

GOOD = {"level": "good", "up_bps": 600_000, "down_bps": 1_200_000, "up_loss_pct": 0.5, "down_loss_pct": None}
POOR = {"level": "poor", "up_bps": 100_000, "down_bps": 200_000, "up_loss_pct": 0.0, "down_loss_pct": 12.0}


def figures(room: str, *samples: dict[str, object]) -> QualityNotice:
    return QualityNotice(RoomId(room), {f"pt_{number}": sample for number, sample in enumerate(samples)})


def test_curves_add_rooms_up_in_steps_and_forget() -> None:
    now_s = [1000.0]
    board = Board(clock_s=lambda: now_s[0])
    for _ in range(3):
        board.take(figures("rm_1", GOOD, POOR))
        board.take(figures("rm_2", GOOD))
        now_s[0] += STEP_S
    curve = board.curve({"rm_1", "rm_2"})
    assert [(one.people, one.up_bps, one.loss_pct, one.poor) for one in curve] == [(3, 1_300_000, 12.0, 1)] * 3
    assert [one.people for one in board.curve({"rm_2"}, since_s=curve[-2].at_s)] == [1]
    newest = board.newest("rm_2")
    assert newest is not None
    assert newest.people == 1
    now_s[0] += KEPT_S + 1
    assert board.newest("rm_2") is None
    board.take(figures("rm_3", GOOD))
    assert board.curve({"rm_1"}) == []


def test_alarms_name_the_room_and_the_house() -> None:
    _, sample = Words("en"), Sample(0, people=4, up_bps=0, down_bps=0, loss_pct=12, poor=2)
    well = Health("ok", 1, 4, 40.0, 90.0, 95.0)
    assert alerts(_, link_up=True, health=well, rooms=[("Fire", None)]) == []
    (box,) = alerts(_, link_up=True, health=well, rooms=[("Fire", sample)])
    assert box["text"].startswith("Fire: 2 of 4")
    broken = Health("engine_unavailable", 0, 0, 96.0, 90.0, 95.0)
    assert [box["tone"] for box in alerts(_, link_up=True, health=broken, rooms=())] == ["bad", "bad"]


async def test_the_page_shows_rooms_and_follows_the_figures(
    store: ConsoleStore, desk: Desk, service: FakeService, room: Room
) -> None:
    service.live = [
        {
            "room": room.id,
            "session": "se_1",
            "opened_at": "2026-11-21T09:00:00Z",
            "present": 3,
            "publishing": 1,
            "recording": True,
        }
    ]
    page = OverviewPage(store)
    await page.open()
    (row,) = page.table.rows
    assert row["cells"]["people"] == "3"
    assert row["cells"]["length"] == "30 min"
    assert "Disk 40 %" in str(page.bar.drawn["pills"])
    now_s = [1000.0]
    desk.board.clock_s = lambda: now_s[0]
    desk.board.take(figures(room.id, GOOD, POOR))
    now_s[0] += STEP_S
    service.tell(figures(room.id, GOOD, POOR))
    await until(lambda: "12.0 %" in str(page.table.rows))
    await until(lambda: len(page.rate.source.data["at"]) == 1)
    service.live = []
    service.changed("session", "se_1", room=room.id)
    await until(lambda: not page.table.rows)


async def test_several_media_workers_are_shown_one_by_one(store: ConsoleStore, service: FakeService) -> None:
    busy = {"name": "0", "up": True, "rooms": 3, "transports": 40, "cpu_share": 0.82}
    away = {"name": "1", "up": False, "rooms": 0, "transports": 0, "cpu_share": 0.0}
    service.house = Health("ok", 3, 40, 40.0, 90.0, 95.0, (busy, away))
    page = OverviewPage(store)
    await page.open()
    shown = [(pill["tone"], pill["text"]) for pill in page.bar.drawn["pills"]]
    assert ("warn", "Media 1: rooms 3, CPU 82 %") in shown
    assert ("bad", "Media 2: away") in shown


async def test_one_media_worker_is_said_to_answer_and_no_more(store: ConsoleStore, service: FakeService) -> None:
    alone = {"name": "0", "up": True, "rooms": 3, "transports": 40, "cpu_share": 0.82}
    service.house = Health("ok", 3, 40, 40.0, 90.0, 95.0, (alone,))
    page = OverviewPage(store)
    await page.open()
    assert [pill["text"] for pill in page.bar.drawn["pills"]] == ["Media workers answer", "Disk 40 %"]
