"""A planner on a real database, and what it told the others."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from apps.live.state import Denied
from apps.planning import commands
from apps.planning.planner import Planner
from apps.service import Done, RecordsNotice
from apps.settings import Settings
from data import invitations, mail
from data.database import Database, open_database
from data.ids import PersonId, RoomId
from data.models import Account, Invitation
from tests.data.planned import NOW, add_account


class Office:
    """A planner with a clock that stands, two moderators, and an administrator."""

    def __init__(self, database: Database, **limits: Any) -> None:
        self.database = database
        self.now: datetime = NOW
        self.notices: list[RecordsNotice] = []
        self.expelled: list[PersonId] = []
        self.mail_queued = 0
        self.planner = Planner(
            database,
            lambda: self.now,
            Settings(**limits),
            self.notices.append,
            self._expel,
            mail_queued=self._count_mail,
        )
        self.maria = database.run_now(add_account)
        self.paolo = database.run_now(add_account, name="Paolo Rossi")
        self.admin = database.run_now(add_account, name="Ada Admin", role="administrator")

    async def _expel(self, person: PersonId) -> None:
        self.expelled.append(person)

    def _count_mail(self) -> None:
        self.mail_queued += 1

    async def done(self, command: Any, account: Account | None = None) -> dict[str, Any]:
        """Have a command carried out, by Maria unless said otherwise, and return its values."""
        result = await self.planner.execute(account or self.maria, command)
        assert isinstance(result, Done), result
        return dict(result.values)

    async def denied(self, command: Any, account: Account | None = None) -> Denied:
        """Have a command refused."""
        result = await self.planner.execute(account or self.maria, command)
        assert isinstance(result, Denied), result
        return result

    async def room(self, account: Account | None = None, **settings: Any) -> RoomId:
        """Create a room."""
        values = {"title": "Instruire SSM", **settings}
        command = commands.CreateRoom(settings=commands.RoomSettings.model_validate(values))
        return RoomId((await self.done(command, account))["room"])

    async def invited(self, room: RoomId, *emails: str, **values: Any) -> list[Invitation]:
        """Invite people, and return the room's invitations by address."""
        people = tuple(commands.Invitee(email=email, **values) for email in emails)
        await self.done(commands.Invite(room=room, invitees=people), self.admin)
        found = self.database.read_now(invitations.of_room, room_id=room)
        return sorted(found, key=lambda invitation: invitation.email)

    def invitation(self, invitation_id: str) -> Invitation:
        found = self.database.read_now(invitations.get, invitation_id=invitation_id)
        assert found is not None
        return found

    def secrets(self) -> dict[str, str]:
        """The secrets of the links that wait to be mailed, by address."""
        waiting = self.database.read_now(mail.due, now=self.now, limit=1000)
        return {one.invitation.email: one.mail.secret for one in waiting if one.mail.kind == "invitation"}

    def cancellations(self) -> list[str]:
        waiting = self.database.read_now(mail.due, now=self.now, limit=1000)
        return sorted(one.invitation.email for one in waiting if one.mail.kind == "cancellation")

    def send_all(self) -> None:
        """Do as the postman does, without sending."""
        for one in self.database.read_now(mail.due, now=self.now, limit=1000):
            self.database.run_now(mail.mark_sent, mail_id=one.mail.id, now=self.now)


@pytest.fixture
def database(home: Path) -> Iterator[Database]:
    with open_database(home) as database:
        yield database


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database)
