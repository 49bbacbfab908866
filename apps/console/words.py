"""Sentences, dates and numbers in a moderator's language and zone."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.dates import format_date, format_datetime, format_time

from apps.i18n import translate, translate_plural
from apps.live.state import Denied
from apps.sentences import sentence


class Words:
    """
    Called with an English sentence, gives it in the language; code names it ``_``, so that the catalogues' tools find the sentences.

    ``zone`` is the browser's IANA zone; an unknown one counts as UTC.
    """

    def __init__(self, language: str = "en", zone: str = "UTC") -> None:
        self.language = language
        self.zone = zone

    def __call__(self, english: str, **values: object) -> str:
        return translate(self.language, english, **values)

    def ngettext(self, one: str, many: str, count: int, **values: object) -> str:
        """Return the plural form for ``count``, which is filled in too."""
        return translate_plural(self.language, one, many, count, **values)

    def refusal(self, denied: Denied) -> str:
        """Return the sentence of a refusal."""
        return sentence(self.language, denied.code, denied.values)

    # --- moments ------------------------------------------------------------------------------------------------------

    def moment(self, at: datetime) -> str:
        """Return a date and time with the zone, such as ``21 Nov 2026, 14:30 EET``."""
        return format_datetime(at, "d MMM y, HH:mm z", tzinfo=zone_info(self.zone), locale=self.language)

    def clock(self, at: datetime, *, seconds: bool = False) -> str:
        """Return the time of day."""
        return format_time(at, "HH:mm:ss" if seconds else "HH:mm", tzinfo=zone_info(self.zone), locale=self.language)

    def day(self, at: datetime) -> str:
        """Return the date."""
        return format_date(at.astimezone(zone_info(self.zone)), "d MMM y", locale=self.language)


def zone_info(name: str) -> ZoneInfo:
    """Return the zone of an IANA name; UTC for what is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def moment_of(text: str) -> datetime:
    """Read an ISO 8601 moment of the protocol."""
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=UTC)
