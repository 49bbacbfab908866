"""``Parts``: everything the web process is made of, built once and handed to every handler."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from apps.addresses import console_address
from apps.api.console_socket import console_key
from apps.api.sockets import SocketLimits, Sockets
from apps.auth import Auth
from apps.documents.library import Library, open_library
from apps.first_start import ADMINISTRATOR_EMAIL, Welcome, make_ready
from apps.live.direct import DirectRoomService
from apps.live.hub import Hub
from apps.live.tickets import Tickets
from apps.mail.postman import Postman
from apps.metrics import Metrics
from apps.planning.planner import Planner
from apps.recording.archivist import Archivist
from apps.recording.registrar import Registrar
from apps.settings import Settings
from apps.templates import Templates
from apps.tenders.doorbell import Doorbell
from apps.vault import NAME, open_vault
from data.database import Database, open_database
from data.ids import PersonId

if TYPE_CHECKING:
    from apps.service import RoomService
    from media_core.engine import MediaEngine

Clock = Callable[[], datetime]
"""Returns the present moment, aware, in UTC."""


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Parts:
    """What handlers hold. ``settings`` has real ports and addresses: ``public_url`` and ``console_url`` are never empty."""

    settings: Settings
    database: Database
    engine: MediaEngine
    hub: Hub
    archivist: Archivist
    registrar: Registrar
    planner: Planner
    service: RoomService
    auth: Auth
    templates: Templates
    sockets: Sockets
    metrics: Metrics
    library: Library
    tickets: Tickets
    postman_wake: Callable[[], None]
    """Tells the postman that messages wait."""
    doorbell: Doorbell
    """Tells suppliers' pages which sessions they may enter."""
    console_key: str
    """What the console process authenticates with on ``/internal/console``."""
    say: Sequence[str] = ()
    """Lines that the person who started Sala must read: the first password, the demo's links."""
    clock: Clock = utc_now


@asynccontextmanager
async def build_parts(settings: Settings, engine: MediaEngine, *, clock: Clock = utc_now) -> AsyncIterator[Parts]:
    """
    Open the database, start Hub and postman, and give all parts; end them in reverse order. The engine stays the caller's.

    Args:
        settings: With real ports and addresses, as ``apps.web.bind`` fills them in.
    """
    settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    database = await asyncio.to_thread(open_database, settings.database_url or settings.home)
    try:
        welcome = await database.run(make_ready, home=settings.home, demo=settings.demo, now=clock())
        hub = Hub(database, engine, clock=clock, settings=settings)
        await hub.start()
        try:
            async with _around(settings, database, engine, hub, welcome, clock) as parts:
                yield parts
        finally:
            await hub.close()
    finally:
        await asyncio.to_thread(database.close)


@asynccontextmanager
async def _around(
    settings: Settings, database: Database, engine: MediaEngine, hub: Hub, welcome: Welcome, clock: Clock
) -> AsyncIterator[Parts]:
    """Build what stands around a running Hub."""
    sockets = Sockets(SocketLimits(total=settings.sockets_total, per_address=settings.sockets_per_address))
    vault, lost = await open_vault(database, settings.home)
    auth = Auth(database, clock, idle=timedelta(minutes=settings.sign_in_idle_min), pages=sockets, vault=vault)
    metrics = Metrics()
    metrics.gauge("sala_sockets", "Open WebSockets of the portal", lambda: len(sockets))
    metrics.gauge("sala_sessions", "Open sessions", lambda: len(hub.live_rooms()))
    async with (
        Postman(database, settings, hub.publish, clock=clock) as postman,
        sockets.watching(),
        open_library(database, settings, hub, clock) as library,
        Archivist(database, hub, settings, clock) as archivist,
    ):
        planner = Planner(
            database,
            clock,
            settings,
            hub.publish,
            partial(_expel, hub, sockets),
            expel_from=lambda person, room: hub.expel(person, "not_admitted", room=room),
            mail_queued=postman.wake,
            sweep=archivist.sweep,
        )
        tickets = Tickets()
        doorbell = Doorbell(database, hub, sockets)
        registrar = Registrar(database, archivist, clock, hub.publish)
        metrics.gauge("sala_disk_used_percent", "Use of the disk that recordings lie on", lambda: archivist.disk_pct)
        yield Parts(
            settings=settings,
            database=database,
            engine=engine,
            hub=hub,
            archivist=archivist,
            registrar=registrar,
            planner=planner,
            service=DirectRoomService(
                hub, planner, auth.account, registrar, tickets, _disk_of(archivist, settings), auth.sign_out
            ),
            auth=auth,
            templates=Templates(),
            sockets=sockets,
            metrics=metrics,
            library=library,
            tickets=tickets,
            postman_wake=postman.wake,
            doorbell=doorbell,
            console_key=console_key(settings.home),
            say=(*lines_of(welcome, settings), *lines_of_vault(lost)),
            clock=clock,
        )


async def _expel(hub: Hub, sockets: Sockets, person: PersonId) -> None:
    """Close whatever somebody has open whose right is gone: seats in rooms, and pages with a socket."""
    await hub.expel(person)
    sockets.end_person(person)


def _disk_of(archivist: Archivist, settings: Settings) -> Callable[[], tuple[float, float, float]]:
    return lambda: (archivist.disk_pct, settings.disk_warn_pct, settings.disk_stop_pct)


def lines_of(welcome: Welcome, settings: Settings) -> list[str]:
    """Return what a start has to tell, as lines."""
    lines = [f"Console: {console_address(settings)}"]
    if welcome.password:
        lines.append(f"First sign-in: {ADMINISTRATOR_EMAIL}, password {welcome.password} (shown only now)")
    lines += [f"Demo link of {name}: {settings.public_url}{path}" for name, path in welcome.demo_links]
    return lines


def lines_of_vault(lost: int) -> list[str]:
    """Return what to do about accounts whose second step cannot be opened."""
    if not lost:
        return []
    return [
        f"keys/{NAME}.key is missing or not the one that the second steps of {lost} accounts are sealed with: bring it back from a backup."
        " Until then they sign in with a recovery code; the second step of suppliers' people can be reset in the console."
    ]
