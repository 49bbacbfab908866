"""
How long pages take from the upload's end: ``make bench-convert``; the jail is part of it.

Ten slides as people make them, to the last page; and the first page of each office file that LibreOffice's package brings.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from apps.documents.contents import family_of
from apps.documents.convert import Conversion, Progress
from apps.documents.jail import Limits, office_program
from apps.documents.shelf import Shelf
from tests.apps.documents.files import deck
from tests.apps.documents.samples import office_documents

SLIDES = 10
RUNS = 3
BAR_S = 15.0
FIRST_BAR_S = 5.0


async def converted(shelf: Shelf, number: int, content: bytes) -> tuple[float, float]:
    """Return seconds to the first page and to the last."""
    presentation = f"pn_{number:024x}"
    shelf.of(presentation).mkdir()
    shelf.original(presentation).write_bytes(content)
    first_s: list[float] = []
    begun_s = time.monotonic()

    async def report(progress: Progress) -> None:
        if progress.pages_ready == 1 and not first_s:
            first_s.append(time.monotonic() - begun_s)

    await Conversion(shelf, presentation, family_of(content[:64]), Limits(), report).run()
    return first_s[0], time.monotonic() - begun_s


async def main() -> int:
    if office_program() is None:
        print("LibreOffice is not installed", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory(prefix="sala-convert-") as folder:
        shelf = Shelf(Path(folder))
        shelf.prepare()
        runs = [await converted(shelf, number, deck(SLIDES)) for number in range(RUNS)]
        samples = office_documents(Path(folder) / "samples")
        firsts_s = [
            (await converted(shelf, RUNS + number, sample.read_bytes()))[0] for number, sample in enumerate(samples)
        ]
    first_s, all_s = (median(figures) for figures in zip(*runs, strict=True))
    slowest_s = max(firsts_s, default=0.0)
    print(
        f"first page: {first_s:.2f} s; of {len(samples)} files of other makers at most {slowest_s:.2f} s (bar {FIRST_BAR_S:g})"
    )
    print(f"convert: {all_s:.2f} s for {SLIDES} slides (bar {BAR_S:g})")
    return 0 if all_s <= BAR_S and max(first_s, slowest_s) <= FIRST_BAR_S else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
