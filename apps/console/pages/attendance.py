"""Attendance: who was in a session, from when to when, how long; as a table and as a file."""

from __future__ import annotations

import asyncio
from typing import Any, ClassVar
from urllib.parse import urlencode

import pandas as pd

from apps.console.pages.page import Page
from apps.console.pages.room import RoomPage
from apps.console.parts.bar import Bar
from apps.console.parts.component import Component, Message
from apps.console.parts.form import Form
from apps.console.parts.table import Table
from apps.console.store import ConsoleStore
from data import event_log, participants
from data.attendance import attendance, to_csv
from data.csv_export import clock_text
from data.ids import SessionId
from data.models import Session
from data.rules import Rule, RuleError, judged, parse, share_text


class SessionsPage(RoomPage):
    """The sessions of one conference, and the attendance of one of them; ``place`` is room, ``attendance`` and maybe a session."""

    TAB = "attendance"
    WATCHES: ClassVar[tuple[str, ...]] = ("link_up", "rooms", "sessions")
    KINDS: ClassVar[tuple[str, ...]] = ("rooms", "live", "sessions")

    def __init__(self, store: ConsoleStore) -> None:
        super().__init__(store)
        self.choice = Form(self.desk.pulse, self._on_choice)
        self.heading = Bar(self.desk.pulse, self._on_heading)
        self.ruling = Form(self.desk.pulse, self._on_rules)
        self.rules: tuple[Rule, ...] = ()
        self.table = Table(self.desk.pulse)
        self.frame = pd.DataFrame()
        """The attendance shown, as ``data.rules.judged`` gives it."""

    @property
    def parts(self) -> list[Component]:
        return [self.bar, self.choice, self.heading, self.ruling, self.table]

    @property
    def session(self) -> Session | None:
        """The session that is shown: the one chosen, else the newest."""
        chosen = self.place[2] if len(self.place) > 2 else ""
        found: list[Session] = self.store.sessions
        return next((one for one in found if one.id == chosen), found[0] if found else None)

    async def read(self) -> None:
        await super().read()
        await self.read_frame()

    async def read_frame(self) -> None:
        """Read the events of the session and count them, off the loop."""
        if self.session is None:
            self.frame = pd.DataFrame()
            return
        session_id = SessionId(self.session.id)
        events = await self.desk.read(event_log.read, session_id=session_id)
        people = await self.desk.read(participants.of_session, session_id=session_id)
        now = None if self.session.closed_at else self.desk.clock()
        counted = await asyncio.to_thread(attendance, events, people, now=now)
        self.frame = judged(counted, self.rules)

    def redraw(self) -> None:
        _ = self.words
        self.draw_bar()
        if self.room is None:
            for part in self.parts[1:]:
                part.draw()
            return
        self.draw_choice()
        self.draw_ruling()
        actions = [self.action("csv", _("Download CSV"), icon="download"), *self.files()] if len(self.frame) else []
        if self.session and self.session.closed_at is None:
            actions.insert(0, self.action("refresh", _("Read again"), icon="list"))
        count = _.ngettext("{count} person", "{count} people", len(self.frame))
        self.heading.draw(title=_("Attendance"), small=True, facts=count if self.session else "", actions=actions)
        self.table.draw(
            caption=_("Attendance"),
            columns=[
                {"key": "name", "title": _("Name"), "wide": True},
                {"key": "joined", "title": _("Came")},
                {"key": "left", "title": _("Left")},
                {"key": "present", "title": _("Time present"), "kind": "number"},
                *([{"key": "meets", "title": _("Rule met")}] if self.rules else []),
                {"key": "visible", "title": _("Page visible"), "kind": "number"},
                *([{"key": "checks", "title": _("Checks answered"), "kind": "number"}] if self.were_asked else []),
                {"key": "spoke", "title": _("Spoke"), "kind": "number"},
                {"key": "reconnections", "title": _("Reconnections"), "kind": "number"},
                {"key": "device", "title": _("Device")},
            ],
            rows=[self.row(one) for one in self.frame.to_dict("records")],
            empty=_("Nobody was here.") if self.session else _("This conference has not been opened yet."),
            search=_("Search") if len(self.frame) > 8 else "",
            most_px=640,
            acts=_("Certificate") if self.desk.portal and self.session and self.session.closed_at else "",
        )

    @property
    def were_asked(self) -> bool:
        """Whether presence checks were asked in this session."""
        return bool(len(self.frame)) and bool(self.frame["checks_asked"].sum())

    def draw_ruling(self) -> None:
        """Draw what counts as attended; the verdict itself is ``data.rules``'s."""
        _ = self.words
        if not len(self.frame):
            self.ruling.hide()
            return
        known: dict[tuple[str, str], str] = {(rule.state, rule.unit): f"{float(rule.least):g}" for rule in self.rules}
        names = (
            ("share", _("Present at least (%)"), ("present", "%"), 100),
            ("minutes", _("Present at least (min)"), ("present", "min"), 1440),
            ("answers", _("Checks answered at least (%)"), ("answered", "of"), 100),
        )
        fields = [
            {"name": name, "kind": "number", "label": label, "width": "third narrow", "least": 0, "most": most, "value": known.get(key, "")}
            for name, label, key, most in names
        ]  # fmt: skip
        self.ruling.draw(fields=fields, submit=_("Apply the rule"))

    def address(self, path: str) -> str:
        """Return the address of a file that the portal's process makes, in this page's language and by its rules."""
        session = self.session.id if self.session else ""
        values = {"language": self.words.language}
        if self.rules:
            values["rules"] = ",".join(str(rule) for rule in self.rules)
        return f"{self.desk.portal}/api/v1/sessions/{session}/{path}?{urlencode(values)}"

    def files(self) -> list[dict[str, Any]]:
        """Return the links to the other forms of the list."""
        _ = self.words
        if not self.desk.portal:
            return []
        return [
            {"name": kind, "label": label, "icon": "download", "href": self.address(f"attendance.{kind}")}
            for kind, label in (("xlsx", _("Download XLSX")), ("pdf", _("Download PDF")))
        ]

    def draw_choice(self) -> None:
        _ = self.words
        if len(self.store.sessions) < 2 or self.session is None:
            self.choice.hide()
            return
        options = [[one.id, self.session_text(one)] for one in self.store.sessions]
        field = {
            "name": "session",
            "kind": "select",
            "label": _("Session"),
            "options": options,
            "value": self.session.id,
        }
        self.choice.draw(fields=[field], submit=_("Show"))

    def session_text(self, one: Session) -> str:
        _ = self.words
        end = _.clock(one.closed_at) if one.closed_at else _("still open")
        return f"{_.moment(one.opened_at)} – {end}"

    def row(self, one: dict[Any, Any]) -> dict[str, Any]:
        _ = self.words
        devices = {"desktop": _("Computer"), "tablet": _("Tablet"), "phone": _("Phone")}
        left = "" if one["present"] or pd.isna(one["last_left_at"]) else _.clock(one["last_left_at"], seconds=True)
        return {
            "id": one["participant_id"],
            "cells": {
                "name": {"text": one["name"] or _("somebody"), "sub": one["email"], "main": True, "mark": _("Moderator") if one["role"] == "moderator" else ""},
                "joined": _.clock(one["first_joined_at"], seconds=True),
                "left": left or {"pill": "good", "text": _("In the room")},
                "present": {"text": minutes(one["present_s"]), "sub": f"{share_text(one['present_pct'], _.language)} %"},
                "meets": {"pill": "good", "text": _("yes")} if one.get("meets") else _("no"),
                "visible": minutes(one["visible_s"]),
                "checks": f"{one['checks_answered']}/{one['checks_asked']}",
                "spoke": minutes(one["spoke_s"]),
                "reconnections": str(one["reconnections"]),
                "device": devices.get(one["device"], ""),
            },
            "actions": self.certificate(one),
        }  # fmt: skip

    def certificate(self, one: dict[Any, Any]) -> list[dict[str, Any]]:
        """Return the link to somebody's certificate, if there is one: the session has ended and they meet the rules."""
        _ = self.words
        ended = self.session is not None and self.session.closed_at is not None
        if not (ended and self.desk.portal and one.get("meets", True)):
            return []
        address = self.address(f"certificates/{one['participant_id']}.pdf")
        return [{"name": "certificate", "label": _("Certificate"), "icon": "download", "href": address}]

    # --- what the moderator does --------------------------------------------------------------------------------------

    async def _on_choice(self, message: Message) -> None:
        chosen = str(message.get("submit", {}).get("session") or "")
        self.choice.answered()
        await self.open(self.room_id, "attendance", chosen)

    async def _on_rules(self, message: Message) -> None:
        values = message.get("submit", {})
        forms = (("share", "present>={}%"), ("minutes", "present>={}min"), ("answers", "answered>={}/100"))
        asked = [form.format(text) for name, form in forms if (text := str(values.get(name) or "").strip())]
        try:
            self.rules = parse(",".join(asked))
        except RuleError:
            self.ruling.answered(problems={"share": self.words("Please check this.")})
            return
        self.ruling.answered()
        await self.read_frame()
        self.redraw()

    async def _on_heading(self, message: Message) -> None:
        if message.get("press") == "refresh":
            await self.read()
            self.redraw()
        elif message.get("press") == "csv" and self.session is not None:
            self.heading.tell({"save": self.file()})

    def file(self) -> dict[str, str]:
        """Return the CSV file that the browser is to save."""
        opened = self.session.opened_at if self.session else self.desk.clock()
        text = to_csv(self.frame, language=self.words.language).decode("utf-8")
        return {"name": f"attendance-{opened:%Y-%m-%d-%H%M}.csv", "type": "text/csv;charset=utf-8", "text": text}


class AttendancePage(Page):
    """Where to begin: the conferences, each leading to its sessions."""

    WATCHES: ClassVar[tuple[str, ...]] = ("link_up", "rooms")

    def __init__(self, store: ConsoleStore) -> None:
        super().__init__(store)
        self.bar = Bar(self.desk.pulse)
        self.table = Table(self.desk.pulse)
        self.redraw()

    @property
    def parts(self) -> list[Component]:
        return [self.bar, self.table]

    async def read(self) -> None:
        await self.store.want("rooms")

    def redraw(self) -> None:
        _ = self.words
        self.bar.draw(title=_("Attendance"), facts=_("Choose a conference."))
        self.table.draw(
            caption=_("Conferences"),
            columns=[{"key": "title", "title": _("Title"), "wide": True}, {"key": "when", "title": _("When")}],
            rows=[
                {
                    "id": room.id,
                    "cells": {
                        "title": {"text": room.title, "href": f"#/conferences/{room.id}/attendance", "main": True},
                        "when": _.moment(room.starts_at) if room.starts_at else "",
                    },
                }
                for room in self.store.rooms
            ],
            empty=_("No conferences yet."),
            search=_("Search") if len(self.store.rooms) > 8 else "",
        )


def minutes(seconds: float) -> str:
    """Return a length such as ``1:05:09`` or ``5:09``."""
    text = clock_text(seconds)  # rounded down, as in every file
    return text.removeprefix("0:").removeprefix("0") if text.startswith("0:") else text
