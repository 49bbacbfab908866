"""Erasing a person, at the foot of the page of accounts: one address, and a second thought."""

from __future__ import annotations

from pydantic import ValidationError

from apps.console.desk import Desk
from apps.console.parts.component import Message
from apps.console.parts.form import Form
from apps.evidence.commands import ErasePerson
from apps.live.state import Denied


class Erasing:
    """The form, for administrators. ``form`` is the part to be shown."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self._ = desk, desk.words
        self.form = Form(desk.pulse, self._on_form)

    def draw(self) -> None:
        _ = self._
        if not self.desk.administrator:
            self.form.hide()
            return
        hint = _("Empties names, addresses, messages and statements of everybody with this address, in all rooms, deletes their letters and documents, and makes recordings again without them. Logs and dossiers still verify. It can't be undone; backups still hold them.")  # fmt: skip
        self.form.draw(
            title=_("Erase a person"),
            fields=[
                {"name": "email", "kind": "email", "label": _("E-mail"), "required": True, "most": 254, "hint": hint},
                {"name": "sure", "kind": "tick", "label": _("Erase everything that names this person, for good")},
            ],
            submit=_("Erase the person"),
        )

    async def _on_form(self, message: Message) -> None:
        if "submit" in message:
            await self.erase(message["submit"])

    async def erase(self, values: Message) -> None:
        """Ask for it; say what was erased, or why not."""
        _ = self._
        if not values.get("sure"):
            self.form.answered({"sure": _("Please tick this first.")})
            return
        try:
            command = ErasePerson(email=str(values.get("email") or ""))
        except ValidationError as error:
            self.form.answered(self.desk.problems_of(error))
            return
        done = await self.desk.answer(command)
        if isinstance(done, Denied):
            self.form.answered({"email": _.refusal(done)})
            return
        self.form.answered()
        self.draw()
        told = _("Erased: {people} invitations and accounts, {participants} seats, {messages} messages, {statements} statements, {contacts} contacts.", **done.values)  # fmt: skip
        self.desk.messages.say(told, "good")
