"""The logs of sessions: every line, readable, with its chain of hashes checked."""

from __future__ import annotations

import json
from typing import Any, ClassVar

from apps.console.history import sentence_of
from apps.console.live_room import LiveRoom
from apps.console.pages.page import Page
from apps.console.parts.bar import Bar
from apps.console.parts.component import Component
from apps.console.parts.table import Table
from apps.console.store import ConsoleStore
from data import event_log, participants, sessions
from data.errors import NotFound
from data.ids import RoomId, SessionId
from data.models import Event

MOST_SESSIONS = 100
MOST_LINES = 1000  # newest; the whole log is in the database and the dossier
HASH_SHOWN = 12  # characters; enough to compare by eye


class LogPage(Page):
    """Sessions of the rooms that the account may see; ``place`` may be one session's id."""

    WATCHES: ClassVar[tuple[str, ...]] = ("link_up", "rooms", "names")

    def __init__(self, store: ConsoleStore) -> None:
        super().__init__(store)
        self.bar, self.table = Bar(self.desk.pulse), Table(self.desk.pulse)
        self._sessions: list[Any] = []
        self._events: list[Event] = []
        self._people: dict[str, str] = {}
        self.bad: int | None = None
        """Number of the first line that is not as it was written."""

    @property
    def parts(self) -> list[Component]:
        return [self.bar, self.table]

    async def read(self) -> None:
        await self.store.want("rooms", "names")
        self._events, self._sessions, self.bad = [], [], None
        if self.place:
            await self._read_log(SessionId(self.place[0]))
        else:
            found = [await self.desk.read(sessions.of_room, room_id=RoomId(room.id)) for room in self.store.rooms]
            ordered = sorted((one for several in found for one in several), key=lambda one: one.opened_at, reverse=True)
            self._sessions = ordered[:MOST_SESSIONS]

    async def _read_log(self, session: SessionId) -> None:
        try:
            row = await self.desk.read(sessions.get, session_id=session)
        except NotFound:
            return
        if self.store.room(row.room_id) is None:
            return
        self._events = await self.desk.read(event_log.read, session)
        self.bad = event_log.verify(self._events)
        people = await self.desk.read(participants.of_session, session_id=session)
        self._people = {one.id: one.name for one in people}

    def redraw(self) -> None:
        if self.place:
            self.draw_log()
        else:
            self.draw_sessions()

    def draw_sessions(self) -> None:
        _ = self.words
        text = _(
            "Everything that happens in a session is a line of its log, and each line carries the hash of the one before."
        )
        self.bar.draw(title=_("Log"), facts=text)
        rows = [
            {
                "id": one.id,
                "cells": {
                    "title": {"text": self._title(one.room_id), "main": True, "href": f"#/log/{one.id}"},
                    "opened": _.moment(one.opened_at),
                    "state": "" if one.closed_at else {"pill": "good live", "text": _("Open now")},
                },
            }
            for one in self._sessions
        ]
        heads = (("title", _("Conference")), ("opened", _("Opened")), ("state", _("State")))
        columns = [{"key": key, "title": title, "wide": key == "title"} for key, title in heads]
        self.table.draw(caption=_("Log"), columns=columns, rows=rows, empty=_("No session yet."))

    def _title(self, room_id: str) -> str:
        room = self.store.room(room_id)
        return room.title if room is not None else ""

    def draw_log(self) -> None:
        _ = self.words
        back = {"go": "log", "label": _("Log")}
        if not self._events:
            self.draw_not_found(self.bar, _("There is no such session, or it is not yours."), back=back)
            self.table.draw()
            return
        sound = _("The chain is sound: all {count} lines are as they were written.", count=len(self._events))
        broken = _("Line {number} is not as it was written.", number=self.bad)
        boxes = [{"tone": "good", "text": sound} if self.bad is None else {"tone": "bad", "text": broken}]
        if len(self._events) > MOST_LINES:
            boxes.append({"tone": "info", "text": _("The newest {count} lines are shown.", count=MOST_LINES)})
        opened = self._events[0]
        title = self._title(str(opened.payload.get("room", "")))
        self.bar.draw(title=title or _("Log"), facts=_.moment(opened.at), back=back, boxes=boxes)
        heads = (("number", _("Line")), ("at", _("Moment (UTC)")), ("what", _("Event")), ("hash", _("Hash")))
        columns = [{"key": key, "title": name, "wide": key == "what", "kind": "" if key == "what" else "once"} for key, name in heads]  # fmt: skip
        self.table.draw(caption=_("Log"), columns=columns, rows=self.lines(), empty="", search=_("Search"), most_px=720)

    def lines(self) -> list[dict[str, Any]]:
        """Return the newest lines, read as sentences where there is one; the event itself stands below it."""
        live, rows = LiveRoom(), []
        for event in self._events:
            name = self._people.get(str(event.payload.get("participant", "")), "")
            told = {
                "name": name,
                **event.payload,
                "number": event.number,
                "at": event.at.isoformat(),
                "type": event.type,
                "actor": event.actor,
            }
            live.fold([told])
            text = sentence_of(told, live, self.store.names, self.words)
            detail = f"{event.type} · {event.actor} · {json.dumps(event.payload, ensure_ascii=False)}"
            rows.append(
                {
                    "id": str(event.number),
                    "look": "dim" if self.bad is not None and event.number >= self.bad else "",
                    "cells": {
                        "number": str(event.number),
                        "at": f"{event.at:%Y-%m-%d %H:%M:%S}",
                        "what": {"text": text or event.type, "main": True, "sub": detail},
                        "hash": {"text": event.hash[:HASH_SHOWN], "title": event.hash},
                    },
                }
            )
        return rows[-MOST_LINES:]
