"""What pages tell about a tender in words: kinds of procedure, states of an offer, amounts, days."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.dates import format_datetime
from babel.numbers import format_currency

from apps.i18n import translate


def N_(sentence: str) -> str:
    """Mark a sentence for the catalogues."""
    return sentence


PROCEDURES: Mapping[str, str] = {
    "open": N_("Open procedure"),
    "restricted": N_("Restricted procedure"),
    "negotiated": N_("Negotiated procedure"),
    "dialogue": N_("Competitive dialogue"),
    "partnership": N_("Innovation partnership"),
    "direct": N_("Direct award"),
    "other": N_("Other procedure"),
}
OFFERS: Mapping[str, str] = {
    "none": N_("No offer"),
    "draft": N_("Offer being prepared"),
    "submitted": N_("Offer submitted"),
    "withdrawn": N_("Offer withdrawn"),
    "excluded": N_("Offer excluded"),
}
OFFER_TONES: Mapping[str, str] = {"none": "", "draft": "warn", "submitted": "good", "withdrawn": "", "excluded": "bad"}


def words_of(language: str, words: Mapping[str, str]) -> dict[str, str]:
    """Return the words in a language, by code."""
    return {code: translate(language, sentence) for code, sentence in words.items()}


def locale_of(language: str) -> str:
    """Return the locale whose dates put the day before the month."""
    return "en_GB" if language == "en" else language


def amount_text(cents: int | None, currency: str, language: str) -> str:
    """Return an amount with its currency, such as ``1.250.000,00 €``; empty where none is told."""
    if cents is None:
        return ""
    try:
        return format_currency(cents / 100, currency, locale=locale_of(language))
    except (ValueError, LookupError):
        return f"{cents / 100:.2f} {currency}"


def day_text(at: datetime, zone: str, language: str) -> str:
    """Return a moment in few characters, in a zone."""
    try:
        local = at.astimezone(ZoneInfo(zone))
    except (ZoneInfoNotFoundError, ValueError):
        local = at.astimezone(UTC)
    return format_datetime(local, "d MMM y, HH:mm", locale=locale_of(language))
