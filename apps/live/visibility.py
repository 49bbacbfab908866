"""
What of an event or a message a viewer may see. Asked for each viewer and each message, never remembered.

Numbers stay without gaps for everybody: what is not for these eyes comes as ``{"number", "type": "hidden"}``, so that a browser can
tell a gap from a secret.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from apps.live import visibility_tender as tender
from apps.live.state import MessageHead, SessionState
from data.ids import MessageId, ParticipantId

_HOUSE_ONLY = frozenset({"person", "name_commitment", "commitment", "account", "organisation", "admitted"})
"""Fields of events that say nothing to other participants and could tie their records together across sessions."""


_LEADERS_ONLY = frozenset({"segments_sealed", "visibility_changed", "media_flowing", "spoke"})
"""Events that only those who lead the room see."""
_OWN_ONLY = frozenset({"consent_set", "presence_checked", "reserved_changed"})
"""Events that, besides them, only the participant sees whom they concern."""
_SEALED = frozenset({"floor_policy_set", "lot_drawn"})
"""Events whose commitment is for everybody to check."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """Whose eyes: a participant, or (``participant`` is ``None``) an account in the console."""

    participant: ParticipantId | None
    moderates: bool


CONSOLE = Viewer(participant=None, moderates=True)


def viewer_of(state: SessionState, participant: ParticipantId) -> Viewer:
    """Return a participant's eyes, with the role they have now."""
    seat = state.seats.get(participant)
    return Viewer(participant=participant, moderates=seat is not None and seat.role == "moderator")


def sees_message(head: MessageHead, viewer: Viewer) -> bool:
    """
    Tell whether a message is for these eyes.

    Messages to one participant are between that participant and the moderators, as are messages to the moderators.
    """
    if head.to == "everyone" or viewer.moderates:
        return True
    return viewer.participant is not None and viewer.participant in (head.sender, head.to)


def visible_event(event: Mapping[str, Any], state: SessionState, viewer: Viewer) -> Mapping[str, Any]:
    """
    Return an event as a viewer may see it.

    Args:
        event: An event as it goes to browsers: ``number``, ``at``, ``type``, ``actor`` and its fields.
        state: A state that knows the message, if the event is about one.
    """
    if event["type"] in ("message_sent", "message_deleted"):
        head = state.messages.get(MessageId(event["message"]))
        if head is None or not sees_message(head, viewer) or tender.was_said_apart(head, state, viewer):
            return {"number": event["number"], "type": "hidden"}
    if viewer.moderates:
        return event
    if event["type"] in _LEADERS_ONLY or (event["type"] in _OWN_ONLY and event["participant"] != viewer.participant):
        return {"number": event["number"], "type": "hidden"}
    if state.kind == "tender":
        seen = tender.visible(event, state, viewer)
        if seen is None:
            return {"number": event["number"], "type": "hidden"}
        event = seen
    kept = _HOUSE_ONLY - {"commitment"} if event["type"] in _SEALED else _HOUSE_ONLY
    return {key: value for key, value in event.items() if key not in kept}
