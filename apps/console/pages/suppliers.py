"""Suppliers: the organisations, searched and paged by the database; adding and importing them, and the people of one."""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import ValidationError

from apps.console.pages.finder import ROWS, FinderPage
from apps.console.parts.component import Message
from apps.tenders.commands import ImportSuppliers, SaveOrganisation, SwitchOrganisation
from data import organisations
from data.ids import OrganisationId
from data.organisations import OrganisationRow


class SuppliersPage(FinderPage):
    """All suppliers of the authority, by name."""

    WATCHES: ClassVar[tuple[str, ...]] = ("link_up",)
    CHANGES: ClassVar[str] = "suppliers"

    async def find(self) -> None:
        search = self.asked.get("q", "")[:100]
        self.rows, self.total = await self.desk.read(organisations.page, search=search, offset=self.offset, limit=ROWS)

    def search_fields(self) -> list[dict[str, Any]]:
        label = self._("Name or tax code")
        return [{"name": "q", "kind": "search", "label": label, "width": "half", "value": self.asked.get("q", "")}]

    def redraw(self) -> None:
        _ = self.words
        self.bar.draw(
            title=_("Suppliers"),
            facts=_.ngettext("{count} supplier", "{count} suppliers", self.total),
            actions=[
                self.action("import", _("Import CSV"), icon="download"),
                self.action("add", _("Add supplier"), icon="plus", tone="primary"),
            ],
        )
        self.table.draw(
            caption=_("Suppliers"),
            columns=[
                {"key": "name", "title": _("Supplier"), "wide": True},
                {"key": "people", "title": _("People"), "kind": "number"},
                {"key": "state", "title": _("State")},
            ],
            rows=[self.row(row) for row in self.rows],
            empty=_("No supplier matches your search.") if any(self.asked.values()) else _("No suppliers yet. Add one, or import a file."),
            acts=_("Actions"),
        )  # fmt: skip
        self.draw_pager()

    def row(self, row: OrganisationRow) -> dict[str, Any]:
        _, one = self.words, row.organisation
        waiting = row.people - row.active
        sub = _("{count} not activated yet", count=waiting) if waiting else ""
        switch = self.action("enable", _("Enable"), icon="unlock") if one.disabled_at else self.action("disable", _("Disable"), icon="lock", tone="quiet", confirm=_("Press again to disable"))  # fmt: skip
        return {
            "id": one.id,
            "look": "dim" if one.disabled_at else "",
            "cells": {
                "name": {"text": one.name, "sub": one.tax_code, "href": f"#/suppliers/{one.id}", "main": True},
                "people": {"text": str(row.people), "sub": sub},
                "state": {"pill": "bad", "text": _("Disabled")} if one.disabled_at else "",
            },
            "actions": [switch],
        }

    async def _on_bar(self, message: Message) -> None:
        _ = self.words
        if message.get("press") == "add":
            fields = [
                {"name": "name", "kind": "text", "label": _("Name of the supplier"), "width": "half", "required": True, "most": 200},
                {"name": "tax_code", "kind": "text", "label": _("Tax code"), "width": "half", "required": True, "most": 32},
            ]  # fmt: skip
            self.form.draw(title=_("New supplier"), fields=fields, submit=_("Save"), cancel=_("Cancel"), focus=True, key="add")  # fmt: skip
        elif message.get("press") == "import":
            hint = _("Its first line names the columns: organisation, tax code and e-mail (required); name, language. Each row is one person, who gets an e-mail to activate the account.")  # fmt: skip
            self.show_import(hint)

    async def _on_form(self, message: Message) -> None:
        if "cancel" in message:
            self.form.hide()
        elif message.get("press") == "template":
            self.form.tell(
                {"save": {"name": "suppliers.csv", "type": "text/csv;charset=utf-8", "text": self.template()}}
            )
        elif "submit" in message and "file" in message["submit"]:
            await self.import_suppliers(message["submit"])
        elif "submit" in message:
            await self.save(message["submit"])

    def template(self) -> str:
        """Return an example file in the moderator's language, with a byte order mark so that spreadsheets show accents."""
        _ = self.words
        heading = ";".join((_("Organisation"), _("Tax code"), _("E-mail"), _("Name"), _("Language")))
        return f"\ufeff{heading}\r\nEdil Esempio S.r.l.;IT01234567890;gare@example.org;Giulia Verdi;it\r\n"

    async def save(self, values: Message) -> None:
        """Add a supplier."""
        try:
            command = SaveOrganisation(name=str(values.get("name") or ""), tax_code=str(values.get("tax_code") or ""))
        except ValidationError as error:
            self.form.answered(self.desk.problems_of(error))
            return
        done = await self.desk.ask(command)
        self.form.answered()
        if done is not None:
            self.form.hide()
            self.desk.messages.say(self._("The supplier is saved. Now add its people."), "good")
            await self.again()

    async def import_suppliers(self, values: Message) -> None:
        """Import a file, all or nothing."""
        counts = await self.import_file(values, lambda content: ImportSuppliers(content=content))
        if counts is not None:
            text = self._(
                "Imported: {organisations} new suppliers, {added} people added, {updated} updated. The people get an e-mail.",
                **counts,
            )
            self.desk.messages.say(text, "good")

    async def _on_table(self, message: Message) -> None:
        press, row = message.get("press"), OrganisationId(str(message.get("row")))
        command = SwitchOrganisation(organisation=row, enabled=press == "enable")
        if press in ("enable", "disable") and await self.desk.ask(command):
            await self.again()
