"""
Makes pages of a PDF or a picture: ``python render.py FILE FOLDER PAGES_MAX PIXELS_MAX``, inside the jail.

Prints JSON lines: ``{"pages": 12}``, then ``{"page": 1}`` for each page as it is there in both sizes, ``{"page": 2, "bad": true}`` for one that could not be
made (a blank one stands for it), or ``{"failed": code, …values}``. Everything is painted anew, so nothing of the file but its looks gets through.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
from PIL import Image, ImageOps, UnidentifiedImageError

LARGE_PX, SMALL_PX = 1920, 320  # of the longer side
QUALITY = 85  # text stays clean; a slide takes some 60 kB
METHOD = 2  # of WebP, 0 to 6: half the time of the usual 4 for a few percent more bytes
BLANK_PX = (960, 540)
PAGE_MAX_POINTS = 200_000.0
PICTURES = ("PNG", "JPEG", "WEBP")


class Failed(Exception):
    """``code`` has a sentence in ``apps.sentences``, which ``values`` fill."""

    def __init__(self, code: str, **values: object) -> None:
        super().__init__(code)
        self.code, self.values = code, values


def tell(**values: Any) -> None:
    print(json.dumps(values), flush=True)


def render_pdf(path: Path, folder: Path, pages_max: int) -> None:
    try:
        document = pdfium.PdfDocument(path)
    except pdfium.PdfiumError as error:
        raise Failed("document_locked" if "password" in str(error).lower() else "file_damaged") from error
    count = len(document)
    if count == 0:
        raise Failed("file_damaged")
    if count > pages_max:
        raise Failed("document_too_long", limit=pages_max)
    tell(pages=count)
    bad_pages = 0
    for number in range(1, count + 1):
        bad = False
        try:
            picture = page_picture(document, number)
        except (pdfium.PdfiumError, ValueError, OSError):
            picture, bad = Image.new("RGB", BLANK_PX, "white"), True
            bad_pages += 1
        keep(picture, folder, number)
        tell(page=number, **({"bad": True} if bad else {}))
    if bad_pages == count:
        raise Failed("file_damaged")


def page_picture(document: pdfium.PdfDocument, number: int) -> Image.Image:
    """Paint one page, its longer side ``LARGE_PX`` long."""
    page = document[number - 1]
    try:
        width, height = page.get_size()
        if not (0 < width <= PAGE_MAX_POINTS and 0 < height <= PAGE_MAX_POINTS):
            raise ValueError(f"page {number} is {width} x {height} points")
        scale = LARGE_PX / max(width, height)
        if min(width, height) * scale < 1:
            raise ValueError(f"page {number} is a line")
        picture: Image.Image = page.render(scale=scale, may_draw_forms=False).to_pil()
        return picture.convert("RGB")
    finally:
        page.close()


def render_picture(path: Path, folder: Path, pixels_max: int) -> None:
    Image.MAX_IMAGE_PIXELS = None  # checked here, before anything is unpacked
    try:
        with Image.open(path, formats=PICTURES) as opened:
            if opened.width * opened.height > pixels_max:
                raise Failed("picture_too_large", limit=pixels_max // 1_000_000)
            tell(pages=1)
            opened.draft("RGB", (LARGE_PX, LARGE_PX))
            picture = flat(ImageOps.exif_transpose(opened))
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError) as error:
        raise Failed("file_damaged") from error
    picture.thumbnail((LARGE_PX, LARGE_PX), Image.Resampling.LANCZOS)
    keep(picture, folder, 1)
    tell(page=1)


def flat(picture: Image.Image) -> Image.Image:
    """Return a picture without transparency: what was clear becomes white, as paper is."""
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        clear = picture.convert("RGBA")
        paper = Image.new("RGB", clear.size, "white")
        paper.paste(clear, mask=clear.getchannel("A"))
        return paper
    if picture.mode.startswith("I") or picture.mode == "F":  # 16 bits a channel
        picture = picture.point(lambda value: value / 256)
    return picture.convert("RGB")


def keep(picture: Image.Image, folder: Path, number: int) -> None:
    """Write a page in both sizes, without any metadata."""
    picture = picture.copy()
    picture.info.clear()
    picture.save(folder / f"{number}-large.webp", "WEBP", quality=QUALITY, method=METHOD)
    picture.thumbnail((SMALL_PX, SMALL_PX), Image.Resampling.LANCZOS)
    picture.save(folder / f"{number}-small.webp", "WEBP", quality=QUALITY, method=METHOD)


def main(path: Path, folder: Path, pages_max: int, pixels_max: int) -> None:
    with path.open("rb") as file:
        is_pdf = file.read(5) == b"%PDF-"
    try:
        if is_pdf:
            render_pdf(path, folder, pages_max)
        else:
            render_picture(path, folder, pixels_max)
    except Failed as failed:
        tell(failed=failed.code, **failed.values)
    except MemoryError:
        tell(failed="document_too_complex")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
