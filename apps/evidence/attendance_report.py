"""
One session's attendance as everybody gets it: read once from the log, judged once, then written as CSV, XLSX or PDF.

Functions for ``Database.read`` and for a thread; nothing here knows HTTP.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.dates import format_date, format_datetime

from apps.i18n import translate
from data import accounts, event_log, participants, rooms, sessions
from data.errors import DataError, NotFound
from data.ids import AccountId, ParticipantId, RoomId, SessionId

if TYPE_CHECKING:
    import pandas as pd
    from sqlmodel import Session

    from data.models import Account, Room
    from data.models import Session as Opening
    from data.rules import Rule


@dataclass(frozen=True, slots=True)
class Report:
    """``frame`` is ``ATTENDANCE`` with ``present_pct`` and, where rules were asked, ``meets``."""

    room: Room
    opening: Opening
    organiser: str
    frame: pd.DataFrame
    rules: tuple[Rule, ...]
    made_at: datetime

    def row(self, participant: ParticipantId) -> dict[str, Any] | None:
        """Return one participant's row."""
        rows: Any = self.frame[self.frame["participant_id"] == participant].to_dict("records")
        return rows[0] if rows else None


def may_read(room: Room, account: Account) -> bool:
    """Tell whether attendance of a room is an account's business."""
    return account.role == "administrator" or room.owner_id == account.id


def report(
    session: Session, *, session_id: SessionId, account: Account | None, now: datetime, rules: tuple[Rule, ...] = ()
) -> Report | None:
    """
    Read and count a session. ``None`` where there is no such session, or it is not this account's.

    Args:
        account: Whose right is asked; ``None`` for those who hold a certificate's code.
        now: Until when a session counts that is still open.
    """
    from data.attendance import attendance  # brings pandas, which the web process needs for nothing else
    from data.rules import judged

    try:
        opening = sessions.get(session, session_id=session_id)
    except NotFound:
        return None
    room = rooms.get(session, room_id=RoomId(opening.room_id))
    if room is None or (account is not None and not may_read(room, account)):
        return None
    events = event_log.read(session, session_id)
    people = participants.of_session(session, session_id=session_id)
    frame = judged(attendance(events, people, now=opening.closed_at or now), rules)
    return Report(room, opening, _organiser(session, room), frame, rules, now)


def _organiser(session: Session, room: Room) -> str:
    try:
        return accounts.get(session, account_id=AccountId(room.owner_id)).name
    except DataError:
        return ""


def moment_text(at: datetime | None, zone: str, language: str) -> str:
    """Return date and time in a zone, with its distance from UTC, which tells the two same hours of an autumn night apart."""
    if at is None:
        return ""
    local = at.astimezone(_zone(zone))
    text = format_datetime(local, "d MMMM y, HH:mm:ss", locale=_locale(language))
    return f"{text} ({_offset(local)})"


def _offset(local: datetime) -> str:
    minutes = round((local.utcoffset() or timedelta(0)).total_seconds() / 60)
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'-' if minutes < 0 else '+'}{hours}{f':{rest:02}' if rest else ''}"


def date_text(at: datetime, zone: str, language: str) -> str:
    """Return the day in a zone."""
    return format_date(at.astimezone(_zone(zone)), "long", locale=_locale(language))


def clock_of(at: datetime | None, zone: str) -> str:
    """Return the time of day in a zone."""
    return "" if at is None else at.astimezone(_zone(zone)).strftime("%H:%M:%S")


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def _locale(language: str) -> str:
    return "en_GB" if language == "en" else language


def rules_text(rules: tuple[Rule, ...], language: str) -> str:
    """Return rules in words, joined; empty for none."""
    return "; ".join(rule.text(language) for rule in rules)


def about(made: Report, language: str) -> dict[str, str]:
    """Return what a list says of itself, label to text."""
    zone = made.room.zone
    closed = moment_text(made.opening.closed_at, zone, language) or translate(language, "still open")
    facts = {
        translate(language, "Opened"): moment_text(made.opening.opened_at, zone, language),
        translate(language, "Closed"): closed,
        translate(language, "Time zone"): zone,
        translate(language, "Organiser"): made.organiser,
        translate(language, "People"): str(len(made.frame)),
    }
    if made.rules:
        facts[translate(language, "Rule")] = rules_text(made.rules, language)
    return facts
