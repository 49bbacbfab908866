"""From *Invite* to *accepted*, through a mail server and the portal, as the console and the person go it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from apps.planning import commands
from apps.service import Done, Notice, RecordsNotice
from apps.single import Sala, running
from data import accounts, invitations
from data.database import Database
from data.ids import InvitationId, RoomId
from data.models import Invitation
from tests.apps.mail.mail_server import MailServer, mail_server
from tests.apps.visit import Visit
from tests.waiting import until


class Console:
    """What a console page holds: the service, a sign-in's secret, and the notices that it heard."""

    def __init__(self, sala: Sala, secret: str) -> None:
        self.sala, self.secret = sala, secret
        self.notices: list[Notice] = []
        self.sala.parts.service.listen(self.notices.append)

    async def done(self, command: commands.PlanningCommand) -> Done:
        answer = await self.sala.parts.service.command(self.secret, command)
        assert isinstance(answer, Done), answer
        return answer

    def invitation(self, room: str) -> Invitation:
        (found,) = self.database.read_now(invitations.of_room, room_id=room)
        return found

    @property
    def database(self) -> Database:
        return self.sala.database

    def heard_of(self, invitation: Invitation) -> int:
        """Return how often this console was told to look at the invitation."""
        return sum(isinstance(one, RecordsNotice) and invitation.id in one.ids for one in self.notices)


@asynccontextmanager
async def office(home: Path) -> AsyncIterator[tuple[Console, MailServer]]:
    """A running Sala with a mail server, and an administrator's console."""
    async with mail_server() as server:
        url = f"smtp://127.0.0.1:{server.port}"
        async with running(home=home, smtp_url=url, mail_from="Sala <sala@sala.example>") as sala:
            (admin,) = sala.database.read_now(accounts.list_all)
            secret = await sala.parts.auth.sign_in(admin.email, sala.password, "127.0.0.1")
            assert isinstance(secret, str)
            yield Console(sala, secret), server


async def plan(console: Console) -> tuple[RoomId, Invitation]:
    """Plan a conference and invite somebody."""
    settings = commands.RoomSettings(
        title="Ședință <b>SSM</b>",
        starts_at=datetime.now(UTC) + timedelta(days=1),
        length_min=60,
        zone="Europe/Bucharest",
        language="ro",
    )
    room = RoomId((await console.done(commands.CreateRoom(settings=settings))).values["room"])
    ion = commands.Invitee(email="ion@firma.example", name="Ion Țepeș")
    await console.done(commands.Invite(room=room, invitees=(ion,)))
    return room, console.invitation(room)


def link_in(server: MailServer) -> str:
    """Return the path of the link in the newest message."""
    found = re.search(r"https?://[^/]+(/j/[\w-]+)", server.received[-1].text())
    assert found
    return found[1]


async def test_an_invited_person_accepts_by_the_link_in_the_mail_and_the_console_hears_it(home: Path) -> None:
    async with office(home) as (console, server):
        room, invitation = await plan(console)
        await until(
            lambda: console.heard_of(invitation) == 2, what="the news that they are invited, and that the mail is sent"
        )
        assert console.invitation(room).mail_state == "sent"
        link = link_in(server)
        async with Visit(console.sala.url) as scanner:
            for _ in range(3):
                assert (await scanner.get(link)).status_code == 200
            assert (await scanner.get(f"{link}/accept")).status_code in (303, 404, 405)
        assert console.invitation(room).answer == ""
        async with Visit(console.sala.url) as ion:
            page = (await ion.get(link)).text
            assert "Ședință &lt;b&gt;SSM&lt;/b&gt;" in page
            assert (await ion.post(f"{link}/accept", form=link)).status_code == 303
            assert console.invitation(room).answer == "accepted"
            assert console.heard_of(invitation) == 3
            assert (await ion.post(f"{link}/decline", form=link)).status_code == 303
        assert console.invitation(room).answer == "declined"


async def test_a_revoked_person_is_out_and_gets_a_cancellation(home: Path) -> None:
    async with office(home) as (console, server):
        room, invitation = await plan(console)
        await until(lambda: console.invitation(room).mail_state == "sent")
        link = link_in(server)
        async with Visit(console.sala.url) as ion:
            path = await ion.enter(link)
            assert (await ion.get(path)).status_code == 200
            await console.done(commands.RevokeInvitation(invitation=InvitationId(invitation.id)))
            assert (await ion.get(path)).status_code != 200
            gone = await ion.get(link)
            assert gone.status_code == 410
            assert "retrasă" in gone.text
        await until(lambda: len(server.received) == 2)
        assert server.received[-1].message["Subject"] == "Anulat: Ședință <b>SSM</b>"


async def test_sending_again_replaces_the_link(home: Path) -> None:
    async with office(home) as (console, server):
        _, invitation = await plan(console)
        await until(lambda: len(server.received) == 1)
        old = link_in(server)
        await console.done(commands.ResendInvitation(invitation=InvitationId(invitation.id)))
        await until(lambda: len(server.received) == 2)
        async with Visit(console.sala.url) as ion:
            assert (await ion.get(old)).status_code == 404
            assert (await ion.get(link_in(server))).status_code == 200
