"""Tenders (C9): the list, searched and paged by the database; adding, importing, starting and ending their sessions."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from apps.console.pages import tender_form
from apps.console.pages.finder import ROWS, FinderPage
from apps.console.parts.component import Message
from apps.live.commands import CloseSession, OpenSession
from apps.tenders.commands import ImportTenders, SaveTender, TenderSettings
from apps.tenders.texts import PROCEDURES, amount_text, words_of
from data import tenders
from data.tenders import TenderQuery, TenderRow


class TendersPage(FinderPage):
    """All tenders of the account, those whose deadline comes last first."""

    WATCHES: ClassVar[tuple[str, ...]] = ("link_up", "live")
    CHANGES: ClassVar[str] = "tenders"
    counts: dict[str, int]

    async def find(self) -> None:
        query = self.query()
        self.rows, self.total = await self.desk.read(tenders.page, query=query, now=self.desk.clock())
        ids = [row.tender.id for row in self.rows]
        self.counts = await self.desk.read(tenders.supplier_counts, tender_ids=ids)

    def query(self) -> TenderQuery:
        """Return what the search asks for."""
        deadline = self.asked.get("deadline", "")
        wanted: Literal["", "open", "past"] = "open" if deadline == "open" else "past" if deadline == "past" else ""
        return TenderQuery(
            owner_id=self.desk.owner_id,
            search=self.asked.get("q", "")[:100],
            procedure=self.asked.get("procedure", "") if self.asked.get("procedure") in PROCEDURES else "",
            deadline=wanted,
            live=deadline == "live",
            descending=True,
            offset=self.offset,
            limit=ROWS,
        )

    def search_fields(self) -> list[dict[str, Any]]:
        _ = self.words
        procedures = [["", _("All")], *([code, words] for code, words in words_of(_.language, PROCEDURES).items())]
        states = [["", _("All")], ["open", _("Still open")], ["past", _("Deadline over")], ["live", _("Going on now")]]
        return [
            {"name": "q", "kind": "search", "label": _("Number or subject"), "width": "third", "value": self.asked.get("q", "")},
            {"name": "procedure", "kind": "select", "label": _("Procedure"), "width": "third", "options": procedures, "value": self.asked.get("procedure", "")},
            {"name": "deadline", "kind": "select", "label": _("State"), "width": "third", "options": states, "value": self.asked.get("deadline", "")},
        ]  # fmt: skip

    def redraw(self) -> None:
        _ = self.words
        self.bar.draw(
            title=_("Tenders"),
            facts=_.ngettext("{count} tender", "{count} tenders", self.total),
            actions=[
                self.action("import", _("Import CSV"), icon="download"),
                self.action("add", _("Add tender"), icon="plus", tone="primary"),
            ],
        )
        self.table.draw(
            caption=_("Tenders"),
            columns=[
                {"key": "subject", "title": _("Subject"), "wide": True},
                {"key": "deadline", "title": _("Deadline")},
                {"key": "amount", "title": _("Base amount"), "kind": "number"},
                {"key": "suppliers", "title": _("Suppliers"), "kind": "number"},
                {"key": "state", "title": _("State")},
            ],
            rows=[self.row(row) for row in self.rows],
            empty=_("No tender matches your search.") if any(self.asked.values()) else _("No tenders yet. Add one, or import a file."),
            acts=_("Actions"),
        )  # fmt: skip
        self.draw_pager()

    def row(self, row: TenderRow) -> dict[str, Any]:
        _, tender = self.words, row.tender
        live = tender.room_id in self.store.live
        past = tender.deadline < self.desk.clock()
        return {
            "id": tender.id,
            "cells": {
                "subject": {"text": tender.subject, "sub": f"{tender.number} · {words_of(_.language, PROCEDURES)[tender.procedure]}", "href": f"#/tenders/{tender.id}", "main": True},
                "deadline": {"text": _.moment(tender.deadline), "sub": _("Deadline over") if past else ""},
                "amount": amount_text(tender.base_amount_cents, tender.currency, _.language),
                "suppliers": str(self.counts.get(tender.id, 0)),
                "state": {"pill": "good live", "text": _("Live now")} if live else "",
            },
            "actions": [session_action(self, live)],
        }  # fmt: skip

    async def _on_bar(self, message: Message) -> None:
        _ = self.words
        if message.get("press") == "add":
            self.form.draw(
                title=_("New tender"),
                fields=tender_form.fields(self.desk, None, None),
                submit=_("Save"),
                cancel=_("Cancel"),
                focus=True,
                key="add",
            )
        elif message.get("press") == "import":
            hint = _("Its first line names the columns: number, subject and deadline (required); procedure, amount, currency, description. A tender whose number exists is updated.")  # fmt: skip
            self.show_import(hint)

    async def _on_form(self, message: Message) -> None:
        if "cancel" in message:
            self.form.hide()
        elif message.get("press") == "template":
            self.form.tell({"save": {"name": "tenders.csv", "type": "text/csv;charset=utf-8", "text": self.template()}})
        elif "submit" in message and "file" in message["submit"]:
            await self.import_tenders(message["submit"])
        elif "submit" in message:
            await self.save(message["submit"])

    def template(self) -> str:
        """Return an example file in the moderator's language, with a byte order mark so that spreadsheets show accents."""
        _ = self.words
        columns = (
            _("Number"),
            _("Subject"),
            _("Procedure"),
            _("Deadline"),
            _("Amount"),
            _("Currency"),
            _("Description"),
        )
        example = ("2027-001", "Lavori di manutenzione", words_of(_.language, PROCEDURES)["open"], "2027-03-31 12:00", "1250000,00", "EUR", "")  # fmt: skip
        return f"\ufeff{';'.join(columns)}\r\n{';'.join(example)}\r\n"

    async def save(self, values: Message) -> None:
        """Add a tender."""
        settings = tender_form.settings_from(self.desk, values)
        if not isinstance(settings, TenderSettings):
            self.form.answered(settings)
            return
        done = await self.desk.ask(SaveTender(settings=settings))
        self.form.answered()
        if done is not None:
            self.form.hide()
            self.desk.messages.say(self._("The tender is saved. Now admit suppliers to it."), "good")
            await self.again()

    async def import_tenders(self, values: Message) -> None:
        """Import a file, all or nothing."""
        _, zone = self.words, self.words.zone if self.words.zone != "UTC" else "Europe/Rome"
        counts = await self.import_file(
            values,
            lambda content: ImportTenders(content=content, zone=zone, language=_.language),
        )
        if counts is not None:
            text = _("Imported: {added} added, {updated} updated.", added=counts["added"], updated=counts["updated"])
            self.desk.messages.say(text, "good")

    async def _on_table(self, message: Message) -> None:
        row = next((row for row in self.rows if row.tender.id == message.get("row")), None)
        if row is not None:
            await switch_session(self, row.tender.room_id, str(message.get("press")))


def session_action(page: Any, live: bool) -> dict[str, Any]:
    """Return the button that starts or ends a tender's session."""
    _ = page.words
    if live:
        return dict(page.action("end", _("End the session"), icon="stop", tone="danger", confirm=_("Press again to end it for all")))  # fmt: skip
    return dict(page.action("start", _("Start the session"), icon="live"))


async def switch_session(page: Any, room_id: str, press: str) -> None:
    """Start or end a session, as its button says."""
    command = {"start": OpenSession(), "end": CloseSession()}.get(press)
    if command is not None and await page.desk.ask(command, room=room_id) is not None:
        _ = page.words
        text = _("The session has begun. Admitted suppliers see the button now.") if press == "start" else _("The session has ended for all.")  # fmt: skip
        page.desk.messages.say(text, "good")
        await page.store.want(page.CHANGES, "live")
