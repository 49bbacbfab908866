"""A form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from apps.console.parts.component import Component, script, styles


class Form(Component):
    """
    Fields and one submit. Tells ``submit`` with the values; ``answered`` must follow, with a sentence for each field that is wrong.

    Content: ``fields`` [{name, kind, label, value, required, width, hint, options, most, least, …}] or nothing to hide it, ``title``,
    ``submit``, ``cancel``, ``disabled``, ``focus``. Kinds: text, email, number, date, time, textarea, select, choice (text with proposals), tick,
    file, people (``options`` [{id, name, email, note, group, done}] under ``groups``, with a second tick if ``moderator`` names one; ``headings`` shows the groups).
    """

    _esm = script("form")
    _stylesheets = styles("form")

    def answered(self, problems: Mapping[str, str] | None = None) -> None:
        """Let the person go on; ``problems`` names fields, ``""`` is for the whole form."""
        self.problems = dict(problems or {})
        self.tell({"answered": True, "problems": self.problems})

    def hide(self) -> None:
        self.draw()

    @property
    def fields(self) -> list[dict[str, Any]]:
        return list(self.drawn.get("fields", ()))

    problems: Mapping[str, str] = {}
