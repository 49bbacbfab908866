"""All that runs at this moment (D1): rooms with people, bitrate, loss, recording; workers, disk; what needs somebody's eyes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar

import panel as pn

from apps.console.alerts import alerts
from apps.console.board import Sample
from apps.console.pages.page import Page
from apps.console.parts.bar import Bar
from apps.console.parts.chart import Chart
from apps.console.parts.component import Component
from apps.console.parts.table import Table
from apps.console.store import ConsoleStore
from apps.console.words import moment_of, zone_info

MBPS = 1_000_000
BUSY_PCT = 70  # of a core; above it a worker's packets begin to wait
CHARTS = """
:host { display: grid !important; grid-template-columns: repeat(3, minmax(0, 1fr)); gap: 16px; }
@media (max-width: 1000px) { :host { grid-template-columns: minmax(0, 1fr); } }
"""


class OverviewPage(Page):
    """The rooms that are live, curves of the last ten minutes, and alarms."""

    WATCHES: ClassVar[tuple[str, ...]] = ("link_up", "rooms", "live", "health", "beat")

    def __init__(self, store: ConsoleStore) -> None:
        super().__init__(store)
        _, pulse = self.words, self.desk.pulse
        self.bar, self.table = Bar(pulse), Table(pulse)
        now: dict[str, Any] = {"now_ms": self.local_ms(self.desk.clock().timestamp())}
        directions = {"up": _("from people"), "down": _("to people")}
        self.people = Chart(pulse, _("People connected"), {"people": _("People connected")}, **now)
        self.rate = Chart(pulse, _("Mbit/s"), directions, number="0.[0]", **now)
        self.loss = Chart(pulse, _("Worst loss, %"), {"loss": _("Worst loss, %")}, number="0.[0]", **now)
        self._drawn_until_s = 0.0
        self._drawn_rooms: frozenset[str] = frozenset()

    @property
    def parts(self) -> list[Component]:
        return [self.bar, self.table]

    def __panel__(self) -> pn.viewable.Viewable:
        spaced: Any = {"sizing_mode": "stretch_width"}
        charts = pn.Column(
            *(chart.pane for chart in (self.people, self.rate, self.loss)), stylesheets=[CHARTS], **spaced
        )
        return pn.Column(self.bar, self.table, charts, stylesheets=[":host { gap: 20px; }"], **spaced)

    async def read(self) -> None:
        self._drawn_rooms = frozenset()
        await self.store.want("rooms", "live", "health", "beat")

    def redraw(self) -> None:
        self.draw_bar()
        self.draw_rooms()
        self.draw_charts()

    # --- drawing ------------------------------------------------------------------------------------------------------

    @property
    def lines(self) -> list[tuple[Any, Mapping[str, Any], Sample | None]]:
        """Live rooms that the account may see: the row, the open session, the newest sample; those with the most loss first."""
        found = [
            (room, self.store.live[room.id], self.desk.board.newest(room.id))
            for room in self.store.rooms
            if room.id in self.store.live
        ]
        return sorted(found, key=lambda line: (-(line[2].loss_pct if line[2] else 0.0), line[0].title))

    def draw_bar(self) -> None:
        _, lines, health = self.words, self.lines, self.store.health
        people = sum(int(live["present"]) for _room, live, _sample in lines)
        samples = [sample for _room, _live, sample in lines if sample]
        facts = [
            _.ngettext("{count} live room", "{count} live rooms", len(lines)),
            _.ngettext("{count} person", "{count} people", people),
            _("{up} Mbit/s from people, {down} Mbit/s to people", up=_mbps(sum(one.up_bps for one in samples)), down=_mbps(sum(one.down_bps for one in samples))),
        ]  # fmt: skip
        pills = []
        if health is not None:
            well = health.media == "ok"
            pills.append(
                {
                    "tone": "good" if well else "bad",
                    "text": _("Media workers answer") if well else _("Media workers do not answer"),
                }
            )
            pills += [self.worker_pill(worker) for worker in health.workers if len(health.workers) > 1]
            full = (
                "bad"
                if health.disk_pct >= health.disk_stop_pct
                else "warn"
                if health.disk_pct >= health.disk_warn_pct
                else "good"
            )
            pills.append({"tone": full, "text": _("Disk {percent} %", percent=round(health.disk_pct))})
        boxes = alerts(
            _,
            link_up=self.store.link_up,
            health=health,
            rooms=[(room.title, sample) for room, _live, sample in lines],
            unrecorded=[(room.title, live.get("unrecorded", ())) for room, live, _sample in lines],
        )
        self.bar.draw(title=_("Overview"), facts=" · ".join(facts), pills=pills, boxes=boxes)

    def worker_pill(self, worker: Mapping[str, Any]) -> dict[str, str]:
        """Return how one of several media workers stands."""
        _, number = self.words, int(worker["name"]) + 1
        if not worker["up"]:
            return {"tone": "bad", "text": _("Media {number}: away", number=number)}
        percent = round(100 * float(worker["cpu_share"]))
        tone = "warn" if percent >= BUSY_PCT else "good"
        text = _(
            "Media {number}: rooms {rooms}, CPU {percent} %", number=number, rooms=worker["rooms"], percent=percent
        )
        return {"tone": tone, "text": text}

    def draw_rooms(self) -> None:
        _ = self.words
        heads = {
            "title": _("Conference"), "people": _("People"), "publishing": _("Sending"), "rate": _("Mbit/s"), "loss": _("Loss"),
            "length": _("Open for"), "recording": _("Recording"),
        }  # fmt: skip
        self.table.draw(
            caption=_("Live rooms"),
            columns=[{"key": key, "title": title, "wide": key == "title", "kind": "" if key == "title" else "tight"} for key, title in heads.items()],
            rows=[self.row(*line) for line in self.lines],
            empty=_("No room is live."),
        )  # fmt: skip

    def row(self, room: Any, live: Mapping[str, Any], sample: Sample | None) -> dict[str, Any]:
        _ = self.words
        minutes = (
            max(0, int((self.desk.clock() - moment_of(live["opened_at"])).total_seconds() // 60))
            if live.get("opened_at")
            else 0
        )
        loss: Any = ""
        if sample is not None:
            tone = "bad" if sample.loss_pct >= 10 else "warn" if sample.loss_pct >= 3 else ""
            text = f"{sample.loss_pct:.1f} %"
            loss = {"pill": tone, "text": text} if tone else text
        return {
            "id": room.id,
            "cells": {
                "title": {"text": room.title, "main": True, "href": f"#/conferences/{room.id}/live"},
                "people": str(live["present"]),
                "publishing": str(live["publishing"]),
                "rate": f"{_mbps(sample.up_bps)} / {_mbps(sample.down_bps)}" if sample else "",
                "loss": loss,
                "length": _("{hours} h {minutes} min", hours=minutes // 60, minutes=minutes % 60) if minutes >= 60 else _("{minutes} min", minutes=minutes),
                "recording": {"pill": "bad live", "text": _("Recording")} if live.get("recording") else "",
            },
        }  # fmt: skip

    def draw_charts(self) -> None:
        """Send each point once; all anew when the rooms are others."""
        rooms = frozenset(room.id for room in self.store.rooms)
        anew = rooms != self._drawn_rooms
        if anew:
            self._drawn_rooms, self._drawn_until_s = rooms, 0.0
        points = self.desk.board.curve(rooms, self._drawn_until_s)
        if points:
            self._drawn_until_s = points[-1].at_s
        for chart, values in (
            (self.people, [{"people": float(one.people)} for one in points]),
            (self.rate, [{"up": one.up_bps / MBPS, "down": one.down_bps / MBPS} for one in points]),
            (self.loss, [{"loss": one.loss_pct} for one in points]),
        ):
            dated = [{"at": self.local_ms(one.at_s), **value} for one, value in zip(points, values, strict=True)]
            chart.begin(dated) if anew else chart.add(dated)

    def local_ms(self, at_s: float) -> float:
        """Return a moment as Bokeh's axes take it: milliseconds, shown as if they were UTC."""
        at = datetime.fromtimestamp(at_s, UTC)
        away = at.astimezone(zone_info(self.words.zone)).utcoffset()
        return (at_s + (away.total_seconds() if away else 0.0)) * 1000


def _mbps(bps: int) -> str:
    return f"{bps / MBPS:.1f}"
