"""What a session knows of people's presence beyond their connection."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from data.ids import ParticipantId


@dataclass(frozen=True, slots=True)
class Checks:
    """Presence checks that are switched on. ``nth`` is the last one asked of this seed."""

    since: datetime
    mean_s: int
    answer_s: int
    commitment: str
    nth: int = 0


@dataclass(frozen=True, slots=True)
class Asked:
    """The check that runs: who has not answered yet."""

    check: int
    at: datetime
    answer_s: int
    pending: frozenset[ParticipantId] = frozenset()


@dataclass(frozen=True, slots=True)
class PresenceState:
    """``rounds`` counts how often checks were switched on, ``check`` how often people were asked."""

    hidden: frozenset[ParticipantId] = frozenset()
    flowing: frozenset[ParticipantId] = frozenset()
    checks: Checks | None = None
    asked: Asked | None = None
    rounds: int = 0
    check: int = 0
