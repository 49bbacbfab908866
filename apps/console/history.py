"""Events as sentences for the log of a room's page: who did what, and to whom."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from apps.console.history_tender import OF_TENDERS, SWITCHED_IN_TENDERS
from apps.console.live_room import LiveRoom
from apps.console.words import Words


def N_(sentence: str) -> str:
    """Mark a sentence for the catalogues."""
    return sentence


OWN: Mapping[str, str] = {
    "session_opened": N_("{who} opened the session"),
    "session_closed": N_("{who} ended the session"),
    "participant_joined": N_("{whom} came in"),
    "participant_gone": N_("{whom} is gone"),
    "participant_left": N_("{whom} left"),
    "participant_removed": N_("{who} removed {whom}"),
    "microphone_on": N_("{whom} switched the microphone on"),
    "microphone_off": N_("{whom} switched the microphone off"),
    "camera_on": N_("{whom} switched the camera on"),
    "camera_off": N_("{whom} switched the camera off"),
    "screen_on": N_("{whom} shows a screen"),
    "screen_off": N_("{whom} stopped showing a screen"),
    "hand_raised": N_("{whom} raised a hand"),
    "hand_lowered": N_("{whom} lowered the hand"),
    "presenter_given": N_("{who} made {whom} presenter"),
    "presenter_taken": N_("{who} took the presenter role from {whom}"),
    "message_deleted": N_("{who} deleted a message"),
    "recording_started": N_("{who} started the recording"),
    "recording_stopped": N_("The recording was stopped"),
    "recording_named": N_("{who} named a recording “{name}”"),
    "presentation_started": N_("{who} put a presentation on the stage"),
    "presentation_stopped": N_("The presentation was taken off the stage"),
    **OF_TENDERS,
}

BY_ANOTHER: Mapping[str, str] = {
    "microphone_off": N_("{who} switched off the microphone of {whom}"),
    "camera_off": N_("{who} switched off the camera of {whom}"),
    "screen_off": N_("{who} stopped the screen of {whom}"),
    "hand_lowered": N_("{who} lowered the hand of {whom}"),
}

SWITCHED: Mapping[tuple[str, str, Any], str] = {
    ("microphones_locked", "locked", True): N_("{who} locked all microphones"),
    ("microphones_locked", "locked", False): N_("{who} unlocked all microphones"),
    ("microphone_locked", "locked", True): N_("{who} locked the microphone of {whom}"),
    ("microphone_locked", "locked", False): N_("{who} unlocked the microphone of {whom}"),
    ("role_changed", "role", "moderator"): N_("{who} made {whom} moderator"),
    ("role_changed", "role", "participant"): N_("{who} made {whom} participant"),
    ("disconnected", "reason", "lost"): N_("{whom} lost the connection"),
    ("recording_named", "name", ""): N_("{who} took the name of a recording away"),
    ("recording_released", "released", True): N_("{who} released a recording to the suppliers"),
    ("recording_released", "released", False): N_("{who} withdrew a recording from the suppliers"),
    **SWITCHED_IN_TENDERS,
}


def sentence_of(event: Mapping[str, Any], room: LiveRoom, names: Mapping[str, str], _: Words) -> str:
    """
    Return what an event says; empty for one that does not stand in the log (connections, chat messages).

    ``names`` gives the names of accounts, by id.
    """
    template = _template(event)
    if not template:
        return ""
    whom = room.name_of(event.get("participant")) or _("somebody")
    return _(template, who=_who(event, room, names, _), whom=whom, name=event.get("name") or "")


def _template(event: Mapping[str, Any]) -> str:
    kind = event["type"]
    for field in ("locked", "role", "reason", "shown", "answer", "inside", "released", "name"):
        template = SWITCHED.get((kind, field, event.get(field)))
        if template:
            return template
    if kind in BY_ANOTHER and event.get("actor") != f"participant:{event.get('participant')}":
        return BY_ANOTHER[kind]
    return OWN.get(kind, "")


def _who(event: Mapping[str, Any], room: LiveRoom, names: Mapping[str, str], _: Words) -> str:
    kind, _colon, name = str(event.get("actor", "")).partition(":")
    if kind == "participant":
        return room.name_of(name) or _("somebody")
    if kind == "account":
        return names.get(name) or _("a moderator")
    return _("Sala")
