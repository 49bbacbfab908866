"""One tender (C9): who is admitted, who is ready, its settings; start and end of its sessions."""

from __future__ import annotations

from typing import Any, ClassVar

from apps.console.pages import tender_form
from apps.console.pages.page import Page
from apps.console.pages.ready import ready_row
from apps.console.pages.tenders import session_action, switch_session
from apps.console.parts.bar import Bar
from apps.console.parts.component import Component, Message
from apps.console.parts.form import Form
from apps.console.parts.table import Table
from apps.console.store import ConsoleStore
from apps.planning.errors import Refused
from apps.tenders.commands import (
    ArchiveTender,
    RemoveTenderSupplier,
    SaveTender,
    SetTenderSuppliers,
    TenderPart,
    TenderSettings,
)
from apps.tenders.texts import OFFER_TONES, OFFERS, PROCEDURES, amount_text, words_of
from apps.tenders.words import clean_tax_code
from data import organisations, readiness, rooms, sessions, tenders
from data.ids import OrganisationId, RoomId, TenderId
from data.models import Account, Readiness, Room, Tender
from data.tenders import SupplierRow


class TenderPage(Page):
    """``place`` is the tender's id or its room's, and ``settings`` for the form."""

    WATCHES: ClassVar[tuple[str, ...]] = ("link_up", "live")
    CHANGES: ClassVar[str] = "tenders"

    def __init__(self, store: ConsoleStore) -> None:
        super().__init__(store)
        self.bar = Bar(self.desk.pulse, self._on_bar)
        self.form = Form(self.desk.pulse, self._on_form)
        self.table = Table(self.desk.pulse, self._on_table)
        self.ready_bar = Bar(self.desk.pulse)
        self.ready = Table(self.desk.pulse)
        self.tender: Tender | None = None
        self.room: Room | None = None
        self.suppliers: list[SupplierRow] = []
        self.people: list[Account] = []
        self.checks: dict[str, Readiness] = {}
        self.held = 0
        self.doing = ""
        store.param.watch(self._changed, ["tenders", "suppliers"])

    @property
    def parts(self) -> list[Component]:
        return [self.bar, self.form, self.table, self.ready_bar, self.ready]

    async def read(self) -> None:
        self.doing = ""
        self.form.hide()
        await self.store.want("tenders", "suppliers", "live")
        await self.load()
        if self.tender is not None and self.place[1:] == ("settings",):
            self.form.draw(
                fields=tender_form.fields(self.desk, self.tender, self.room), submit=self._("Save"), key="settings"
            )

    async def load(self) -> None:
        """Read the tender and who takes part in it; a tender of others is as if there were none."""
        read, name = self.desk.read, self.place[0] if self.place else ""
        by_room = name.startswith("rm_")
        self.tender = await (read(tenders.of_room, room_id=name) if by_room else read(tenders.get, tender_id=name))
        tender, owner = self.tender, self.desk.owner_id
        if tender is None or tender.archived_at is not None or owner not in (None, tender.owner_id):
            self.tender, self.suppliers, self.people = None, [], []
            return
        self.room = await read(rooms.get, room_id=tender.room_id)
        self.suppliers = await read(tenders.suppliers, tender_id=tender.id)
        self.people = await read(tenders.people_of, tender_id=tender.id)
        self.checks = await read(readiness.of_room, room_id=tender.room_id)
        self.held = len(await read(sessions.of_room, room_id=RoomId(tender.room_id)))

    async def again(self) -> None:
        """Read and draw again."""
        await self.load()
        if self.shown:
            self.redraw()

    def _changed(self, *_events: Any) -> None:
        if self.shown:
            self.store.chores.want("tender-page", self.again)

    # --- drawing ------------------------------------------------------------------------------------------------------

    def redraw(self) -> None:
        _, tender = self.words, self.tender
        back = {"go": "tenders", "label": _("Tenders")}
        if tender is None:
            self.draw_not_found(self.bar, _("There is no such tender, or it is not yours."), back=back)
            for part in (self.form, self.table, self.ready_bar, self.ready):
                part.draw()
            return
        self.draw_bar(tender, back)
        if self.place[1:] == ("settings",):
            for part in (self.table, self.ready_bar, self.ready):
                part.draw()
        else:
            self.draw_suppliers()
            self.draw_ready()

    def draw_bar(self, tender: Tender, back: dict[str, str]) -> None:
        _, live = self.words, self.store.live.get(tender.room_id)
        pills = [{"text": _("Live now"), "tone": "good live"}] if live else []
        facts = [tender.number, words_of(_.language, PROCEDURES)[tender.procedure]]
        facts.append(_("Deadline {moment}", moment=_.moment(tender.deadline)))
        facts.append(amount_text(tender.base_amount_cents, tender.currency, _.language))
        if self.held:
            facts.append(_.ngettext("{count} session", "{count} sessions", self.held))
        settings = self.place[1:] == ("settings",)
        actions = [session_action(self, live is not None)]
        if settings:
            actions = [self.action("archive", _("Archive"), icon="archive", confirm=_("Press again to archive"))]
        elif live and self.room is not None:
            enter = {"name": "enter", "label": _("Enter"), "icon": "enter", "tone": "primary", "href": f"{self.desk.portal}/r/{self.room.slug}", "outside": True}  # fmt: skip
            actions = [*actions, enter]
        self.bar.draw(
            title=tender.subject,
            facts=" · ".join(filter(None, facts)),
            back=back,
            pills=pills,
            actions=actions,
            tabs=[
                {"go": f"tenders/{tender.id}", "label": _("Suppliers"), "current": not settings},
                {"go": f"conferences/{tender.room_id}/live", "label": _("Live"), "current": False},
                {"go": f"conferences/{tender.room_id}/attendance", "label": _("Sessions"), "current": False},
                {"go": f"conferences/{tender.room_id}/evidence", "label": _("Evidence"), "current": False},
                {"go": f"tenders/{tender.id}/settings", "label": _("Settings"), "current": settings},
            ],
        )

    def draw_suppliers(self) -> None:
        _ = self.words
        self.table.draw(
            caption=_("Suppliers"),
            columns=[
                {"key": "name", "title": _("Supplier"), "wide": True},
                {"key": "offer", "title": _("Offer")},
                {"key": "admitted", "title": _("Tender session")},
                {"key": "ready", "title": _("Is ready"), "kind": "number"},
            ],
            rows=[self.supplier_row(row) for row in self.suppliers],
            empty=_("No supplier takes part yet. Add the first."),
            search=_("Search") if len(self.suppliers) > 8 else "",
            acts=_("Actions"),
            most_px=560,
        )
        if not self.doing:
            self.form.draw(title=_("Add a supplier"), fields=self.add_fields(), submit=_("Add"), key="add", keeps="add")

    def supplier_row(self, row: SupplierRow) -> dict[str, Any]:
        _, part, organisation = self.words, row.part, row.organisation
        mine = [person for person in self.people if person.organisation_id == organisation.id]
        ready = sum(
            1 for one in mine if (check := self.checks.get(one.id)) is not None and check.verdict != "not_ready"
        )
        admitted = (
            {"pill": "good", "text": _("Admitted")} if part.admitted else {"pill": "bad", "text": _("Not admitted")}
        )
        admit = (
            self.action("exclude", _("Do not admit"), confirm=_("Press again: they leave the session"))
            if part.admitted
            else self.action("admit", _("Admit"))
        )
        return {
            "id": organisation.id,
            "look": "" if part.admitted else "dim",
            "cells": {
                "name": {"text": organisation.name or _("(erased)"), "sub": "" if organisation.erased_at else organisation.tax_code, "href": f"#/suppliers/{organisation.id}", "main": True},
                "offer": {"pill": OFFER_TONES[part.offer_state], "text": words_of(_.language, OFFERS)[part.offer_state]},
                "admitted": {"pill": "bad", "text": _("Disabled")} if organisation.disabled_at else admitted,
                "ready": _("{count} of {total}", count=ready, total=len(mine)) if part.admitted else "",
            },
            "actions": [
                admit,
                self.action("edit", _("Edit"), icon="edit", only_icon=True, tone="quiet"),
                self.action("remove", _("Remove"), icon="trash", only_icon=True, tone="quiet", confirm=_("Press again to remove")),
            ],
        }  # fmt: skip

    def draw_ready(self) -> None:
        """Show who has checked their computer, and what came of it (F7)."""
        _ = self.words
        if not self.people:
            self.ready_bar.draw()
            self.ready.draw()
            return
        names = {row.organisation.id: row.organisation.name for row in self.suppliers}
        done = sum(1 for person in self.people if self._verdict(person) in ("ready", "limited"))
        facts = _("{count} of {total} people are ready.", count=done, total=len(self.people))
        self.ready_bar.draw(title=_("Who is ready"), small=True, facts=facts)
        self.ready.draw(
            caption=_("Who is ready"),
            columns=[
                {"key": "name", "title": _("Person"), "wide": True},
                {"key": "verdict", "title": _("Is ready")},
                {"key": "devices", "title": _("Devices")},
                {"key": "path", "title": _("Connection")},
                {"key": "when", "title": _("Checked")},
            ],
            rows=[
                ready_row(self.words, person, self.checks.get(person.id), names.get(str(person.organisation_id), ""))
                for person in self.people
            ],
            empty="",
            most_px=480,
        )

    def _verdict(self, person: Account) -> str:
        check = self.checks.get(person.id)
        return check.verdict if check else ""

    # --- forms --------------------------------------------------------------------------------------------------------

    def add_fields(self) -> list[dict[str, Any]]:
        _ = self.words
        return [
            {"name": "organisation", "kind": "choice", "label": _("Supplier"), "width": "half", "required": True, "options": self._known, "hint": _("Name or tax code")},
            {"name": "offer_state", "kind": "select", "label": _("Offer"), "width": "half", "options": [list(item) for item in words_of(_.language, OFFERS).items()], "value": "submitted"},
        ]  # fmt: skip

    @property
    def _known(self) -> list[str]:
        return [f"{name} · {code}" for name, code in self.store.organisations]

    async def _on_form(self, message: Message) -> None:
        if "cancel" in message:
            self.doing = ""
            self.redraw()
        elif "submit" in message and self.place[1:] == ("settings",):
            await self.save(message["submit"])
        elif "submit" in message and self.doing:
            await self.change(self.doing, message["submit"])
        elif "submit" in message:
            await self.add(message["submit"])

    async def save(self, values: Message) -> None:
        """Change the tender; say what was wrong."""
        settings = tender_form.settings_from(self.desk, values)
        if not isinstance(settings, TenderSettings):
            self.form.answered(settings)
            return
        done = await self.desk.ask(SaveTender(tender=self.tender_id, settings=settings))
        self.form.answered()
        if done is not None:
            self.desk.messages.say(self._("Saved."), "good")

    async def add(self, values: Message) -> None:
        """Give the supplier that the field names a part in the tender."""
        text = str(values.get("organisation") or "")
        try:
            tax_code = clean_tax_code(text.rpartition("·")[2])
        except Refused:
            tax_code = ""
        found = await self.desk.read(organisations.by_tax_code, tax_code=tax_code)
        if found is None:
            self.form.answered({"organisation": self._("Please choose one of the suppliers. You add new ones on the page Suppliers.")})  # fmt: skip
            return
        part = TenderPart(organisation=OrganisationId(found.id), offer_state=values.get("offer_state") or "none")
        if await self.set_part(part):
            self.form.draw()

    async def change(self, organisation: str, values: Message) -> None:
        part = TenderPart(
            organisation=OrganisationId(organisation),
            offer_state=values.get("offer_state") or "none",
            admitted=bool(values.get("admitted")),
        )
        if await self.set_part(part):
            self.doing = ""
            self.form.draw()
            self.redraw()

    async def set_part(self, part: TenderPart) -> bool:
        """Ask for a supplier's part; say whether it was done."""
        done = await self.desk.ask(SetTenderSuppliers(tender=self.tender_id, parts=(part,)))
        self.form.answered()
        if done is not None:
            await self.again()
        return done is not None

    @property
    def tender_id(self) -> TenderId:
        return TenderId(self.tender.id if self.tender else "")

    # --- presses ------------------------------------------------------------------------------------------------------

    async def _on_bar(self, message: Message) -> None:
        press = str(message.get("press"))
        if press == "archive" and await self.desk.ask(ArchiveTender(tender=self.tender_id)):
            self.desk.messages.say(self._("The tender is archived. Its sessions and minutes stay."), "good")
            await self.again()
        elif self.tender is not None:
            await switch_session(self, self.tender.room_id, press)

    async def _on_table(self, message: Message) -> None:
        _, organisation = self.words, str(message.get("row"))
        row = next((row for row in self.suppliers if row.organisation.id == organisation), None)
        press = message.get("press")
        if row is None:
            return
        if press in ("admit", "exclude"):
            part = TenderPart(organisation=OrganisationId(organisation), offer_state=row.part.offer_state, admitted=press == "admit")  # fmt: skip
            await self.set_part(part)
        elif press == "remove":
            command = RemoveTenderSupplier(tender=self.tender_id, organisation=OrganisationId(organisation))
            if await self.desk.ask(command):
                await self.again()
        elif press == "edit":
            self.doing = organisation
            offers = [list(item) for item in words_of(_.language, OFFERS).items()]
            fields = [
                {"name": "offer_state", "kind": "select", "label": _("Offer"), "width": "half", "options": offers, "value": row.part.offer_state},
                {"name": "admitted", "kind": "tick", "label": _("Admitted to the sessions"), "width": "half", "value": row.part.admitted},
            ]  # fmt: skip
            self.form.draw(title=row.organisation.name, fields=fields, submit=_("Save"), cancel=_("Cancel"), focus=True, key=organisation)  # fmt: skip
