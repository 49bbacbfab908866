"""What people are called in one session. The rules know ids only; names are added on the way out."""

from __future__ import annotations

from dataclasses import dataclass, field

from apps.live.names import clean, skeleton
from data.ids import ParticipantId, PersonId, PresentationId


@dataclass(frozen=True, slots=True)
class Entry:
    """``badge`` tells two people of one name apart; it is empty for the first of them. ``firm``: whom they come from."""

    name: str
    badge: str
    guest: bool
    person: PersonId
    firm: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """What people see of a presentation beside its pages; ``pages_ready`` grows while it is being prepared."""

    title: str
    pages_ready: int = 0


@dataclass(slots=True)
class Roster:
    """Participants by id and by person, in the order of their first entry. Accounts that act from the console, and presentations, have names too."""

    entries: dict[ParticipantId, Entry] = field(default_factory=dict)
    accounts: dict[str, str] = field(default_factory=dict)
    presentations: dict[PresentationId, Shown] = field(default_factory=dict)
    _looks: dict[str, int] = field(default_factory=dict)
    _of_person: dict[PersonId, ParticipantId] = field(default_factory=dict)

    def add(
        self, participant: ParticipantId, person: PersonId, name: str, *, guest: bool = False, firm: str = ""
    ) -> Entry:
        """Enter somebody; the first entry counts."""
        if participant in self.entries:
            return self.entries[participant]
        name = clean(name) or "?"
        look = skeleton(name)
        count = self._looks[look] = self._looks.get(look, 0) + 1
        entry = Entry(name=name, badge="" if count == 1 else str(count), guest=guest, person=person, firm=firm)
        self.entries[participant] = entry
        self._of_person[person] = participant
        return entry

    def of_person(self, person: PersonId) -> ParticipantId | None:
        return self._of_person.get(person)

    def name_of(self, participant: str | None) -> str:
        """Return a participant's name; empty if unknown."""
        entry = self.entries.get(ParticipantId(participant or ""))
        return entry.name if entry else ""

    def name_of_actor(self, actor: str) -> str | None:
        """Return the name behind an actor as the log writes it (``participant:…``, ``account:…``); ``None`` for the system."""
        kind, _, id_ = actor.partition(":")
        if kind == "participant":
            return self.name_of(id_) or None
        return self.accounts.get(id_) if kind == "account" else None
