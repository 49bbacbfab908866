"""``TenderState``: floor, reserved parts and statements of a tender's session; a part of ``apps.live.state``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType

from apps.live.events_tender import Answer, FloorPolicy
from data.ids import ParticipantId, PersonId, StatementId


@dataclass(frozen=True, slots=True)
class Floor:
    """Who has the floor, since when, and for how long from then on."""

    participant: ParticipantId
    since: datetime
    limit_s: int | None = None

    @property
    def until(self) -> datetime | None:
        return None if self.limit_s is None else self.since + timedelta(seconds=self.limit_s)


@dataclass(frozen=True, slots=True)
class Used:
    """How often somebody had the floor, how long they held it, and how long they were heard with it."""

    turns: int = 0
    held_ms: int = 0
    used_ms: int = 0


@dataclass(frozen=True, slots=True)
class ReservedPart:
    """
    A stretch of a reserved part in which the same people are in it: where that changes, one ends and another begins.

    ``first`` and ``last`` are the numbers of the events that begin and end it; ``last`` is ``None`` while it lasts. ``begun`` is that of the event
    that began the whole, ``since`` the moment of it.
    """

    first: int
    begun: int
    since: datetime
    resumes_at: datetime | None
    admitted: frozenset[PersonId]
    reason: str = ""
    last: int | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class StatementHead:
    """What the rules need to know of a statement."""

    statement: StatementId
    participant: ParticipantId
    at: datetime
    document_sha256: str | None = None
    answer: Answer | None = None
    answered_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class TenderState:
    """``drawn`` is the order of the last lot, ``draws`` how many there were; ``commitment`` belongs to the next one."""

    policy: FloorPolicy = "arrival"
    limit_s: int | None = None
    commitment: str = ""
    draws: int = 0
    drawn: tuple[ParticipantId, ...] = ()
    suppliers_shown: bool = False
    floor: Floor | None = None
    used: Mapping[ParticipantId, Used] = field(default_factory=lambda: MappingProxyType({}))
    refused: frozenset[ParticipantId] = frozenset()
    """Whose last request was refused."""
    parts: tuple[ReservedPart, ...] = ()
    statements: Mapping[StatementId, StatementHead] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def reserved(self) -> ReservedPart | None:
        """The reserved part that lasts."""
        last = self.parts[-1] if self.parts else None
        return last if last is not None and last.last is None else None
