"""The tabs that are in one session, one a participant, and how they are told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from apps.live.seated import Seated
from apps.live.shared_message import SharedMessage
from apps.live.state import SessionState
from apps.live.visibility import viewer_of, visible_event
from apps.live.visibility_tender import concerned_by
from data.ids import ParticipantId, PersonId

_PRIVATE = ("message_sent", "message_deleted", "consent_set", "presence_checked")


class Audience:
    """Tabs and encoders by participant. Those that are not yet welcomed are here too, but are told nothing."""

    def __init__(self) -> None:
        self.apart: frozenset[ParticipantId] = frozenset()
        """Whom a reserved part leaves out; they are told nothing of it."""
        self._attached: dict[ParticipantId, Seated] = {}

    def __iter__(self) -> Iterator[Seated]:
        return iter(list(self._attached.values()))

    def get(self, participant: str) -> Seated | None:
        return self._attached.get(ParticipantId(participant))

    def put(self, participant: ParticipantId, attachment: Seated) -> Seated | None:
        """Let a tab take a participant's place; return the older one."""
        older = self._attached.get(participant)
        self._attached[participant] = attachment
        return older

    def drop(self, attachment: Seated) -> None:
        """Forget a tab, unless a newer one has its place."""
        if attachment.participant is not None and self._attached.get(attachment.participant) is attachment:
            del self._attached[attachment.participant]

    def of_person(self, person: PersonId) -> list[Seated]:
        return [attachment for attachment in self if attachment.person.id == person]

    def tell(self, message: Mapping[str, Any]) -> None:
        """Send the same to everybody."""
        message = SharedMessage(message)
        for attachment in self.told():
            attachment.send(message)

    def told(self, but: Seated | None = None) -> Iterator[Seated]:
        """Yield those who are told what happens now."""
        for attachment in self:
            if attachment.live and attachment is not but and attachment.participant not in self.apart:
                yield attachment

    def tell_events(self, events: Sequence[Mapping[str, Any]], state: SessionState) -> None:
        """Send events to everybody, each as these eyes may see them."""
        private = any(event["type"] in _PRIVATE for event in events)
        concerned = concerned_by(events, state)
        shared: dict[bool, Mapping[str, Any]] = {}  # what all moderators, and all others, are sent alike
        for attachment in self.told():
            if attachment.participant is None:
                continue
            viewer = viewer_of(state, attachment.participant)
            message = shared.get(viewer.moderates)
            if message is None or private or attachment.participant in concerned:
                events_seen = [visible_event(event, state, viewer) for event in events]
                message = SharedMessage(type="events", events=events_seen)
                if attachment.participant not in concerned:
                    shared[viewer.moderates] = message
            attachment.send(message)
