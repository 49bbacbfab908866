"""
What many viewers see of the same events, worked out once for all who see alike. Pure.

When a session of 500 ends, everybody leaves in one batch: each person sees the one event that is about them, and 500 hidden ones. So what
does not concern somebody is looked at once for all, and neighbours that are hidden travel as one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from apps.live.shared_message import SharedMessage
from apps.live.state import SessionState
from apps.live.visibility import Viewer, visible_event
from apps.live.visibility_tender import concerned_by
from data.ids import ParticipantId

Event = Mapping[str, Any]

PRIVATE = frozenset(
    {"message_sent", "message_deleted", "consent_set", "presence_checked"}
    | {"reserved_begun", "reserved_changed", "reserved_ended"}
)
"""Events of which, or of what comes with them, some see all and others nothing, for other reasons than whom they name."""


class Sights:
    """The messages about a batch of events; ``for_viewer`` gives the same object to all who see the same."""

    def __init__(self, events: Sequence[Event], state: SessionState) -> None:
        self._events, self._state = events, state
        self._private = any(event["type"] in PRIVATE for event in events)
        self._concerned = [concerned_by([event], state) for event in events]
        self._places: dict[ParticipantId, list[int]] = {}
        for place, people in enumerate(self._concerned):
            for participant in people:
                self._places.setdefault(participant, []).append(place)
        self._bases: dict[bool, list[Event]] = {}
        self._missing: dict[bool, set[int]] = {}
        self._messages: dict[Any, SharedMessage] = {}

    def for_viewer(self, viewer: Viewer) -> SharedMessage:
        """Return the ``events`` message for these eyes."""
        own = self._places.get(viewer.participant, []) if viewer.participant is not None else []
        if self._private:
            seen = [visible_event(event, self._state, viewer) for event in self._events]
            key: Any = (viewer.moderates, *(event["type"] for event in seen))
            return _message(seen) if own else self._messages.setdefault(key, _message(seen))
        if own:
            seen = self._base(viewer).copy()
            for place in own:
                seen[place] = visible_event(self._events[place], self._state, viewer)
            return _message(seen)
        if viewer.moderates not in self._messages:
            self._messages[viewer.moderates] = _message(self._base(viewer))
        return self._messages[viewer.moderates]

    def _base(self, viewer: Viewer) -> list[Event]:
        """Return the events as moderators, or all others, see those that do not concern them; the first who asks sees for all."""
        base = self._bases.setdefault(viewer.moderates, list(self._events))
        missing = self._missing.setdefault(viewer.moderates, set(range(len(base))))
        for place in [place for place in missing if viewer.participant not in self._concerned[place]]:
            base[place] = visible_event(self._events[place], self._state, viewer)
            missing.discard(place)
        return base


def _message(seen: Sequence[Event]) -> SharedMessage:
    return SharedMessage(type="events", events=runs(seen))


def runs(events: Sequence[Event]) -> list[Event]:
    """Put hidden neighbours together: one with the ``number`` of the last, and ``since`` that of the first."""
    together: list[Event] = []
    for hidden, group in groupby(events, key=lambda event: event["type"] == "hidden"):
        neighbours = list(group)
        if not hidden or len(neighbours) == 1:
            together += neighbours
        else:
            first, last = neighbours[0], neighbours[-1]
            together.append({"number": last["number"], "type": "hidden", "since": first.get("since", first["number"])})
    return together
