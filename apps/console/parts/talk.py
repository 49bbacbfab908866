"""Lines of a chat or a log."""

from __future__ import annotations

from typing import Any

from apps.console.parts.component import Component, script, styles, whole


class Talk(Component):
    """
    Chat or log. Tells ``write`` with a text, and ``press`` ``delete`` with ``row``.

    Content: ``lines`` [{id, at, text, name, to, gone, remove}], ``label``, ``empty``, ``log``, ``write`` {label, send, disabled} or nothing. Lines come below and go
    above: only new and changed ones are sent.
    """

    _esm = script("talk")
    _stylesheets = styles("talk")

    def difference(self, old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
        if {**old, "lines": ()} != {**new, "lines": ()}:
            return whole(new)
        held = {line["id"]: line for line in old.get("lines", ())}
        ids = [line["id"] for line in new["lines"]]
        stayed = [name for name in held if name in set(ids)]
        if stayed != ids[: len(stayed)]:
            return whole(new)
        lines = [line for line in new["lines"] if held.get(line["id"]) != line]
        gone = [name for name in held if name not in set(ids)]
        return {"lines": lines, "gone": gone} if lines or gone else {}
