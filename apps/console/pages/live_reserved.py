"""The live page of a tender's session: its reserved part, and who is in it (F4)."""

from __future__ import annotations

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
from apps.live.commands_tender import NOTICE_MAX_CHARACTERS, BeginReserved, ChangeReserved, EndReserved
from apps.live.grants_tender import ALWAYS_IN
from data.ids import ParticipantId

MINUTES = 15  # proposed for a reserved part
MANY = 8  # from here on people are searched for


class Reserved(Section):
    """One button suspends the public session, for all but those who are ticked; a second one brings everybody back."""

    def __init__(self, page: RoomPage) -> None:
        super().__init__(page)
        self.head, self.form = Bar(self.desk.pulse, self.pressed), Form(self.desk.pulse, self.submitted)
        self.table = Table(self.desk.pulse, self.pressed_row)
        self._choice: list[Values] | None = None
        """Who was there when the form was opened; people who come and go do not disturb whoever fills it in."""

    @property
    def parts(self) -> list[Component]:
        return [self.head, self.form, self.table]

    @property
    def here(self) -> bool:
        return self.live.tender is not None and self.live.phase == "open"

    @property
    def part(self) -> Mapping[str, Any] | None:
        return (self.live.tender or {}).get("reserved")

    @property
    def guests(self) -> list[Values]:
        """Everybody who is here but the authority, by organisation; those of none come last."""
        here = (one for one in self.live.inside if one["role"] not in ALWAYS_IN)
        return sorted(here, key=lambda one: (not one.get("firm"), str(one.get("firm", "")).casefold(), str(one["name"]).casefold()))  # fmt: skip

    def draw(self) -> None:
        if self.part is not None:
            self._choice = None
        self.head.draw(**self.head_content())
        self.form.draw(**(self.form_content(self._choice) if self._choice is not None else {}))
        self.table.draw(**(self.table_content() if self.part is not None else {}))

    def head_content(self) -> Values:
        _, part = self.words, self.part
        if part is None:
            suspend = self.page.action("suspend", _("Suspend for a reserved part…"), icon="lock")
            return {"title": _("Reserved part"), "small": True, "actions": [suspend] if self._choice is None else []}
        at, reason = part["resumes_at"], part.get("reason")
        until = _("expected to go on at {time}", time=_.clock(moment_of(at))) if at else ""
        why = _("Reason: {reason}", reason=reason) if reason else ""
        return {
            "title": _("Reserved part"),
            "small": True,
            "facts": " · ".join(filter(None, (until, why))),
            "boxes": [{"tone": "warn", "text": _("Reserved part: the public receives nothing.")}],
            "actions": [self.page.action("resume", _("Go on in public"), icon="unlock", tone="primary")],
        }

    def form_content(self, choice: list[Values]) -> Values:
        _ = self.words
        minutes = {"name": "minutes", "kind": "number", "label": _("It goes on in about (minutes)"), "value": MINUTES}
        reason = {"name": "reason", "kind": "text", "label": _("Reason (if you like)"), "most": NOTICE_MAX_CHARACTERS}
        hint = _("It stands in the notice and in the minutes for good: name nobody.")
        return {
            "fields": [
                {**minutes, "least": 1, "most": 1440, "width": "half"},
                {**reason, "hint": hint},
                self.people_field(choice),
            ],
            "submit": _("Suspend"),
            "cancel": _("Cancel"),
            "focus": "minutes",
        }

    def people_field(self, choice: list[Values]) -> Values:
        """Return the list to tick: nobody at first."""
        _ = self.words
        firms = list(dict.fromkeys(str(one.get("firm") or "") for one in choice))
        return {
            "name": "admitted",
            "kind": "people",
            "label": _("Who stays in it"),
            "hint": _("The authority always does; nobody of the public unless you tick them."),
            "options": [
                {"id": one["participant"], "name": self.live.name_of(one["participant"]), "group": str(one.get("firm") or "")}
                for one in choice
            ],
            "groups": [[firm, firm or _("Without an organisation")] for firm in firms],
            "headings": True,
            "group_label": _("Organisation"),
            "all_groups": _("All organisations"),
            "search": _("Name or organisation"),
            "chosen": _("Chosen"),
            "nobody": _("Nobody of this name is here.") if choice else _("Nobody but the authority is here."),
        }  # fmt: skip

    def table_content(self) -> Values:
        """Return who is in it, with the others below them."""
        _, inside = self.words, set((self.live.tender or {}).get("inside") or ())
        guests = sorted(self.guests, key=lambda one: one["participant"] not in inside)
        return {
            "caption": _("Who is in the reserved part"),
            "columns": [
                {"key": "name", "title": _("Name")},
                {"key": "state", "title": _("Reserved part"), "kind": "tight"},
            ],
            "rows": [self.row(one, one["participant"] in inside) for one in guests],
            "search": _("Name or organisation") if len(guests) >= MANY else "",
            "empty": _("Nobody but the authority is here."),
            "acts": _("Actions"),
            "most_px": 360,
        }

    def row(self, one: Values, inside: bool) -> Values:
        _, name = self.words, self.live.name_of(one["participant"])
        out = self.page.action("out", _("Send out"), icon="remove")
        enter = self.page.action("in", _("Let in"), icon="unlock")
        pill = {"text": _("takes part"), "pill": "good"} if inside else {"text": _("left out"), "pill": "quiet"}
        return {
            "id": one["participant"],
            "cells": {"name": {"text": name, "sub": one.get("firm") or "", "main": True}, "state": pill},
            "actions": [out if inside else enter],
        }

    async def pressed(self, message: Message) -> None:
        match message.get("press"):
            case "suspend":
                self._choice = self.guests
                self.draw()
            case "resume":
                await self.ask(EndReserved())

    async def pressed_row(self, message: Message) -> None:
        participant = ParticipantId(str(message.get("row", "")))
        if message.get("press") in ("in", "out"):
            await self.ask(ChangeReserved(participant=participant, inside=message["press"] == "in"))

    async def submitted(self, message: Message) -> None:
        values = message.get("submit")
        if isinstance(values, Mapping):
            await self.ask(self.begin(values))
            self.form.answered()
        self._choice = None
        self.draw()

    def begin(self, values: Mapping[str, Any]) -> BeginReserved:
        """Return the command of a filled form; those who went meanwhile are nobody's choice any more."""
        minutes, ticked = str(values.get("minutes") or ""), values.get("admitted")
        here = {one["participant"] for one in self.guests}
        return BeginReserved(
            minutes=int(minutes) if minutes.isdecimal() and 0 < int(minutes) <= 1440 else None,
            admitted=tuple(ParticipantId(who) for who in ticked if who in here) if isinstance(ticked, Mapping) else (),
            reason=str(values.get("reason") or "")[:NOTICE_MAX_CHARACTERS],
        )
