"""Who asks, and what came of it: what the parts of planning pass to one another."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from apps.planning.errors import Refused
from apps.service import RecordsNotice
from apps.settings import Settings
from data import contacts, invitations, rooms
from data.ids import PersonId, RoomId
from data.models import Account, Contact, ContactList, Invitation, Room

if TYPE_CHECKING:
    from sqlmodel import Session


@dataclass(frozen=True, slots=True)
class Asking:
    """
    An account that asks, when, and under which limits.

    What an account may not reach is refused as if it did not exist: an id tells nothing to who guesses it (AB-49).
    """

    account: Account
    now: datetime
    settings: Settings

    def may_reach(self, owner_id: str) -> bool:
        """Say whether what belongs to ``owner_id`` is within the account's reach."""
        return self.account.role == "administrator" or owner_id == self.account.id

    def room(self, session: Session, room_id: str) -> Room:
        """Return a room that is not archived. Raises ``Refused``."""
        room = rooms.get(session, room_id=room_id)
        if room is None or not self.may_reach(room.owner_id):
            raise Refused("room_unknown")
        if room.archived_at is not None:
            raise Refused("room_archived")
        return room

    def contact_list(self, session: Session, list_id: str) -> ContactList:
        """Return a list of contacts. Raises ``Refused``."""
        found = contacts.get_list(session, list_id=list_id)
        if found is None or not self.may_reach(found.owner_id):
            raise Refused("contact_list_unknown")
        return found

    def contact(self, session: Session, contact_id: str) -> Contact:
        """Return a contact of a list within reach. Raises ``Refused``."""
        found = contacts.get(session, contact_id=contact_id)
        owner = contacts.get_list(session, list_id=found.list_id) if found else None
        if found is None or owner is None or not self.may_reach(owner.owner_id):
            raise Refused("contact_unknown")
        return found

    def invitation(self, session: Session, invitation_id: str) -> tuple[Invitation, Room]:
        """Return an invitation to a room within reach, with its room. Raises ``Refused``."""
        found = invitations.get(session, invitation_id=invitation_id)
        room = rooms.get(session, room_id=found.room_id) if found else None
        if found is None or room is None or not self.may_reach(room.owner_id) or found.erased_at is not None:
            raise Refused("invitation_unknown")
        return found, room


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was carried out, and whom to tell once it is on the disk."""

    values: Mapping[str, Any] = field(default_factory=dict)
    notices: tuple[RecordsNotice, ...] = ()
    expelled: tuple[PersonId, ...] = ()
    mail_queued: bool = False
    afterwards: tuple[Callable[[], None], ...] = ()
    """What is to be done with files once somebody was erased; each blocks."""
    expelled_from: tuple[str, tuple[PersonId, ...]] = ("", ())
    """A room that these people may no longer be in."""


def changed(kind: str, *ids: str, room: str | None = None) -> RecordsNotice:
    """Return the notice that rows changed."""
    return RecordsNotice(kind, ids, RoomId(room) if room else None)
