"""The live page's participants: who is there, what they may do, and the actions on each row."""

from __future__ import annotations

from collections.abc import Callable

from apps.console.live_room import Values
from apps.console.pages.live_actions import command_for, person_actions
from apps.console.pages.room import RoomPage
from apps.console.pages.section import Section
from apps.console.parts.component import Component, Message
from apps.console.parts.table import Table
from apps.console.quality import trouble
from data.ids import ParticipantId

BARS = {"good": 3, "fair": 2, "poor": 1}
SEARCH_ABOVE = 8  # people; fewer are seen at a glance


class People(Section):
    """``write_to`` is called with the participant whom the moderator wants to write to alone."""

    def __init__(self, page: RoomPage, write_to: Callable[[str], None]) -> None:
        super().__init__(page)
        self.table = Table(self.desk.pulse, self.pressed)
        self._write_to = write_to

    @property
    def parts(self) -> list[Component]:
        return [self.table]

    def draw(self) -> None:
        self.table.draw_shared(self.shared("people", self.content))

    def content(self) -> Values:
        _, live = self.words, self.live
        gone = {"gone": _("Gone"), "left": _("Left"), "removed": _("Removed")}
        return {
            "caption": _("Participants"),
            "columns": [
                {"key": "name", "title": _("Participants"), "wide": True},
                {"key": "presence", "title": _("Presence")},
                {"key": "microphone", "title": _("Microphone"), "kind": "tight"},
                {"key": "camera", "title": _("Camera"), "kind": "tight"},
                {"key": "screen", "title": _("Screen"), "kind": "tight"},
                {"key": "hand", "title": _("Hand"), "kind": "tight"},
                {"key": "quality", "title": _("Quality"), "kind": "tight"},
            ],
            "rows": [*self.rows_inside(), *(self.gone_row(one, gone) for one in live.outside)],
            "empty": _("Nobody is here."),
            "search": _("Search") if len(live.people) > SEARCH_ABOVE else "",
            "acts": _("Actions"),
            "most_px": 640,
        }

    def rows_inside(self) -> list[Values]:
        """Return the rows of those inside; the one made before where nothing that it shows has changed: a room may have hundreds."""
        live, feed, kept = self.live, self.store.feed, self.kept("people")
        place = {hand: number for number, hand in enumerate(live.queue, 1)}
        rows = []
        for one in live.inside:
            name = one["participant"]
            sample = feed.quality.get(name)
            key = (
                *one.values(), place.get(name), name == live.presenter, name in feed.speakers, live.microphones_locked,
                tuple(sample.values()) if sample else None,
            )  # fmt: skip
            held = kept.get(name)
            if held is None or held[0] != key:
                held = kept[name] = key, self.person_row(one, place.get(name, 0))
            rows.append(held[1])
        return rows

    def person_row(self, one: Values, place: int) -> Values:
        _, name = self.words, one["participant"]
        lost = one["presence"] == "reconnecting"
        return {
            "id": name,
            "look": "speaking" if name in self.store.feed.speakers else "",
            "cells": {
                "name": self.name_cell(one),
                "presence": {"pill": "warn", "text": _("Reconnecting")} if lost else {"pill": "good", "text": _("In the room")},
                "microphone": self.microphone_cell(one),
                "camera": {"icon": "camera", "tone": "good", "title": _("Camera on")} if one["camera"] else "",
                "screen": {"icon": "screen", "tone": "good", "title": _("Shows a screen")} if one["screen"] else "",
                "hand": self.hand_cell(place) if place else "",
                "quality": self.quality_cell(name),
            },
            "actions": [self.page.action(**action) for action in person_actions(_, self.live, one)],
        }  # fmt: skip

    def gone_row(self, one: Values, gone: Values) -> Values:
        return {
            "id": one["participant"],
            "look": "dim",
            "cells": {"name": self.name_cell(one), "presence": {"pill": "", "text": gone.get(one["presence"], "")}},
        }

    # --- cells --------------------------------------------------------------------------------------------------------

    def name_cell(self, one: Values) -> Values:
        _, live = self.words, self.live
        notes = [_("presenter")] if one["participant"] == live.presenter else []
        notes += [_("guest")] if one.get("guest") else []
        wrong = trouble(_, one["name"], self.store.feed.quality.get(one["participant"], {}))
        notes += [wrong] if wrong and one["presence"] == "present" else []
        return {
            "text": one["name"],
            "badge": one.get("badge", ""),
            "mark": _("Moderator") if one["role"] == "moderator" else "",
            "main": True,
            "sub": " · ".join(notes),
        }

    def microphone_cell(self, one: Values) -> Values:
        _, live = self.words, self.live
        if one["microphone"]:
            return {"icon": "microphone", "tone": "good", "title": _("Microphone on")}
        free = one["role"] == "moderator" or one["participant"] == live.presenter
        if one["microphone_locked"] or (live.microphones_locked and not free):
            return {"icon": "lock", "tone": "warn", "title": _("Microphone locked")}
        return {"icon": "microphone-off", "tone": "off", "title": _("Microphone off")}

    def hand_cell(self, place: int) -> Values:
        title = self._("Hand raised, number {place} in the queue", place=place)
        return {"icon": "hand", "tone": "warn", "text": str(place), "title": title}

    def quality_cell(self, participant: str) -> Values | str:
        _, sample = self.words, self.store.feed.quality.get(participant)
        if not sample:
            return ""
        words = {"good": _("Good connection"), "fair": _("Fair connection"), "poor": _("Poor connection")}
        level = str(sample.get("level", ""))
        return {"bars": BARS.get(level, 0), "title": words.get(level, "")}

    # --- what the moderator does --------------------------------------------------------------------------------------

    async def pressed(self, message: Message) -> None:
        one = self.live.people.get(str(message.get("row")))
        if one is None:
            return
        if message.get("press") == "message":
            self._write_to(one["participant"])
            return
        command = command_for(str(message.get("press")), ParticipantId(one["participant"]), one, self.live)
        if command is not None:
            await self.ask(command)
