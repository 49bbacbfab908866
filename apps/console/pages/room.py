"""What the pages of one conference share: the head with tabs, and its settings page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from apps.console.pages import conference_form
from apps.console.pages.conferences import length_text
from apps.console.pages.page import Page
from apps.console.parts.bar import Bar
from apps.console.parts.component import Component, Message
from apps.console.parts.form import Form
from apps.console.store import ConsoleStore
from apps.planning.commands import RoomSettings, UpdateRoom
from data.ids import RoomId
from data.models import Room

NOT_OF_TENDERS = ("invitations", "settings")  # their page has these


class RoomPage(Page):
    """A page of one conference; ``place`` begins with the room's id."""

    WATCHES: ClassVar[tuple[str, ...]] = ("link_up", "rooms", "live")
    KINDS: ClassVar[tuple[str, ...]] = ("rooms", "live")
    TAB = ""

    def __init__(self, store: ConsoleStore) -> None:
        super().__init__(store)
        self.bar = Bar(self.desk.pulse, self._on_bar)

    @property
    def room_id(self) -> str:
        return self.place[0] if self.place else ""

    @property
    def room(self) -> Room | None:
        found: Room | None = self.store.room(self.room_id)
        return found

    async def read(self) -> None:
        await self.store.want(*self.KINDS, room=self.room_id)

    def draw_bar(
        self, *, pills: Sequence[Any] = (), actions: Sequence[Any] = (), boxes: Sequence[Any] = (), facts: str = ""
    ) -> None:
        """Draw the head; without the room (archived, another's, unknown) it says so."""
        _, room = self.words, self.room
        back = {"go": "conferences", "label": _("Conferences")}
        if room is not None and room.kind == "tender":
            back = {"go": f"tenders/{room.id}", "label": _("Tender")}
        if room is None:
            self.draw_not_found(self.bar, _("There is no such conference, or it is not yours."), back=back)
            return
        when = " · ".join(filter(None, (_.moment(room.starts_at) if room.starts_at else "", length_text(_, room))))
        library = {
            "name": "library",
            "label": _("Presentations"),
            "icon": "presenter",
            "href": f"{self.desk.portal}/r/{room.slug}/library",
            "outside": True,
        }
        enter = {
            "name": "enter",
            "label": _("Enter"),
            "icon": "enter",
            "tone": "primary",
            "href": f"{self.desk.portal}/r/{room.slug}",
            "outside": True,
        }
        tabs = (
            ("live", _("Live")),
            ("invitations", _("Invitations")),
            ("encoders", _("Encoders")),
            ("settings", _("Settings")),
            ("attendance", _("Attendance")),
            ("evidence", _("Evidence")),
        )
        self.bar.draw(
            title=room.title,
            facts=" · ".join(filter(None, (when, facts))),
            back=back,
            pills=list(pills),
            actions=[*actions, library, enter],
            boxes=list(boxes),
            tabs=[{"go": f"conferences/{room.id}/{name}", "label": label, "current": name == self.TAB} for name, label in tabs if room.kind != "tender" or name not in NOT_OF_TENDERS],
        )  # fmt: skip

    async def _on_bar(self, message: Message) -> None:
        """Take an action of the head."""


class SettingsPage(RoomPage):
    """A conference's settings, to be changed."""

    TAB = "settings"

    def __init__(self, store: ConsoleStore) -> None:
        super().__init__(store)
        self.form = Form(self.desk.pulse, self._on_form)

    @property
    def parts(self) -> list[Component]:
        return [self.bar, self.form]

    async def open(self, *place: str) -> None:
        self.form.hide()
        await super().open(*place)
        if self.room is not None:
            self.form.draw(fields=conference_form.fields(self.desk, self.room), submit=self._("Save"))

    def redraw(self) -> None:
        self.draw_bar()

    async def _on_form(self, message: Message) -> None:
        if "submit" in message:
            await self.save(message["submit"])

    async def save(self, values: Message) -> bool:
        """Change the conference; say what was wrong."""
        settings = conference_form.settings_from(self.desk, values)
        if not isinstance(settings, RoomSettings):
            self.form.answered(settings)
            return False
        done = await self.desk.ask(UpdateRoom(room=RoomId(self.room_id), settings=settings))
        self.form.answered()
        if done is None:
            return False
        self.desk.messages.say(self._("Saved."), "good")
        return True
