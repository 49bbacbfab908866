"""A room's live page (A12): its head, and one section for each thing that is led from here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import panel as pn

from apps.console.pages.live_chat import Chat
from apps.console.pages.live_floor import Floor
from apps.console.pages.live_hands import Hands
from apps.console.pages.live_log import Happened
from apps.console.pages.live_people import People
from apps.console.pages.live_presentation import Presentation
from apps.console.pages.live_record import Statements
from apps.console.pages.live_reserved import Reserved
from apps.console.pages.live_stage import Stage
from apps.console.pages.room import RoomPage
from apps.console.pages.section import Section
from apps.console.parts.component import Component, Message
from apps.console.store import ConsoleStore
from apps.console.words import moment_of
from apps.live.commands import CloseSession, LockMicrophones, OpenSession
from apps.live.commands_recording import StartRecording, StopRecording

BELOW = """
:host { display: grid !important; grid-template-columns: minmax(0, 3fr) minmax(0, 2fr); gap: 0 28px; align-items: start; }
@media (max-width: 1000px) { :host { display: block !important; } }
"""
SPACED: dict[str, Any] = {"sizing_mode": "stretch_width", "stylesheets": [":host { gap: 16px; }"]}


class LivePage(RoomPage):
    """
    The running session of a conference.

    A further section: a class of its own, made here and put into ``across`` (the whole width), ``left`` or ``right`` (two columns below, where the screen is
    wide enough).
    """

    TAB = "live"
    WATCHES: ClassVar[tuple[str, ...]] = ("link_up", "rooms", "session", "refusal", "names")
    KINDS: ClassVar[tuple[str, ...]] = ("rooms", "session", "names")

    def __init__(self, store: ConsoleStore) -> None:
        super().__init__(store)
        self.chat = Chat(self)
        self.people = People(self, self.chat.write_to)
        self.hands = Hands(self, self.people)
        self.stage, self.happened = Stage(self), Happened(self)
        self.presentation = Presentation(self)
        self.floor, self.reserved, self.statements = Floor(self), Reserved(self), Statements(self)
        self.across: Sequence[Section] = (self.people, self.statements)
        self.left: Sequence[Section] = (self.floor, self.hands, self.chat)
        self.right: Sequence[Section] = (self.stage, self.reserved, self.presentation, self.happened)
        self._head: tuple[object, ...] = ()

    @property
    def sections(self) -> list[Section]:
        return [*self.across, *self.left, *self.right]

    @property
    def parts(self) -> list[Component]:
        return [self.bar, *_parts(self.sections)]

    def __panel__(self) -> pn.viewable.Viewable:
        columns = [pn.Column(*_parts(column), **SPACED) for column in (self.left, self.right)]
        below = pn.Column(*columns, sizing_mode="stretch_width", stylesheets=[BELOW])
        return pn.Column(self.bar, *_parts(self.across), below, **SPACED)

    def redraw(self) -> None:
        self.draw_head()
        for section in self.sections:
            section.draw() if self.room is not None and section.here else section.hide()

    def draw_head(self) -> None:
        """Draw the head, if anything of what it shows is another."""
        _, live = self.words, self.store.live_room
        running = live.recording["running"]
        shown = (
            running, live.recording["reason"], self.room, self.store.refusal, self.store.link_up, live.phase, live.microphones_locked, live.opened_at, self.inside
        )  # fmt: skip
        if self._head == shown:
            return
        self._head = shown
        if self.room is None:
            self.draw_bar()
        elif self.store.refusal is not None:
            self.draw_bar(boxes=[{"tone": "warn", "text": _.refusal(self.store.refusal)}])
        elif live.phase != "open":
            box = {"tone": "info", "text": _("The conference is not open. It opens when a moderator enters, or here.")}
            self.draw_bar(actions=[self.action("open", _("Open the session"), icon="live")], boxes=[box])
        else:
            self.draw_open_head()

    @property
    def inside(self) -> int:
        """How many are in the room, counted once for all pages."""
        count: int = self.store.feed.content("inside", lambda: {"count": self.store.live_room.count_inside})["count"]
        return count

    def draw_open_head(self) -> None:
        _, live = self.words, self.store.live_room
        locked = live.microphones_locked
        lock = self.action(
            "lock",
            _("Unlock microphones") if locked else _("Lock microphones"),
            icon="unlock" if locked else "lock",
            on=locked,
            key="m",
        )
        end = self.action("end", _("End for all"), icon="stop", tone="danger", confirm=_("Press again to end for all"))
        count = _.ngettext("{count} person", "{count} people", self.inside)
        since = _("since {time}", time=_.clock(moment_of(live.opened_at))) if live.opened_at else ""
        running, record = live.recording["running"], self.room is not None and self.room.record
        pills = [{"tone": "good live", "text": _("Live now")}]
        if running:
            pills.append({"tone": "bad live", "text": _("Recording")})
        tape = [self.action(*(("stop_recording", _("Stop recording")) if running else ("start_recording", _("Start recording"))), icon="record", on=bool(running))]  # fmt: skip
        full = [{"tone": "bad", "text": _("The server's disk is almost full: nothing can be recorded until there is space again.")}]  # fmt: skip
        self.draw_bar(
            pills=pills,
            facts=" · ".join(filter(None, (since, count))),
            actions=[*(tape if record else ()), lock, end],
            boxes=full if live.recording["reason"] == "disk_full" else [],
        )

    async def _on_bar(self, message: Message) -> None:
        match message.get("press"):
            case "open":
                if await self.desk.ask(OpenSession(), room=self.room_id) is not None:
                    await self.read()
            case "end":
                await self.desk.ask(CloseSession(), room=self.room_id)
            case "start_recording":
                await self.desk.ask(StartRecording(), room=self.room_id)
            case "stop_recording":
                await self.desk.ask(StopRecording(), room=self.room_id)
            case "lock":
                locked = not self.store.live_room.microphones_locked
                await self.desk.ask(LockMicrophones(locked=locked), room=self.room_id)


def _parts(sections: Sequence[Section]) -> list[Component]:
    return [part for section in sections for part in section.parts]
