"""Rules about chat. The text is not here: the log holds its commitment, the text stands beside it and can be erased."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from apps.live import commands as cmd
from apps.live import events as ev
from apps.live.permissions import CHANNELS, seated_as
from apps.live.rule import Decision, Rule, seat_named
from apps.live.state import Actor, Denied, SessionState
from data.ids import ParticipantId


def _send(state: SessionState, command: cmd.SendMessage, actor: Actor, now: datetime) -> Decision:
    """Say whether the message may be sent; the Hub then makes a ``PostMessage`` of it."""
    return _addressee_refusal(state, command.to) or []


def _post(state: SessionState, command: cmd.PostMessage, actor: Actor, now: datetime) -> Decision:
    if command.message in state.messages:
        return []
    refusal = _addressee_refusal(state, command.to)
    if refusal is not None:
        return refusal
    sent = ev.MessageSent(
        message=command.message,
        participant=seated_as(actor),
        to=command.to,
        commitment=command.commitment,
    )
    return [sent]


def _delete(state: SessionState, command: cmd.DeleteMessage, actor: Actor, now: datetime) -> Decision:
    head = state.messages.get(command.message)
    if head is None:
        return Denied("not_found")
    return [] if head.deleted else [ev.MessageDeleted(message=command.message)]


def _addressee_refusal(state: SessionState, to: str) -> Denied | None:
    if to in CHANNELS:
        return None
    seat = seat_named(state, ParticipantId(to))
    return seat if isinstance(seat, Denied) else None


RULES: Mapping[type[Any], Rule] = {
    cmd.SendMessage: _send,
    cmd.PostMessage: _post,
    cmd.DeleteMessage: _delete,
}
