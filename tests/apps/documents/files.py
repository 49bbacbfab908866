"""Files that people upload, made by the test."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

WORDS = "Căști, mănuși, ținută · Înălțime și ancorare · Țevi și schele · Perché è così"


def pptx(slides: int = 3) -> bytes:
    """Return a PowerPoint file whose slides say their number, with letters of Romanian and Italian."""
    import pptx as powerpoint

    deck: Any = powerpoint.Presentation()
    for number in range(1, slides + 1):
        slide = deck.slides.add_slide(deck.slide_layouts[1])
        slide.shapes.title.text = f"Pagina {number}"
        slide.placeholders[1].text = WORDS
    file = io.BytesIO()
    deck.save(file)
    return file.getvalue()


def docx(paragraphs: int = 3) -> bytes:
    import docx as word

    text: Any = word.Document()
    for number in range(paragraphs):
        text.add_heading(f"Capitolul {number + 1}", 1)
        text.add_paragraph(WORDS)
    file = io.BytesIO()
    text.save(file)
    return file.getvalue()


def pdf(pages: int = 3, size: tuple[float, float] = (960, 540)) -> bytes:
    """Return a PDF of blank pages that differ in a grey rectangle."""
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", ""]
    kids = []
    for number in range(pages):
        content = f"0.{number % 9 + 1} g {10 + number} 10 200 100 re f"
        objects.append(f"<< /Length {len(content)} >>\nstream\n{content}\nendstream")
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {size[0]} {size[1]}] /Contents {len(objects)} 0 R >>"
        )
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<< /Type /Pages /Count {pages} /Kids [{' '.join(kids)}] >>"
    return pdf_of(objects)


def pdf_of(objects: list[str]) -> bytes:
    """Return a PDF of these objects, of which the first is the catalogue."""
    file, places = bytearray(b"%PDF-1.7\n"), []
    for number, value in enumerate(objects, start=1):
        places.append(len(file))
        file += f"{number} 0 obj\n{value}\nendobj\n".encode("latin-1")
    start = len(file)
    file += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    file += "".join(f"{place:010} 00000 n \n" for place in places).encode()
    file += f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n".encode()
    return bytes(file)


def picture(form: str = "PNG", size: tuple[int, int] = (400, 300), **values: Any) -> bytes:
    """Return a picture that is red at the left and blue at the right."""
    made = Image.new("RGB", size, "red")
    made.paste("blue", (size[0] // 2, 0, size[0], size[1]))
    file = io.BytesIO()
    made.save(file, form, **values)
    return file.getvalue()


def film(
    folder: Path, name: str = "film.mp4", *, seconds: int = 2, picture_codec: str = "libx264", sound_codec: str = ""
) -> bytes:
    """Return a film that grows brighter, with a title in its metadata and, if a codec is named, a tone of 440 Hz."""
    import av

    path = folder / name
    with av.open(str(path), "w") as container:
        container.metadata["title"] = "SECRET-TITLE"
        track: Any = container.add_stream(picture_codec, rate=25)
        track.width, track.height, track.pix_fmt = 160, 90, "yuv420p"
        sound: Any = container.add_stream(sound_codec, rate=48_000) if sound_codec else None
        for number in range(seconds * 25):
            grey = np.full((90, 160, 3), min(255, number * 4), np.uint8)
            container.mux(track.encode(av.VideoFrame.from_ndarray(grey, format="rgb24")))
            if sound is not None:
                container.mux(sound.encode(_tone(number)))
        for each in (track, sound):
            if each is not None:
                container.mux(each.encode())
    return path.read_bytes()


def _tone(number: int) -> Any:
    """Return the sound of one picture, 40 ms."""
    import av

    at = np.arange(number * 1920, (number + 1) * 1920)
    wave = (np.sin(at * 2 * np.pi * 440 / 48_000) * 8000).astype(np.int16).reshape(1, -1)
    heard = av.AudioFrame.from_ndarray(wave, format="s16", layout="mono")
    heard.sample_rate, heard.pts = 48_000, number * 1920
    return heard


def deck(slides: int) -> bytes:
    """Return a PowerPoint file as people make them: text, a table, a chart and a picture on its slides by turns."""
    import pptx as powerpoint
    from pptx.chart import data as charts
    from pptx.enum.chart import XL_CHART_TYPE
    from pptx.util import Inches

    made: Any = powerpoint.Presentation()
    made_of: Any = charts
    box = (Inches(1), Inches(2), Inches(8), Inches(4))
    for number in range(slides):
        slide = made.slides.add_slide(made.slide_layouts[5 if number % 4 else 1])
        slide.shapes.title.text = f"{number + 1}. Securitatea muncii"
        if number % 4 == 0:
            slide.placeholders[1].text = "\n".join(WORDS.split(" · "))
        elif number % 4 == 1:
            table = slide.shapes.add_table(4, 3, *box).table
            for row in range(4):
                for column in range(3):
                    table.cell(row, column).text = f"{row} × {column}"
        elif number % 4 == 2:
            chart = made_of.CategoryChartData()
            chart.categories = ["Ian", "Feb", "Mar"]
            chart.add_series("Accidente", (3, 2, number))
            slide.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, *box, chart)
        else:
            slide.shapes.add_picture(io.BytesIO(picture("JPEG", (1600, 1200))), *box[:2], height=Inches(4))
    file = io.BytesIO()
    made.save(file)
    return file.getvalue()
