"""Who connects, and with what: the two things the Hub is handed for each tab."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from apps.live.events import Role, Standing
from data.ids import OrganisationId, PersonId


@dataclass(frozen=True, slots=True)
class Person:
    """
    Somebody with a right to a room, as sign-in or link prove it.

    ``id`` is an account's or an invitation's; ``guest`` marks a name that the person typed; ``language`` is that of their page;
    ``account`` is the role of the account they signed in with, empty for those who came by an invitation and for suppliers.
    ``organisation_id`` is the supplier's they belong to, ``organisation`` any name of one.
    """

    id: PersonId
    role: Role
    name: str
    email: str = ""
    organisation: str = ""
    organisation_id: OrganisationId | None = None
    guest: bool = False
    language: str = "en"
    account: Standing = ""


class Browser(Protocol):
    """The server's end of a tab's WebSocket."""

    def send(self, message: Mapping[str, Any]) -> None:
        """Queue a message; never blocks, and does nothing once closed."""

    def close(self, code: int, reason: str) -> None:
        """Close with a code of RFC 6455; may be called twice."""
