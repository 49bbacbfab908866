"""
``decide(state, command, actor, now)``: the events that a command leads to, or a refusal. All rules of a session are behind it.

The order of questions is the same for every command: is the session open, is the actor in it, does the table of
``apps.live.permissions`` allow it, and then the rule of that command (``decide_people``, ``decide_sources``, ``decide_floor``,
``decide_chat``, ``decide_tender`` and the others). Asking for what already is gives no events and is no error. ``docs/rules.md`` tells people the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, get_args

from apps.live import commands as cmd
from apps.live import (
    decide_chat,
    decide_floor,
    decide_people,
    decide_presence,
    decide_presenting,
    decide_record,
    decide_recording,
    decide_sources,
    decide_tender,
)
from apps.live.commands_presence import PresenceHouseCommand
from apps.live.commands_recording import NoteSegments, NoteTape
from apps.live.commands_tender import TenderCommand, TenderHouseCommand, TimeFloor
from apps.live.grants_tender import is_apart
from apps.live.permissions import may, own_seat
from apps.live.rule import Decision, Rule
from apps.live.state import Actor, Denied, Presence, SessionState

RULES: Mapping[type[Any], Rule] = {
    **decide_people.RULES,
    **decide_sources.RULES,
    **decide_floor.RULES,
    **decide_chat.RULES,
    **decide_presenting.RULES,
    **decide_recording.RULES,
    **decide_presence.RULES,
    **decide_tender.RULES,
    **decide_record.RULES,
}

_HOUSE = (
    *(cmd.Join, cmd.Disconnect, cmd.GiveUp, cmd.Abandon),
    *(NoteTape, NoteSegments, TimeFloor, *get_args(PresenceHouseCommand)),
)
_ENDINGS = (cmd.Disconnect, cmd.GiveUp, cmd.Abandon, cmd.CloseSession)
_OF_TENDERS = (*get_args(TenderCommand), *get_args(TenderHouseCommand))
_FROM_APART = ("leave", "lower_hand", "set_visibility", "set_consent", "answer_presence")
"""What somebody may ask for whom a reserved part leaves out."""


def decide(state: SessionState, command: cmd.AnyCommand, actor: Actor, now: datetime) -> Decision:
    """
    Return the events of a command, in order, or why it is refused.

    The events are not yet true: they are once they stand in the log. ``now`` is the moment they will be stamped with.
    """
    if state.phase == "closed" and isinstance(command, _ENDINGS):
        return []  # what they ask for has already happened
    refusal = _phase_refusal(state, command) or _actor_refusal(state, command, actor)
    if refusal is not None:
        return refusal
    decision = RULES[type(command)](state, command, actor, now)
    return decision if isinstance(decision, Denied) else decide_tender.with_floor_ended(state, decision, now)


def _phase_refusal(state: SessionState, command: cmd.AnyCommand) -> Denied | None:
    if state.phase == "closed":
        return Denied("session_ended")
    if state.phase == "new" and not isinstance(command, cmd.Open):
        return Denied("session_not_open")
    return None


def _actor_refusal(state: SessionState, command: cmd.AnyCommand, actor: Actor) -> Denied | None:
    if isinstance(command, _HOUSE):
        return None  # the Hub's own: they never come from a wire (``wire_command_from`` does not know them)
    if actor.kind == "participant" and not isinstance(command, cmd.Open):
        seat = own_seat(state, actor)
        if seat is not None and seat.presence is Presence.REMOVED:
            return Denied("removed")
        if seat is None or seat.presence is not Presence.PRESENT:
            return Denied("bad_state")
    if may(state, command, actor):
        return _tender_refusal(state, command, actor)
    return Denied("not_presenter" if isinstance(command, cmd.SetScreen) else "forbidden")


def _tender_refusal(state: SessionState, command: cmd.AnyCommand, actor: Actor) -> Denied | None:
    if isinstance(command, _OF_TENDERS) and state.kind != "tender":
        return Denied("not_a_tender")
    seat = own_seat(state, actor)
    if seat is not None and is_apart(state, seat) and command.type not in _FROM_APART:
        return Denied("reserved_part")
    return None
