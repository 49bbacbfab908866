"""``Showing``: the presentation on the stage, and where it is; a part of ``apps.live.state``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from apps.live.events_presenting import Kind
from data.ids import ParticipantId, PresentationId

FILMS = frozenset({"film", "youtube"})


@dataclass(frozen=True, slots=True)
class Showing:
    """``position_s`` is where the film was ``at`` that moment; ``participant`` is ``None`` where the console presents."""

    presentation: PresentationId
    kind: Kind
    participant: ParticipantId | None
    page: int
    pages: int
    at: datetime
    video: str = ""
    duration_s: float | None = None
    playing: bool = False
    position_s: float = 0.0

    @property
    def is_film(self) -> bool:
        return self.kind in FILMS

    def position_at(self, now: datetime) -> float:
        """Return where the film is at a moment: one clock, the server's, for everybody. It stands still at its end."""
        run_s = max(0.0, (now - self.at).total_seconds()) if self.playing else 0.0
        return self.within(self.position_s + run_s)

    def within(self, position_s: float) -> float:
        """Return a position cut to the film's length, where that is known."""
        return position_s if self.duration_s is None else min(position_s, self.duration_s)
