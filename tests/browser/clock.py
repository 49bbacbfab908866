"""A server's clock in a test's hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class Clock:
    """The real time, moved forward at will; ``stop`` has it stand still, so that nothing becomes due by itself."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)
        self._stands: datetime | None = None

    def __call__(self) -> datetime:
        return self._stands or datetime.now(UTC) + self.ahead

    def stop(self) -> None:
        self._stands = self()
