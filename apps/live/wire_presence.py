"""What a snapshot tells of presence, and to whom."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from apps.live.state import SessionState
from apps.live.visibility import Viewer

NOTHING: Mapping[str, Any] = {"checks": None, "asked": None, "hidden": [], "flowing": []}


def presence(state: SessionState, viewer: Viewer) -> Mapping[str, Any]:
    """Return ``presence`` of docs/protocol.md: whose page is hidden and whose media flow is for moderators alone."""
    known, checks, asked = state.presence, state.presence.checks, state.presence.asked
    waits = asked is not None and viewer.participant in asked.pending
    return {
        "checks": None if checks is None else {"mean_min": checks.mean_s // 60},
        "asked": None
        if asked is None or not waits
        else {"check": asked.check, "until": _moment(asked.at + timedelta(seconds=asked.answer_s))},
        "hidden": sorted(known.hidden) if viewer.moderates else [],
        "flowing": sorted(known.flowing) if viewer.moderates else [],
    }


def _moment(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
