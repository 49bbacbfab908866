"""``DirectRoomService``: the ``RoomService`` of whoever runs on the Hub's own loop, and what the console's socket calls."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
from typing import Any, Literal, Protocol, get_args

from apps.live.commands import WireCommand
from apps.live.hub import Hub
from apps.live.state import Actor, Denied
from apps.live.tickets import Tickets
from apps.planning.commands import PlanningCommand
from apps.recording.commands import ArchiveCommand
from apps.service import Done, Health, Notice
from data.ids import AccountId, RoomId
from data.models import Account
from media_core.errors import MediaError

ARCHIVE_COMMANDS: tuple[type[Any], ...] = get_args(get_args(ArchiveCommand)[0])
MEDIA_LIMIT_S = 2.0
_WIRE: tuple[type[Any], ...] = get_args(get_args(WireCommand)[0])


class Planning(Protocol):
    """What is needed of ``apps.planning.planner.Planner``."""

    async def execute(self, account: Account, command: PlanningCommand) -> Done | Denied: ...


class Registering(Protocol):
    """What is needed of ``apps.recording.registrar.Registrar``."""

    async def execute(self, account: Account, command: ArchiveCommand) -> Done | Denied: ...


class DirectRoomService:
    """
    Hub and planner behind one interface.

    Args:
        account_of: Looks up whose browser holds a secret; asked at every call, so that a right that was taken away is gone at once.
        tickets: Where the monitor's sockets look tickets up.
        sign_out: Ends a sign-in by its secret.
        disk: Gives use, alarm and stop of the disk, in percent.
    """

    def __init__(
        self,
        hub: Hub,
        planner: Planning,
        account_of: Callable[[str], Awaitable[Account | None]],
        registrar: Registering | None = None,
        tickets: Tickets | None = None,
        disk: Callable[[], tuple[float, float, float]] = lambda: (0.0, 100.0, 100.0),
        sign_out: Callable[[str], Awaitable[None]] | None = None,
    ) -> None:
        self._hub, self._planner, self._account_of, self._registrar = hub, planner, account_of, registrar
        self._tickets, self._disk, self._sign_out = tickets or Tickets(), disk, sign_out

    async def command(
        self, secret: str, command: PlanningCommand | WireCommand | ArchiveCommand, *, room: RoomId | None = None
    ) -> Done | Denied:
        account = await self._account(secret)
        if account is None:
            return Denied("signed_out")
        if isinstance(command, ARCHIVE_COMMANDS):
            return (
                Denied("service_unavailable")
                if self._registrar is None
                else await self._registrar.execute(account, command)
            )
        if not isinstance(command, _WIRE):
            return await self._planner.execute(account, command)  # type: ignore[arg-type]  # the rest of the union
        if room is None or not await self._may_reach(account, room):
            return Denied("not_found")
        actor = Actor("account", account.id, _role(account))
        return await self._hub.command(actor, room, command, name=account.name)

    async def snapshot(self, secret: str, room: RoomId) -> Mapping[str, Any] | Denied:
        account = await self._account(secret)
        if account is None:
            return Denied("signed_out")
        if not await self._may_reach(account, room):
            return Denied("not_found")
        return await self._hub.snapshot(room)

    async def live_rooms(self, secret: str) -> tuple[Mapping[str, Any], ...]:
        account = await self._account(secret)
        if account is None:
            return ()
        lines = [line for line in self._hub.live_rooms() if _reaches(account, line["owner"])]
        return tuple({key: value for key, value in line.items() if key != "owner"} for line in lines)

    async def monitor_ticket(self, secret: str, room: RoomId) -> str | Denied:
        account = await self._account(secret)
        if account is None:
            return Denied("signed_out")
        if not await self._may_reach(account, room):
            return Denied("not_found")
        return self._tickets.give(room, AccountId(account.id), secret)

    async def may_watch(self, secret: str, room: RoomId) -> bool:
        account = await self._account(secret)
        return account is not None and await self._may_reach(account, room)

    async def sign_out(self, secret: str) -> None:
        if self._sign_out is not None:
            await self._sign_out(secret)

    async def health(self, secret: str) -> Health | None:
        if await self._account(secret) is None:
            return None
        media, rooms = "ok", {}
        try:
            async with asyncio.timeout(MEDIA_LIMIT_S):
                rooms = dict(await self._hub.engine.rooms())
        except TimeoutError:
            media = "timeout"
        except MediaError as error:
            media = error.code
        pct, warn, stop = self._disk()
        tell = getattr(self._hub.engine, "standings", None)
        workers = () if tell is None else tuple(asdict(standing) for standing in tell())
        return Health(media, len(rooms), sum(map(len, rooms.values())), pct, warn, stop, workers)

    def listen(self, listener: Callable[[Notice], None]) -> Callable[[], None]:
        return self._hub.listen(listener)

    async def _account(self, secret: str) -> Account | None:
        account = await self._account_of(secret)
        return account if account is not None and account.disabled_at is None and _role(account) else None

    async def _may_reach(self, account: Account, room: RoomId) -> bool:
        facts = await self._hub.room_facts(room)
        return facts is not None and _reaches(account, facts.owner)


def _reaches(account: Account, owner: str) -> bool:
    """A moderator reaches only their own rooms; for them the rest does not exist. Administrators reach all."""
    return account.role == "administrator" or account.id == owner


def _role(account: Account) -> Literal["administrator", "moderator", ""]:
    if account.role == "administrator":
        return "administrator"
    return "moderator" if account.role == "moderator" else ""
