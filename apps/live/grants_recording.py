"""What of each participant may go onto the tape: a projection of the state, like the gates."""

from __future__ import annotations

from collections.abc import Mapping

from apps.live.events_recording import Consent
from apps.live.grants import HERE
from apps.live.state import SessionState
from data.ids import ParticipantId
from media_core.engine import Source

_SOURCES: Mapping[Consent, frozenset[Source]] = {
    "all": frozenset(Source),
    "voice": frozenset({Source.MICROPHONE}),
    "none": frozenset(),
}


def taped(state: SessionState) -> Mapping[ParticipantId, frozenset[Source]]:
    """Return the sources that may be recorded, of those who are here and said so."""
    if not is_recorded(state):
        return {}
    consents = state.recording.consents
    return {
        seat.participant: _SOURCES[consents[seat.participant]]
        for seat in state.seats.values()
        if seat.presence in HERE and seat.participant in consents
    }


def is_recorded(state: SessionState) -> bool:
    """Tell whether the session is to have a tape now."""
    return state.phase == "open" and state.record
