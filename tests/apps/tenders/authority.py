"""A contracting authority on a running Sala: makes tenders, suppliers and their accounts by the commands that the console uses."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from typing import Any

from sqlmodel import Session

from apps.live import commands as live
from apps.live.state import Actor, Denied
from apps.passwords import hash_password
from apps.service import Done
from apps.single import Sala
from apps.tenders import commands
from data import accounts, rooms, tenders
from data.ids import AccountId, OrganisationId, RoomId, TenderId
from data.models import Account, Room, Tender
from tests.waiting import until

PASSWORD = "quattro parole messe insieme"
PASSWORD_HASH = hash_password(PASSWORD)


class Authority:
    """Acts as the first administrator."""

    def __init__(self, sala: Sala) -> None:
        self.sala = sala
        found = sala.database.read_now(accounts.list_all)
        self.account = next(account for account in found if account.role == "administrator")
        self._made = 0

    async def ask(self, command: Any) -> dict[str, Any]:
        """Have a command carried out."""
        answer = await self.sala.parts.planner.execute(self.account, command)
        assert isinstance(answer, Done), answer
        return dict(answer.values)

    async def refused(self, command: Any) -> Denied:
        answer = await self.sala.parts.planner.execute(self.account, command)
        assert isinstance(answer, Denied), answer
        return answer

    async def organisation(self, name: str = "Edil Costruzioni S.r.l.") -> OrganisationId:
        self._made += 1
        command = commands.SaveOrganisation(name=name, tax_code=f"IT{self._made:011d}")
        return OrganisationId((await self.ask(command))["organisation"])

    async def invited(self, organisation: OrganisationId, email: str, name: str = "Giulia Verdi") -> AccountId:
        """Create somebody's account, and mail them."""
        command = commands.AddSupplierPerson(organisation=organisation, email=email, name=name, language="it")
        return AccountId((await self.ask(command))["account"])

    async def supplier(self, organisation: OrganisationId, email: str, name: str = "Giulia Verdi") -> AccountId:
        """Create an account whose person has chosen ``PASSWORD`` already."""
        account = await self.invited(organisation, email, name)
        self.sala.database.run_now(_activate, account)
        return account

    async def tender(self, *admitted: OrganisationId, **values: Any) -> Tender:
        """Create a tender, and admit organisations to it."""
        self._made += 1
        given = {"number": f"CIG-{self._made:04d}", "subject": "Lavori di manutenzione", "deadline": soon(), **values}
        made = await self.ask(commands.SaveTender(settings=commands.TenderSettings.model_validate(given)))
        tender = TenderId(made["tender"])
        if admitted:
            parts = tuple(commands.TenderPart(organisation=one, offer_state="submitted") for one in admitted)
            await self.ask(commands.SetTenderSuppliers(tender=tender, parts=parts))
        found = self.sala.database.read_now(tenders.get, tender_id=tender)
        assert found is not None
        return found

    def room(self, tender: Tender) -> Room:
        room = self.sala.database.read_now(rooms.get, room_id=tender.room_id)
        assert room is not None
        return room

    async def start(self, tender: Tender) -> None:
        """Open a session of a tender."""
        await self._live(tender, live.OpenSession())

    async def end(self, tender: Tender) -> None:
        await self._live(tender, live.CloseSession())

    async def _live(self, tender: Tender, command: Any) -> None:
        actor = Actor("account", self.account.id, "administrator")
        answer = await self.sala.hub.command(actor, RoomId(tender.room_id), command, name=self.account.name)
        assert isinstance(answer, Done), answer

    async def link(self, email: str, kind: str = "activate") -> str:
        """Return the path of the newest link mailed to an address, once it was sent."""
        found = await until(lambda: self.links(email, kind), what=f"a link to {kind} for {email}")
        return found[-1]

    def mailed(self, email: str) -> int:
        return sum(1 for _ in self._messages(email))

    def links(self, email: str, kind: str) -> list[str]:
        """Return the paths of the links that were mailed."""
        return [found for text in self._messages(email) for found in re.findall(rf"/supplier/{kind}/[\w-]+", text)]

    def _messages(self, email: str) -> list[str]:
        folder = self.sala.settings.home / "outbox"
        files = sorted(folder.glob("*.eml"), key=lambda file: file.stat().st_mtime_ns)  # names tell whole seconds
        letters = [message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]
        bodies = [letter.get_body(("plain",)) for letter in letters if email in str(letter["To"])]
        return [str(body.get_content()) for body in bodies if body is not None]


def soon() -> datetime:
    return datetime.now(UTC) + timedelta(days=20)


def _activate(session: Session, account_id: AccountId) -> Account:
    account = accounts.get(session, account_id=account_id)
    account.password_hash, account.activated_at = PASSWORD_HASH, account.created_at
    session.flush()
    return account
