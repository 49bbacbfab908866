"""A curve over the last minutes that grows by itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import panel as pn
from bokeh.models import ColumnDataSource, DatetimeTickFormatter, NumeralTickFormatter, Range1d
from bokeh.models.annotations import Title
from bokeh.plotting import figure

from apps.console.pulse import Pulse

TEXT = "#7a746d"  # readable on the light and the dark page alike
GRID = "#8b857f"
COLORS = ("#c53948", "#4f7fd6", "#2c9c78")
FONT = "'Source Sans 3', 'Source Sans Pro', system-ui, sans-serif"  # quoted: a name with a digit is none without
POINTS = 300  # ten minutes in steps of 2 s; the oldest go
SPAN_MS = 600_000  # of the axis, also while there are fewer points, or none
TICKS = 4  # times beside each other without touching, on a phone too


class Chart:
    """
    Lines over time, streamed: each point travels once. Its numbers also stand as text in the page, for those who do not see it.

    Args:
        lines: Keys of the values and their names in the legend; one line alone has none.
        number: Bokeh's format of the values.
        now_ms: Where the axis ends until there is a point; like ``at`` in milliseconds since 1970, in the moderator's zone.
    """

    def __init__(
        self, pulse: Pulse, title: str, lines: Mapping[str, str], *, now_ms: float, number: str = "0,0"
    ) -> None:
        self.pulse, self._lines = pulse, tuple(lines)
        self._times = Range1d(start=now_ms - SPAN_MS, end=now_ms)
        self.source = ColumnDataSource({name: [] for name in ("at", *lines)})
        self._waiting: list[Mapping[str, float]] = []
        self._anew = False
        self.pane = pn.pane.Bokeh(  # type: ignore[no-untyped-call]
            self._figure(title, lines, number), sizing_mode="stretch_width", height=190
        )

    def _figure(self, title: str, lines: Mapping[str, str], number: str) -> Any:
        plot = figure(
            title=Title(text=title, text_color=TEXT, text_font=FONT, text_font_size="14px"), x_axis_type="datetime", height=190, sizing_mode="stretch_width", tools="", toolbar_location=None,
            x_range=self._times, background_fill_alpha=0, border_fill_alpha=0, outline_line_color=None, min_border=4,
        )  # fmt: skip
        for (name, label), color in zip(lines.items(), COLORS, strict=False):
            legend: Any = {"legend_label": label} if len(lines) > 1 else {}
            plot.line("at", name, source=self.source, line_width=2, color=color, **legend)
        plot.y_range.start = 0  # type: ignore[attr-defined]  # a range of its own, with a start
        plot.yaxis.formatter = NumeralTickFormatter(format=number)
        plot.xaxis.formatter = DatetimeTickFormatter(
            seconds="%H:%M:%S", minsec="%H:%M:%S", minutes="%H:%M", hourmin="%H:%M", hours="%H:%M"
        )
        for axis in (plot.xaxis, plot.yaxis):
            axis.ticker.desired_num_ticks = TICKS  # type: ignore[union-attr]  # a ticker, not moments
        plot.axis.major_label_text_font = FONT
        plot.axis.major_label_text_color, plot.axis.axis_line_color = TEXT, GRID
        plot.axis.major_tick_line_color, plot.axis.minor_tick_line_color = GRID, None
        plot.grid.grid_line_color, plot.grid.grid_line_alpha = GRID, 0.25
        if len(lines) > 1:
            plot.legend.background_fill_alpha = plot.legend.border_line_alpha = 0
            plot.legend.label_text_color, plot.legend.label_text_font = TEXT, FONT
            plot.legend.orientation = "horizontal"
            plot.legend.padding, plot.legend.margin = 0, 2  # type: ignore[assignment]  # wider on reading
            plot.add_layout(plot.legend[0], "below")
        return plot

    def begin(self, points: Sequence[Mapping[str, float]]) -> None:
        """Show these and forget what was before."""
        self._waiting, self._anew = list(points), True
        self.pulse.touch(self)

    def add(self, points: Sequence[Mapping[str, float]]) -> None:
        """Add newer points; ``at`` is in milliseconds since 1970, in the moderator's zone."""
        if points:
            self._waiting.extend(points)
            self.pulse.touch(self)

    def flush(self, decided_at_s: float) -> None:
        """Called by the pulse, with the document's lock."""
        waiting, self._waiting = self._waiting[-POINTS:], []
        if waiting:
            newest_ms = waiting[-1]["at"]
            self._times.update(start=newest_ms - SPAN_MS, end=newest_ms)
        columns: dict[str, Any] = {name: [point[name] for point in waiting] for name in ("at", *self._lines)}
        if self._anew:
            self._anew = False
            self.source.data = columns
        elif waiting:
            self.source.stream(columns, rollover=POINTS)
