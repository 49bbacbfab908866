"""The texts of messages, rendered from ``templates/`` in the invited person's language."""

from __future__ import annotations

import zoneinfo
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from functools import cache, partial
from pathlib import Path

import jinja2
from babel.dates import format_date, format_time, get_timezone_name

from apps.i18n import LANGUAGES, translate, translate_plural
from data.mail import Outgoing
from data.models import Room

TEMPLATES = Path(__file__).parent / "templates"
LOCALES: Mapping[str, str] = {"en": "en_GB", "ro": "ro_RO", "it": "it_IT"}  # day before month, 24 hours


@dataclass(frozen=True, slots=True)
class Wording:
    """A message's words."""

    subject: str
    text: str
    html: str


def wording(outgoing: Outgoing, *, link: str, address: str) -> Wording:
    """Return subject, text and HTML of an invitation or cancellation; ``link`` is the personal one."""
    room, invitation = outgoing.room, outgoing.invitation
    language = language_of(outgoing)
    values = {
        "_": partial(translate, language),
        "language": language,
        "name": invitation.name,
        "owner": outgoing.owner.name,
        "address": address,
        "title": room.title,
        "description": room.description,
        "paragraphs": [part for part in room.description.split("\n") if part.strip()],
        "when": when(room.starts_at, room.zone, language) if room.starts_at else "",
        "length": length(room.length_min, language) if room.length_min else "",
        "record": room.record,
        "moderator": invitation.role == "moderator",
        "archived": room.archived_at is not None,
        "link": link,
        "until": day(invitation.expires_at, room.zone, language) if invitation.expires_at else "",
    }
    subject = _SUBJECTS[outgoing.mail.kind]
    templates = mail_templates()
    return Wording(
        subject=translate(language, subject, title=room.title),
        text=templates.get_template(f"{outgoing.mail.kind}.txt").render(**values).strip() + "\n",
        html=templates.get_template(f"{outgoing.mail.kind}.html").render(**values).strip() + "\n",
    )


def N_(sentence: str) -> str:
    """Mark a sentence for the catalogues."""
    return sentence


_SUBJECTS: Mapping[str, str] = {"invitation": N_("Invitation: {title}"), "cancellation": N_("Cancelled: {title}")}


def language_of(outgoing: Outgoing) -> str:
    """Return the invitation's language, or the room's, or English."""
    for language in (outgoing.invitation.language, outgoing.room.language):
        if language in LANGUAGES:
            return language
    return "en"


def zone_of(name: str) -> tzinfo:
    """Return a zone by its IANA name; UTC if this machine does not know it."""
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        return UTC


def when(moment: datetime, zone: str, language: str) -> str:
    """Return a moment as people read it, in a zone and with its name."""
    local, locale = moment.astimezone(zone_of(zone)), LOCALES[language]
    named = get_timezone_name(local, width="long", locale=locale)
    place = f"{named}, {zone}" if "/" in zone else named
    return translate(
        language,
        "{date}, {time} ({zone})",
        date=format_date(local, "full", locale=locale),
        time=format_time(local, "short", locale=locale),
        zone=place,
    )


def day(moment: datetime, zone: str, language: str) -> str:
    """Return the day of a moment in a zone."""
    return format_date(moment.astimezone(zone_of(zone)), "long", locale=LOCALES[language])


def length(minutes: int, language: str) -> str:
    """Return a length in hours and minutes, in the right plural forms."""
    hours, rest = divmod(minutes, 60)
    parts = []
    if hours:
        parts.append(translate_plural(language, "{count} hour", "{count} hours", hours))
    if rest or not hours:
        parts.append(translate_plural(language, "{count} minute", "{count} minutes", rest))
    if len(parts) == 1:
        return parts[0]
    return translate(language, "{hours} and {minutes}", hours=parts[0], minutes=parts[1])


def start_of(room: Room) -> datetime | None:
    """Return the start in the room's zone."""
    return room.starts_at.astimezone(zone_of(room.zone)) if room.starts_at else None


@cache
def mail_templates() -> jinja2.Environment:
    """Return the templates of messages: files only, HTML escaped, an undefined name is an error."""
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=jinja2.select_autoescape(["html"], default_for_string=False, default=False),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
