"""How long ten slides take from the upload's end to the last page: ``make bench-convert``; the jail is part of it."""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from apps.documents.convert import Conversion, Progress
from apps.documents.jail import Limits, office_program
from apps.documents.shelf import Shelf
from tests.apps.documents.files import deck

SLIDES = 10
RUNS = 3
BAR_S = 15.0
FIRST_BAR_S = 5.0


async def converted(shelf: Shelf, number: int) -> tuple[float, float]:
    """Return seconds to the first page and to the last."""
    presentation = f"pn_{number:024x}"
    shelf.of(presentation).mkdir()
    shelf.original(presentation).write_bytes(deck(SLIDES))
    first_s: list[float] = []
    begun_s = time.monotonic()

    async def report(progress: Progress) -> None:
        if progress.pages_ready == 1 and not first_s:
            first_s.append(time.monotonic() - begun_s)

    done = await Conversion(shelf, presentation, "zip", Limits(), report).run()
    assert done.pages_ready == SLIDES
    return first_s[0], time.monotonic() - begun_s


async def main() -> int:
    if office_program() is None:
        print("LibreOffice is not installed", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory(prefix="sala-convert-") as folder:
        shelf = Shelf(Path(folder))
        shelf.prepare()
        runs = [await converted(shelf, number) for number in range(RUNS)]
    first_s, all_s = (median(figures) for figures in zip(*runs, strict=True))
    print(f"first page: {first_s:.2f} s (bar {FIRST_BAR_S:g})")
    print(f"convert: {all_s:.2f} s for {SLIDES} slides (bar {BAR_S:g})")
    return 0 if all_s <= BAR_S and first_s <= FIRST_BAR_S else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
