"""The live page's queue of raised hands."""

from __future__ import annotations

from apps.console.live_room import Values
from apps.console.pages.live_people import People
from apps.console.pages.room import RoomPage
from apps.console.pages.section import Section
from apps.console.parts.bar import Bar
from apps.console.parts.component import Component, Message
from apps.console.parts.table import Table
from apps.live.commands import LowerAllHands


class Hands(Section):
    """The queue in order; presses on a row are those of the participants' table."""

    def __init__(self, page: RoomPage, people: People) -> None:
        super().__init__(page)
        self.people = people
        self.head, self.table = Bar(self.desk.pulse, self.pressed), Table(self.desk.pulse, people.pressed)

    @property
    def parts(self) -> list[Component]:
        return [self.head, self.table]

    @property
    def here(self) -> bool:
        return self.live.tender is None  # else they are the floor's queue

    def draw(self) -> None:
        self.head.draw_shared(self.shared("hands head", self.head_content))
        self.table.draw_shared(self.shared("hands", self.content))

    def head_content(self) -> Values:
        _ = self.words
        lower = [self.page.action("lower_all", _("Lower all hands"), icon="hand")] if self.live.hands else []
        return {"title": _("Raised hands"), "small": True, "actions": lower}

    def content(self) -> Values:
        _, live = self.words, self.live
        return {
            "caption": _("Raised hands"),
            "columns": [
                {"key": "place", "title": _("Place"), "kind": "tight"},
                {"key": "name", "title": _("Name"), "wide": True},
            ],
            "rows": [self.row(place, hand) for place, hand in enumerate(live.hands, 1) if hand in live.people],
            "empty": _("No hand is raised."),
            "acts": _("Actions"),
        }

    def row(self, place: int, hand: str) -> Values:
        _, live = self.words, self.live
        first: Values = {"key": "h", "key_goes": True} if live.hands[0] == hand else {}
        actions = [self.page.action("lower_hand", _("Lower"), icon="hand", **first)]
        if hand != live.presenter:
            actions.insert(0, self.page.action("presenter", _("Make presenter"), icon="presenter", only_icon=True))
        cells = {"place": f"{place}.", "name": self.people.name_cell(live.people[hand])}
        return {"id": hand, "cells": cells, "actions": actions}

    async def pressed(self, message: Message) -> None:
        if message.get("press") == "lower_all":
            await self.ask(LowerAllHands())
