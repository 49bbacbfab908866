"""A list that the database searches and cuts into pages: what to look for, where one is, and the way on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from apps.console.pages.page import Page
from apps.console.parts.bar import Bar
from apps.console.parts.component import Component, Message
from apps.console.parts.form import Form
from apps.console.parts.table import Table
from apps.console.store import ConsoleStore
from apps.live.state import Denied

ROWS = 50


FILE_MOST_BYTES = 1024 * 1024  # what the imports take


class FinderPage(Page):
    """
    Head, a form that opens when something is to be done, the search, the table, and where in the list one is.

    A page gives ``find`` (reads ``rows`` and ``total`` for ``asked`` and ``offset``) and draws its head and table in ``redraw``.
    """

    CHANGES: ClassVar[str] = ""
    """The store's counter of changes that make the page read again."""

    def __init__(self, store: ConsoleStore) -> None:
        super().__init__(store)
        self.bar = Bar(self.desk.pulse, self._on_bar)
        self.form = Form(self.desk.pulse, self._on_form)
        self.search = Form(self.desk.pulse, self._on_search)
        self.table = Table(self.desk.pulse, self._on_table)
        self.pager = Bar(self.desk.pulse, self._on_pager)
        self.rows: list[Any] = []
        self.total = self.offset = 0
        self.asked: Mapping[str, str] = {}
        store.param.watch(self._changed, [self.CHANGES])

    @property
    def parts(self) -> list[Component]:
        return [self.bar, self.form, self.search, self.table, self.pager]

    async def read(self) -> None:
        self.form.hide()
        await self.store.want(self.CHANGES, "live")
        self.draw_search()
        await self.find()

    async def find(self) -> None:
        """Read ``rows`` and ``total``."""
        raise NotImplementedError

    def search_fields(self) -> list[dict[str, Any]]:
        """Return the fields of the search; the first is the text."""
        raise NotImplementedError

    def draw_search(self) -> None:
        _ = self.words
        self.search.draw(fields=self.search_fields(), submit=_("Search"), keeps="search")

    def draw_pager(self) -> None:
        """Say where in the list one is, and offer the way on; nothing for a list that is seen whole."""
        _ = self.words
        if self.total <= ROWS:
            self.pager.draw()
            return
        number, pages = self.offset // ROWS + 1, -(-self.total // ROWS)
        actions = [
            self.action("back", _("Previous page"), icon="back", disabled=number == 1),
            self.action("on", _("Next page"), icon="next", disabled=number >= pages),
        ]
        self.pager.draw(title=_("Page {number} of {pages}", number=number, pages=pages), small=True, actions=actions)

    async def again(self) -> None:
        """Read and draw again."""
        await self.find()
        if self.shown:
            self.redraw()

    def _changed(self, *_events: Any) -> None:
        if self.shown:
            self.store.chores.want(f"{self.CHANGES}-page", self.again)

    async def _on_search(self, message: Message) -> None:
        if "submit" in message:
            self.asked = {name: str(value or "") for name, value in message["submit"].items()}
            self.offset = 0
            await self.again()
            self.search.answered()

    async def _on_pager(self, message: Message) -> None:
        step = {"back": -ROWS, "on": ROWS}.get(str(message.get("press")), 0)
        self.offset = max(0, min(self.offset + step, (max(self.total, 1) - 1) // ROWS * ROWS))
        await self.again()

    # --- files --------------------------------------------------------------------------------------------------------

    def show_import(self, hint: str) -> None:
        """Ask for a CSV file."""
        _ = self.words
        field = {"name": "file", "kind": "file", "label": _("CSV file"), "required": True, "accept": ".csv,text/csv,text/plain", "hint": hint}  # fmt: skip
        self.form.draw(
            title=_("Import a CSV file"),
            fields=[field],
            submit=_("Import"),
            cancel=_("Cancel"),
            actions=[self.action("template", _("Download a template"), icon="download")],
            focus=True,
            key="import",
            file_most_bytes=FILE_MOST_BYTES,
        )

    async def import_file(self, values: Message, command: Callable[[str], Any]) -> Mapping[str, Any] | None:
        """Have a file imported; return the counts, or ``None`` after what is wrong with its lines was said."""
        _, file = self.words, values.get("file")
        if not file:
            self.form.answered({"file": _("Please choose a file.")})
            return None
        if int(file.get("size") or 0) > FILE_MOST_BYTES:
            self.form.answered({"file": _("The file is too large: at most 1 MB.")})
            return None
        answer = await self.desk.answer(command(str(file.get("base64") or "")))
        if isinstance(answer, Denied):
            self.form.answered({"file": file_problems(self, answer)})
            return None
        self.form.answered()
        self.form.hide()
        await self.again()
        return answer.values

    async def _on_bar(self, message: Message) -> None:
        """Take an action of the head."""

    async def _on_form(self, message: Message) -> None:
        """Take what the form says."""

    async def _on_table(self, message: Message) -> None:
        """Take an action of a row."""


def file_problems(page: Page, denied: Denied) -> str:
    """Return why a file was refused, and what is wrong with its lines, one sentence a line."""
    lines = [page.words.refusal(denied)]
    for line in denied.values.get("problems", ()):
        text = page.words.refusal(Denied(str(line["code"]), line["values"]))
        lines.append(page.words("Row {row}: {text}", row=line["row"], text=text))
    return "\n".join(lines)
