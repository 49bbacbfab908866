"""Parts: differences instead of wholes, nothing lost before the browser is ready."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from apps.console.parts.bar import Bar
from apps.console.parts.form import Form
from apps.console.parts.table import Table, row_difference


def row(name: str, value: int = 0) -> dict[str, Any]:
    return {"id": name, "cells": {"value": value}}


def test_only_changed_cells_are_sent() -> None:
    old = [row("a"), row("b"), row("c")]
    assert row_difference(old, [row("a"), row("b", 1), row("c")]) == {"rows": [row("b", 1)], "gone": [], "moves": []}
    assert row_difference(old, list(old)) == {}
    wide = [{"id": "a", "look": "", "cells": {"hand": "", "camera": ""}, "actions": [1, 2]}]
    spoke = [{"id": "a", "look": "speaking", "cells": {"hand": "1", "camera": ""}, "actions": [1, 2]}]
    assert row_difference(wide, spoke)["rows"] == [{"id": "a", "look": "speaking", "cells": {"hand": "1"}}]


def test_one_row_that_moves_is_one_move() -> None:
    old = [row(name) for name in "abcdefgh"]
    assert row_difference(old, [row(name) for name in "agbcdefh"])["moves"] == [("g", "a")]
    assert row_difference(old, [row(name) for name in "acdefgbh"])["moves"] == [("b", "g")]
    assert row_difference(old, [row("b"), *old[2:]]) == {"rows": [], "gone": ["a"], "moves": []}


names = st.lists(st.sampled_from("abcdefghijkl"), unique=True)


@given(names, names)
def test_the_browser_ends_with_the_rows_in_order(before: list[str], after: list[str]) -> None:
    change = row_difference([row(name) for name in before], [row(name) for name in after])
    shown = [name for name in before if name not in change.get("gone", ())]
    shown += [one["id"] for one in change.get("rows", ()) if one["id"] not in shown]
    for name, follows in change.get("moves", ()):  # as assets/table.js does
        shown.remove(name)
        shown.insert(shown.index(follows) + 1 if follows else 0, name)
    assert shown == after


def test_many_moves_are_sent_as_the_order() -> None:
    old = [row(f"{number:03}") for number in range(100)]
    change = row_difference(old, old[::-1])
    assert change == {"rows": [], "gone": [], "order": [one["id"] for one in old[::-1]]}


def test_one_of_500_rows_costs_little() -> None:
    old = [row(f"pt_{number}") for number in range(500)]
    new = [*old[:250], row("pt_250", 1), *old[251:]]
    table = Table()
    message = table.difference({"rows": old}, {"rows": new})
    assert len(json.dumps(message)) < 200


def test_new_columns_send_the_whole() -> None:
    table = Table()
    assert "full" in table.difference({"columns": [1], "rows": []}, {"columns": [2], "rows": []})


def test_a_part_that_nobody_sees_yet_keeps_its_content_for_the_browser() -> None:
    bar = Bar()
    assert not bar.visible
    bar.draw(title="Conferences")
    assert bar.visible
    assert json.loads(bar.content) == {"title": "Conferences", "version": 1}


def test_large_content_waits_until_the_browser_is_ready() -> None:
    table = Table()
    table.draw(columns=[], rows=[row(f"pt_{number}") for number in range(2000)])
    assert table.content == "{}"
    assert table.visible
    assert len(table.rows) == 2000


def test_a_hidden_form_has_no_fields() -> None:
    form = Form()
    form.draw(fields=[{"name": "title"}], submit="Save")
    assert [field["name"] for field in form.fields] == ["title"]
    form.hide()
    assert (form.fields, form.visible) == ([], False)
