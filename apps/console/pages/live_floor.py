"""The live page of a tender's session: who has the floor, who asks for it in the policy's order, and the policy itself."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from apps.console.live_room import Values
from apps.console.pages.room import RoomPage
from apps.console.pages.section import Section
from apps.console.parts.bar import Bar
from apps.console.parts.component import Component, Message
from apps.console.parts.form import Form
from apps.console.parts.table import Table
from apps.console.words import moment_of
from apps.live.commands import WireCommand
from apps.live.commands_tender import (
    DrawLot,
    EndFloor,
    ExtendFloor,
    GrantFloor,
    RefuseFloor,
    SetFloorPolicy,
    ShowSuppliers,
)
from data.ids import ParticipantId

MORE_S = 60
LIMITS_S = (0, 60, 120, 180, 300, 600, 900)


class Floor(Section):
    """Stands in the place of the hands; absent in a conference."""

    def __init__(self, page: RoomPage) -> None:
        super().__init__(page)
        self.head, self.queue = Bar(self.desk.pulse, self.pressed), Table(self.desk.pulse, self.pressed_row)
        self.form = Form(self.desk.pulse, self.submitted)
        self._ticking: asyncio.TimerHandle | None = None

    @property
    def parts(self) -> list[Component]:
        return [self.head, self.queue, self.form]

    @property
    def here(self) -> bool:
        return self.live.tender is not None and self.live.phase == "open"

    @property
    def tender(self) -> Mapping[str, Any]:
        return self.live.tender or {}

    def draw(self) -> None:
        self.head.draw(**self.head_content())
        self.queue.draw_shared(self.shared("floor queue", self.queue_content))
        self.form.draw(**self.form_content())
        self._tick()

    def hide(self) -> None:
        super().hide()
        self._stop()

    # --- the floor ----------------------------------------------------------------------------------------------------

    def _tick(self) -> None:
        """Count down, once a second while somebody has the floor and somebody looks."""
        self._stop()
        if self.tender.get("floor") and self.page.shown:
            self._ticking = asyncio.get_running_loop().call_later(1.0, self._again)

    def _stop(self) -> None:
        if self._ticking is not None:
            self._ticking.cancel()
            self._ticking = None

    def _again(self) -> None:
        if self.here:
            self.head.draw(**self.head_content())
        self._tick()

    def head_content(self) -> Values:
        _, floor = self.words, self.tender.get("floor")
        actions = []
        if self.tender.get("policy") == "lot":
            can = bool(self.tender.get("can_draw"))
            actions.append(self.page.action("draw", _("Draw lots"), icon="hand", **({} if can else {"disabled": True})))
        shown = bool(self.tender.get("suppliers_shown"))
        actions.append(self.page.action("show", _("Suppliers see each other’s names"), icon="role", on=shown))
        if floor is None:
            return {"title": _("Floor"), "small": True, "facts": _("Nobody has the floor."), "actions": actions}
        who = " · ".join(filter(None, (self.live.name_of(floor["participant"]), floor["firm"])))
        end = self.page.action("end", _("End the floor"), icon="stop", tone="danger")
        more = [self.page.action("more", _("1 more minute"), icon="next")] if floor["until"] else []
        return {
            "title": _("Floor"),
            "small": True,
            "pills": [{"tone": "good live", "text": self.time_of(floor)}],
            "facts": who,
            "actions": [*more, end, *actions],
        }

    def time_of(self, floor: Mapping[str, Any]) -> str:
        """Return the time that is left, or how long somebody has had the floor."""
        now, until = self.desk.clock(), floor["until"]
        seconds = (moment_of(until) - now if until else now - moment_of(floor["since"])).total_seconds()
        left = self._("{time} left", time=clock_of(seconds))
        return left if until else clock_of(seconds)

    async def pressed(self, message: Message) -> None:
        floor = self.tender.get("floor")
        who = ParticipantId(floor["participant"]) if floor else None
        match message.get("press"):
            case "draw":
                await self.ask(DrawLot())
            case "show":
                await self.ask(ShowSuppliers(shown=not self.tender.get("suppliers_shown")))
            case "end" if who is not None:
                await self.ask(EndFloor(participant=who))
            case "more" if who is not None:
                await self.ask(ExtendFloor(participant=who, more_s=MORE_S))

    # --- the queue ----------------------------------------------------------------------------------------------------

    def queue_content(self) -> Values:
        _ = self.words
        return {
            "caption": _("Who asks for the floor"),
            "columns": [
                {"key": "place", "title": _("Place"), "kind": "tight"},
                {"key": "name", "title": _("Name"), "wide": True},
                {"key": "spoke", "title": _("Spoke so far")},
            ],
            "rows": [self.row(place, hand) for place, hand in enumerate(self.tender.get("queue", ()), 1)],
            "empty": _("Nobody is asking for the floor."),
            "acts": _("Actions"),
        }

    def row(self, place: int, hand: Mapping[str, Any]) -> Values:
        _ = self.words
        busy = {"disabled": True} if self.tender.get("floor") else {}
        name = self.live.name_of(hand["participant"])
        spoke = clock_of(hand["firm_used_ms"] / 1000)
        turns = _.ngettext("{count} turn", "{count} turns", hand["firm_turns"])
        return {
            "id": hand["participant"],
            "cells": {
                "place": f"{place}.",
                "name": {"text": name, "sub": hand["firm"], "main": True},
                "spoke": {"text": spoke, "sub": turns} if hand["firm_turns"] else "–",
            },
            "actions": [
                self.page.action("grant", _("Grant"), icon="microphone", tone="primary", **busy),
                self.page.action("refuse", _("Refuse"), icon="remove", only_icon=True),
            ],
        }

    async def pressed_row(self, message: Message) -> None:
        who = ParticipantId(str(message.get("row", "")))
        commands: Mapping[str, WireCommand] = {
            "grant": GrantFloor(participant=who),
            "refuse": RefuseFloor(participant=who),
        }
        command = commands.get(str(message.get("press")))
        if command is not None:
            await self.ask(command)

    # --- the policy ---------------------------------------------------------------------------------------------------

    def form_content(self) -> Values:
        _ = self.words
        orders = [("arrival", _("as they asked")), ("organisation", _("by organisation")), ("lot", _("by lot"))]
        limits = [(str(s), _("{minutes} min", minutes=s // 60) if s else _("no limit")) for s in LIMITS_S]
        limit = str(self.tender.get("limit_s") or 0)
        if limit not in dict(limits):
            limits.append((limit, f"{limit} s"))
        return {
            "fields": [
                {"name": "policy", "kind": "select", "label": _("Order"), "options": orders, "value": self.tender.get("policy"), "width": "half"},
                {"name": "limit", "kind": "select", "label": _("Time each"), "options": limits, "value": limit, "width": "half"},
            ],
            "submit": _("Set the order"),
        }  # fmt: skip

    async def submitted(self, message: Message) -> None:
        values = message.get("submit")
        if not isinstance(values, Mapping):
            return
        limit_s = int(str(values.get("limit") or "0"))
        await self.ask(SetFloorPolicy(policy=values.get("policy", "arrival"), limit_s=limit_s or None))
        self.form.answered()


def clock_of(seconds: float) -> str:
    """Return ``m:ss``."""
    whole = max(0, round(seconds))
    return f"{whole // 60}:{whole % 60:02d}"
