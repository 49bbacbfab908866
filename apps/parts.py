"""``Parts``: everything the web process is made of, built once and handed to every handler."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from apps.settings import Settings

if TYPE_CHECKING:
    from apps.api.sockets import Sockets
    from apps.auth import Auth
    from apps.live.hub import Hub
    from apps.planning.planner import Planner
    from apps.service import RoomService
    from apps.templates import Templates
    from data.database import Database
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
    planner: Planner
    service: RoomService
    auth: Auth
    templates: Templates
    sockets: Sockets
    clock: Clock = utc_now
