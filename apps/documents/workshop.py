"""``Workshop``: prepares what was uploaded, one file at a time, and goes on after a restart where it was: the queue is in the database."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Any

from apps.documents import jail
from apps.documents.convert import Conversion, Failed, Progress
from apps.documents.jail import Limits
from apps.documents.shelf import Shelf
from data import documents
from data.database import Database
from data.models import Presentation

log = logging.getLogger(__name__)

ATTEMPTS_MAX = 3  # a file at which Sala ended this often is not tried again
RETRY_S = 5.0  # after a fault that is not the file's


class Workshop:
    """
    Use it as an ``async with`` block.

    Args:
        tell: Called with a presentation's row each time something about it changed.
    """

    def __init__(
        self,
        database: Database,
        shelf: Shelf,
        tell: Callable[[Presentation], Awaitable[None]],
        *,
        limits: Limits | None = None,
    ) -> None:
        self._database, self._shelf, self._tell = database, shelf, tell
        self._limits = limits or Limits()
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self.busy_with = ""
        """Id of the presentation that is being prepared."""

    async def __aenter__(self) -> Workshop:
        await asyncio.to_thread(self._shelf.prepare)
        self._task = asyncio.create_task(self._work(), name="documents-workshop")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    def wake(self) -> None:
        """Something was added to the queue."""
        self._wake.set()

    async def _work(self) -> None:
        await self._say_layers()
        while True:
            self._wake.clear()
            waiting = await self._database.read(documents.waiting)
            if not waiting:
                await self._wake.wait()
                continue
            try:
                await self._prepare(waiting[0])
            except Exception:
                log.exception("conversion_broke", extra={"fields": {"presentation": waiting[0].id}})
                await asyncio.sleep(RETRY_S)

    async def _say_layers(self) -> None:
        layers = await jail.probe()
        missing = [name for name, works in layers.items() if not works]
        fields = {"missing": ",".join(missing) or "none", "office": jail.office_program() is not None}
        log.log(logging.WARNING if missing else logging.INFO, "documents_jail", extra={"fields": fields})

    async def _prepare(self, row: Presentation) -> None:
        if row.attempts >= ATTEMPTS_MAX:
            await self._failed(row, Failed("presentation_failed"))
            return
        await self._change(row.id, state="converting", attempts=row.attempts + 1, pages_ready=0, pages=None)
        self.busy_with = row.id

        async def report(progress: Progress) -> None:
            await self._change(row.id, **_columns(progress))

        try:
            conversion = Conversion(self._shelf, row.id, row.content, self._limits, report)
            done = await conversion.run()
            await self._done(row, done)
        except Failed as failed:
            await self._failed(row, failed)
        finally:
            self.busy_with = ""

    async def _done(self, row: Presentation, done: Progress) -> None:
        bad = ", ".join(map(str, done.bad_pages))
        said = {"code": "pages_bad", "code_values": {"pages": bad}} if bad else {}
        changed = await self._change(row.id, state="ready", **_columns(done), **said)
        original = self._shelf.original(row.id)
        await asyncio.to_thread(original.unlink, missing_ok=True)
        if not changed:  # deleted meanwhile
            await asyncio.to_thread(self._shelf.forget, row.id)
        log.info("conversion_done", extra={"fields": {"presentation": row.id, "pages": done.pages or 0}})

    async def _failed(self, row: Presentation, failed: Failed) -> None:
        await asyncio.to_thread(self._shelf.forget, row.id)
        values = {"code": failed.code, "code_values": failed.values, "pages_ready": 0, "stored_bytes": 0}
        await self._change(row.id, state="failed", **values)
        fields = {"presentation": row.id, "code": failed.code, "detail": failed.detail[-300:]}
        log.info("conversion_failed", extra={"fields": fields})

    async def _change(self, presentation: str, **values: Any) -> bool:
        """Change the row and tell; false if it was deleted meanwhile."""
        row = await self._database.run(documents.change, presentation_id=presentation, **values)
        if row is not None:
            await self._tell(row)
        return row is not None


def _columns(progress: Progress) -> dict[str, Any]:
    return {
        "content": progress.content,
        "pages": progress.pages,
        "pages_ready": progress.pages_ready,
        "stored_bytes": progress.stored_bytes,
        "duration_s": progress.duration_s,
    }
