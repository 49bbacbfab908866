"""Erasing a person, at the foot of the page of accounts, and a supplier, at the foot of its own: with a second thought."""

from __future__ import annotations

from pydantic import ValidationError

from apps.console.desk import Desk
from apps.console.parts.component import Message
from apps.console.parts.form import Form
from apps.console.words import Words
from apps.evidence.commands import EraseOrganisation, ErasePerson
from apps.live.state import Denied
from apps.service import Done
from data.ids import OrganisationId
from data.models import Organisation


def told_of(_: Words, done: Done) -> str:
    """Return what was erased, in words."""
    return _("Erased: {people} invitations and accounts, {participants} seats, {messages} messages, {statements} statements, {contacts} contacts.", **done.values)  # fmt: skip


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
        self.desk.messages.say(told_of(_, done), "good")


class ErasingSupplier:
    """The form at the foot of a supplier's page, for administrators: the name typed once more, and a tick."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self._ = desk, desk.words
        self.form = Form(desk.pulse, self._on_form)
        self._organisation: Organisation | None = None

    def draw(self, organisation: Organisation | None) -> None:
        """Offer it for a supplier; for ``None`` nothing is shown."""
        _ = self._
        self._organisation = organisation
        if organisation is None or not self.desk.administrator:
            self.form.hide()
            return
        hint = _("Empties the supplier’s name and tax code, and of each of its people name, address, messages and statements; their sign-ins end, their letters and documents are deleted, recordings are made again without them. Tenders, times and hashes stay: every log still verifies. It can't be undone; backups still hold them.")  # fmt: skip
        name = {"name": "name", "kind": "text", "label": _("Name of the supplier, typed once more"), "required": True}
        self.form.draw(
            title=_("Erase the supplier"),
            fields=[
                {**name, "most": 200, "hint": hint},
                {"name": "sure", "kind": "tick", "label": _("Erase this supplier and its people, for good")},
            ],
            submit=_("Erase the supplier"),
        )

    async def _on_form(self, message: Message) -> None:
        if "submit" in message:
            await self.erase(message["submit"])

    async def erase(self, values: Message) -> None:
        """Ask for it; say what was erased, or why not."""
        _, found = self._, self._organisation
        if found is None:
            return
        problems = {
            "name": ""
            if str(values.get("name") or "").strip() == found.name
            else _("This is not the supplier’s name."),
            "sure": "" if values.get("sure") else _("Please tick this first."),
        }
        problems = {field: text for field, text in problems.items() if text}
        if problems:
            self.form.answered(problems)
            return
        done = await self.desk.answer(EraseOrganisation(organisation=OrganisationId(found.id)))
        if isinstance(done, Denied):
            self.form.answered({"": _.refusal(done)})
            return
        self.form.answered()
        self.draw(None)
        self.desk.messages.say(told_of(_, done), "good")
