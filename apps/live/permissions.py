"""
Who may ask for what: one table, role by command. Nothing else in Sala grants a right.

A role says who may ask; whether the answer is yes also depends on the state (a locked microphone, a full room), which is what
``apps.live.decide`` looks at. ``docs/rules.md`` shows the table to people; a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from apps.live.commands import AnyCommand, DeleteMessage, LowerHand, Open, PostMessage, SendMessage
from apps.live.commands_presenting import ShowPresentation
from apps.live.commands_recording import BeginRecording
from apps.live.commands_tender import (
    EndFloor,
    NoteAnswer,
    NoteLot,
    NotePolicy,
    NoteReserved,
    NoteResumed,
    NoteStatement,
)
from apps.live.state import Actor, Seat, SessionState
from data.ids import ParticipantId

ROLES = ("administrator", "moderator", "presenter", "participant", "supplier", "encoder")
"""``administrator`` and ``moderator`` act from the console; the others from a seat."""

CHANNELS = ("everyone", "moderators")
"""Where anybody may write; every other ``to`` names one participant."""

_ANYBODY = frozenset(ROLES) - {"encoder"}
_LEADERS = frozenset({"administrator", "moderator"})
_SEATED = frozenset({"moderator", "presenter", "participant", "supplier"})

PERMISSIONS: Mapping[str, frozenset[str]] = {
    "set_microphone": _SEATED,
    "set_camera": _SEATED,
    "set_screen": frozenset({"moderator", "presenter", "encoder"}),
    "raise_hand": _SEATED,
    "lower_hand": _SEATED,
    "leave": _SEATED | {"encoder"},
    "send_message": _ANYBODY,
    "delete_own_message": _ANYBODY,
    "open_session": _LEADERS,
    "close_session": _LEADERS,
    "mute_microphone": _LEADERS,
    "lock_microphone": _LEADERS,
    "lock_microphones": _LEADERS,
    "stop_camera": _LEADERS,
    "stop_screen": _LEADERS,
    "lower_other_hand": _LEADERS,
    "lower_all_hands": _LEADERS,
    "give_presenter": _LEADERS | {"presenter"},
    "take_presenter": _LEADERS | {"presenter"},
    "set_role": _LEADERS,
    "remove_participant": _LEADERS,
    "send_private_message": _LEADERS,
    "delete_message": _LEADERS,
    "start_presentation": _LEADERS | {"presenter"},
    "turn_page": _LEADERS | {"presenter"},
    "play": _LEADERS | {"presenter"},
    "pause": _LEADERS | {"presenter"},
    "seek": _LEADERS | {"presenter"},
    "stop_presentation": _LEADERS | {"presenter"},
    "start_recording": _LEADERS,
    "stop_recording": _LEADERS,
    "set_consent": _SEATED,
    "set_visibility": _SEATED,
    "answer_presence": _SEATED,
    "set_presence_checks": _LEADERS,
    "set_floor_policy": _LEADERS,
    "show_suppliers": _LEADERS,
    "draw_lot": _LEADERS,
    "grant_floor": _LEADERS,
    "refuse_floor": _LEADERS,
    "extend_floor": _LEADERS,
    "end_floor": _SEATED,
    "end_other_floor": _LEADERS,
    "begin_reserved": _LEADERS,
    "change_reserved": _LEADERS,
    "end_reserved": _LEADERS,
    "file_statement": _SEATED - {"moderator"},
    "answer_statement": _LEADERS,
}
"""Action to the roles that may ask for it. The actions are the wire commands; four are split by whom they concern."""


def action_of(state: SessionState, command: AnyCommand, actor: Actor) -> str:
    """Return the row of the table that a command falls under."""
    match command:
        case Open():
            return "open_session"
        case ShowPresentation():
            return "start_presentation"
        case BeginRecording():
            return "start_recording"
        case EndFloor(participant=named) if named is not None and named != seated_as(actor):
            return "end_other_floor"
        case LowerHand(participant=named) if named is not None and named != seated_as(actor):
            return "lower_other_hand"
        case DeleteMessage(message=message):
            head = state.messages.get(message)
            own = head is not None and head.sender is not None and head.sender == seated_as(actor)
            return "delete_own_message" if own else "delete_message"
        case SendMessage(to=to) | PostMessage(to=to):
            return "send_message" if to in CHANNELS else "send_private_message"
    return _NOTED.get(type(command), command.type)


_NOTED: Mapping[type[Any], str] = {
    NotePolicy: "set_floor_policy",
    NoteLot: "draw_lot",
    NoteReserved: "begin_reserved",
    NoteResumed: "end_reserved",
    NoteStatement: "file_statement",
    NoteAnswer: "answer_statement",
}
"""House commands that the Hub makes of what somebody asked for: the same right."""


def seated_as(actor: Actor) -> ParticipantId | None:
    """Return the participant id of an actor who acts from a seat."""
    return ParticipantId(actor.id) if actor.kind == "participant" else None


def roles_of(state: SessionState, actor: Actor) -> frozenset[str]:
    """Return the roles an actor has at this moment; they are read anew at each command, so a lost role is lost at once."""
    if actor.kind == "system":
        return frozenset()
    seat = own_seat(state, actor)
    if seat is None:
        return frozenset({actor.role} if actor.role else ())
    return frozenset({seat.role} | ({"presenter"} if state.presenter == seat.participant else set()))


def own_seat(state: SessionState, actor: Actor) -> Seat | None:
    """Return the seat an actor sits on; accounts and the system have none."""
    return state.seats.get(ParticipantId(actor.id)) if actor.kind == "participant" else None


def may(state: SessionState, command: AnyCommand, actor: Actor) -> bool:
    """Tell whether any of the actor's roles may ask for this."""
    return not roles_of(state, actor).isdisjoint(PERMISSIONS[action_of(state, command, actor)])
