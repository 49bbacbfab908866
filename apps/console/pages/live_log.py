"""The live page's log: who did what, as sentences."""

from __future__ import annotations

from apps.console.history import sentence_of
from apps.console.live_room import Event, Values
from apps.console.pages.room import RoomPage
from apps.console.pages.section import Section
from apps.console.parts.bar import Bar
from apps.console.parts.component import Component
from apps.console.parts.talk import Talk
from apps.console.words import moment_of

LOOKED_AT = 90  # events; some say nothing to a person
SHOWN = 60  # lines; the whole is on the page *Log*


class Happened(Section):
    """The newest events since the page was opened."""

    def __init__(self, page: RoomPage) -> None:
        super().__init__(page)
        self.head, self.talk = Bar(self.desk.pulse), Talk(self.desk.pulse)

    @property
    def parts(self) -> list[Component]:
        return [self.head, self.talk]

    def draw(self) -> None:
        self.head.draw_shared(self.shared("log head", lambda: {"title": self._("What happened"), "small": True}))
        self.talk.draw_shared(self.shared("log", self.content))

    def content(self) -> Values:
        _, events = self.words, self.live.happened[-LOOKED_AT:]
        lines = [line for line in map(self.line, events) if line]
        kept = self.kept("log")
        for number in [number for number in kept if number < int(events[0]["number"])] if events else list(kept):
            del kept[number]
        return {
            "label": _("What happened"),
            "log": True,
            "lines": lines[-SHOWN:],
            "empty": _("Nothing happened since this page was opened."),
        }

    def line(self, event: Event) -> Values | None:
        """Return an event's line, made once; names that were read later count from then on."""
        kept, names, number = self.kept("log"), self.store.feed.names, int(event["number"])
        held = kept.get(number)
        if held is None or held[0] is not event or held[1] is not names:
            text = sentence_of(event, self.live, names, self.words)
            at = self.words.clock(moment_of(event["at"]), seconds=True)
            held = kept[number] = event, names, {"id": str(number), "at": at, "text": text} if text else None
        line: Values | None = held[2]
        return line
