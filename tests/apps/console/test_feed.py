"""One room for many pages: folded once, told together, and seen by nobody who was not given a snapshot."""

from __future__ import annotations

import json
from typing import Any

from apps.console.desk import Desk
from apps.console.feed import Feeds, RoomFeed
from apps.console.pages.live import LivePage
from apps.console.parts.content import Content
from apps.console.parts.table import Table
from apps.console.parts.talk import Talk
from apps.console.store import ConsoleStore
from apps.live.state import Denied
from apps.service import SessionNotice
from data.database import Database
from data.ids import RoomId
from data.models import Account, Room
from tests.apps.console.fakes import FakeService, event, person, snapshot
from tests.waiting import until

ROOM = RoomId("rm_1")


class Page:
    def __init__(self) -> None:
        self.changes = self.gaps = 0

    def changed(self, decided_at_s: float) -> None:
        self.changes += 1

    def gap(self) -> None:
        self.gaps += 1


def notice(*events: dict[str, Any]) -> SessionNotice:
    return SessionNotice(ROOM, events, 1.0)


def open_feed(page: Page) -> RoomFeed:
    feed = RoomFeed(ROOM, interval_s=0.02)
    feed.followers[id(page)] = page
    feed.load(snapshot(person(1, "Ana"), number=10))
    return feed


async def test_changes_within_one_interval_are_told_once() -> None:
    page = Page()
    feed = open_feed(page)
    for number in range(11, 31):
        feed.take(notice(event(number, "hand_raised" if number % 2 else "hand_lowered", participant="pt_1")))
    await until(lambda: page.changes == 2)  # the snapshot, and all twenty
    assert feed.room.number == 30
    feed.end()


async def test_a_gap_asks_one_page_and_keeps_what_comes_meanwhile() -> None:
    page, other = Page(), Page()
    feed = open_feed(page)
    feed.followers[id(other)] = other
    feed.take(notice(event(13, "microphone_on", participant="pt_1")))
    feed.take(notice(event(14, "camera_on", participant="pt_1")))
    assert (page.gaps, other.gaps, feed.room.number) == (1, 0, 10)
    feed.load(snapshot(person(1, "Ana"), number=12))
    assert (feed.room.number, feed.room.people["pt_1"]["camera"]) == (14, True)
    feed.end()


async def test_an_older_snapshot_of_a_newcomer_changes_nothing() -> None:
    feed = open_feed(Page())
    feed.take(notice(event(11, "hand_raised", participant="pt_1")))
    feed.load(snapshot(person(1, "Ana"), number=10))
    assert (feed.room.number, feed.room.hands) == (11, ["pt_1"])
    feed.end()


async def test_content_is_made_once_for_all_and_stays_the_same_object_while_it_says_the_same() -> None:
    feed, made = open_feed(Page()), []

    def make() -> dict[str, Any]:
        made.append(1)
        return {"hands": list(feed.room.hands)}

    first = feed.content("hands", make)
    assert feed.content("hands", make) is first
    assert len(made) == 1
    feed.take(notice(event(11, "microphone_on", participant="pt_1")))
    assert feed.content("hands", make) is first
    feed.take(notice(event(12, "hand_raised", participant="pt_1")))
    assert feed.content("hands", make) is not first
    feed.end()


def test_what_turns_one_content_into_the_next_is_worked_out_once_for_all_pages() -> None:
    class Counting(Table):
        compared = 0

        def difference(self, old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
            type(self).compared += 1
            return super().difference(old, new)

    old = Content({"rows": [{"id": "pt_1", "cells": {"hand": ""}}]})
    new = Content({"rows": [{"id": "pt_1", "cells": {"hand": "1"}}]})
    texts = [Counting()._change(old, new, 5.0) for _ in range(50)]
    assert Counting.compared == 1
    assert set(texts) == {texts[0]}
    assert json.loads(texts[0])["rows"] == new["rows"]


def test_only_new_and_changed_lines_of_a_talk_are_sent() -> None:
    line = [{"id": str(number), "text": "x"} for number in range(62)]
    talk = Talk()
    moved = talk.difference({"label": "Log", "lines": line[:60]}, {"label": "Log", "lines": line[2:]})
    assert moved == {"lines": line[60:], "gone": ["0", "1"]}
    assert "full" in talk.difference({"lines": line[:2]}, {"lines": [line[1], line[0]]})


async def test_the_last_page_that_goes_takes_the_feed_along(service: FakeService) -> None:
    feeds, first, second = Feeds(service), Page(), Page()
    assert feeds.follow(ROOM, first) is feeds.follow(ROOM, second)
    feeds.unfollow(ROOM, first)
    assert len(service.listeners) == 1
    feeds.unfollow(ROOM, second)
    assert service.listeners == []


async def test_who_is_refused_sees_nothing_of_a_room_that_others_look_at(
    service: FakeService, database: Database, administrator: Account, moderator: Account, room: Room
) -> None:
    service.snapshots[room.id] = snapshot(person(1, "Ana"), number=10)
    feeds = Feeds(service)
    allowed, refused = (
        ConsoleStore(Desk(service, database, account, "secret", feeds=feeds)) for account in (administrator, moderator)
    )
    page = LivePage(refused)
    for store in (allowed, refused):
        store.start()
    await allowed.want("session", room=room.id)
    service.snapshots[room.id] = Denied("not_found")
    await page.open(room.id, "live")
    service.happened(room.id, event(11, "hand_raised", participant="pt_1"))
    assert allowed.live_room.hands == ["pt_1"]
    assert (refused.live_room.people, refused.refusal) == ({}, Denied("not_found"))
    assert page.people.table.rows == []
    for store in (allowed, refused):
        store.stop()
        store.desk.pulse.close()
