"""The scripts that a room page asks for ahead of time."""

from __future__ import annotations

import re

from apps.assets import PORTAL_ASSETS
from apps.portal.pages.room import FIRST, room_modules

SCRIPTS = PORTAL_ASSETS / "js"
IMPORT = re.compile(r"^import [^;]*?from '\./([\w-]+\.js)';$", re.MULTILINE | re.DOTALL)


def needed_by(script: str) -> set[str]:
    """Return a script with all that it imports, directly or not."""
    found: set[str] = set()
    waiting = [script]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += IMPORT.findall((SCRIPTS / name).read_text(encoding="utf-8"))
    return found


def test_the_first_scripts_are_those_that_make_the_connection() -> None:
    assert set(FIRST) == needed_by("start.js")


def test_the_page_asks_at_once_for_every_script_of_the_room_and_no_other() -> None:
    modules = [name.removeprefix("js/") for name in room_modules()]
    assert len(modules) == len(set(modules))
    assert set(modules) == needed_by("room.js")
