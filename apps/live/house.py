"""``House``: what every part of the Hub needs of the world, handed in once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from apps.live.owned import OwnedTasks
from apps.service import Notice
from apps.settings import Settings
from data.database import Database
from media_core.engine import MediaEngine

if TYPE_CHECKING:
    from apps.live.session_runner import SessionRunner


@dataclass(frozen=True, slots=True)
class House:
    """``clock`` gives moments (aware, UTC), ``monotonic`` seconds for durations; ``closed`` is told of a session that ended."""

    database: Database
    engine: MediaEngine
    settings: Settings
    clock: Callable[[], datetime]
    monotonic: Callable[[], float]
    notify: Callable[[Notice], None]
    closed: Callable[[SessionRunner], None]
    tasks: OwnedTasks
