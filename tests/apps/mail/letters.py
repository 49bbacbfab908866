"""A message to be written: account, room, invitation and mail, not in any database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from data.mail import Outgoing
from data.models import Account, Invitation, Mail, Room

NOW = datetime(2026, 5, 4, 8, 0, tzinfo=UTC)
SECRET = "kXJ3b6nHq0ZfQ8u1yS9sW2cT5vR7eA4dG0pL6mN8oQw"
MAIL_ID = "ml_" + "0" * 24


def outgoing(*, kind: str = "invitation", secret: str = SECRET, **changed: Any) -> Outgoing:
    """Return a message; ``changed`` may hold ``room``, ``invitation`` and ``owner`` with the values that differ."""
    owner: dict[str, Any] = {
        "id": "ac_1",
        "email": "maria@ssm.example",
        "name": "Maria Ionescu",
        "role": "moderator",
        "password_hash": "",
        "created_at": NOW,
    }
    room: dict[str, Any] = {
        "id": "rm_1",
        "slug": "instruire",
        "owner_id": "ac_1",
        "title": "Instruire SSM – ședință",
        "starts_at": NOW + timedelta(days=5),
        "length_min": 90,
        "zone": "Europe/Bucharest",
        "created_at": NOW,
    }
    invitation: dict[str, Any] = {
        "id": "in_1",
        "room_id": "rm_1",
        "email": "ion@firma.example",
        "name": "Ion Țepeș",
        "token_hash": "hash",
        "language": "ro",
        "invited_at": NOW,
        "expires_at": NOW + timedelta(days=7),
    }
    mail = Mail(
        id=MAIL_ID,
        invitation_id="in_1",
        kind=kind,
        secret=secret if kind == "invitation" else "",
        created_at=NOW,
        due_at=NOW,
        bounce_key="00112233445566ff",
    )
    return Outgoing(
        mail,
        Invitation(**{**invitation, **changed.get("invitation", {})}),
        Room(**{**room, **changed.get("room", {})}),
        Account(**{**owner, **changed.get("owner", {})}),
    )
