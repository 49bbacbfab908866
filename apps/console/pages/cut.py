"""Cutting a new recording from the archive (B5): who spoke when, what was shown, and a form for the part."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import ClassVar

import panel as pn
from bokeh.models import BasicTicker, ColumnDataSource, FactorRange, NumeralTickFormatter, Range1d
from bokeh.models.annotations import Span
from bokeh.plotting import figure

from apps.console.pages.page import Page
from apps.console.parts.bar import Bar
from apps.console.parts.chart import COLORS, GRID, TEXT
from apps.console.parts.component import Component, Message
from apps.console.parts.form import Form
from apps.console.store import ConsoleStore
from apps.recording.commands import CutRecording
from data import event_log, participants, recordings
from data.ids import SessionId
from data.models import Event

CLOCK = re.compile(r"(?:(\d{1,2}):)?(\d{1,3}):(\d{2})\Z")
MARKERS = frozenset({"presentation_started", "page_turned", "screen_on", "presenter_given", "recording_started"})
_ON = {"microphone_on": True, "microphone_off": False, "participant_gone": False, "participant_left": False, "participant_removed": False}  # fmt: skip


class CutPage(Page):
    """``place`` is the session."""

    WATCHES: ClassVar[tuple[str, ...]] = ("link_up",)

    def __init__(self, store: ConsoleStore) -> None:
        super().__init__(store)
        self.bar = Bar(self.desk.pulse)
        self.form = Form(self.desk.pulse, self._on_form)
        self.timeline = pn.Column(sizing_mode="stretch_width")
        self.length_s = 0.0
        self._asked: tuple[str, ...] = ()

    @property
    def parts(self) -> list[Component]:
        return [self.bar, self.form]

    async def read(self) -> None:
        await self.store.want("rooms", "recordings")
        session = SessionId(self.place[0] if self.place else "")
        events = await self.desk.read(event_log.read, session_id=session)
        people = await self.desk.read(participants.of_session, session_id=session)
        archive = await self.desk.read(recordings.archive, session_id=session)
        if not events or archive is None or self.store.room(archive.room_id) is None:
            self.length_s, self.timeline.objects = 0.0, []
            return
        opened_at, ended_at = events[0].at, archive.closed_at or events[-1].at
        self.length_s = (ended_at - opened_at).total_seconds()
        names = {one.id: one.name for one in people}
        self.timeline.objects = [self.chart(spoke(events, ended_at), markers(events), names)]

    def redraw(self) -> None:
        _ = self.words
        back = {"go": "recordings", "label": _("Recordings")}
        if not self.length_s:
            self.bar.draw(
                title=_("Cut from the archive"), back=back, facts=_("There is no such recording, or it was deleted.")
            )
            self.form.hide()
            return
        self.bar.draw(
            title=_("Cut from the archive"),
            back=back,
            facts=_("The bars show whose microphone was on; the lines, what came on the stage."),
        )
        if self._asked == self.place:
            return  # what was typed stays
        self._asked = self.place
        self.form.draw(
            fields=[
                {"name": "name", "kind": "text", "label": _("Title"), "value": ""},
                {"name": "begin", "kind": "text", "label": _("From (h:min:s)"), "value": clock(0), "required": True, "width": "short"},
                {"name": "end", "kind": "text", "label": _("To (h:min:s)"), "value": clock(self.length_s), "required": True, "width": "short"},
                {"name": "takes", "kind": "select", "label": _("What it shows"), "value": "stage_and_cameras", "options": [
                    ["stage_and_cameras", _("Stage and cameras")], ["stage", _("Stage only")],
                    ["presentation", _("Presentation only")], ["sound", _("Sound only")],
                ]},
            ],
            submit=_("Cut"),
        )  # fmt: skip

    def chart(
        self, spoken: list[tuple[str, float, float]], marks: list[float], names: dict[str, str]
    ) -> pn.viewable.Viewable:
        """Return bars of who had the microphone on, over minutes."""
        who = list(dict.fromkeys(names.get(one, "") or one for one, _from, _to in spoken))[::-1] or [" "]
        plot = figure(
            y_range=FactorRange(factors=who),
            x_range=Range1d(start=0, end=max(self.length_s, 1.0)),
            height=80 + 28 * len(who),
            sizing_mode="stretch_width",
            toolbar_location=None,
            tools="xpan,xwheel_zoom",
            background_fill_alpha=0,
            border_fill_alpha=0,
            outline_line_color=None,
        )
        source = ColumnDataSource(
            {
                "who": [names.get(one, "") or one for one, _from, _to in spoken],
                "begin": [begin for _one, begin, _to in spoken],
                "end": [end for _one, _from, end in spoken],
            }
        )
        plot.hbar(y="who", left="begin", right="end", height=0.6, source=source, color=COLORS[0])
        for at in marks:
            plot.add_layout(
                Span(location=at, dimension="height", line_color=COLORS[1], line_dash="dotted", line_width=2)
            )
        plot.xaxis.formatter = NumeralTickFormatter(format="00:00:00")
        plot.xaxis.ticker = BasicTicker(
            desired_num_ticks=4, num_minor_ticks=0
        )  # as many labels as a phone has room for
        plot.ygrid.visible = False
        plot.xgrid.grid_line_color, plot.xgrid.grid_line_alpha = GRID, 0.25
        plot.axis.major_label_text_color, plot.axis.major_label_text_font_size = TEXT, "13px"
        plot.axis.axis_line_color = plot.axis.major_tick_line_color = GRID
        plot.axis.minor_tick_line_color = None
        return pn.pane.Bokeh(plot, sizing_mode="stretch_width")  # type: ignore[no-untyped-call]

    def __panel__(self) -> pn.viewable.Viewable:
        return pn.Column(
            self.bar, self.timeline, self.form, sizing_mode="stretch_width", stylesheets=[":host { gap: 20px; }"]
        )

    # --- what the moderator does --------------------------------------------------------------------------------------

    async def _on_form(self, message: Message) -> None:
        values = message.get("submit")
        if values is None:
            return
        begin, end = seconds_of(str(values.get("begin", ""))), seconds_of(str(values.get("end", "")))
        wrong = self._("Write the time as h:min:s.")
        problems = {name: wrong for name, found in (("begin", begin), ("end", end)) if found is None}
        if begin is None or end is None:
            self.form.answered(problems)
            return
        command = CutRecording.model_validate(
            {
                "session": self.place[0],
                "name": str(values.get("name") or "")[:120],
                "takes": values.get("takes") or "stage_and_cameras",
                "from_ms": int(begin * 1000),
                "to_ms": int(min(end, self.length_s) * 1000),
            }
        )
        done = await self.desk.ask(command)
        self.form.answered()
        if done is not None:
            self.desk.messages.say(self._("The part is being made; it stands in the list of recordings."), "good")


def spoke(events: list[Event], ended_at: datetime) -> list[tuple[str, float, float]]:
    """Return who had the microphone on, from and to which second of the session."""
    opened_at = events[0].at
    since: dict[str, float] = {}
    found = []
    for event in events:
        at_s = (event.at - opened_at) / timedelta(seconds=1)
        who = str(event.payload.get("participant", ""))
        on = _ON.get(event.type)
        if on:
            since.setdefault(who, at_s)
        elif on is False and who in since:
            found.append((who, since.pop(who), at_s))
    end_s = (ended_at - opened_at) / timedelta(seconds=1)
    return [*found, *((who, begin, end_s) for who, begin in since.items())]


def markers(events: list[Event]) -> list[float]:
    """Return the seconds at which something else came on the stage."""
    return [(event.at - events[0].at) / timedelta(seconds=1) for event in events if event.type in MARKERS]


def seconds_of(text: str) -> float | None:
    """Return the seconds of ``1:02:03`` or ``2:03``; ``None`` for anything else."""
    found = CLOCK.match(text.strip())
    if found is None:
        return None
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return hours * 3600.0 + minutes * 60 + seconds


def clock(seconds: float) -> str:
    whole = int(seconds + 0.999)
    return f"{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}"
