"""
The last minutes of all rooms, as curves: one for the whole console process, so that a page that is opened shows what was before it.

Pure but for the lists it keeps: notices in, points out. It holds sums only, no names.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from apps.service import Notice, QualityNotice

KEPT_S = 600.0  # ten minutes
STEP_S = 2.0  # as often as the web process tells


@dataclass(frozen=True, slots=True)
class Sample:
    """A room at one moment. Loss is the worst of its people, in percent; ``poor`` counts connections that are."""

    at_s: float
    people: int
    up_bps: int
    down_bps: int
    loss_pct: float
    poor: int


@dataclass
class Board:
    """What the rooms' media did lately. ``take`` listens to a service's notices."""

    clock_s: Callable[[], float] = time.time
    _rooms: dict[str, deque[Sample]] = field(default_factory=dict)

    def take(self, notice: Notice) -> None:
        if not isinstance(notice, QualityNotice):
            return
        values = list(notice.samples.values())
        lost = [one.get(name) or 0.0 for one in values for name in ("up_loss_pct", "down_loss_pct")]
        sample = Sample(
            at_s=self.clock_s(),
            people=len(values),
            up_bps=sum(int(one.get("up_bps") or 0) for one in values),
            down_bps=sum(int(one.get("down_bps") or 0) for one in values),
            loss_pct=max(lost, default=0.0),
            poor=sum(one.get("level") == "poor" for one in values),
        )
        self._rooms.setdefault(notice.room, deque(maxlen=int(KEPT_S / STEP_S))).append(sample)
        self._forget(sample.at_s - KEPT_S)

    def _forget(self, before_s: float) -> None:
        for room in [room for room, samples in self._rooms.items() if samples[-1].at_s < before_s]:
            del self._rooms[room]

    def newest(self, room: str) -> Sample | None:
        """Return a room's newest sample, unless it is so old that its media have ended."""
        samples = self._rooms.get(room)
        newest = samples[-1] if samples else None
        return newest if newest is not None and self.clock_s() - newest.at_s < 3 * STEP_S else None

    def curve(self, rooms: Collection[str], since_s: float = 0.0) -> list[Sample]:
        """Return sums over rooms, in steps of 2 s, those after ``since_s`` and before the step that still runs."""
        steps: dict[int, list[Sample]] = {}
        running = int(self.clock_s() / STEP_S)
        for room in rooms:
            for sample in self._rooms.get(room, ()):
                step = int(sample.at_s / STEP_S)
                if step * STEP_S > since_s and step < running:
                    steps.setdefault(step, []).append(sample)
        return [_sum(step * STEP_S, steps[step]) for step in sorted(steps)]


def _sum(at_s: float, samples: list[Sample]) -> Sample:
    return Sample(
        at_s=at_s,
        people=sum(one.people for one in samples),
        up_bps=sum(one.up_bps for one in samples),
        down_bps=sum(one.down_bps for one in samples),
        loss_pct=max(one.loss_pct for one in samples),
        poor=sum(one.poor for one in samples),
    )
