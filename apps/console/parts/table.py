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
    the actions), ``most_px``. A cell is a text or {text, sub, main, href, mark, badge, icon, tone, pill, bars, title}. Only changed cells are sent: of 500
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


MOVES_MOST = 40  # more than these are sent as the whole order


def row_difference(old: Sequence[Row], new: Sequence[Row]) -> dict[str, Any]:
    """Return ``rows`` that are new, or of changed ones what changed; the ids that are ``gone``; ``moves`` or the ``order`` if it is another. Empty if nothing is."""
    held, order = {row["id"]: row for row in old}, [row["id"] for row in new]
    names = set(order)
    rows = [changed for row in new if (changed := _changed(held.get(row["id"]), row))]
    gone = [name for name in held if name not in names]
    moves = _moves([name for name in held if name in names], order)
    if not (rows or gone or moves):
        return {}
    if len(moves) > MOVES_MOST:
        return {"rows": rows, "gone": gone, "order": order}
    return {"rows": rows, "gone": gone, "moves": moves}


def _changed(old: Row | None, new: Row) -> Row | None:
    """Return a new row as it is, of a known one its id and the cells and fields that are others; ``None`` if none is."""
    if old is new or old == new:
        return None
    if old is None or old.keys() != new.keys():
        return new
    before = old["cells"]
    cells = {name: cell for name, cell in new["cells"].items() if name not in before or before[name] != cell}
    return {
        "id": new["id"],
        **{name: value for name, value in new.items() if name != "cells" and value != old[name]},
        "cells": cells,
    }


def _moves(old: Sequence[str], new: Sequence[str]) -> list[tuple[str, str]]:
    """Return the ids to be placed anew, each with the one to stand after (empty: first), in the order in which to do it."""
    moved: set[str] = set()
    moves: list[tuple[str, str]] = []
    here = 0
    for place, name in enumerate(new):
        while here < len(old) and old[here] in moved:
            here += 1
        if name in moved or here >= len(old) or old[here] != name:
            sinks = here + 1 < len(old) and name not in moved and old[here + 1] == name
            if sinks:  # what stood here comes again further below
                moved.add(old[here])
                here += 2
                continue
            moved.add(name)
            moves.append((name, new[place - 1] if place else ""))
        else:
            here += 1
    return moves
