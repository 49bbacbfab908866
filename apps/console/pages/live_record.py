"""The live page of a tender's session: what was put on the record."""

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
from apps.live.commands_tender import AnswerStatement
from data.ids import StatementId


class Statements(Section):
    """What suppliers filed, to be noted, accepted or declined with a reason (F5)."""

    def __init__(self, page: RoomPage) -> None:
        super().__init__(page)
        self.head, self.table = Bar(self.desk.pulse, self._unused), Table(self.desk.pulse, self.pressed)
        self.form = Form(self.desk.pulse, self.submitted)
        self._declining = ""

    @property
    def parts(self) -> list[Component]:
        return [self.head, self.table, self.form]

    @property
    def here(self) -> bool:
        return bool(self.filed)

    @property
    def filed(self) -> list[Mapping[str, Any]]:
        return list((self.live.tender or {}).get("statements") or ())

    def draw(self) -> None:
        _ = self.words
        self.head.draw(title=_("On the record"), small=True)
        self.table.draw_shared(self.shared("statements", self.content))
        waits = any(one["statement"] == self._declining and one["answer"] is None for one in self.filed)
        self.form.draw(**(self.form_content() if waits else {}))

    def content(self) -> Values:
        _ = self.words
        return {
            "caption": _("On the record"),
            "columns": [
                {"key": "at", "title": _("Time"), "kind": "tight"},
                {"key": "who", "title": _("Name")},
                {"key": "text", "title": _("Statement"), "wide": True},
                {"key": "answer", "title": _("Answer")},
            ],
            "rows": [self.row(one) for one in self.filed],
            "empty": "",
            "acts": _("Actions"),
        }

    def row(self, one: Mapping[str, Any]) -> Values:
        _, document = self.words, one["document"]
        words = {"noted": _("noted"), "accepted": _("accepted"), "declined": _("declined")}
        tone = {"accepted": "good", "declined": "bad"}.get(one["answer"] or "", "")
        answer = words.get(one["answer"] or "", _("waits for an answer"))
        text: Values = {"text": one["text"], "sub": one["reason"]}
        if document and self.page.room is not None:
            href = f"{self.desk.portal}/r/{self.page.room.slug}/statements/{one['statement']}/document"
            text |= {"sub": f"{document['name']} · SHA-256 {document['sha256'][:16]}…", "href": href}
        actions = [
            self.page.action("noted", _("Note"), icon="mail"),
            self.page.action("accepted", _("Accept it"), icon="role"),
            self.page.action("declined", _("Decline it…"), icon="remove"),
        ]
        return {
            "id": one["statement"],
            "cells": {
                "at": _.clock(moment_of(one["at"])),
                "who": {"text": one["name"], "sub": one["firm"]},
                "text": text,
                "answer": {"text": answer, "pill": tone or "quiet"},
            },
            "actions": [] if one["answer"] else actions,
        }

    def form_content(self) -> Values:
        _ = self.words
        reason = {"name": "reason", "kind": "textarea", "label": _("Reason, for the record"), "required": True}
        return {
            "title": _("Decline the statement"),
            "fields": [{**reason, "most": 2000}],
            "submit": _("Decline the statement"),
            "cancel": _("Cancel"),
            "focus": "reason",
        }

    async def pressed(self, message: Message) -> None:
        statement, press = str(message.get("row", "")), message.get("press")
        if press == "declined":
            self._declining = statement
            self.draw()
        elif press in ("noted", "accepted"):
            await self.ask(AnswerStatement(statement=StatementId(statement), answer=press))

    async def submitted(self, message: Message) -> None:
        values = message.get("submit")
        if isinstance(values, Mapping):
            reason = str(values.get("reason") or "")[:2000]
            statement = StatementId(self._declining)
            if not await self.ask(AnswerStatement(statement=statement, answer="declined", reason=reason)):
                self.form.answered()
                return
            self.form.answered()
        self._declining = ""
        self.draw()

    async def _unused(self, message: Message) -> None:
        """The head has no actions."""
