"""
``/ws/monitor``: the stage of a running session for a page of the console. Like a tab's socket, but opened by a ticket and only to look on.

The console stands on another port, whose pages must not use the portal's cookies; so the console process asks for a ticket (``RoomService.monitor_ticket``),
which is good for one socket, one room, one minute. The socket ends with the sign-in for which the ticket was given.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from apps.addresses import console_address
from apps.api.socket import POLICY, RoomSocket
from apps.handlers import Problem
from apps.live.tickets import Ticket
from apps.visitors import secret_hash
from data.ids import PersonId

TICKET_MAX_CHARACTERS = 100


class MonitorSocket(RoomSocket):
    """One page of the console that looks at a session."""

    ticket: Ticket | None = None

    async def prepare(self) -> None:
        """Refuse by origin and number; a ticket that opens nothing is told on the socket."""
        if self.request.headers.get("Origin") not in self._own_origins():
            raise Problem(403, "forbidden")
        if not self.parts.sockets.has_place(self.ip):
            raise Problem(429, "too_many_requests")
        text = self.get_query_argument("ticket", "")[:TICKET_MAX_CHARACTERS]
        self.ticket = self.parts.tickets.take(text)
        if self.ticket is None or not await self.still_allowed():
            self.refusal = "forbidden"

    def _own_origins(self) -> set[str]:
        """The console's pages, by its set address or by its port on the host that was asked for; not the portal's."""
        settings = self.parts.settings
        addresses = (console_address(settings), console_address(settings, asked=self.request.host))
        return {f"{parts.scheme}://{parts.netloc}" for parts in map(urlsplit, addresses)}

    async def still_allowed(self) -> bool:
        return self.ticket is not None and await self.parts.service.may_watch(self.ticket.secret, self.ticket.room)

    @property
    def secret_hash(self) -> str:
        return secret_hash(self.ticket.secret) if self.ticket else ""

    @property
    def person(self) -> PersonId:
        return PersonId(self.ticket.account if self.ticket else "")

    async def _attach(self, values: dict[str, Any]) -> None:
        self._hello_timer.cancel()
        if self.ticket is None:
            return self.refuse("forbidden", POLICY)
        watcher = await self.parts.hub.watch(self.ticket.room, self, language=self.language)
        if watcher is None:
            return self.refuse("session_not_open", POLICY)
        self.attachment = watcher
        if self.ended:
            await watcher.detach(self.ended)
        return None
