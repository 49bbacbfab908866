"""``/ws/tenders``: tells a signed-in supplier's page which of their sessions can be entered now (``apps.tenders.doorbell``)."""

from __future__ import annotations

from typing import Any, Literal

from apps.api.socket import RoomSocket
from apps.handlers import Problem
from apps.visitors import secret_hash
from data.ids import PersonId


class TenderSocket(RoomSocket):
    """One page. It only listens: after ``hello`` it gets ``sessions`` once, and ``session`` whenever one begins or ends."""

    told: set[str]
    organisation = ""
    account = ""

    async def prepare(self) -> None:
        """Refuse by origin and number; who is no signed-in supplier is told so on the socket."""
        if self.request.headers.get("Origin") not in self._own_origins():
            raise Problem(403, "forbidden")
        if not self.parts.sockets.has_place(self.ip):
            raise Problem(429, "too_many_requests")
        self.told = set()
        if not await self.still_allowed():
            self.refusal = "signed_out"

    async def still_allowed(self) -> bool:
        visitor = await self.parts.auth.visitor(self.account_secret) if self.account_secret else None
        if visitor is None or visitor.account is None or visitor.organisation is None:
            return False
        self.account, self.organisation = visitor.account.id, visitor.organisation.id
        return True

    @property
    def secret_hash(self) -> str:
        return secret_hash(self.account_secret)

    @property
    def person(self) -> PersonId:
        return PersonId(self.account)

    async def _take(self, values: dict[str, Any]) -> None:
        match values.get("type"):
            case "hello":
                self._hello_timer.cancel()
                await self.parts.doorbell.add(self)
                if self.ended:  # it went meanwhile
                    self.parts.doorbell.remove(self)
            case "ping":
                self.send({"type": "pong"})
            case _:
                self._refuse_message("bad_message")

    def _end(self, reason: Literal["closed", "lost"]) -> None:
        self.parts.doorbell.remove(self)
        super()._end(reason)
