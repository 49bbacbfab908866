"""The people of one contact list: add, change, delete, import."""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import ValidationError

from apps.console.pages.page import Page
from apps.console.parts.bar import Bar
from apps.console.parts.component import Component, Message
from apps.console.parts.form import Form
from apps.console.parts.table import Table
from apps.console.store import ConsoleStore
from apps.i18n import LANGUAGES
from apps.planning.commands import (
    DeleteContact,
    ImportContacts,
    RenameContactList,
    SaveContact,
)
from data.ids import ContactId, ContactListId
from data.models import Contact

FILE_MOST_BYTES = 1024 * 1024  # what ImportContacts takes


class ContactListPage(Page):
    """The people of one list; ``place`` is the list's id."""

    WATCHES: ClassVar[tuple[str, ...]] = ("link_up", "lists", "contacts")

    def __init__(self, store: ConsoleStore) -> None:
        super().__init__(store)
        self.bar = Bar(self.desk.pulse, self._on_bar)
        self.form = Form(self.desk.pulse, self._on_form)
        self.table = Table(self.desk.pulse, self._on_table)
        self.doing = ""
        """What the form is for: ``person``, ``person:<id>``, ``rename``, ``import``, or nothing."""

    @property
    def parts(self) -> list[Component]:
        return [self.bar, self.form, self.table]

    @property
    def list_id(self) -> ContactListId:
        return ContactListId(self.place[0] if self.place else "")

    @property
    def people(self) -> list[Contact]:
        return list(self.store.contacts.get(self.list_id, ()))

    async def read(self) -> None:
        self.show_form("")
        await self.store.want("lists", "contacts")

    def redraw(self) -> None:
        _ = self.words
        found = next((one for one in self.store.lists if one.id == self.list_id), None)
        back = {"go": "contacts", "label": _("Contacts")}
        if found is None:
            self.draw_not_found(self.bar, _("There is no such list, or it is not yours."), back=back)
            self.table.draw()
            return
        self.bar.draw(
            title=found.name,
            facts=_.ngettext("{count} person", "{count} people", len(self.people)),
            back=back,
            actions=[
                self.action("rename", _("Rename"), icon="edit"),
                self.action("import", _("Import CSV"), icon="download"),
                self.action("person", _("Add person"), icon="plus", tone="primary"),
            ],
        )
        self.table.draw(
            caption=_("People"),
            columns=[
                {"key": "name", "title": _("Name"), "wide": True},
                {"key": "organisation", "title": _("Organisation")},
                {"key": "language", "title": _("Language")},
            ],
            rows=[self.row(one) for one in self.people],
            empty=_("Nobody stands in this list yet."),
            search=_("Search"),
            acts=_("Actions"),
            most_px=640,
        )

    def row(self, one: Contact) -> dict[str, Any]:
        _ = self.words
        return {
            "id": one.id,
            "cells": {
                "name": {"text": one.name or one.email, "sub": one.email if one.name else "", "main": True},
                "organisation": one.organisation,
                "language": LANGUAGES.get(one.language, ""),
            },
            "actions": [
                self.action("edit", _("Edit"), icon="edit", only_icon=True, tone="quiet"),
                self.action("delete", _("Delete"), icon="trash", only_icon=True, tone="quiet", confirm=_("Press again to delete")),
            ],
        }  # fmt: skip

    # --- forms --------------------------------------------------------------------------------------------------------

    def show_form(self, doing: str) -> None:
        """Show the form for this, or hide it."""
        _ = self.words
        self.doing, contact = doing, next((one for one in self.people if f"person:{one.id}" == doing), None)
        if not doing:
            self.form.hide()
            return
        title, fields, submit = {
            "rename": (_("Rename"), self.name_fields, _("Save")),
            "import": (_("Import a CSV file"), self.file_fields, _("Import")),
        }.get(doing, (_("Edit") if contact else _("Add person"), lambda: self.person_fields(contact), _("Save")))
        actions = [self.action("template", _("Download a template"), icon="download")] if doing == "import" else []
        self.form.draw(
            title=title, fields=fields(), submit=submit, cancel=_("Cancel"), actions=actions, focus=True, key=doing, file_most_bytes=FILE_MOST_BYTES
        )  # fmt: skip

    def person_fields(self, one: Contact | None) -> list[dict[str, Any]]:
        _ = self.words
        languages = [["", _("That of the conference")], *([code, name] for code, name in LANGUAGES.items())]
        return [
            {"name": "name", "kind": "text", "label": _("Name"), "width": "half", "most": 120, "value": one.name if one else ""},
            {"name": "email", "kind": "email", "label": _("E-mail address"), "width": "half", "required": True, "value": one.email if one else ""},
            {"name": "organisation", "kind": "text", "label": _("Organisation"), "width": "half", "most": 120, "value": one.organisation if one else ""},
            {"name": "language", "kind": "select", "label": _("Language"), "width": "half", "options": languages, "value": one.language if one else ""},
        ]  # fmt: skip

    def name_fields(self) -> list[dict[str, Any]]:
        name = next((one.name for one in self.store.lists if one.id == self.list_id), "")
        return [{"name": "name", "kind": "text", "label": self._("Name"), "required": True, "most": 200, "value": name}]

    def file_fields(self) -> list[dict[str, Any]]:
        _ = self.words
        hint = _(
            "Its first line names the columns: e-mail (required), name, organisation, language. People already in the list are updated."
        )
        return [
            {
                "name": "file",
                "kind": "file",
                "label": _("CSV file"),
                "required": True,
                "accept": ".csv,text/csv,text/plain",
                "hint": hint,
            }
        ]

    async def _on_bar(self, message: Message) -> None:
        self.show_form(str(message.get("press") or ""))

    async def _on_form(self, message: Message) -> None:
        if "cancel" in message:
            self.show_form("")
        elif message.get("press") == "template":
            self.form.tell(
                {"save": {"name": "contacts.csv", "type": "text/csv;charset=utf-8", "text": self.template()}}
            )
        elif "submit" in message:
            await {"rename": self.rename, "import": self.import_file}.get(self.doing, self.save)(message["submit"])

    def template(self) -> str:
        """Return an example file in the moderator's language, with a byte order mark so that spreadsheets show accents."""
        _ = self.words
        heading = ";".join((_("E-mail"), _("Name"), _("Organisation"), _("Language")))
        return f"\ufeff{heading}\r\nana.pop@example.org;Ana Pop;Exemplu SRL;ro\r\n"

    # --- what the moderator does --------------------------------------------------------------------------------------

    async def save(self, values: Message) -> None:
        """Add or change a person."""
        known = self.doing.partition(":")[2]
        try:
            command = SaveContact(
                list=self.list_id,
                contact=ContactId(known) if known else None,
                **_texts(values, "email", "name", "organisation", "language"),
            )
        except ValidationError as error:
            self.form.answered(self.desk.problems_of(error))
            return
        if not command.email:
            self.form.answered({"email": self._("Please fill this in.")})
        elif await self.finish(command):
            self.desk.messages.say(self._("Saved."), "good")

    async def rename(self, values: Message) -> None:
        try:
            command = RenameContactList(list=self.list_id, name=str(values.get("name") or ""))
        except ValidationError as error:
            self.form.answered(self.desk.problems_of(error))
            return
        await self.finish(command)

    async def import_file(self, values: Message) -> None:
        """Import a file, all or nothing, and say how many people came of it."""
        _, file = self.words, values.get("file")
        if not file:
            self.form.answered({"file": _("Please choose a file.")})
            return
        if int(file.get("size") or 0) > FILE_MOST_BYTES:
            self.form.answered({"file": _("The file is too large: at most 1 MB.")})
            return
        done = await self.finish(ImportContacts(list=self.list_id, content=str(file.get("base64") or "")))
        if done is not None:
            added, updated, skipped = (int(done.values.get(name) or 0) for name in ("added", "updated", "skipped"))
            text = _(
                "Imported: {added} added, {updated} updated, {skipped} skipped.",
                added=added,
                updated=updated,
                skipped=skipped,
            )
            self.desk.messages.say(text, "good")

    async def finish(self, command: Any) -> Any:
        """Ask; hide the form if it was done."""
        done = await self.desk.ask(command)
        self.form.answered()
        if done is not None:
            self.show_form("")
            await self.store.want("lists", "contacts")
        return done

    async def _on_table(self, message: Message) -> None:
        contact = str(message.get("row"))
        if message.get("press") == "edit":
            self.show_form(f"person:{contact}")
        elif message.get("press") == "delete" and await self.desk.ask(DeleteContact(contact=ContactId(contact))):
            await self.store.want("lists", "contacts")


def _texts(values: Message, *names: str) -> dict[str, Any]:
    return {name: str(values.get(name) or "") for name in names}
