"""Invitations of a conference (A2-A4): whom to invite, and what became of each."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import ValidationError

from apps.console.pages.ready import verdict_cell
from apps.console.pages.room import RoomPage
from apps.console.parts.bar import Bar
from apps.console.parts.component import Component, Message
from apps.console.parts.form import Form
from apps.console.parts.table import Table
from apps.console.store import ConsoleStore
from apps.planning.commands import Invite, Invitee, ResendInvitation, RevokeInvitation, SetInvitationRole
from data.ids import InvitationId, RoomId
from data.models import Invitation

TYPED = re.compile(r"[\s,;]+")  # what stands between typed addresses
NAMED = re.compile(r"""["']?([^"'<>\n;]*?)["']?\s*<([^<>\s]+)>""")  # Ana Popescu <ana@example.org>


class InvitationsPage(RoomPage):
    """Pick people from the contact lists, type others, press *Invite*; below, the live state of each invitation."""

    TAB = "invitations"
    WATCHES: ClassVar[tuple[str, ...]] = ("link_up", "rooms", "invitations", "checks", "lists", "contacts")
    KINDS: ClassVar[tuple[str, ...]] = ("rooms", "live", "lists", "contacts", "invitations")

    def __init__(self, store: ConsoleStore) -> None:
        super().__init__(store)
        self.form = Form(self.desk.pulse, self._on_form)
        self.heading = Bar(self.desk.pulse)
        self.table = Table(self.desk.pulse, self._on_table)
        self._round = 0

    @property
    def parts(self) -> list[Component]:
        return [self.bar, self.heading, self.table, self.form]

    def redraw(self) -> None:
        _ = self.words
        self.draw_bar(boxes=self.boxes())
        if self.room is None:
            for part in self.parts[1:]:
                part.draw()
            return
        self.heading.draw(title=_("Invited"), small=True, facts=self.tally())
        self.table.draw(
            caption=_("Invitations"),
            columns=[
                {"key": "name", "title": _("Name"), "wide": True},
                {"key": "role", "title": _("Role")},
                {"key": "state", "title": _("State")},
                {"key": "ready", "title": _("Is ready")},
            ],
            rows=[self.row(one) for one in self.store.invitations],
            empty=_("Nobody is invited yet."),
            search=_("Search") if len(self.store.invitations) > 8 else "",
            acts=_("Actions"),
            most_px=560,
        )
        self.form.draw(
            title=_("Invite people"), fields=self.fields(), submit=_("Invite"), keeps=f"{self.room_id} {self._round}"
        )

    def boxes(self) -> list[dict[str, str]]:
        """Where mail lies, if it is not sent by a server."""
        if not self.desk.mail_folder:
            return []
        text = self._("No mail server is set: messages are written as files to {folder}.", folder=self.desk.mail_folder)
        return [{"tone": "info", "text": text}]

    def tally(self) -> str:
        _, valid = self.words, [one for one in self.store.invitations if one.revoked_at is None]
        if not valid:
            return ""
        accepted = sum(one.answer == "accepted" for one in valid)
        return _("{accepted} of {count} accepted", accepted=accepted, count=len(valid))

    def row(self, one: Invitation) -> dict[str, Any]:
        _ = self.words
        moderator = one.role == "moderator"
        actions = [self.action("resend", _("Send again"), icon="mail")]
        if one.revoked_at is None:
            label = _("Make participant") if moderator else _("Make moderator")
            actions.append(self.action("role", label, icon="role", only_icon=True, tone="quiet", on=moderator))
            actions.append(
                self.action(
                    "revoke",
                    _("Revoke"),
                    icon="trash",
                    only_icon=True,
                    tone="quiet",
                    confirm=_("Press again to revoke"),
                )
            )
        return {
            "id": one.id,
            "look": "dim" if one.revoked_at else "",
            "cells": {
                "name": {"text": one.name or one.email, "sub": one.email if one.name else "", "main": True},
                "role": {"text": _("Moderator"), "mark": _("Moderator")} if moderator else _("Participant"),
                "state": self.state_cell(one),
                "ready": verdict_cell(_, self.store.checks.get(one.id)),
            },
            "actions": actions,
        }  # fmt: skip

    def state_cell(self, one: Invitation) -> dict[str, Any]:
        """Return what is most worth knowing of an invitation: withdrawn, answered, or what became of the mail."""
        _ = self.words
        if one.revoked_at:
            return {"pill": "", "text": _("Revoked"), "value": "revoked"}
        if one.banned_at:
            return {"pill": "bad", "text": _("Removed"), "value": "removed"}
        if one.answer == "accepted":
            return {"pill": "good", "text": _("Accepted"), "sub": self.at(one.answered_at), "value": "accepted"}
        if one.answer == "declined":
            return {"pill": "bad", "text": _("Declined"), "sub": self.at(one.answered_at), "value": "declined"}
        states = {
            "sent": ("info", _("Sent")),
            "bounced": ("bad", _("Bounced")),
            "failed": ("bad", _("Not sent")),
            "none": ("", _("Link only")),
        }
        tone, text = states.get(one.mail_state, ("warn", _("Being sent")))
        return {
            "pill": tone,
            "text": text,
            "sub": one.mail_error or self.at(one.sent_at),
            "title": one.mail_error,
            "value": one.mail_state,
        }

    def at(self, moment: Any) -> str:
        return self.words.moment(moment) if moment else ""

    def fields(self) -> list[dict[str, Any]]:
        """People to tick, and a place to type addresses."""
        _ = self.words
        invited = {one.email for one in self.store.invitations if one.revoked_at is None}
        people = [
            {
                "id": contact.id,
                "name": contact.name,
                "email": contact.email,
                "note": contact.organisation,
                "group": list_id,
                "done": contact.email in invited,
            }
            for list_id, found in self.store.contacts.items()
            for contact in found
        ]
        fields: list[dict[str, Any]] = [
            {"name": "typed", "kind": "textarea", "label": _("E-mail addresses of others"), "hint": _("One a line, or separated by commas. A name may stand before it: Ana Pop <ana@example.org>"), "most": 20000, "rows": 3},
            {"name": "typed_moderators", "kind": "tick", "label": _("These people are moderators")},
        ]  # fmt: skip
        if people:
            fields.insert(0, {
                "name": "people", "kind": "people", "label": _("From your contacts"), "options": people,
                "groups": [[one.id, one.name] for one in self.store.lists], "all_groups": _("All lists"), "group_label": _("List"),
                "search": _("Search"), "moderator": _("Moderator"), "chosen": _("Chosen"), "nobody": _("Nobody found."),
            })  # fmt: skip
        return fields

    # --- what the moderator does --------------------------------------------------------------------------------------

    async def _on_form(self, message: Message) -> None:
        if "submit" in message:
            await self.invite(message["submit"])

    async def invite(self, values: Mapping[str, Any]) -> bool:
        """Invite who is ticked and typed; say how many, or what was wrong."""
        _ = self.words
        invitees = self.picked(values.get("people") or {}) + typed(
            str(values.get("typed") or ""), moderator=bool(values.get("typed_moderators"))
        )
        if not invitees:
            self.form.answered({"": _("Please choose somebody, or type an address.")})
            return False
        try:
            command = Invite(room=RoomId(self.room_id), invitees=tuple(Invitee(**one) for one in invitees))
        except ValidationError as error:
            self.form.answered({"": next(iter(self.desk.problems_of(error).values()))})
            return False
        done = await self.desk.ask(command)
        self.form.answered()
        if done is None:
            return False
        self.say_invited(done.values)
        self._round += 1  # what was ticked and typed is done; a fresh form follows
        await self.store.want(*self.KINDS, room=self.room_id)
        self.redraw()
        return True

    def say_invited(self, values: Mapping[str, Any]) -> None:
        _, made, skipped = self.words, _count(values.get("invited")), _count(values.get("skipped"))
        text = _.ngettext("{count} person is invited.", "{count} people are invited.", made)
        if skipped:
            text += " " + _.ngettext("{count} was invited already.", "{count} were invited already.", skipped)
        self.desk.messages.say(text, "good" if made else "info")

    def picked(self, chosen: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Return the ticked contacts as invitees; ``chosen`` tells for each id whether as a moderator."""
        known = {contact.id: contact for found in self.store.contacts.values() for contact in found}
        return [
            {"email": known[one].email, "name": known[one].name, "language": known[one].language, "moderator": bool(moderator)}
            for one, moderator in chosen.items()
            if one in known
        ]  # fmt: skip

    async def _on_table(self, message: Message) -> None:
        invitation = InvitationId(str(message.get("row")))
        _ = self.words
        match message.get("press"):
            case "resend":
                if await self.desk.ask(ResendInvitation(invitation=invitation)):
                    self.desk.messages.say(
                        _("A new message with a new link is on its way. The old link no longer works."), "good"
                    )
            case "revoke":
                if await self.desk.ask(RevokeInvitation(invitation=invitation)):
                    self.desk.messages.say(_("The invitation is revoked; its link no longer works."), "good")
            case "role":
                held = next((one for one in self.store.invitations if one.id == invitation), None)
                if held is not None:
                    await self.desk.ask(
                        SetInvitationRole(
                            invitation=invitation, role="participant" if held.role == "moderator" else "moderator"
                        )
                    )


def typed(text: str, *, moderator: bool = False) -> list[dict[str, Any]]:
    """Return the invitees of typed addresses, with or without names before them."""
    named = [
        {"email": email, "name": " ".join(name.split()).strip(" ,"), "moderator": moderator}
        for name, email in NAMED.findall(text)
    ]
    rest = TYPED.split(NAMED.sub(" ", text))
    return named + [{"email": email, "moderator": moderator} for email in rest if email]


def _count(value: Any) -> int:
    return len(value) if isinstance(value, list | tuple) else int(value or 0)
