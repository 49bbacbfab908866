"""What pages tell about a room in words: who invites, and when, before the browser turns it into its own time."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.dates import format_datetime

from apps.i18n import translate
from data import accounts
from data.errors import DataError
from data.ids import AccountId
from data.models import Room

if TYPE_CHECKING:
    from data.database import Database


def moment_text(at: datetime | None, zone: str, language: str) -> str:
    """Return a moment in the room's own zone, named; pages show it until (or unless) the browser puts its own in place."""
    if at is None:
        return ""
    try:
        local = at.astimezone(ZoneInfo(zone))
    except (ZoneInfoNotFoundError, ValueError):
        local = at.astimezone(UTC)
    return format_datetime(local, "EEEE d MMMM y, HH:mm zzz", locale="en_GB" if language == "en" else language)


async def inviter_name(database: Database, room: Room) -> str:
    """Return the name of the account that a room belongs to; empty if it is gone."""
    try:
        return (await database.read(accounts.get, account_id=AccountId(room.owner_id))).name
    except DataError:
        return ""


def consent_choices(language: str) -> list[tuple[str, str]]:
    """Return what somebody may choose of themselves to be recorded: value and words."""
    return [
        ("all", translate(language, "Record me")),
        ("voice", translate(language, "My voice only: neither camera nor screen")),
        ("none", translate(language, "Do not record me at all")),
    ]


def takes_choices(language: str) -> list[tuple[str, str]]:
    """Return what a recording may show: value and words, the usual one first."""
    return [
        ("stage_and_cameras", translate(language, "Stage and cameras")),
        ("stage", translate(language, "Stage only")),
        ("presentation", translate(language, "Presentation only")),
        ("sound", translate(language, "Sound only")),
    ]
