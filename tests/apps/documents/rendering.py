"""Files through the jail, and what a direct rendering makes of the same files: LibreOffice and pdfium without any of Sala."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pypdfium2 as pdfium
import pytest
from PIL import Image

from apps.documents.contents import family_of
from apps.documents.convert import Conversion, Progress
from apps.documents.jail import Limits, office_program
from apps.documents.shelf import Shelf

needs_office = pytest.mark.skipif(office_program() is None, reason="LibreOffice is not installed")
ID = "pn_" + "a" * 24
PATIENT = Limits(wall_s=150.0, cpu_s=150)  # how the pages look is asked here, not how fast the machine was
DIFFERENCE_MAX = 6.0  # mean, of 255: WebP's own and that of letters' edges


async def converted(shelf: Shelf, content: bytes, limits: Limits | None = None) -> Progress:
    shutil.rmtree(shelf.of(ID), ignore_errors=True)
    shelf.of(ID).mkdir()
    shelf.original(ID).write_bytes(content)
    progress: list[Progress] = []

    async def report(now: Progress) -> None:
        progress.append(now)

    done = await Conversion(shelf, ID, family_of(content[:64]), limits or PATIENT, report).run()
    assert not list(shelf.work.iterdir())
    if done.pages:
        assert [each.pages_ready for each in progress] == list(range(done.pages + 1))  # each page is told of
    return done


def directly(content: bytes, ending: str, folder: Path) -> list[Image.Image]:
    """Render without Sala: LibreOffice as anybody calls it, then pdfium."""
    source = folder / f"direct.{ending}"
    source.write_bytes(content)
    if ending != "pdf":
        saved_as("pdf", source)
    return painted(folder / "direct.pdf")


def painted(pdf: Path) -> list[Image.Image]:
    """Return the pages of a PDF as pdfium paints them, 1920 pixels at the longer side."""
    with pdfium.PdfDocument(pdf) as document:
        return [page.render(scale=1920 / max(page.get_size())).to_pil().convert("RGB") for page in document]


def saved_as(ending: str, *sources: Path) -> None:
    """Have LibreOffice, as anybody calls it, save files of one folder in another format, beside them."""
    folder = sources[0].parent
    profile = f"-env:UserInstallation=file://{folder}/profile"
    command = ["soffice", profile, "--headless", "--convert-to", ending, "--outdir", str(folder), *map(str, sources)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)


def alike(shelf: Shelf, direct: list[Image.Image]) -> float:
    """Require that the pages are those of a direct rendering; return the largest difference of one."""
    largest = 0.0
    for number, wanted in enumerate(direct, start=1):
        with Image.open(shelf.page(ID, number, "large")) as opened:
            page = opened.convert("RGB")
        assert page.size == wanted.size
        difference = np.abs(np.asarray(page, np.int16) - np.asarray(wanted, np.int16)).mean()
        assert difference < DIFFERENCE_MAX, f"page {number} differs by {difference:.1f}"
        largest = max(largest, float(difference))
        with Image.open(shelf.page(ID, number, "small")) as small:
            assert max(small.size) == 320
    return largest
