"""One supplier: its people and the state of their accounts."""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import ValidationError

from apps.console.pages.erasing import ErasingSupplier
from apps.console.pages.page import Page
from apps.console.parts.bar import Bar
from apps.console.parts.component import Component, Message
from apps.console.parts.form import Form
from apps.console.parts.table import Table
from apps.console.store import ConsoleStore
from apps.i18n import LANGUAGES
from apps.tenders.commands import (
    AddSupplierPerson,
    ResetSecondStep,
    SaveOrganisation,
    SendActivation,
    SwitchOrganisation,
    SwitchSupplierPerson,
)
from data import mail, organisations
from data.ids import AccountId, OrganisationId
from data.models import Account, Mail, Organisation


class SupplierPage(Page):
    """``place`` is the organisation's id."""

    WATCHES: ClassVar[tuple[str, ...]] = ("link_up",)

    def __init__(self, store: ConsoleStore) -> None:
        super().__init__(store)
        self.bar = Bar(self.desk.pulse, self._on_bar)
        self.form = Form(self.desk.pulse, self._on_form)
        self.table = Table(self.desk.pulse, self._on_table)
        self.erasing = ErasingSupplier(self.desk)
        self.organisation: Organisation | None = None
        self.people: list[Account] = []
        self.mails: dict[str, Mail] = {}
        self.doing = ""
        store.param.watch(self._changed, ["suppliers"])

    @property
    def parts(self) -> list[Component]:
        return [self.bar, self.form, self.table, self.erasing.form]

    async def read(self) -> None:
        self.form.hide()
        await self.store.want("suppliers")
        await self.load()

    async def load(self) -> None:
        read, name = self.desk.read, self.place[0] if self.place else ""
        self.organisation = await read(organisations.get, organisation_id=name)
        self.people = await read(organisations.people, organisation_id=name)
        self.mails = await read(mail.last_to_accounts, account_ids=[person.id for person in self.people])

    async def again(self) -> None:
        """Read and draw again."""
        await self.load()
        if self.shown:
            self.redraw()

    def _changed(self, *_events: Any) -> None:
        if self.shown:
            self.store.chores.want("supplier-page", self.again)

    def redraw(self) -> None:
        _, one = self.words, self.organisation
        back = {"go": "suppliers", "label": _("Suppliers")}
        if one is None or one.erased_at is not None:
            self.draw_not_found(self.bar, _("There is no such supplier."), back=back)
            self.table.draw()
            self.erasing.draw(None)
            return
        switch = self.action("enable", _("Enable"), icon="unlock") if one.disabled_at else self.action("disable", _("Disable"), icon="lock", confirm=_("Press again to disable"))  # fmt: skip
        self.bar.draw(
            title=one.name,
            facts=_("Tax code {code}", code=one.tax_code),
            back=back,
            pills=[{"text": _("Disabled"), "tone": "bad"}] if one.disabled_at else [],
            actions=[
                switch,
                self.action("rename", _("Rename"), icon="edit"),
                self.action("person", _("Add person"), icon="plus", tone="primary"),
            ],
        )
        self.table.draw(
            caption=_("People"),
            columns=[
                {"key": "name", "title": _("Name"), "wide": True},
                {"key": "state", "title": _("Account")},
                {"key": "step", "title": _("Second step")},
                {"key": "language", "title": _("Language")},
            ],
            rows=[self.row(person) for person in self.people],
            empty=_("Nobody of this supplier has an account yet. Add the first person."),
            acts=_("Actions"),
        )
        self.erasing.draw(one)

    def row(self, person: Account) -> dict[str, Any]:
        _ = self.words
        actions = []
        if person.disabled_at:
            actions.append(self.action("enable", _("Enable"), icon="unlock"))
        else:
            if person.activated_at is None:
                actions.append(self.action("send", _("Send the link again"), icon="mail"))
            if person.totp_secret is not None:
                actions.append(self.action("step", _("Reset the second step"), icon="key", tone="quiet", confirm=_("Press again to reset")))  # fmt: skip
            actions.append(self.action("disable", _("Disable"), icon="lock", tone="quiet", confirm=_("Press again to disable")))  # fmt: skip
        return {
            "id": person.id,
            "look": "dim" if person.disabled_at else "",
            "cells": {
                "name": {"text": person.name, "sub": person.email, "main": True},
                "state": self.state_cell(person),
                "step": _("On") if person.totp_secret is not None else "",
                "language": LANGUAGES.get(person.language, ""),
            },
            "actions": actions,
        }

    def state_cell(self, person: Account) -> dict[str, Any]:
        _, sent = self.words, self.mails.get(person.id)
        if person.disabled_at:
            return {"pill": "bad", "text": _("Disabled")}
        if person.activated_at is not None:
            return {"pill": "good", "text": _("Active")}
        if sent is not None and sent.state == "failed":
            return {"pill": "bad", "text": _("Mail failed"), "sub": sent.error}
        if sent is not None and sent.state == "sent":
            return {"pill": "info", "text": _("Link sent"), "sub": _.moment(sent.created_at)}
        return {"pill": "warn", "text": _("Link on its way"), "sub": sent.error if sent else ""}

    # --- what the authority does --------------------------------------------------------------------------------------

    @property
    def organisation_id(self) -> OrganisationId:
        return OrganisationId(self.organisation.id if self.organisation else "")

    async def _on_bar(self, message: Message) -> None:
        _, press = self.words, message.get("press")
        if press in ("enable", "disable"):
            await self.done(SwitchOrganisation(organisation=self.organisation_id, enabled=press == "enable"))
        elif press == "rename" and self.organisation is not None:
            fields = [{"name": "name", "kind": "text", "label": _("Name of the supplier"), "required": True, "most": 200, "value": self.organisation.name}]  # fmt: skip
            self.doing = "rename"
            self.form.draw(title=_("Rename"), fields=fields, submit=_("Save"), cancel=_("Cancel"), focus=True, key="rename")  # fmt: skip
        elif press == "person":
            self.doing = "person"
            fields = [
                {"name": "name", "kind": "text", "label": _("Name"), "width": "half", "required": True, "most": 120},
                {"name": "email", "kind": "email", "label": _("E-mail address"), "width": "half", "required": True},
                {"name": "language", "kind": "select", "label": _("Language"), "width": "half", "options": [list(item) for item in LANGUAGES.items()], "value": _.language},
            ]  # fmt: skip
            self.form.draw(title=_("New person"), fields=fields, submit=_("Save"), cancel=_("Cancel"), focus=True, key="person")  # fmt: skip

    async def _on_form(self, message: Message) -> None:
        if "submit" not in message:
            self.form.hide()
            return
        values = message["submit"]
        try:
            command: Any = (
                SaveOrganisation(organisation=self.organisation_id, name=str(values.get("name") or ""))
                if self.doing == "rename"
                else AddSupplierPerson(
                    organisation=self.organisation_id,
                    email=str(values.get("email") or ""),
                    name=str(values.get("name") or ""),
                    language=values.get("language") or "it",
                )
            )
        except ValidationError as error:
            self.form.answered(self.desk.problems_of(error))
            return
        if await self.done(command):
            self.form.hide()
            if self.doing == "person":
                self.desk.messages.say(self._("The account is made. An e-mail with the link to activate it is on its way."), "good")  # fmt: skip
        self.form.answered()

    async def _on_table(self, message: Message) -> None:
        account = AccountId(str(message.get("row")))
        press = message.get("press")
        if press in ("enable", "disable"):
            await self.done(SwitchSupplierPerson(account=account, enabled=press == "enable"))
        elif press == "send" and await self.done(SendActivation(account=account)):
            self.desk.messages.say(self._("A new link is on its way; the old one no longer works."), "good")
        elif press == "step":
            await self.done(ResetSecondStep(account=account))

    async def done(self, command: Any) -> bool:
        """Ask, and show what came of it; say whether it was done."""
        answer = await self.desk.ask(command)
        if answer is not None:
            await self.again()
        return answer is not None
