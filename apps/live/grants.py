"""
Which media of a participant may be on, and which the media core may forward: projections of the state.

*May* is a right (``may_speak``); *on* is what the person chose within it (``Seat.microphone``); a *gate* is open where both hold
and the person is in the room. After every change ``lapses`` names what is on without the right, so that no rule has to
remember whom it concerns.
"""

from __future__ import annotations

from collections.abc import Mapping

from apps.live.events import CameraOff, LiveEvent, MicrophoneOff, Reason, ScreenOff
from apps.live.grants_presenting import presentation_lapses
from apps.live.grants_tender import has_floor, is_apart
from apps.live.state import Presence, Seat, SessionState
from data.ids import ParticipantId
from media_core.engine import Source

HERE = frozenset({Presence.PRESENT, Presence.RECONNECTING})
"""Those who take part now; somebody who reconnects keeps sound and picture on, so that they come back with them."""


def may_speak(state: SessionState, seat: Seat) -> bool:
    """Tell whether a participant may switch their microphone on."""
    if seat.microphone_locked or is_apart(state, seat):
        return False
    if seat.role in ("supplier", "encoder"):
        return has_floor(state, seat)
    return not state.microphones_locked or leads(state, seat)


def may_show_camera(state: SessionState, seat: Seat) -> bool:
    """Tell whether a participant may switch their camera on."""
    return (seat.role not in ("supplier", "encoder") or has_floor(state, seat)) and not is_apart(state, seat)


def may_show_screen(state: SessionState, seat: Seat) -> bool:
    """Tell whether a participant may show their screen."""
    return (leads(state, seat) or seat.role == "encoder") and not is_apart(state, seat)


def may_send(state: SessionState, seat: Seat) -> bool:
    """Tell whether a participant's transport has lines to send on at all; what goes through them, the gates say."""
    return seat.role != "supplier" or has_floor(state, seat)


def leads(state: SessionState, seat: Seat) -> bool:
    """Tell whether somebody is a moderator or the presenter."""
    return seat.role == "moderator" or state.presenter == seat.participant


def lapses(
    state: SessionState,
    *,
    microphone: Reason = "locked",
    camera: Reason = "moderator",
    screen: Reason = "presenter",
) -> list[LiveEvent]:
    """Return the events that switch off whatever is on without a right, with the reasons given."""
    events: list[LiveEvent] = []
    for seat in state.seats.values():
        if seat.microphone and not may_speak(state, seat):
            events.append(MicrophoneOff(participant=seat.participant, reason=microphone))
        if seat.camera and not may_show_camera(state, seat):
            events.append(CameraOff(participant=seat.participant, reason=camera))
        if seat.screen and not may_show_screen(state, seat):
            events.append(ScreenOff(participant=seat.participant, reason=screen))
    events += presentation_lapses(state, reason="moderator" if screen == "moderator" else "presenter")
    return events


def all_off(seat: Seat, reason: Reason) -> list[LiveEvent]:
    """Return the events that switch off all that a participant has on."""
    events: list[LiveEvent] = []
    if seat.microphone:
        events.append(MicrophoneOff(participant=seat.participant, reason=reason))
    if seat.camera:
        events.append(CameraOff(participant=seat.participant, reason=reason))
    if seat.screen:
        events.append(ScreenOff(participant=seat.participant, reason=reason))
    return events


def gates_of(state: SessionState, seat: Seat) -> frozenset[Source]:
    """Return the sources of one participant that the media core may forward."""
    if state.phase != "open" or seat.presence not in HERE:
        return frozenset()
    opened: set[Source] = set()
    if seat.microphone and may_speak(state, seat):
        opened.add(Source.MICROPHONE)
    if seat.camera and may_show_camera(state, seat):
        opened.add(Source.CAMERA)
    if seat.screen and may_show_screen(state, seat):
        opened |= {Source.SCREEN, Source.SCREEN_AUDIO}
    return frozenset(opened)


def gates(state: SessionState) -> Mapping[ParticipantId, frozenset[Source]]:
    """Return the open gates of everybody who has any."""
    return {seat.participant: opened for seat in state.seats.values() if (opened := gates_of(state, seat))}
