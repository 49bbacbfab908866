"""Parts: differences instead of wholes, nothing lost before the browser is ready."""

from __future__ import annotations

import json
from typing import Any

from apps.console.parts.bar import Bar
from apps.console.parts.form import Form
from apps.console.parts.table import Table, row_difference


def row(name: str, value: int = 0) -> dict[str, Any]:
    return {"id": name, "cells": {"value": value}}


def test_only_changed_rows_are_sent() -> None:
    old = [row("a"), row("b"), row("c")]
    assert row_difference(old, [row("a"), row("b", 1), row("c")]) == {"rows": [row("b", 1)], "gone": [], "order": None}
    assert row_difference(old, list(old)) == {}


def test_rows_that_come_go_and_move() -> None:
    old = [row("a"), row("b")]
    assert row_difference(old, [row("a"), row("b"), row("c")]) == {"rows": [row("c")], "gone": [], "order": None}
    assert row_difference(old, [row("b")]) == {"rows": [], "gone": ["a"], "order": None}
    assert row_difference(old, [row("b"), row("a")])["order"] == ["b", "a"]
    assert row_difference(old, [row("c"), row("a"), row("b")])["order"] == ["c", "a", "b"]


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
