"""``Postman``: sends the messages that wait in the database, and takes what comes back."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any

from apps.mail.account_letter import account_message_of
from apps.mail.addresses import envelope_sender, sender_address
from apps.mail.bounces import take_bounce, waiting_bounces
from apps.mail.delivery import Deferred, Delivery, Fate, Letter, Outbox, Refused, Sent, SmtpRound
from apps.mail.invitation import message_of
from apps.mail.receipt_letter import receipt_message_of
from apps.mail.smtp_url import smtp_server
from apps.service import RecordsNotice
from apps.settings import Settings
from data import mail
from data.database import Database
from data.ids import RoomId
from data.mail import Outgoing, ToAccount
from data.models import Invitation
from data.receipts import KIND as RECEIPT

log = logging.getLogger(__name__)

RETRY_AFTER_S = (60.0, 300.0, 1800.0, 7200.0)  # a greylisting server wants minutes, a restarted one half an hour
POLL_S = 5.0  # finds messages that nobody told of, and mail that came back
BATCH = 20  # messages over one connection, before it is looked anew what is due
CLOSE_S = 3.0  # what a message on its way may take to end; the whole process has 5 s


class Postman:
    """
    An async context manager; while it is open, due messages are sent.

    A message is handed over at least once: after a crash between the mail server's yes and the note of it, it is sent again.

    Args:
        settings: ``smtp_url`` or the outbox below ``home``; ``public_url`` (filled in where ports are chosen by the system).
        publish: Told when the state of an invitation's mail changed.

    Raises:
        ValueError: At once, for a ``mail_from`` or ``smtp_url`` that can't be used.
    """

    def __init__(
        self,
        database: Database,
        settings: Settings,
        publish: Callable[[RecordsNotice], None],
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        retry_after_s: tuple[float, ...] = RETRY_AFTER_S,
        poll_s: float = POLL_S,
    ) -> None:
        self._database, self._settings, self._publish, self._clock = database, settings, publish, clock
        self._retry_after_s, self._poll_s = retry_after_s, poll_s
        self._sender = sender_address(settings.mail_from)
        self._server = (
            smtp_server(settings.smtp_url, settings.smtp_password.get_secret_value()) if settings.smtp_url else None
        )
        self._public_url = settings.public_url or f"http://{settings.host}:{settings.port}"
        self._woken, self._closing = asyncio.Event(), False
        self._task: asyncio.Task[None] | None = None

    def wake(self) -> None:
        """Look at once what is due; call it after messages were queued."""
        self._woken.set()

    async def __aenter__(self) -> Postman:
        self._task = asyncio.create_task(self._run(), name="postman")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let a message on its way arrive, for ``CLOSE_S`` at most, then end."""
        if self._task is None:
            return
        self._closing = True
        self.wake()
        await asyncio.wait([self._task], timeout=CLOSE_S)
        self._task.cancel()
        await asyncio.wait([self._task])

    async def _run(self) -> None:
        while not self._closing:
            self._woken.clear()
            try:
                await self._collect_bounces()
                wait_s = await self._send_due()
            except Exception:
                log.exception("postman_failed")  # the database is away, say; the next round may do better
                wait_s = self._poll_s
            try:
                async with asyncio.timeout(wait_s):
                    await self._woken.wait()
            except TimeoutError:
                pass

    async def _send_due(self) -> float:
        """Send what is due; return after how many seconds to look again."""
        now = self._clock()
        batch: list[Outgoing | ToAccount] = [*await self._database.read(mail.due, now=now, limit=BATCH)]
        batch += await self._database.read(mail.due_to_accounts, now=now, limit=BATCH)
        if batch and not self._closing:
            await self._send_round(batch)
            return 0.0
        due_at = await self._database.read(mail.next_due_at)
        if due_at is None:
            return self._poll_s
        return min(self._poll_s, max(0.0, (due_at - self._clock()).total_seconds()))

    async def _send_round(self, batch: list[Outgoing | ToAccount]) -> None:
        delivery: Delivery = SmtpRound(self._server) if self._server else Outbox(self._settings.home / "outbox")
        fate: Fate = Sent()
        try:
            for outgoing in batch:
                if self._closing:
                    return
                fate = fate if delivery.down else await self._send(delivery, outgoing)
                await self._note(outgoing, fate)
        finally:
            await delivery.close()

    async def _send(self, delivery: Delivery, outgoing: Outgoing | ToAccount) -> Fate:
        try:
            letter = self._letter(outgoing)
        except Exception:
            log.exception("mail_unwritable", extra={"fields": {"mail": outgoing.mail.id}})
            return Refused("Sala could not write this message; the server's log says why.")
        return await delivery.send(letter)

    def _letter(self, outgoing: Outgoing | ToAccount) -> Letter:
        values: dict[str, Any] = {"sender": self._sender, "public_url": self._public_url, "now": self._clock()}
        if outgoing.mail.kind == RECEIPT:
            who = outgoing.account if isinstance(outgoing, ToAccount) else outgoing.invitation
            message, recipient = receipt_message_of(outgoing, **values), who.email
        elif isinstance(outgoing, ToAccount):
            message, recipient = account_message_of(outgoing, **values), outgoing.account.email
        else:
            message, recipient = message_of(outgoing, **values), outgoing.invitation.email
        sender = envelope_sender(self._settings.mail_bounce, outgoing.mail.bounce_key, otherwise=self._sender.addr_spec)
        return Letter(outgoing.mail.id, sender, recipient, message.as_bytes())

    async def _note(self, outgoing: Outgoing | ToAccount, fate: Fate) -> None:
        """Write down what became of a message, then tell the console. The server's words may name people: not logged."""
        mail_id, now = outgoing.mail.id, self._clock()
        attempt = outgoing.mail.attempts + 1
        match fate:
            case Sent():
                found = await self._database.run(mail.mark_sent, mail_id=mail_id, now=now)
                log.info("mail_sent", extra={"fields": {"mail": mail_id, "attempt": attempt}})
            case Deferred(words) if attempt <= len(self._retry_after_s):
                wait_s = self._retry_after_s[attempt - 1]
                due_at = now + timedelta(seconds=wait_s)
                found = await self._database.run(mail.defer, mail_id=mail_id, error=words, due_at=due_at)
                log.warning("mail_deferred", extra={"fields": {"mail": mail_id, "attempt": attempt, "wait_s": wait_s}})
            case Deferred(words) | Refused(words):
                found = await self._database.run(mail.mark_failed, mail_id=mail_id, error=words)
                log.warning("mail_failed", extra={"fields": {"mail": mail_id, "attempt": attempt}})
        self._tell(found)
        if isinstance(outgoing, ToAccount):
            self._publish(RecordsNotice("account", (outgoing.account.id,)))

    async def _collect_bounces(self) -> None:
        for content in waiting_bounces(self._settings.home):
            found = await take_bounce(self._database, content)
            log.info("bounce_taken", extra={"fields": {"invitation": found.id if found else None}})
            self._tell(found)

    def _tell(self, invitation: Invitation | None) -> None:
        if invitation is not None:
            self._publish(RecordsNotice("invitation", (invitation.id,), RoomId(invitation.room_id)))
