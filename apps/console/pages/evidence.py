"""Evidence of a session: whether its log is sound, minutes, dossier, who was cut off when; and the preface of the minutes."""

from __future__ import annotations

import asyncio
from typing import Any, ClassVar, Literal
from urllib.parse import urlencode

from apps.console.pages.room import RoomPage
from apps.console.parts.bar import Bar
from apps.console.parts.component import Component, Message
from apps.console.parts.form import Form
from apps.console.parts.table import Table
from apps.console.store import ConsoleStore
from apps.evidence.commands import PREFACE_MAX_CHARACTERS, SavePreface
from apps.i18n import LANGUAGES
from apps.live.state import Denied
from data import event_log, prefaces
from data.event_log import Head
from data.ids import SessionId
from data.models import Preface, Session

SHOWN_CHARACTERS = 160  # of an old version in the table
LOCALES: tuple[Literal["it", "ro", "en"], ...] = ("it", "ro", "en")


class EvidencePage(RoomPage):
    """``place`` is room, ``evidence`` and maybe a session; without one the newest that has ended."""

    TAB = "evidence"
    WATCHES: ClassVar[tuple[str, ...]] = ("link_up", "rooms", "sessions", "names")
    KINDS: ClassVar[tuple[str, ...]] = ("rooms", "live", "sessions", "names")

    def __init__(self, store: ConsoleStore) -> None:
        super().__init__(store)
        self.choice = Form(self.desk.pulse, self._on_choice)
        self.state = Bar(self.desk.pulse)
        self.minutes = Bar(self.desk.pulse)
        self.preface = Form(self.desk.pulse, self._on_preface)
        self.versions = Table(self.desk.pulse)
        self.dossier = Bar(self.desk.pulse)
        self.texts: dict[str, str] = {}
        """The preface that counts, by language."""
        self.written: list[Preface] = []
        self.broken: int | None = None
        self.head = event_log.EMPTY

    @property
    def parts(self) -> list[Component]:
        return [self.bar, self.choice, self.state, self.minutes, self.preface, self.versions, self.dossier]

    @property
    def ended(self) -> list[Session]:
        return [one for one in self.store.sessions if one.closed_at is not None]

    @property
    def session(self) -> Session | None:
        """The session that is shown: the one chosen, else the newest that has ended."""
        chosen = self.place[2] if len(self.place) > 2 else ""
        return next((one for one in self.ended if one.id == chosen), self.ended[0] if self.ended else None)

    async def open(self, *place: str) -> None:
        await super().open(*place)
        self.draw_preface()

    async def read(self) -> None:
        await super().read()
        self.written, self.texts, self.broken, self.head = [], {}, None, event_log.EMPTY
        if self.session is None:
            return
        session_id = SessionId(self.session.id)
        events = await self.desk.read(event_log.read, session_id=session_id)
        self.broken = await asyncio.to_thread(event_log.verify, events)
        if events:
            self.head = Head(events[-1].number, events[-1].hash)
        await self.read_prefaces()

    async def read_prefaces(self) -> None:
        if self.session is not None:
            self.written = await self.desk.read(prefaces.of_session, session_id=SessionId(self.session.id))
            newest = sorted(self.written, key=lambda one: one.version)
            self.texts = {one.language: one.text for one in newest}

    # --- drawing ------------------------------------------------------------------------------------------------------

    def redraw(self) -> None:
        self.draw_bar()
        if self.room is None or self.session is None:
            for part in self.parts[1:]:
                part.draw()
            if self.room is not None:
                self.state.draw(
                    title=self._("Evidence"), small=True, facts=self._("There is evidence once a session has ended.")
                )
            return
        self.draw_choice()
        self.draw_state()
        self.draw_files()
        self.draw_versions()

    def draw_choice(self) -> None:
        _ = self.words
        if len(self.ended) < 2 or self.session is None:
            self.choice.hide()
            return
        options = [[one.id, _.moment(one.opened_at)] for one in self.ended]
        field = {
            "name": "session",
            "kind": "select",
            "label": _("Session"),
            "options": options,
            "value": self.session.id,
        }
        self.choice.draw(fields=[field], submit=_("Show"))

    def draw_state(self) -> None:
        _, session = self.words, self.session
        if session is None or session.closed_at is None:
            return
        sound = _("The log is sound: all {count} events are as they were written.", count=self.head.number)
        broken = _("Event {number} of the log is not as it was written.", number=self.broken)
        box = {"tone": "good", "text": sound} if self.broken is None else {"tone": "bad", "text": broken}
        head = {"tone": "info", "text": _("Hash of the last event: {hash}", hash=self.head.hash)}
        facts = f"{_.moment(session.opened_at)} – {_.clock(session.closed_at)}"
        link = {"name": "log", "label": _("Show the log"), "icon": "archive", "href": f"#/log/{session.id}"}
        self.state.draw(title=_("Evidence"), small=True, facts=facts, boxes=[box, head], actions=[link])

    def draw_files(self) -> None:
        _ = self.words
        links = [
            self.link(f"minutes-{language}.pdf", LANGUAGES[language], primary=language == self.language)
            for language in LOCALES
        ]
        text = _("Written from the log, each line with its event and its place in the recordings. Facts can't be edited; the preface below can.")  # fmt: skip
        self.minutes.draw(
            title=_("Minutes of the session"), small=True, facts=text, actions=links if self.desk.portal else []
        )
        every = "recordings,slides,tape,statements"
        files = [
            self.link("dossier.zip", _("Dossier"), primary=True),
            self.link("dossier.zip", _("Dossier with all files"), include=every),
            self.link("connections.csv", _("Connections (CSV)"), language=_.language),
        ]
        self.dossier.draw(
            title=_("Dossier"),
            small=True,
            facts=_("One signed file with the whole log, names, chat, attendance, minutes, and the hashes of slides and recordings. Anybody can check it offline; the verifier and the key are at {address}.", address=f"{self.desk.portal}/evidence"),
            actions=files if self.desk.portal else [],
        )  # fmt: skip

    @property
    def language(self) -> str:
        return self.room.language if self.room is not None else self.words.language

    def link(self, path: str, label: str, *, primary: bool = False, **values: str) -> dict[str, Any]:
        """Return the link to a file that the portal's process makes."""
        session = self.session.id if self.session else ""
        query = f"?{urlencode(values)}" if values else ""
        tone = {"tone": "primary"} if primary else {}
        href = f"{self.desk.portal}/api/v1/sessions/{session}/{path}{query}"
        return {"name": label, "label": label, "icon": "download", "href": href, **tone}

    def draw_preface(self) -> None:
        """Draw the form anew; not while somebody types in it."""
        _ = self.words
        if self.session is None or self.room is None:
            self.preface.hide()
            return
        fields = [
            {
                "name": language,
                "kind": "textarea",
                "label": _("Preface in {name}", name=LANGUAGES[language]),
                "value": self.texts.get(language, ""),
                "most": PREFACE_MAX_CHARACTERS,
                "rows": 5,
            }
            for language in (self.language, *(each for each in LOCALES if each != self.language))
        ]
        self.preface.draw(title=_("Preface of the minutes"), fields=fields, submit=_("Save the preface"))

    def draw_versions(self) -> None:
        _ = self.words
        if not self.written:
            self.versions.draw()
            return
        heads = (("when", _("Written at")), ("text", _("Text")))
        self.versions.draw(
            caption=_("Versions of the preface"),
            columns=[{"key": key, "title": title, "wide": True} for key, title in heads],
            rows=[self.version_row(one) for one in self.written],
            empty="",
            most_px=360,
        )

    def version_row(self, one: Preface) -> dict[str, Any]:
        _ = self.words
        excerpt = one.text if len(one.text) <= SHOWN_CHARACTERS else f"{one.text[:SHOWN_CHARACTERS]}…"
        who = self.store.names.get(one.account_id) or _("(erased)")
        about = _("{language_name}, version {version}, by {who}", language_name=LANGUAGES.get(one.language, one.language), version=one.version, who=who)  # fmt: skip
        return {
            "id": f"{one.language}-{one.version}",
            "cells": {
                "when": {"text": _.moment(one.written_at), "sub": about},
                "text": excerpt or _("(taken away)"),
            },
        }

    # --- what the moderator does --------------------------------------------------------------------------------------

    async def _on_choice(self, message: Message) -> None:
        chosen = str(message.get("submit", {}).get("session") or "")
        self.choice.answered()
        await self.open(self.room_id, "evidence", chosen)

    async def _on_preface(self, message: Message) -> None:
        if "submit" in message:
            await self.save(message["submit"])

    async def save(self, values: Message) -> None:
        """Save the texts that are others than before."""
        session = self.session
        problems: dict[str, str] = {}
        saved = 0
        for language in LOCALES:
            text = str(values.get(language) or "").strip()
            if session is None or text == self.texts.get(language, ""):
                continue
            if len(text) > PREFACE_MAX_CHARACTERS:
                problems[language] = self._("At most {count} characters.", count=PREFACE_MAX_CHARACTERS)
                continue
            done = await self.desk.answer(SavePreface(session=SessionId(session.id), language=language, text=text))
            if isinstance(done, Denied):
                problems[language] = self.words.refusal(done)
            else:
                saved += 1
        self.preface.answered(problems)
        await self.read_prefaces()
        self.draw_versions()
        if saved:
            self.desk.messages.say(self._("Saved."), "good")
