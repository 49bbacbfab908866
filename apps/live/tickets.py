"""Tickets for the console's pages: a page of another port has no cookie of the portal's sockets, so it is handed a ticket for one room, once."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

from data.ids import AccountId, RoomId

LIFE_S = 60.0  # between the asking and the opening of the socket, which follows at once
MOST = 1000  # unused ones at a time; the oldest go first
BYTES = 24  # 192 random bits


@dataclass(frozen=True, slots=True)
class Ticket:
    """Whose browser may look at which room. ``secret`` is that of the sign-in, so that signing out ends what the ticket opened."""

    room: RoomId
    account: AccountId
    secret: str
    ends_s: float


class Tickets:
    """Tickets given and not yet used; each can be used once."""

    def __init__(self, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._given: dict[str, Ticket] = {}

    def give(self, room: RoomId, account: AccountId, secret: str) -> str:
        """Return the text of a new ticket."""
        while len(self._given) >= MOST:
            del self._given[next(iter(self._given))]
        text = secrets.token_urlsafe(BYTES)
        self._given[text] = Ticket(room, account, secret, self._monotonic() + LIFE_S)
        return text

    def take(self, text: str) -> Ticket | None:
        """Return what a ticket allows, and forget it; ``None`` for one that is unknown, used or too old."""
        ticket = self._given.pop(text, None)
        return ticket if ticket is not None and self._monotonic() < ticket.ends_s else None
