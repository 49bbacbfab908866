"""
Samples of media quality: the newest of each participant for everybody's eyes, and one row for each 10 s for the record.

Pure but for the lists it keeps: the caller says when a row is due and stores it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from apps.live.incoming import Stats
from data.ids import ParticipantId, SessionId
from data.models import Quality
from media_core.engine import QualitySample

FAIR_LOSS_PCT, POOR_LOSS_PCT = 3.0, 10.0  # FEC hides some 3 %; above 10 % speech suffers
FAIR_ROUND_TRIP_MS, POOR_ROUND_TRIP_MS = 300.0, 600.0  # ITU-T G.114: above 150 ms one way is noticed

MOST_TOLD_PER_ROW = 10  # a page tells each 5 s; one that tells more often keeps the newest

LEVELS_AT_LEAST_EVERY_S = 10.0

Level = Literal["good", "fair", "poor"]


def level_of(sample: QualitySample) -> Level:
    """Judge a sample by the worse of its two directions."""
    loss_pct = max(sample.up_loss_pct or 0.0, sample.down_loss_pct or 0.0)
    round_trip_ms = sample.round_trip_ms or 0.0
    if loss_pct >= POOR_LOSS_PCT or round_trip_ms >= POOR_ROUND_TRIP_MS:
        return "poor"
    if loss_pct >= FAIR_LOSS_PCT or round_trip_ms >= FAIR_ROUND_TRIP_MS:
        return "fair"
    return "good"


@dataclass(slots=True)
class QualityBoard:
    """The samples of one session."""

    _newest: dict[ParticipantId, QualitySample] = field(default_factory=dict)
    _since_row: defaultdict[ParticipantId, list[QualitySample]] = field(default_factory=lambda: defaultdict(list))
    _told: defaultdict[ParticipantId, list[Stats]] = field(default_factory=lambda: defaultdict(list))
    _newest_told: dict[ParticipantId, Stats] = field(default_factory=dict)
    _levels_told: Mapping[str, Mapping[str, Level]] = field(default_factory=dict)
    _levels_told_at_s: float = 0.0

    def add(self, sample: QualitySample) -> None:
        participant = ParticipantId(sample.member)
        self._newest[participant] = sample
        self._since_row[participant].append(sample)

    def told(self, participant: ParticipantId, stats: Stats) -> None:
        """Note what a browser says of itself; messages about its downlink alone are not for the record."""
        if stats.concealed_pct is None and stats.frozen_s is None:
            return
        self._newest_told[participant] = stats
        self._told[participant] = [*self._told[participant][-MOST_TOLD_PER_ROW:], stats]

    def forget(self, participant: ParticipantId) -> None:
        """Somebody's transport ended: they have no quality now."""
        self._newest.pop(participant, None)
        self._newest_told.pop(participant, None)

    def levels_to_tell(self, now_s: float) -> Mapping[str, Mapping[str, Level]] | None:
        """Return everybody's level for the room (docs/protocol.md); ``None`` if it was told already, unless that is long ago: people come."""
        levels: dict[str, Mapping[str, Level]] = {
            participant: {"level": level_of(sample)} for participant, sample in self._newest.items()
        }
        if levels == self._levels_told and now_s - self._levels_told_at_s < LEVELS_AT_LEAST_EVERY_S:
            return None
        self._levels_told, self._levels_told_at_s = levels, now_s
        return levels

    def newest(self) -> Mapping[str, Mapping[str, Any]]:
        """Return all that is known of each participant, for moderators."""
        return {
            participant: {
                "level": level_of(sample),
                "up_loss_pct": sample.up_loss_pct,
                "down_loss_pct": sample.down_loss_pct,
                "round_trip_ms": sample.round_trip_ms,
                "up_bps": sample.up_bps,
                "down_bps": sample.down_bps,
                "up_layer": sample.up_layer,
                "down_layer": sample.down_layer,
                "concealed_pct": told.concealed_pct if (told := self._newest_told.get(participant)) else None,
                "frozen_s": told.frozen_s if told else None,
            }
            for participant, sample in self._newest.items()
        }

    def take_rows(self, session: SessionId, at: datetime) -> list[Quality]:
        """Return one row for each participant with samples since the last call."""
        rows = [
            _row(session, participant, at, samples, self._told.get(participant, []))
            for participant, samples in self._since_row.items()
        ]
        self._since_row.clear()
        self._told.clear()
        return rows


def _row(
    session: SessionId, participant: ParticipantId, at: datetime, samples: list[QualitySample], told: list[Stats]
) -> Quality:
    frozen = [stats.frozen_s for stats in told if stats.frozen_s is not None]
    return Quality(
        session_id=session,
        participant_id=participant,
        at=at,
        up_bps=_whole(_mean(sample.up_bps for sample in samples)),
        down_bps=_whole(_mean(sample.down_bps for sample in samples)),
        up_loss_pct=_mean(sample.up_loss_pct for sample in samples),
        down_loss_pct=_mean(sample.down_loss_pct for sample in samples),
        round_trip_ms=_mean(sample.round_trip_ms for sample in samples),
        jitter_ms=_mean(sample.jitter_ms for sample in samples),
        up_layer=samples[-1].up_layer,
        down_layer=samples[-1].down_layer,
        concealed_pct=_mean(stats.concealed_pct for stats in told),
        frozen_s=sum(frozen) if frozen else None,
    )


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def _whole(value: float | None) -> int | None:
    return None if value is None else round(value)
