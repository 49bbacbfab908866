"""Scripted conferences: events written by hand, without a database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from data.models import Event

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class Script:
    """Collects events of one session; moments are seconds after ``START``."""

    def __init__(self, session_id: str = "se_1") -> None:
        self.session_id = session_id
        self.events: list[Event] = []

    def add(self, at_s: float, type_: str, **payload: Any) -> Script:
        self.events.append(
            Event(
                session_id=self.session_id,
                number=len(self.events) + 1,
                at=START + timedelta(seconds=at_s),
                actor="system",
                type=type_,
                payload=payload,
                previous_hash="",
                hash="",
            )
        )
        return self

    def open(self) -> Script:
        return self.add(0, "session_opened", room="rm_1", kind="conference", max_participants=50, record=False)

    def close(self, at_s: float) -> Script:
        return self.add(at_s, "session_closed", reason="ended")

    def first(
        self, at_s: float, who: str, connection: str, device: str = "desktop", role: str = "participant"
    ) -> Script:
        self.add(
            at_s, "participant_joined", participant=who, person=f"in_{who}", role=role, name_commitment="", account=""
        )
        return self.connect(at_s, who, connection, device)

    def connect(self, at_s: float, who: str, connection: str, device: str = "desktop") -> Script:
        return self.add(at_s, "connected", participant=who, connection=connection, device=device)

    def end(self, at_s: float, who: str, connection: str, reason: str = "closed") -> Script:
        return self.add(at_s, "disconnected", participant=who, connection=connection, reason=reason)

    def on(self, at_s: float, who: str, source: str) -> Script:
        return self.add(at_s, f"{source}_on", participant=who)

    def off(self, at_s: float, who: str, source: str, reason: str = "self") -> Script:
        return self.add(at_s, f"{source}_off", participant=who, reason=reason)


def after(seconds: float) -> datetime:
    """Return the moment ``seconds`` after ``START``."""
    return START + timedelta(seconds=seconds)
