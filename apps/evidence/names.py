"""How minutes call people: by name and organisation, with a number where two are called alike; whoever was erased has a number too."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial

from apps.i18n import translate
from data.models import Account, Event, Participant


class Names:
    """Names of one session's people and accounts, in one language."""

    def __init__(
        self, events: Sequence[Event], people: Sequence[Participant], accounts: Mapping[str, Account], language: str
    ) -> None:
        self._ = partial(translate, language)
        order = [str(e.payload["participant"]) for e in events if e.type == "participant_joined"]
        seats = {person.id: person for person in people}
        self._by_id = self._numbered({id_: self._called(seats.get(id_)) for id_ in order})
        self._by_person = {person.person_id: self._by_id.get(person.id, "") for person in people}
        self._accounts = accounts

    def of(self, participant: object) -> str:
        return self._by_id.get(str(participant)) or self._("(unknown)")

    def of_person(self, person: object) -> str:
        """Return the name of a person by the id that lasts over sessions."""
        return self._by_person.get(str(person)) or self._("(somebody who never came in)")

    def of_actor(self, actor: str) -> str:
        """Return who did something: ``participant:…``, ``account:…`` or the system."""
        kind, _colon, id_ = actor.partition(":")
        if kind == "participant":
            return self.of(id_)
        return self.of_account(id_) if kind == "account" else "Sala"

    def of_account(self, account: object) -> str:
        found = self._accounts.get(str(account))
        return (found.name if found else "") or self._("(erased)")

    def _called(self, person: Participant | None) -> str:
        if person is None or not person.name:
            return self._("(erased)")
        return f"{person.name} ({person.organisation})" if person.organisation else person.name

    @staticmethod
    def _numbered(called: dict[str, str]) -> dict[str, str]:
        count, so_far = Counter(called.values()), Counter[str]()
        found = {}
        for id_, name in called.items():
            so_far[name] += 1
            found[id_] = f"{name} #{so_far[name]}" if count[name] > 1 else name
        return found
