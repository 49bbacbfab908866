"""``Planner``: carries out the commands of planning, each in one transaction, and tells who should know afterwards."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any

from apps.evidence.doing import EVIDENCE_DOING
from apps.live.state import Denied
from apps.passwords import hash_password, new_password
from apps.planning import address_book, commands, conferences, encoders, inviting, links, people
from apps.planning.asking import Asking, Outcome, changed
from apps.planning.errors import Refused
from apps.planning.permissions import may_ask
from apps.service import Done, RecordsNotice
from apps.settings import Settings
from apps.tenders.doing import FILES, TENDERS_DOING, prepared
from data.database import Database
from data.ids import PersonId, RoomId
from data.models import Account, Invitation

log = logging.getLogger(__name__)

# Each is called as do(session, asking, command) in the writer thread; what it raises rolls everything back.
DOING: Mapping[type, Callable[..., Outcome]] = {
    commands.CreateRoom: conferences.create,
    commands.UpdateRoom: conferences.update,
    commands.ArchiveRoom: conferences.archive,
    commands.CreateContactList: address_book.create_list,
    commands.RenameContactList: address_book.rename_list,
    commands.DeleteContactList: address_book.delete_list,
    commands.SaveContact: address_book.save,
    commands.DeleteContact: address_book.delete,
    address_book.RowsOfFile: address_book.import_rows,
    commands.Invite: inviting.invite,
    commands.ResendInvitation: inviting.resend,
    commands.RevokeInvitation: inviting.revoke,
    commands.SetInvitationRole: inviting.set_role,
    commands.MakeEncoder: encoders.make,
    commands.RevokeEncoder: encoders.revoke,
    people.AccountWithPassword: people.create,
    commands.DisableAccount: people.disable,
    **EVIDENCE_DOING,
    **TENDERS_DOING,
}


async def _nobody_there(person: PersonId, room: RoomId) -> None:
    """For planners beside which no session runs."""


async def _nothing_to_sweep() -> None:
    """For planners beside which nothing is recorded."""


class Planner:
    """
    Planning for the console and, later, the REST API.

    Args:
        clock: Returns the present moment, aware.
        publish: Told which rows changed, after they are on the disk (``Hub.publish``).
        expel: Closes a person's connections (``Hub.expel``).
        expel_from: Closes a person's connections to one room.
        mail_queued: Told that messages wait (``Postman.wake``); without it the postman finds them some seconds later.
        sweep: Takes people who were erased out of recordings (``Archivist.sweep``).
    """

    def __init__(
        self,
        database: Database,
        clock: Callable[[], datetime],
        settings: Settings,
        publish: Callable[[RecordsNotice], None],
        expel: Callable[[PersonId], Awaitable[None]],
        *,
        expel_from: Callable[[PersonId, RoomId], Awaitable[None]] = _nobody_there,
        mail_queued: Callable[[], None] = lambda: None,
        sweep: Callable[[], Awaitable[None]] = _nothing_to_sweep,
    ) -> None:
        self._database, self._clock, self._settings = database, clock, settings
        self._publish, self._expel, self._mail_queued = publish, expel, mail_queued
        self._expel_from, self._sweep = expel_from, sweep

    async def execute(self, account: Account, command: commands.PlanningCommand) -> Done | Denied:
        """Carry out a command for an account that was just looked up; a refusal is a value, and has changed nothing."""
        if account.disabled_at is not None or not may_ask(account.role, command.type):
            return Denied("forbidden")
        asking = Asking(account, self._clock(), self._settings)
        try:
            prepared = await self._prepared(command)
            outcome = await self._database.run(DOING[type(prepared)], asking, prepared)
        except Refused as refusal:
            return refusal.denied
        await self._tell(outcome)
        if outcome.afterwards:
            await self._erase_traces(outcome)
        return Done(outcome.values)

    async def _erase_traces(self, outcome: Outcome) -> None:
        """Follow an erasure beyond the tables: files, recordings, what the database's own log still holds."""
        for work in outcome.afterwards:
            await asyncio.to_thread(work)
        await self._sweep()
        if not await self._database.forget():
            log.warning("erased_still_in_write_ahead_log")  # gone with the next checkpoint that no reader holds up

    async def answer(self, secret: str, answer: links.Answer) -> Invitation | links.LinkProblem:
        """Accept or decline by a link's secret. Call it for a POST only: a mail scanner's GET must not answer (AB-04)."""
        return self._answered(await self._database.run(links.answer, secret, answer, now=self._clock()))

    async def answer_as(self, invitation_id: str, answer: links.Answer) -> Invitation | links.LinkProblem:
        """Like ``answer``, for a browser that exchanged its link for a cookie."""
        return self._answered(await self._database.run(links.answer_as, invitation_id, answer, now=self._clock()))

    def _answered(self, found: Invitation | links.LinkProblem) -> Invitation | links.LinkProblem:
        if isinstance(found, Invitation):
            self._publish(changed("invitation", found.id, room=found.room_id))
        return found

    async def _prepared(self, command: commands.PlanningCommand) -> Any:
        """Do what takes long before the transaction begins, in a thread."""
        match command:
            case commands.ImportContacts():
                return await asyncio.to_thread(address_book.rows_of, command)
            case commands.CreateAccount():
                password = new_password()
                return people.AccountWithPassword(command, password, await asyncio.to_thread(hash_password, password))
            case _:
                return await asyncio.to_thread(prepared, command) if isinstance(command, FILES) else command

    async def _tell(self, outcome: Outcome) -> None:
        for notice in outcome.notices:
            self._publish(notice)
        if outcome.mail_queued:
            self._mail_queued()
        for person in outcome.expelled:
            await self._expel(person)
        room, leaving = outcome.expelled_from
        for person in leaving:
            await self._expel_from(person, RoomId(room))
