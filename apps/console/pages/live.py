"""A room's live page (A12): who is there, what they may do, the queue of hands, chat, and who did what."""

from __future__ import annotations

from typing import Any, ClassVar

import panel as pn
from pydantic import ValidationError

from apps.console.history import sentence_of
from apps.console.live_room import Values
from apps.console.pages.live_actions import command_for, person_actions
from apps.console.pages.room import RoomPage
from apps.console.parts.bar import Bar
from apps.console.parts.component import Component, Message
from apps.console.parts.monitor import Monitor
from apps.console.parts.table import Table
from apps.console.parts.talk import Talk
from apps.console.quality import trouble
from apps.console.store import ConsoleStore
from apps.console.words import moment_of
from apps.live.commands import (
    CloseSession,
    DeleteMessage,
    LockMicrophones,
    LowerAllHands,
    OpenSession,
    SendMessage,
    WireCommand,
)
from apps.live.state import Denied
from data.ids import MessageId, ParticipantId, RoomId

BARS = {"good": 3, "fair": 2, "poor": 1}
BELOW = """
:host { display: grid !important; grid-template-columns: minmax(0, 3fr) minmax(0, 2fr); gap: 0 28px; align-items: start; }
@media (max-width: 1000px) { :host { display: block !important; } }
"""
MONITOR_SCRIPTS = "/console/portal-js/"  # the portal's modules on the console's own origin
LOG_LOOKED_AT = 90  # events; some say nothing to a person
LOG_SHOWN = 60  # lines; more are in the attendance


class LivePage(RoomPage):
    """The running session of a conference."""

    TAB = "live"
    WATCHES: ClassVar[tuple[str, ...]] = ("link_up", "rooms", "session", "refusal", "names")
    KINDS: ClassVar[tuple[str, ...]] = ("rooms", "live", "session", "names")

    def __init__(self, store: ConsoleStore) -> None:
        super().__init__(store)
        pulse = self.desk.pulse
        self.roster = Table(pulse, self._on_person)
        self.to = ""
        """Whom what is written next is for: one participant; empty for everyone."""
        self._lines: dict[int, tuple[Any, Values, Values | None]] = {}
        self._rows: dict[str, tuple[Any, Values]] = {}
        self.monitor_head, self.monitor = Bar(pulse), Monitor(pulse, self._on_monitor)
        self.hands_head, self.hands = Bar(pulse, self._on_bar), Table(pulse, self._on_person)
        self.chat_head, self.chat = Bar(pulse), Talk(pulse, self._on_chat)
        self.log_head, self.log = Bar(pulse), Talk(pulse)

    @property
    def parts(self) -> list[Component]:
        return [
            self.bar,
            self.roster,
            self.monitor_head,
            self.monitor,
            self.hands_head,
            self.hands,
            self.chat_head,
            self.chat,
            self.log_head,
            self.log,
        ]

    def __panel__(self) -> pn.viewable.Viewable:
        """Two columns below the participants where the screen is wide enough."""
        spaced: Any = {"sizing_mode": "stretch_width", "stylesheets": [":host { gap: 16px; }"]}
        left = pn.Column(self.chat_head, self.chat, **spaced)
        right = pn.Column(
            self.monitor_head, self.monitor, self.hands_head, self.hands, self.log_head, self.log, **spaced
        )
        below = pn.Column(left, right, sizing_mode="stretch_width", stylesheets=[BELOW])
        return pn.Column(self.bar, self.roster, below, **spaced)

    def redraw(self) -> None:
        if self.store.touched and self.roster.drawn and self.store.live_room.phase == "open":
            self.draw_touched(self.store.touched)
            return
        if self.room is None:
            self.draw_bar()
            for part in self.parts[1:]:
                part.draw()
            return
        self.draw_head()
        self.draw_monitor()
        self.draw_people()
        self.draw_hands()
        self.draw_chat()
        self.draw_log()

    # --- drawing ------------------------------------------------------------------------------------------------------

    def draw_head(self) -> None:
        _, live = self.words, self.store.live_room
        if self.store.refusal is not None:
            self.draw_bar(boxes=[{"tone": "warn", "text": _.refusal(self.store.refusal)}])
            return
        if live.phase != "open":
            box = {"tone": "info", "text": _("The conference is not open. It opens when a moderator enters, or here.")}
            self.draw_bar(actions=[self.action("open", _("Open the session"), icon="live")], boxes=[box])
            return
        lock = self.action(
            "lock",
            _("Unlock microphones") if live.microphones_locked else _("Lock microphones"),
            icon="unlock" if live.microphones_locked else "lock",
            on=live.microphones_locked,
            key="m",
        )
        end = self.action("end", _("End for all"), icon="stop", tone="danger", confirm=_("Press again to end for all"))
        count = _.ngettext("{count} person", "{count} people", len(live.inside))
        since = _("since {time}", time=_.clock(moment_of(live.opened_at))) if live.opened_at else ""
        self.draw_bar(
            pills=[{"tone": "good live", "text": _("Live now")}],
            facts=" · ".join(filter(None, (since, count))),
            actions=[lock, end],
        )

    def draw_people(self) -> None:
        _, live = self.words, self.store.live_room
        gone = {"gone": _("Gone"), "left": _("Left"), "removed": _("Removed")}
        self.roster.draw(
            caption=_("Participants"),
            columns=[
                {"key": "name", "title": _("Participants"), "wide": True},
                {"key": "presence", "title": _("Presence")},
                {"key": "microphone", "title": _("Microphone"), "kind": "tight"},
                {"key": "camera", "title": _("Camera"), "kind": "tight"},
                {"key": "screen", "title": _("Screen"), "kind": "tight"},
                {"key": "hand", "title": _("Hand"), "kind": "tight"},
                {"key": "quality", "title": _("Quality"), "kind": "tight"},
            ],
            rows=[*map(self.row_of, live.inside), *(self.gone_row(one, gone) for one in live.outside)],
            empty=_("Nobody is here."),
            search=_("Search") if len(live.people) > 8 else "",
            acts=_("Actions"),
            most_px=640,
        )

    def name_cell(self, one: Values) -> Values:
        _, live = self.words, self.store.live_room
        notes = [_("presenter")] if one["participant"] == live.presenter else []
        notes += [_("guest")] if one.get("guest") else []
        wrong = trouble(_, one["name"], self.store.quality.get(one["participant"], {}))
        notes += [wrong] if wrong and one["presence"] == "present" else []
        mark = _("Moderator") if one["role"] == "moderator" else ""
        return {
            "text": one["name"],
            "badge": one.get("badge", ""),
            "mark": mark,
            "main": True,
            "sub": " · ".join(notes),
        }

    def draw_touched(self, who: set[str]) -> None:
        """Bring only these people's rows and the log up to date: with hundreds of people and dozens of dashboards all else costs too much."""
        people = self.store.live_room.people
        rows = [
            self.row_of(people[row["id"]]) if row["id"] in who and row.get("actions") else row
            for row in self.roster.drawn["rows"]
        ]
        self.roster.draw(**{**self.roster.drawn, "rows": rows})
        self.draw_log()

    def row_of(self, one: Values) -> Values:
        """Return a person's row; the one drawn before, if nothing that it shows has changed: a room may have hundreds."""
        live, name = self.store.live_room, one["participant"]
        place = live.hands.index(name) if name in live.hands else -1
        sample = self.store.quality.get(name)
        shown = tuple(one.values()), place, name == live.presenter, name in self.store.speakers, live.microphones_locked
        key = (*shown, self.store.link_up, tuple(sample.values()) if sample else None)
        held = self._rows.get(name)
        if held is None or held[0] != key:
            held = self._rows[name] = key, self.person_row(one)
        return held[1]

    def person_row(self, one: Values) -> Values:
        _, live, name = self.words, self.store.live_room, one["participant"]
        lost = one["presence"] == "reconnecting"
        return {
            "id": name,
            "look": "speaking" if name in self.store.speakers else "",
            "cells": {
                "name": self.name_cell(one),
                "presence": {"pill": "warn", "text": _("Reconnecting")} if lost else {"pill": "good", "text": _("In the room")},
                "microphone": self.microphone_cell(one),
                "camera": {"icon": "camera", "tone": "good", "title": _("Camera on")} if one["camera"] else "",
                "screen": {"icon": "screen", "tone": "good", "title": _("Shows a screen")} if one["screen"] else "",
                "hand": self.hand_cell(live.hands.index(name) + 1) if name in live.hands else "",
                "quality": self.quality_cell(name),
            },
            "actions": [self.action(**action) for action in person_actions(_, live, one)],
        }  # fmt: skip

    def gone_row(self, one: Values, gone: Values) -> Values:
        return {
            "id": one["participant"],
            "look": "dim",
            "cells": {"name": self.name_cell(one), "presence": {"pill": "", "text": gone.get(one["presence"], "")}},
        }

    def microphone_cell(self, one: Values) -> Values:
        _ = self.words
        if one["microphone"]:
            return {"icon": "microphone", "tone": "good", "title": _("Microphone on")}
        live = self.store.live_room
        free = one["role"] == "moderator" or one["participant"] == live.presenter
        if one["microphone_locked"] or (live.microphones_locked and not free):
            return {"icon": "lock", "tone": "warn", "title": _("Microphone locked")}
        return {"icon": "microphone-off", "tone": "off", "title": _("Microphone off")}

    def hand_cell(self, place: int) -> Values:
        return {
            "icon": "hand",
            "tone": "warn",
            "text": str(place),
            "title": self._("Hand raised, number {place} in the queue", place=place),
        }

    def quality_cell(self, participant: str) -> Values | str:
        _, sample = self.words, self.store.quality.get(participant)
        if not sample:
            return ""
        words = {"good": _("Good connection"), "fair": _("Fair connection"), "poor": _("Poor connection")}
        level = str(sample.get("level", ""))
        return {"bars": BARS.get(level, 0), "title": words.get(level, "")}

    def draw_monitor(self) -> None:
        _ = self.words
        if self.store.live_room.phase != "open" or not self.desk.portal:
            self.monitor_head.draw()
            self.monitor.draw()
            return
        self.monitor_head.draw(title=_("Stage"), small=True)
        self.monitor.draw(
            room=self.room_id,
            scripts=MONITOR_SCRIPTS,
            label=_("The stage as the participants see it"),
            start=_("Watch"),
            stop=_("Stop watching"),
            sound_on=_("Sound on"),
            sound_off=_("Sound off"),
            waiting=_("The picture is on its way."),
            nothing=_("Nobody shows anything."),
            presentation=_("A presentation is on the stage."),
            lost=_("The picture is being restored."),
        )

    def draw_hands(self) -> None:
        _, live = self.words, self.store.live_room
        lower = [self.action("lower_all", _("Lower all hands"), icon="hand")] if live.hands else []
        self.hands_head.draw(title=_("Raised hands"), small=True, actions=lower)
        self.hands.draw(
            caption=_("Raised hands"),
            columns=[{"key": "place", "title": _("Place"), "kind": "tight"}, {"key": "name", "title": _("Name"), "wide": True}],
            rows=[self.hand_row(place, hand) for place, hand in enumerate(live.hands, 1) if hand in live.people],
            empty=_("No hand is raised."),
            acts=_("Actions"),
        )  # fmt: skip

    def hand_row(self, place: int, hand: str) -> Values:
        _, live = self.words, self.store.live_room
        first: Values = {"key": "h", "key_goes": True} if live.hands and live.hands[0] == hand else {}
        actions = [self.action("lower_hand", _("Lower"), icon="hand", **first)]
        if hand != live.presenter:
            actions.insert(0, self.action("presenter", _("Make presenter"), icon="presenter", only_icon=True))
        return {
            "id": hand,
            "cells": {"place": f"{place}.", "name": self.name_cell(live.people[hand])},
            "actions": actions,
        }

    def draw_chat(self) -> None:
        _, live = self.words, self.store.live_room
        self.chat_head.draw(title=_("Chat"), small=True)
        remove = {"label": _("Delete message"), "confirm": _("Delete?")}
        writes = live.phase == "open" and self.store.link_up
        self.chat.draw(
            label=_("Chat"),
            lines=[self.chat_line(one, remove) for one in live.messages.values()],
            empty=_("Nothing was written yet."),
            write=self.writing(disabled=not writes),
        )

    def writing(self, *, disabled: bool) -> Values:
        """Describe the line to write in: to everyone, or to the one person who was chosen in the table."""
        _, live = self.words, self.store.live_room
        write: Values = {"label": _("Message to everyone"), "send": _("Send"), "disabled": disabled}
        if self.to in live.people:
            label = _("Message to {name} only", name=live.name_of(self.to))
            write |= {"label": label, "all": _("Write to everyone")}
        return write

    def chat_line(self, one: Values, remove: Values) -> Values:
        _, to = self.words, str(one["to"])
        private = _("to {name} only", name=self.store.live_room.name_of(to) or _("somebody"))
        return {
            "id": one["message"],
            "name": one["name"] or _("a moderator"),
            "at": _.clock(moment_of(one["at"])) if one["at"] else "",
            "to": {"everyone": "", "moderators": _("to the moderators")}.get(to, private),
            "text": _("This message was deleted.") if one["deleted"] else one["text"],
            "gone": one["deleted"],
            "remove": None if one["deleted"] else remove,
        }

    def draw_log(self) -> None:
        _, live = self.words, self.store.live_room
        self.log_head.draw(title=_("What happened"), small=True)
        names = {**self.store.names, self.desk.account.id: self.desk.account.name}
        held, self._lines = self._lines, {}
        for event in live.happened[-LOG_LOOKED_AT:]:
            number = int(event["number"])
            if number in held and held[number][0] is event and held[number][1] == names:
                self._lines[number] = held[number]
                continue
            text = sentence_of(event, live, names, _)
            line = (
                {"id": str(number), "at": _.clock(moment_of(event["at"]), seconds=True), "text": text} if text else None
            )
            self._lines[number] = event, names, line
        lines = [line for _event, _names, line in self._lines.values() if line]
        self.log.draw(
            label=_("What happened"),
            log=True,
            lines=lines[-LOG_SHOWN:],
            empty=_("Nothing happened since this page was opened."),
        )

    # --- what the moderator does --------------------------------------------------------------------------------------

    async def ask(self, command: WireCommand) -> bool:
        return await self.desk.ask(command, room=self.room_id) is not None

    async def _on_bar(self, message: Message) -> None:
        match message.get("press"):
            case "open":
                if await self.ask(OpenSession()):
                    await self.read()
            case "end":
                await self.ask(CloseSession())
            case "lock":
                await self.ask(LockMicrophones(locked=not self.store.live_room.microphones_locked))
            case "lower_all":
                await self.ask(LowerAllHands())

    async def _on_person(self, message: Message) -> None:
        one = self.store.live_room.people.get(str(message.get("row")))
        if one is not None and message.get("press") == "message":
            self.to = one["participant"]
            self.draw_chat()
            self.chat.tell({"focus": True})
            return
        if one is not None:
            command = command_for(
                str(message.get("press")), ParticipantId(one["participant"]), one, self.store.live_room
            )
            if command is not None:
                await self.ask(command)

    async def _on_monitor(self, message: Message) -> None:
        """Hand the page a ticket for one socket; it takes no seat in the room."""
        if "ticket" not in message:
            return
        ticket = await self.desk.service.monitor_ticket(self.desk.secret, RoomId(self.room_id))
        if isinstance(ticket, Denied):
            self.monitor.tell({"refused": self.words.refusal(ticket)})
            return
        self.monitor.tell({"socket": f"ws{self.desk.portal.removeprefix('http')}/ws/monitor?ticket={ticket}"})

    async def _on_chat(self, message: Message) -> None:
        if message.get("press") == "delete":
            await self.ask(DeleteMessage(message=MessageId(str(message["row"]))))
            return
        if "all" in message:
            self.to = ""
            self.draw_chat()
            return
        try:
            to = self.to if self.to in self.store.live_room.people else "everyone"
            await self.ask(SendMessage(text=str(message.get("write") or ""), to=to))
        except ValidationError:
            self.desk.messages.say(self._("A message has 1 to 2000 characters."), "bad")
