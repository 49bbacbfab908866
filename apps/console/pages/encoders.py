"""Encoders of a conference: programs such as OBS that present by a token (docs/whip.md)."""

from __future__ import annotations

from typing import Any, ClassVar

from apps.console.pages.room import RoomPage
from apps.console.parts.bar import Bar
from apps.console.parts.component import Component, Message
from apps.console.parts.form import Form
from apps.console.parts.table import Table
from apps.console.store import ConsoleStore
from apps.planning.commands import MakeEncoder, RevokeEncoder
from data.ids import EncoderId, RoomId
from data.models import Encoder


class EncodersPage(RoomPage):
    """Make a token and show it once; below, the encoders that may present."""

    TAB = "encoders"
    WATCHES: ClassVar[tuple[str, ...]] = ("link_up", "rooms", "encoders")
    KINDS: ClassVar[tuple[str, ...]] = ("rooms", "live", "encoders")

    def __init__(self, store: ConsoleStore) -> None:
        super().__init__(store)
        self.made_heading = Bar(self.desk.pulse, self._on_made)
        self.made_table = Table(self.desk.pulse)
        self.heading = Bar(self.desk.pulse)
        self.table = Table(self.desk.pulse, self._on_table)
        self.form = Form(self.desk.pulse, self._on_form)
        self.made: tuple[str, str, str] | None = None
        """Name, address and token of the encoder just made; forgotten when the page is left."""
        self._round = 0

    @property
    def parts(self) -> list[Component]:
        return [self.bar, self.made_heading, self.made_table, self.heading, self.table, self.form]

    def leave(self) -> None:
        super().leave()
        self.made = None

    def redraw(self) -> None:
        _ = self.words
        self.draw_bar()
        if self.room is None:
            for part in self.parts[1:]:
                part.draw()
            return
        self._draw_made()
        self.heading.draw(
            title=_("Encoders"),
            small=True,
            facts=_(
                "Programs such as OBS that present in this conference: their picture is the stage, with its sound."
            ),
        )
        self.table.draw(
            caption=_("Encoders"),
            columns=[{"key": "name", "title": _("Name"), "wide": True}, {"key": "state", "title": _("State")}],
            rows=[self.row(one) for one in self.store.encoders],
            empty=_("No program may present yet. Make a token for one below."),
            acts=_("Actions"),
        )
        self.form.draw(
            title=_("New token"),
            fields=[{"name": "name", "kind": "text", "label": _("Name"), "hint": _("People see it beside the picture: Hall camera"), "required": True, "most": 120}],
            submit=_("Make token"),
            keeps=f"{self.room_id} {self._round}",
        )  # fmt: skip

    def _draw_made(self) -> None:
        _ = self.words
        if self.made is None:
            self.made_heading.draw()
            self.made_table.draw()
            return
        name, address, token = self.made
        self.made_heading.draw(
            title=_("What to enter in OBS for {name}", name=name),
            small=True,
            boxes=[{"tone": "good", "text": _("The token is shown only now. In OBS: Settings, Stream, service WHIP. Then: video H.264 at 2500 kbit/s without B-frames, a keyframe each second.")}],
            actions=[self.action("done", _("I have entered it"))],
        )  # fmt: skip
        self.made_table.draw(
            caption=_("What to enter in OBS for {name}", name=name),
            columns=[{"key": "field", "title": _("Field")}, {"key": "value", "title": _("Value"), "wide": True}],
            rows=[
                {"id": "server", "cells": {"field": _("Server"), "value": {"text": address, "main": True}}},
                {"id": "token", "cells": {"field": _("Bearer Token"), "value": {"text": token, "main": True}}},
            ],
            empty="",
        )

    def row(self, one: Encoder) -> dict[str, Any]:
        _ = self.words
        withdraw = self.action(
            "withdraw", _("Withdraw"), icon="trash", tone="quiet", confirm=_("Press again to withdraw")
        )
        used = {"pill": "good", "text": _("Used"), "sub": _.moment(one.used_at)} if one.used_at else None
        return {
            "id": one.id,
            "cells": {
                "name": {
                    "text": one.name,
                    "sub": _("Made on {moment}", moment=_.moment(one.created_at)),
                    "main": True,
                },
                "state": used or {"pill": "", "text": _("Never used")},
            },
            "actions": [withdraw],
        }

    # --- what the moderator does --------------------------------------------------------------------------------------

    async def _on_form(self, message: Message) -> None:
        if "submit" in message:
            await self.make(str(message["submit"].get("name") or ""))

    async def make(self, name: str) -> bool:
        """Make a token and show it."""
        if not name.strip():
            self.form.answered({"name": self._("Please fill this in.")})
            return False
        done = await self.desk.ask(MakeEncoder(room=RoomId(self.room_id), name=name[:120]))
        self.form.answered()
        if done is None:
            return False
        self.made = name.strip(), str(done.values["address"]), str(done.values["token"])
        self._round += 1
        await self.store.want(*self.KINDS, room=self.room_id)
        self.redraw()
        return True

    async def _on_made(self, message: Message) -> None:
        if message.get("press") == "done":
            self.made = None
            self.redraw()

    async def _on_table(self, message: Message) -> None:
        if message.get("press") != "withdraw":
            return
        if await self.desk.ask(RevokeEncoder(encoder=EncoderId(str(message.get("row"))))):
            self.desk.messages.say(self._("The token is withdrawn. What it showed has ended."), "good")
            await self.store.want(*self.KINDS, room=self.room_id)
