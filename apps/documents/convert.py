"""Makes the pages, or the film, of one uploaded file, in the jail; tells how far it is."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from apps.documents import contents, jail, office
from apps.documents.jail import Limits
from apps.documents.shelf import Shelf

PAGES_MAX = 300
PIXELS_MAX = 50_000_000
FILM_MAX_BYTES = 4 * 1024**3  # what the jail may write; uploads are limited by a setting
CODES = frozenset(
    {
        "file_damaged",
        "file_type",
        "document_locked",
        "document_macros",
        "document_links",
        "document_too_complex",
        "document_too_long",
        "picture_too_large",
        "film_codec",
        "film_without_picture",
    }
)
"""What the jail may say is wrong; it is not trusted to say anything else."""


class Failed(Exception):
    """``code`` has a sentence in ``apps.sentences``, which ``values`` fill. ``detail`` is for the log."""

    def __init__(self, code: str, values: Mapping[str, Any] | None = None, *, detail: str = "") -> None:
        super().__init__(code)
        self.code, self.values, self.detail = code, dict(values or {}), detail


@dataclass(frozen=True, slots=True)
class Progress:
    """How far it is: ``pages`` in all, those ready, the numbers of those that could not be made, bytes kept; a film's length."""

    pages: int | None = None
    pages_ready: int = 0
    bad_pages: tuple[int, ...] = ()
    stored_bytes: int = 0
    duration_s: float | None = None
    content: str = ""


Report = Callable[[Progress], Awaitable[None]]


class Conversion:
    """One file. ``run`` raises ``Failed``; whatever happens, no process of it is left and its working folder is gone."""

    def __init__(self, shelf: Shelf, presentation: str, content: str, limits: Limits, report: Report) -> None:
        self._shelf, self._presentation, self._limits = shelf, presentation, limits
        self._report = report
        self._work = shelf.work / presentation
        self._ends_at_s = asyncio.get_running_loop().time() + limits.wall_s
        self.progress = Progress(content=content)
        self._refused: Failed | None = None

    async def run(self) -> Progress:
        try:
            await asyncio.to_thread(self._prepare)
            await self._convert(self.progress.content)
            return self.progress
        finally:
            await asyncio.to_thread(shutil.rmtree, self._work, ignore_errors=True)

    def _prepare(self) -> None:
        shutil.rmtree(self._work, ignore_errors=True)
        self._work.mkdir(parents=True, mode=0o700)
        (self._work / "out").mkdir()
        original = self._shelf.original(self._presentation)
        if not original.exists():
            raise Failed("presentation_failed", detail="the upload is gone")
        os.link(original, self._input)

    @property
    def _input(self) -> Path:
        return self._work / "original"

    async def _convert(self, content: str) -> None:
        if content in contents.FILMS:
            return await self._film()
        if content in ("zip", "compound"):
            content = await self._examine()
            await self._office(content)
            return await self._pages(self._work / "original.pdf")
        return await self._pages(self._input)

    # --- steps --------------------------------------------------------------------------------------------------------

    async def _examine(self) -> str:
        found = ""

        async def on_line(line: Mapping[str, Any]) -> None:
            nonlocal found
            self._note_refusal(line)
            found = str(line.get("content", ""))

        await self._step(jail.script("apps/documents/examine.py", str(self._input)), on_line=on_line)
        if found not in contents.OFFICE:
            raise Failed("file_type")
        self.progress = replace(self.progress, content=found)
        return found

    async def _office(self, content: str) -> None:
        program = jail.office_program()
        if program is None:
            raise Failed("office_missing")
        self._input.rename(self._work / f"original.{content}")
        office.prepare_profile(self._work)
        (self._work / "home").mkdir(exist_ok=True)
        command = office.command(program, content, PAGES_MAX)
        outcome = jail.Outcome(office.AGAIN[0])
        for _ in range(3):
            outcome = await self._run(command, private_tmp=True)
            if outcome.status not in office.AGAIN:
                break
        if not (self._work / "original.pdf").is_file():
            raise Failed("file_damaged", detail=outcome.complaint)

    async def _pages(self, source: Path) -> None:
        out = str(self._work / "out")
        arguments = (str(source), out, str(PAGES_MAX), str(PIXELS_MAX))
        await self._step(jail.script("apps/documents/render.py", *arguments), on_line=self._on_page)
        if not self.progress.pages or self.progress.pages_ready != self.progress.pages:
            raise Failed("file_damaged", detail="pages are missing")

    async def _on_page(self, line: Mapping[str, Any]) -> None:
        self._note_refusal(line)
        pages, page = line.get("pages"), line.get("page")
        if isinstance(pages, int) and 0 < pages <= PAGES_MAX:
            self.progress = replace(self.progress, pages=pages)
        elif isinstance(page, int) and page == self.progress.pages_ready + 1:
            await self._take_page(page, bool(line.get("bad")))
        await self._report(self.progress)

    async def _take_page(self, page: int, bad: bool) -> None:
        made = [self._work / "out" / f"{page}-{size}.webp" for size in ("large", "small")]
        taken = sum([await asyncio.to_thread(self._shelf.take_over, self._presentation, file) for file in made])
        self.progress = replace(
            self.progress,
            pages_ready=page,
            bad_pages=(*self.progress.bad_pages, page) if bad else self.progress.bad_pages,
            stored_bytes=self.progress.stored_bytes + taken,
        )

    async def _film(self) -> None:
        found: dict[str, Any] = {}

        async def on_line(line: Mapping[str, Any]) -> None:
            self._note_refusal(line)
            found.update(line)

        command = jail.script("media_core/tape/film.py", str(self._input), str(self._work / "out"))
        await self._step(command, on_line=on_line, file_bytes=FILM_MAX_BYTES)
        length_s, name = found.get("duration_s"), found.get("film")
        if not isinstance(length_s, int | float) or not isinstance(name, str) or "/" in name:
            raise Failed("file_damaged")
        stored = await asyncio.to_thread(self._shelf.take_over, self._presentation, self._work / "out" / name)
        self.progress = replace(self.progress, stored_bytes=stored, duration_s=float(length_s))

    # --- running ------------------------------------------------------------------------------------------------------

    def _note_refusal(self, line: Mapping[str, Any]) -> None:
        code = line.get("failed")
        if code in CODES and self._refused is None:
            limit = line.get("limit")
            self._refused = Failed(str(code), {"limit": limit} if isinstance(limit, int) else {})

    async def _step(self, command: list[str], *, on_line: jail.OnLine, file_bytes: int = 0) -> None:
        """Run one command that must succeed, or say what is wrong with the file."""
        try:
            outcome = await self._run(command, on_line=on_line, file_bytes=file_bytes)
        except ValueError as error:  # what it made is not what it said
            raise Failed("file_damaged", detail=str(error)) from error
        if self._refused is not None:
            raise self._refused
        if outcome.status != 0:
            raise Failed(
                "document_too_complex" if "MemoryError" in outcome.complaint else "file_damaged",
                detail=outcome.complaint,
            )

    async def _run(
        self, command: list[str], *, private_tmp: bool = False, on_line: jail.OnLine | None = None, file_bytes: int = 0
    ) -> jail.Outcome:
        left_s = self._ends_at_s - asyncio.get_running_loop().time()
        limits = replace(self._limits, wall_s=max(0.1, left_s), file_bytes=file_bytes or self._limits.file_bytes)
        outcome = await jail.run(command, work=self._work, limits=limits, private_tmp=private_tmp, on_line=on_line)
        if outcome.status is None or outcome.status == 128 + 24:  # SIGXCPU
            raise Failed("conversion_time", {"limit": int(self._limits.wall_s)})
        return outcome
