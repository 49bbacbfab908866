"""Accounts: who may sign in. For administrators only."""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import ValidationError

from apps.console.pages.erasing import Erasing
from apps.console.pages.page import Page
from apps.console.parts.bar import Bar
from apps.console.parts.component import Component, Message
from apps.console.parts.form import Form
from apps.console.parts.table import Table
from apps.console.store import ConsoleStore
from apps.i18n import LANGUAGES
from apps.planning.commands import CreateAccount, DisableAccount
from data.ids import AccountId
from data.models import Account


class PeoplePage(Page):
    """Accounts; adding one shows its one-time password once."""

    WATCHES: ClassVar[tuple[str, ...]] = ("link_up", "accounts")

    def __init__(self, store: ConsoleStore) -> None:
        super().__init__(store)
        self.bar = Bar(self.desk.pulse, self._on_bar)
        self.form = Form(self.desk.pulse, self._on_form)
        self.table = Table(self.desk.pulse, self._on_table)
        self.erasing = Erasing(self.desk)
        self.password: tuple[str, str] | None = None
        """Address and one-time password of the account just made; forgotten when the page is left."""
        self.redraw()

    @property
    def parts(self) -> list[Component]:
        return [self.bar, self.form, self.table, self.erasing.form]

    async def read(self) -> None:
        self.form.hide()
        self.erasing.draw()
        await self.store.want("accounts")

    def leave(self) -> None:
        super().leave()
        self.password = None

    def redraw(self) -> None:
        _, boxes = self.words, []
        if not self.desk.administrator:
            self.bar.draw(title=_("People"), boxes=[{"tone": "warn", "text": _("Only administrators see this page.")}])
            self.table.draw()
            return
        if self.password:
            email, password = self.password
            boxes = [
                {
                    "tone": "good",
                    "text": _(
                        "One-time password of {email}: {password} — it is shown only now; please pass it on safely.",
                        email=email,
                        password=password,
                    ),
                }
            ]
        self.bar.draw(
            title=_("People"), boxes=boxes, actions=[self.action("add", _("Add account"), icon="plus", tone="primary")]
        )
        self.table.draw(
            caption=_("Accounts"),
            columns=[{"key": "name", "title": _("Name"), "wide": True}, {"key": "role", "title": _("Role")}, {"key": "state", "title": _("State")}],
            rows=[self.row(one) for one in self.store.accounts],
            empty="",
            acts=_("Actions"),
        )  # fmt: skip

    def row(self, one: Account) -> dict[str, Any]:
        _ = self.words
        disable = self.action("disable", _("Disable"), icon="lock", tone="quiet", confirm=_("Press again to disable"))
        return {
            "id": one.id,
            "look": "dim" if one.disabled_at else "",
            "cells": {
                "name": {"text": one.name, "sub": one.email, "main": True},
                "role": _("Administrator") if one.role == "administrator" else _("Moderator"),
                "state": {"pill": "", "text": _("Disabled")} if one.disabled_at else {"pill": "good", "text": _("Active")},
            },
            "actions": [] if one.disabled_at or one.id == self.desk.account.id else [disable],
        }  # fmt: skip

    async def _on_bar(self, message: Message) -> None:
        if message.get("press") != "add":
            return
        _ = self.words
        roles = [["moderator", _("Moderator")], ["administrator", _("Administrator")]]
        self.form.draw(
            title=_("New account"),
            fields=[
                {"name": "name", "kind": "text", "label": _("Name"), "width": "half", "required": True, "most": 120},
                {"name": "email", "kind": "email", "label": _("E-mail address"), "width": "half", "required": True},
                {"name": "role", "kind": "select", "label": _("Role"), "width": "half", "options": roles},
                {"name": "language", "kind": "select", "label": _("Language"), "width": "half", "options": [list(item) for item in LANGUAGES.items()], "value": _.language},
            ],
            submit=_("Save"),
            cancel=_("Cancel"),
            focus=True,
        )  # fmt: skip

    async def _on_form(self, message: Message) -> None:
        if "submit" in message:
            await self.create(message["submit"])
        else:
            self.form.hide()

    async def create(self, values: Message) -> None:
        """Add an account and show its one-time password."""
        email = str(values.get("email") or "")
        try:
            command = CreateAccount(
                email=email,
                name=str(values.get("name") or ""),
                role=values.get("role") or "moderator",
                language=values.get("language") or self.words.language,
            )
        except ValidationError as error:
            self.form.answered(self.desk.problems_of(error))
            return
        if not command.email:
            self.form.answered({"email": self._("Please fill this in.")})
            return
        done = await self.desk.ask(command)
        self.form.answered()
        if done is None:
            return
        self.password = command.email, str(done.values.get("password", ""))
        self.form.hide()
        await self.store.want("accounts")
        self.redraw()

    async def _on_table(self, message: Message) -> None:
        if message.get("press") == "disable" and await self.desk.ask(
            DisableAccount(account=AccountId(str(message["row"])))
        ):
            await self.store.want("accounts")
