"""What all pages have in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import panel as pn
import param

from apps.console.desk import Desk
from apps.console.parts.bar import Bar
from apps.console.parts.component import Component
from apps.console.store import ConsoleStore
from apps.console.words import Words


class Page(pn.viewable.Viewer):
    """
    A page: parts one below the other, drawn from the store.

    ``open`` shows a place in it; ``redraw`` brings the parts up to date, called whenever one of ``WATCHES`` changed while the page is shown.
    """

    store: ConsoleStore = param.ClassSelector(  # type: ignore[assignment]  # given to each page
        class_=ConsoleStore, doc="This page reads it; changes are commands to the service."
    )

    WATCHES: ClassVar[tuple[str, ...]] = ("link_up",)

    def __init__(self, store: ConsoleStore) -> None:
        super().__init__(store=store)  # type: ignore[no-untyped-call]
        self.desk: Desk = store.desk
        self.words: Words = store.desk.words
        self._: Words = store.desk.words
        """The same, by the name that the catalogues' tools look for."""
        self.place: tuple[str, ...] = ()
        self.shown = False
        store.param.watch(self._watched, list(self.WATCHES))

    @property
    def parts(self) -> list[Component]:
        """The parts, from above."""
        raise NotImplementedError

    async def open(self, *place: str) -> None:
        """Show this place of the page."""
        self.place, self.shown = place, True
        await self.read()
        self.redraw()

    async def read(self) -> None:
        """Have the store read what the page shows."""

    def redraw(self) -> None:
        """Bring all parts up to date."""

    def leave(self) -> None:
        """Another page is shown now."""
        self.shown = False

    def action(self, name: str, label: str, **values: Any) -> dict[str, Any]:
        """Return an action's description; while the web process is away it can't be pressed."""
        away: Mapping[str, Any] = {} if self.store.link_up else {"disabled": True}
        return {"name": name, "label": label, **values, **away}

    def draw_not_found(self, bar: Bar, text: str, *, back: Mapping[str, str]) -> None:
        """Draw the head of a page whose place does not exist, or is not theirs; ``text`` says which."""
        bar.draw(title=self._("Not found"), back=back, boxes=[{"tone": "warn", "text": text}])

    def _watched(self, *_events: Any) -> None:
        if self.shown:
            self.redraw()

    def __panel__(self) -> pn.viewable.Viewable:
        return pn.Column(*self.parts, sizing_mode="stretch_width", stylesheets=[":host { gap: 20px; }"])
