"""``RecordingState``: what of a session is recorded; a part of ``apps.live.state``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from apps.live.events_recording import Consent, Takes, TapeReason
from data.ids import ParticipantId, RecordingId


@dataclass(frozen=True, slots=True)
class Fragment:
    """One recording that a moderator began."""

    recording: RecordingId
    name: str
    takes: Takes
    started_at: datetime
    stopped_at: datetime | None = None
    reserved: bool = False


@dataclass(frozen=True, slots=True)
class RecordingState:
    """``tape`` says whether the tape writes; ``reason`` why it does not, where it should."""

    tape: bool = False
    reason: TapeReason = ""
    fragments: tuple[Fragment, ...] = ()
    consents: Mapping[ParticipantId, Consent] = field(default_factory=lambda: MappingProxyType({}))
    segments: frozenset[str] = frozenset()

    @property
    def running(self) -> Fragment | None:
        """The fragment that is being recorded."""
        last = self.fragments[-1] if self.fragments else None
        return last if last is not None and last.stopped_at is None else None
