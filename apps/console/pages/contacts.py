"""Contacts, kept in lists (A2): the lists themselves."""

from __future__ import annotations

from typing import ClassVar

from pydantic import ValidationError

from apps.console.pages.page import Page
from apps.console.parts.bar import Bar
from apps.console.parts.component import Component, Message
from apps.console.parts.form import Form
from apps.console.parts.table import Table
from apps.console.store import ConsoleStore
from apps.planning.commands import (
    CreateContactList,
    DeleteContactList,
)
from data.ids import ContactListId


class ContactsPage(Page):
    """The lists; adding, renaming and deleting one."""

    WATCHES: ClassVar[tuple[str, ...]] = ("link_up", "lists", "counts")

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
        self.form.hide()
        await self.store.want("lists")

    def redraw(self) -> None:
        _ = self.words
        self.bar.draw(title=_("Contacts"), actions=[self.action("add", _("Add list"), tone="primary", icon="plus")])
        self.table.draw(
            caption=_("Contact lists"),
            columns=[
                {"key": "name", "title": _("List"), "wide": True},
                {"key": "count", "title": _("People"), "kind": "number"},
            ],
            rows=[
                {
                    "id": one.id,
                    "cells": {"name": {"text": one.name, "href": f"#/contacts/{one.id}", "main": True}, "count": str(self.store.counts.get(one.id, 0))},
                    "actions": [self.action("delete", _("Delete"), icon="trash", only_icon=True, tone="quiet", confirm=_("Press again to delete the list and its people"))],
                }
                for one in self.store.lists
            ],
            empty=_("No contact lists yet. Add one, then add people or import a file."),
            acts=_("Actions"),
        )  # fmt: skip

    async def _on_bar(self, message: Message) -> None:
        if message.get("press") == "add":
            _ = self.words
            self.form.draw(
                title=_("New list"),
                fields=[{"name": "name", "kind": "text", "label": _("Name"), "required": True, "most": 200}],
                submit=_("Save"),
                cancel=_("Cancel"),
                focus=True,
            )

    async def _on_form(self, message: Message) -> None:
        if "submit" in message:
            await self.create(str(message["submit"].get("name") or ""))
        else:
            self.form.hide()

    async def create(self, name: str) -> None:
        try:
            command = CreateContactList(name=name)
        except ValidationError as error:
            self.form.answered(self.desk.problems_of(error))
            return
        if await self.desk.ask(command):
            self.form.hide()
            await self.store.want("lists")
        self.form.answered()

    async def _on_table(self, message: Message) -> None:
        if message.get("press") == "delete" and await self.desk.ask(
            DeleteContactList(list=ContactListId(str(message["row"])))
        ):
            self.desk.messages.say(self._("The list is deleted."), "good")
            await self.store.want("lists")
