"""A live table, fed with differences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from apps.console.parts.component import Component, script, styles, whole

Row = Mapping[str, Any]


class Table(Component):
    """
    Rows with cells and actions. Tells ``press`` with the action's name and ``row``.

    Content: ``columns`` [{key, title, kind, wide}], ``rows`` [{id, cells, actions, look}], ``caption``, ``empty``, ``search``, ``acts`` (heading of
    the actions), ``most_px``. A cell is a text or {text, sub, main, href, mark, badge, icon, tone, pill, bars, title}. Only changed rows are sent: of 500
    rows one costs a few hundred bytes (a Tabulator needs seconds for the same).
    """

    _esm = script("table")
    _stylesheets = styles("table")

    @property
    def rows(self) -> Sequence[Row]:
        return list(self.drawn.get("rows", ()))

    def difference(self, old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
        if {**old, "rows": ()} != {**new, "rows": ()}:
            return whole(new)
        return row_difference(old.get("rows", ()), new.get("rows", ()))


def row_difference(old: Sequence[Row], new: Sequence[Row]) -> dict[str, Any]:
    """Return the rows that are new or changed, the ids that are gone, and the order if it is another; empty if nothing is."""
    held = {row["id"]: row for row in old}
    order = [row["id"] for row in new]
    changed = [row for row in new if (before := held.get(row["id"])) is not row and before != row]
    gone = [name for name in held if name not in set(order)]
    stayed = [name for name in held if name in set(order)]
    moved = order != [*stayed, *(name for name in order if name not in held)]
    if not (changed or gone or moved):
        return {}
    return {"rows": changed, "gone": gone, "order": order if moved else None}
