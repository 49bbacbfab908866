"""What each page of the console holds: the service, the database, who is signed in, and a place to speak."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from pydantic import ValidationError

from apps.console.board import Board
from apps.console.feed import Feeds
from apps.console.health import HouseHealth
from apps.console.parts.messages import Messages
from apps.console.pulse import Pulse
from apps.console.words import Words
from apps.live.commands import WireCommand
from apps.live.state import Denied
from apps.planning.commands import PlanningCommand
from apps.recording.commands import ArchiveCommand
from apps.service import Done, RoomService
from apps.settings import Settings
from data.ids import RoomId
from data.models import Account

log = logging.getLogger(__name__)

Arguments = ParamSpec("Arguments")
Value = TypeVar("Value")
Command = PlanningCommand | WireCommand | ArchiveCommand


class Reader(Protocol):
    """The one thing the console does with the database."""

    async def read(
        self, fn: Callable[Concatenate[Any, Arguments], Value], *args: Arguments.args, **values: Arguments.kwargs
    ) -> Value: ...


class Desk:
    """
    One moderator at one open page.

    ``portal`` is the portal's address as this browser reaches it. ``secret`` stands for the signed-in browser at every command, so that the
    web process checks the right anew each time.
    """

    def __init__(
        self,
        service: RoomService,
        database: Reader,
        account: Account,
        secret: str,
        *,
        words: Words | None = None,
        pulse: Pulse | None = None,
        board: Board | None = None,
        feeds: Feeds | None = None,
        health: HouseHealth | None = None,
        settings: Settings | None = None,
        portal: str = "",
        mail_folder: str = "",
        room_limit: int = 300,
        recording_days: int = 14,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.service, self.database, self.account, self.secret = service, database, account, secret
        self.words = self._ = words or Words(account.language)  # the second name is for the catalogues' tools
        self.pulse = pulse or Pulse()
        self.board = board or Board()
        self.feeds = feeds or Feeds(service)
        self.health = health or HouseHealth(service)
        self.settings = settings
        self.portal, self.mail_folder, self.room_limit, self.clock = portal, mail_folder, room_limit, clock
        self.recording_days = recording_days
        self.messages = Messages(self.pulse)
        self.messages.draw(close=self._("Close"))

    @property
    def administrator(self) -> bool:
        return self.account.role == "administrator"

    @property
    def owner_id(self) -> str | None:
        """Whose rooms and contacts are shown; ``None`` for all."""
        return None if self.administrator else self.account.id

    async def ask(self, command: Command, *, room: str | None = None) -> Done | None:
        """Have a command carried out; a refusal is said to the moderator, and the answer is ``None``."""
        answer = await self.answer(command, room=room)
        if isinstance(answer, Denied):
            self.messages.say(self.words.refusal(answer), "bad")
            return None
        return answer

    async def answer(self, command: Command, *, room: str | None = None) -> Done | Denied:
        """Have a command carried out and return what became of it; an unexpected failure is logged and said calmly."""
        try:
            return await self.service.command(self.secret, command, room=RoomId(room) if room else None)
        except Exception:
            log.exception("console_command_failed", extra={"fields": {"command": command.type}})
            return Denied("internal_error")

    async def read(
        self, fn: Callable[Concatenate[Any, Arguments], Value], *args: Arguments.args, **values: Arguments.kwargs
    ) -> Value:
        """Read from the database."""
        return await self.database.read(fn, *args, **values)

    def problems_of(self, error: ValidationError) -> Mapping[str, str]:
        """Return a sentence for each field that a command's model refused, by the field's name."""
        return {str(problem["loc"][-1]) if problem["loc"] else "": self._problem(problem) for problem in error.errors()}

    def _problem(self, problem: Mapping[str, Any]) -> str:
        _ = self.words
        limits = problem.get("ctx", {})
        match problem["type"]:
            case "string_too_short" | "missing":
                return _("Please fill this in.")
            case "string_too_long":
                return _("At most {count} characters.", count=limits.get("max_length", ""))
            case "greater_than_equal":
                return _("At least {count}.", count=limits.get("ge", ""))
            case "less_than_equal":
                return _("At most {count}.", count=limits.get("le", ""))
            case "too_long":
                return _("At most {count} at once.", count=limits.get("max_length", ""))
            case "int_parsing" | "int_type" | "int_from_float":
                return _("A whole number, please.")
        return _("Please check this.")
