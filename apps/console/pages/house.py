"""The settings that Sala runs with, and what they mean. For administrators; to be read only: they are set where Sala is started."""

from __future__ import annotations

from typing import Any, ClassVar
from urllib.parse import urlsplit

from pydantic import SecretStr

from apps.console.pages.page import Page
from apps.console.parts.bar import Bar
from apps.console.parts.component import Component
from apps.console.parts.table import Table
from apps.console.store import ConsoleStore
from apps.console.words import Words
from apps.settings import Settings

CREDENTIALS = ("ice_servers",)  # may hold passwords of TURN servers


class HousePage(Page):
    """One row a setting."""

    WATCHES: ClassVar[tuple[str, ...]] = ("link_up",)

    def __init__(self, store: ConsoleStore) -> None:
        super().__init__(store)
        self.bar, self.table = Bar(self.desk.pulse), Table(self.desk.pulse)

    @property
    def parts(self) -> list[Component]:
        return [self.bar, self.table]

    async def read(self) -> None:
        await self.store.want()

    def redraw(self) -> None:
        _, settings = self.words, self.desk.settings
        if not self.desk.administrator or settings is None:
            self.bar.draw(
                title=_("House settings"), boxes=[{"tone": "warn", "text": _("Only administrators see this page.")}]
            )
            self.table.draw()
            return
        self.bar.draw(title=_("House settings"), facts=_("They are set where Sala is started, and only shown here."))
        heads = (("name", _("Setting")), ("value", _("Value")), ("meaning", _("Meaning")))
        self.table.draw(
            caption=_("House settings"),
            columns=[{"key": key, "title": title, "wide": key == "meaning"} for key, title in heads],
            rows=rows_of(settings, _),
            empty="",
            search=_("Search"),
        )


def rows_of(settings: Settings, _: Words) -> list[dict[str, Any]]:
    """Return the rows; whatever holds a password is not shown."""
    return [
        {
            "id": name,
            "cells": {
                "name": {"text": f"SALA_{name.upper()}", "main": True},
                "value": shown(name, getattr(settings, name), _),
                "meaning": _(field.description or ""),
            },
        }
        for name, field in type(settings).model_fields.items()
    ]


def shown(name: str, value: object, _: Words) -> str:
    """Return a value as it may be seen."""
    if isinstance(value, SecretStr):
        return _("set, and not shown") if value.get_secret_value() else ""
    text = str(value)
    if text and (name in CREDENTIALS or urlsplit(text).password):
        return _("set, and not shown")
    return text
