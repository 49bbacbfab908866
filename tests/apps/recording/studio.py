"""What tests of recording do again and again."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack, suppress
from typing import TYPE_CHECKING

from sqlmodel import Session as Transaction
from sqlmodel import select

from apps.bots import PortalBot
from apps.recording.jobs import work_once
from apps.recording.spool import Spool
from apps.single import Sala
from data import event_log, recordings
from data.ids import SessionId
from data.models import Event, Recording, Room
from tests.waiting import until

if TYPE_CHECKING:
    from pathlib import Path

MODERATOR, PAUL, PETRA = "Maria Moderator", "Paul Participant", "Petra Participant"


def set_record(session: Transaction) -> None:
    for room in session.exec(select(Room)):
        room.record = True


async def tick_record(sala: Sala) -> None:
    await sala.database.run(set_record)


async def come(stack: AsyncExitStack, sala: Sala, name: str, number: int, **values: object) -> PortalBot:
    bot = PortalBot(sala.demo_links[name], picture=number, tone_hz=300 + 200 * number, babble=False, **values)  # type: ignore[arg-type]
    await stack.enter_async_context(bot)
    await bot.seated(60.0)
    return bot


async def events(sala: Sala, session: str) -> list[Event]:
    return await sala.database.read(event_log.read, SessionId(session))


async def made(sala: Sala, session: str) -> list[Recording]:
    return await sala.database.read(recordings.of_session, session_id=session)


async def finished(sala: Sala, session: str, *, timeout_s: float = 60.0) -> Sequence[Recording]:
    """Do the work of the jobs process until every recording of a closed session is made."""
    spool = Spool.of(sala.settings.home)
    loop = asyncio.get_running_loop()
    end_s = loop.time() + timeout_s
    while loop.time() < end_s:
        await sala.parts.archivist.look()
        await asyncio.to_thread(work_once, spool)
        rows = await made(sala, session)
        if rows and all(row.state in ("ready", "failed", "deleted") for row in rows):
            return rows
        await asyncio.sleep(0.05)
    raise TimeoutError([(row.state, row.code) for row in await made(sala, session)])


async def close(bot: PortalBot) -> None:
    with suppress(ConnectionError):  # the end may be quicker than the answer
        await bot.command("close_session")
    await until(lambda: bool(bot.ended))


def file_of(sala: Sala, row: Recording) -> Path:
    return sala.settings.home / "recordings" / row.session_id / row.file
