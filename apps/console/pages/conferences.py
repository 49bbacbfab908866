"""Conferences: the list, and adding one (A1)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar

from apps.console.pages import conference_form
from apps.console.pages.page import Page
from apps.console.parts.bar import Bar
from apps.console.parts.component import Component, Message
from apps.console.parts.form import Form
from apps.console.parts.table import Table
from apps.console.store import ConsoleStore
from apps.planning.commands import ArchiveRoom, CreateRoom, RoomSettings
from data.ids import RoomId
from data.models import Room

LENGTH_UNKNOWN = timedelta(hours=4)  # after so long a conference without a length counts as past


class ConferencesPage(Page):
    """All conferences of the moderator: what is planned, live, past."""

    WATCHES: ClassVar[tuple[str, ...]] = ("link_up", "rooms", "live")

    def __init__(self, store: ConsoleStore) -> None:
        super().__init__(store)
        self.bar = Bar(self.desk.pulse, self._on_bar)
        self.form = Form(self.desk.pulse, self._on_form)
        self.table = Table(self.desk.pulse, self._on_table)
        self.redraw()

    @property
    def parts(self) -> list[Component]:
        return [self.bar, self.form, self.table]

    async def read(self) -> None:
        if self.place != ("new",):
            self.form.hide()
        await self.store.want("rooms", "live")

    def redraw(self) -> None:
        _ = self.words
        add = [] if self.form.fields else [self.action("add", _("Add conference"), tone="primary", icon="plus")]
        self.bar.draw(title=_("Conferences"), actions=add)
        self.table.draw(
            caption=_("Conferences"),
            columns=[
                {"key": "title", "title": _("Title"), "wide": True},
                {"key": "when", "title": _("When")},
                {"key": "state", "title": _("State")},
            ],
            rows=[self.row(room) for room in self.in_order()],
            empty=_("No conferences yet. Add one to begin."),
            search=_("Search") if len(self.in_order()) > 8 else "",
            acts=_("Actions"),
        )

    def in_order(self) -> list[Room]:
        """Live ones first, then those to come, the next one first, then those without a date, then the past."""

        def rank(room: Room) -> tuple[int, float]:
            at = room.starts_at.timestamp() if room.starts_at else 0.0
            order = {"live": 0, "planned": 1, "open": 2, "past": 3}[self.state_of(room)]
            return order, (at if order == 1 else -at)

        return sorted((room for room in self.store.rooms if room.kind == "conference"), key=rank)

    def state_of(self, room: Room) -> str:
        """Return ``live``, ``planned``, ``past``, or ``open`` for a room without a date."""
        if room.id in self.store.live:
            return "live"
        if room.starts_at is None:
            return "open"
        length = timedelta(minutes=room.length_min) if room.length_min else LENGTH_UNKNOWN
        return "past" if room.starts_at + length < self.desk.clock() else "planned"

    def row(self, room: Room) -> dict[str, Any]:
        _ = self.words
        when = {"text": _.moment(room.starts_at), "sub": length_text(_, room)} if room.starts_at else ""
        return {
            "id": room.id,
            "cells": {"title": {"text": room.title, "href": f"#/conferences/{room.id}", "main": True}, "when": when, "state": self.state_cell(room)},
            "actions": [
                {"name": "enter", "label": _("Enter"), "icon": "enter", "href": f"{self.desk.portal}/r/{room.slug}", "outside": True},
                {"name": "invite", "label": _("Invitations"), "icon": "mail", "href": f"#/conferences/{room.id}/invitations"},
                {"name": "edit", "label": _("Edit"), "icon": "edit", "only_icon": True, "tone": "quiet", "href": f"#/conferences/{room.id}/settings"},
                self.action("archive", _("Archive"), icon="archive", only_icon=True, tone="quiet", confirm=_("Press again to archive")),
            ],
        }  # fmt: skip

    def state_cell(self, room: Room) -> dict[str, Any]:
        _ = self.words
        match self.state_of(room):
            case "live":
                count = int(self.store.live[room.id].get("present", 0))
                return {
                    "pill": "good live",
                    "text": _("Live now"),
                    "sub": _.ngettext("{count} person", "{count} people", count),
                }
            case "planned":
                return {"pill": "info", "text": _("Planned")}
            case "past":
                return {"pill": "", "text": _("Past")}
        return {"pill": "", "text": _("No date")}

    # --- what the moderator does --------------------------------------------------------------------------------------

    async def _on_bar(self, message: Message) -> None:
        if message.get("press") == "add":
            self.show_form()

    def show_form(self) -> None:
        _ = self.words
        self.form.draw(
            title=_("New conference"),
            fields=conference_form.fields(self.desk, None),
            submit=_("Save"),
            cancel=_("Cancel"),
            focus=True,
        )
        self.redraw()

    async def _on_form(self, message: Message) -> None:
        if "submit" in message:
            await self.save(message["submit"])
        elif "cancel" in message:
            self.form.hide()
            self.redraw()

    async def save(self, values: Message) -> str | None:
        """Add the conference; return its id, or ``None`` if something was wrong."""
        settings = conference_form.settings_from(self.desk, values)
        if not isinstance(settings, RoomSettings):
            self.form.answered(settings)
            return None
        done = await self.desk.ask(CreateRoom(settings=settings))
        self.form.answered()
        if done is None:
            return None
        self.form.hide()
        self.desk.messages.say(self._("The conference is saved. Now invite people to it."), "good")
        await self.store.want("rooms", "live")
        self.redraw()
        return str(done.values.get("room") or done.values.get("id") or "")

    async def _on_table(self, message: Message) -> None:
        if message.get("press") == "archive":
            await self.archive(str(message["row"]))

    async def archive(self, room_id: str) -> None:
        if await self.desk.ask(ArchiveRoom(room=RoomId(room_id))):
            self.desk.messages.say(self._("The conference is archived. Its attendance stays."), "good")
            await self.store.want("rooms", "live")


def length_text(_: Any, room: Room) -> str:
    """Return a conference's length, such as ``1 h 30 min``; empty if it has none."""
    if not room.length_min:
        return ""
    hours, minutes = divmod(room.length_min, 60)
    if not hours:
        return str(_("{minutes} min", minutes=minutes))
    return str(_("{hours} h {minutes} min", hours=hours, minutes=minutes) if minutes else _("{hours} h", hours=hours))
