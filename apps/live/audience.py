"""The tabs that are in one session, one a participant, and how they are told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from apps.live.seated import Seated
from apps.live.shared_message import SharedMessage
from apps.live.sights import Sights, runs
from apps.live.state import SessionState
from apps.live.visibility import viewer_of
from data.ids import ParticipantId, PersonId


class Audience:
    """Tabs and encoders by participant. Those that are not yet welcomed are here too, but are told nothing."""

    def __init__(self) -> None:
        self.apart: frozenset[ParticipantId] = frozenset()
        """Whom a reserved part leaves out; they are told nothing of it."""
        self._attached: dict[ParticipantId, Seated] = {}
        self._kept_back: dict[ParticipantId, list[Mapping[str, Any]]] = {}

    def __iter__(self) -> Iterator[Seated]:
        return iter(list(self._attached.values()))

    def get(self, participant: str) -> Seated | None:
        return self._attached.get(ParticipantId(participant))

    def put(self, participant: ParticipantId, attachment: Seated) -> Seated | None:
        """Let a tab take a participant's place; return the older one."""
        older = self._attached.get(participant)
        self._attached[participant] = attachment
        self._kept_back.pop(participant, None)  # the snapshot it gets knows more
        return older

    def drop(self, attachment: Seated) -> None:
        """Forget a tab, unless a newer one has its place."""
        if attachment.participant is not None and self._attached.get(attachment.participant) is attachment:
            del self._attached[attachment.participant]
            self._kept_back.pop(attachment.participant, None)

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
        """
        Send events to everybody, each as these eyes may see them.

        What is nothing but hidden waits for ``tell_hidden`` in a tender's session: else each of 500 who come in would be 500 messages.
        """
        sights = Sights(events, state)
        for attachment in self.told():
            participant = attachment.participant
            if participant is not None:
                message = sights.for_viewer(viewer_of(state, participant))
                self._tell_now_or_later(attachment, participant, message, patient=state.kind == "tender")

    def _tell_now_or_later(
        self, attachment: Seated, participant: ParticipantId, message: SharedMessage, *, patient: bool
    ) -> None:
        if patient and all(event["type"] == "hidden" for event in message["events"]):
            self._kept_back.setdefault(participant, []).append(message)
            return
        for earlier in self._kept_back.pop(participant, ()):
            attachment.send(earlier)
        attachment.send(message)

    def tell_hidden(self) -> None:
        """Send what was kept back, so that everybody's numbers go on; called with each tick."""
        waiting, self._kept_back = self._kept_back, {}
        made: dict[tuple[int, ...], SharedMessage] = {}
        for participant, messages in waiting.items():
            attachment = self._attached.get(participant)
            if attachment is None or not attachment.live:
                continue
            alike = tuple(map(id, messages))
            if alike not in made:
                events = [event for message in messages for event in message["events"]]
                made[alike] = SharedMessage(type="events", events=runs(events))
            attachment.send(made[alike])
