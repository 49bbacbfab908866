"""The line of a session in a list of open ones."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from apps.live import wire
from apps.live.grants import gates
from apps.live.state import Presence, SessionState


def overview(room: wire.RoomFacts, state: SessionState, unrecorded: Iterable[str]) -> dict[str, Any]:
    """Return what the console shows of a session; ``unrecorded`` are the names of those whom the tape misses."""
    return {
        "room": room.id,
        "session": state.session,
        "opened_at": wire.moment(state.opened_at) if state.opened_at else None,
        "present": sum(seat.presence is Presence.PRESENT and seat.role != "encoder" for seat in state.seats.values()),
        "publishing": len(gates(state)),
        "recording": state.recording.tape,
        "unrecorded": list(unrecorded),
        "owner": room.owner,
    }
