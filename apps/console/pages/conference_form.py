"""The form of a conference (A1): its fields, and what is made of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import available_timezones

from pydantic import ValidationError

from apps.console.desk import Desk
from apps.console.words import zone_info
from apps.i18n import LANGUAGES
from apps.planning.commands import RoomSettings
from data.models import Room

REGIONS = (
    "Africa/",
    "America/",
    "Antarctica/",
    "Asia/",
    "Atlantic/",
    "Australia/",
    "Europe/",
    "Indian/",
    "Pacific/",
    "UTC",
)


ZONES = tuple(sorted(name for name in available_timezones() if name.startswith(REGIONS)))
"""The zones people know by name, without the aliases of old systems. Read once: it walks through hundreds of files."""


def fields(desk: Desk, room: Room | None) -> list[dict[str, Any]]:
    """Return the form's fields, filled from ``room`` or with what most conferences have."""
    _ = desk.words
    zone = room.zone if room and room.starts_at else _.zone
    start = room.starts_at.astimezone(zone_info(zone)) if room and room.starts_at else None
    return [
        {"name": "title", "kind": "text", "label": _("Title"), "required": True, "most": 200, "value": room.title if room else ""},
        {"name": "description", "kind": "textarea", "label": _("Description"), "most": 5000, "value": room.description if room else ""},
        {"name": "date", "kind": "date", "label": _("Date"), "width": "third narrow", "value": f"{start:%Y-%m-%d}" if start else ""},
        {"name": "time", "kind": "time", "label": _("Time"), "width": "third narrow", "value": f"{start:%H:%M}" if start else ""},
        {"name": "length_min", "kind": "number", "label": _("Length in minutes"), "width": "third", "least": 5, "most": 1440, "value": _text(room.length_min if room else 60)},
        {"name": "zone", "kind": "choice", "label": _("Time zone"), "width": "half", "options": list(ZONES), "value": zone},
        {"name": "language", "kind": "select", "label": _("Language of the invitations"), "width": "half", "options": [list(item) for item in LANGUAGES.items()], "value": room.language if room else _.language},
        {"name": "max_participants", "kind": "number", "label": _("Maximum number of participants"), "width": "half", "least": 2, "most": desk.room_limit, "value": _text(room.max_participants if room else min(50, desk.room_limit))},
        {"name": "record", "kind": "tick", "label": _("Record"), "width": "half", "value": room.record if room else False},
        {"name": "presence_every_min", "kind": "select", "label": _("Presence checks"), "width": "half", "options": [["0", _("Off")], *([str(each), _("On average every {minutes} min", minutes=each)] for each in (5, 10, 15, 20, 30, 60))], "value": str(room.presence_every_min if room else 0)},
    ]  # fmt: skip


def settings_from(desk: Desk, values: Mapping[str, Any]) -> RoomSettings | Mapping[str, str]:
    """Return what the form says, or a sentence for each field that is wrong."""
    _ = desk.words
    date, time, zone = (str(values.get(name) or "").strip() for name in ("date", "time", "zone"))
    if time and not date:
        return {"date": _("Please choose the date, too.")}
    if zone and zone not in ZONES:
        return {"zone": _("This is not a time zone. Write it like Europe/Rome.")}
    try:
        starts_at = (
            datetime.fromisoformat(f"{date}T{time or '09:00'}").replace(tzinfo=zone_info(zone)) if date else None
        )
    except ValueError:
        return {"date": _("Please check this.")}
    if int(_number(values.get("max_participants")) or 0) > desk.room_limit:
        return {"max_participants": _("At most {count}.", count=desk.room_limit)}
    try:
        return RoomSettings(
            title=str(values.get("title") or ""),
            description=str(values.get("description") or ""),
            starts_at=starts_at,
            length_min=_number(values.get("length_min")),
            zone=zone or "UTC",
            language=values.get("language") or _.language,
            max_participants=_number(values.get("max_participants")),
            record=bool(values.get("record")),
            presence_every_min=_number(values.get("presence_every_min")) or 0,
        )
    except ValidationError as error:
        return desk.problems_of(error)


def _number(text: Any) -> int | None:
    """Read a number field; what is no number becomes one that no limit allows, so that the field is complained about."""
    text = str(text or "").strip()
    if not text:
        return None
    return int(text) if text.lstrip("-").isdigit() and len(text) < 10 else -1


def _text(number: int | None) -> str:
    return "" if number is None else str(number)
