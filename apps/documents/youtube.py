"""Cuts the id of a video out of what a person pasted. Nothing is fetched, and nothing but these 11 characters is kept."""

from __future__ import annotations

import re

_ID = r"([A-Za-z0-9_-]{11})(?![A-Za-z0-9_-])"
_LINK = re.compile(
    r"(?:https?://)?(?:www\.|m\.|music\.)?"
    r"(?:youtube\.com/(?:watch\?(?:[^#\s]*?&)?v=|embed/|shorts/|live/|v/)|youtube-nocookie\.com/embed/|youtu\.be/)"
    rf"{_ID}(?:[?&#/][^\s]*)?\Z"
)
LINK_MAX_CHARACTERS = 500


def video_of(link: str) -> str | None:
    """Return the id of the video that a YouTube address names; ``None`` for any other text."""
    found = _LINK.match(link.strip()) if len(link) <= LINK_MAX_CHARACTERS else None
    return found[1] if found else None
