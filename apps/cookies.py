"""Names of the cookies. Over https they carry the ``__Host-`` prefix, which ties them to this host, to https and to all paths."""

from __future__ import annotations

from datetime import timedelta

SIGN_IN_LIFE = timedelta(hours=12)
"""The longest that a browser stays signed in, used or not; a long day of conferences."""

ACCOUNT = "sala"
"""A signed-in account."""

ROOM = "sala_room"
"""A browser that exchanged an invitation link; one cookie a room."""

LANGUAGE = "sala_language"
"""The language that a person chose; holds no secret and has no prefix."""

XSRF = "sala_xsrf"
"""Anti-forgery token; Lax, not Strict: a second visit from a mail must not void the form in the tab that is open already."""


def cookie_name(name: str, https: bool) -> str:
    return f"__Host-{name}" if https else name


def room_cookie(slug: str) -> str:
    """Return the name of a room's cookie. ``slug`` comes from an address that matched ``[a-z0-9-]+``."""
    return f"{ROOM}_{slug}"
