"""A RoomService and people to fill a console with, for tests without a web process."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from apps.live.commands import WireCommand
from apps.live.state import Denied
from apps.planning.commands import PlanningCommand
from apps.recording.commands import ArchiveCommand
from apps.service import Done, Health, Notice, RecordsNotice, SessionNotice
from data.ids import RoomId

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


class FakeService:
    """Notes each command, answers with what ``answers`` says for its type, and lets the test play the web process."""

    def __init__(self) -> None:
        self.commands: list[tuple[str, Any, str | None]] = []
        self.answers: dict[str, Done | Denied | Callable[[Any], Done | Denied]] = {}
        self.snapshots: dict[str, Mapping[str, Any] | Denied] = {}
        self.live: list[Mapping[str, Any]] = []
        self.signed_out: list[str] = []
        self.house: Health | None = Health("ok", 1, 2, 40.0, 90.0, 95.0)
        self.listeners: list[Callable[[Notice], None]] = []

    async def command(
        self, secret: str, command: PlanningCommand | WireCommand | ArchiveCommand, *, room: RoomId | None = None
    ) -> Done | Denied:
        self.commands.append((secret, command, room))
        answer = self.answers.get(command.type, Done())
        return answer(command) if callable(answer) else answer

    async def snapshot(self, secret: str, room: RoomId) -> Mapping[str, Any] | Denied:
        return self.snapshots.get(room, {"phase": "new"})

    async def live_rooms(self, secret: str) -> tuple[Mapping[str, Any], ...]:
        return tuple(self.live)

    async def monitor_ticket(self, secret: str, room: RoomId) -> str | Denied:
        return "a-ticket"

    async def may_watch(self, secret: str, room: RoomId) -> bool:
        return True

    async def sign_out(self, secret: str) -> None:
        self.signed_out.append(secret)

    async def health(self, secret: str) -> Health | None:
        return self.house

    def listen(self, listener: Callable[[Notice], None]) -> Callable[[], None]:
        self.listeners.append(listener)
        return lambda: self.listeners.remove(listener)

    # --- the web process, played by the test --------------------------------------------------------------------------

    def tell(self, notice: Notice) -> None:
        for listener in list(self.listeners):
            listener(notice)

    def happened(self, room: str, *events: Mapping[str, Any]) -> None:
        self.tell(SessionNotice(RoomId(room), events, time.time()))

    def changed(self, kind: str, *ids: str, room: str | None = None) -> None:
        self.tell(RecordsNotice(kind, ids, RoomId(room) if room else None))


def person(number: int, name: str, **values: Any) -> dict[str, Any]:
    """Return a participant as a snapshot holds it."""
    return {
        "participant": f"pt_{number}",
        "name": name,
        "badge": "",
        "guest": False,
        "role": "participant",
        "presence": "present",
        "device": "desktop",
        "joined_at": f"2026-11-21T09:{number % 60:02}:00Z",
        "microphone": False,
        "camera": False,
        "screen": False,
        "microphone_locked": False,
        **values,
    }


def snapshot(*people: Mapping[str, Any], number: int = 10, **values: Any) -> dict[str, Any]:
    """Return an open session's snapshot."""
    return {
        "session": "se_1",
        "number": number,
        "phase": "open",
        "opened_at": "2026-11-21T09:00:00Z",
        "microphones_locked": False,
        "presenter": None,
        "hands": [],
        "participants": list(people),
        "messages": [],
        **values,
    }


def event(number: int, type_: str, *, actor: str = "system", **fields: Any) -> dict[str, Any]:
    """Return an event as the web process tells it."""
    return {"number": number, "at": "2026-11-21T09:30:00Z", "type": type_, "actor": actor, **fields}
