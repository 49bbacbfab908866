"""What a moderator may press on a participant's row, and the command that each press is. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from apps.console.live_room import LiveRoom, Values
from apps.console.words import Words
from apps.live.commands import (
    GivePresenter,
    LockMicrophone,
    LowerHand,
    MuteMicrophone,
    RemoveParticipant,
    SetRole,
    StopCamera,
    StopScreen,
    TakePresenter,
    WireCommand,
)
from data.ids import ParticipantId


def person_actions(_: Words, live: LiveRoom, one: Values) -> list[Values]:
    """Return the actions of a row, always in the same places; what makes no sense now can't be pressed."""
    name, who = one["name"], one["participant"]
    moderator, presenter = one["role"] == "moderator", who == live.presenter
    lock = (
        _("Unlock the microphone of {name}", name=name)
        if one["microphone_locked"]
        else _("Lock the microphone of {name}", name=name)
    )
    role = _("Make {name} participant", name=name) if moderator else _("Make {name} moderator", name=name)
    present = (
        _("Take the presenter role from {name}", name=name) if presenter else _("Make {name} presenter", name=name)
    )
    screen = [_quiet("stop_screen", _("Stop the screen of {name}", name=name), "screen")] if one["screen"] else []
    return [
        _quiet("mute", _("Switch off the microphone of {name}", name=name), "microphone-off", off=not one["microphone"]),
        _quiet("lock", lock, "unlock" if one["microphone_locked"] else "lock", on=one["microphone_locked"]),
        _quiet("stop_camera", _("Switch off the camera of {name}", name=name), "camera", off=not one["camera"]),
        *screen,
        _quiet("lower_hand", _("Lower the hand of {name}", name=name), "hand", off=who not in live.hands),
        _quiet("presenter", present, "presenter", on=presenter, off=one["role"] == "encoder"),
        _quiet("role", role, "role", on=moderator, off=one["role"] in ("supplier", "encoder")),
        _quiet("message", _("Write to {name} only", name=name), "mail"),
        {**_quiet("remove", _("Remove {name}", name=name), "remove"), "confirm": _("Press again to remove")},
    ]  # fmt: skip


def _quiet(name: str, label: str, icon: str, *, on: bool = False, off: bool = False) -> Values:
    return {"name": name, "label": label, "icon": icon, "only_icon": True, "tone": "quiet", "on": on, "disabled": off}


COMMANDS: Mapping[str, Callable[[ParticipantId, Values, LiveRoom], Any]] = {
    "mute": lambda who, one, live: MuteMicrophone(participant=who),
    "lock": lambda who, one, live: LockMicrophone(participant=who, locked=not one["microphone_locked"]),
    "stop_camera": lambda who, one, live: StopCamera(participant=who),
    "stop_screen": lambda who, one, live: StopScreen(participant=who),
    "lower_hand": lambda who, one, live: LowerHand(participant=who),
    "presenter": lambda who, one, live: TakePresenter() if who == live.presenter else GivePresenter(participant=who),
    "role": lambda who, one, live: SetRole(participant=who, role="participant" if one["role"] == "moderator" else "moderator"),
    "remove": lambda who, one, live: RemoveParticipant(participant=who),
}  # fmt: skip


def command_for(press: str, who: ParticipantId, one: Values, live: LiveRoom) -> WireCommand | None:
    """Return the command that a press on a row means now; ``None`` for an unknown one."""
    make = COMMANDS.get(press)
    command: WireCommand | None = make(who, one, live) if make else None
    return command
